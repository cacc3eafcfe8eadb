"""Answer sheets that nobody confirmed are put away by the sweep, with their files unless another record names these."""

import threading

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from corps.models import AuditEntry, StoredFile
from corps.workflow import put_away, store_file
from corps.workflow.extensions import maintenance_tasks
from notices.models import Answer, AnswerSheet, Notice
from notices.workflow import put_away_sheets
from tests.notices.answer_sheets import (
    as_csv,
    client_of,
    confirm,
    hand_in,
    listings,
)
from tests.notices.world import World, add_targets, ago, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(world: World) -> Notice:
    add_targets(world, 3)
    [notice] = issue(world)
    return notice


def filled(notice: Notice, word: str = "已下架"):
    return as_csv([[listings(notice)[0].canonical_id, "", word, ""]])


def grow_old(days: int = 8) -> None:
    """Let so many days pass for everything that was handed in."""
    AnswerSheet.objects.update(handed_in_at=ago(days=days))
    StoredFile.objects.update(handed_in_at=ago(days=days))


def sweep() -> None:
    """What the sweep has to look after, without the outbox, which sends nothing inside a test's transaction."""
    for look in maintenance_tasks:
        look()


def test_the_sweep_puts_a_sheet_away_that_was_never_confirmed_with_its_file(
    world, notice, settings
):
    hand_in(client_of(world.liaison), notice, filled(notice))
    file = AnswerSheet.objects.get().file
    grow_old(days=settings.ANSWER_SHEET_DAYS - 1)
    sweep()
    assert AnswerSheet.objects.exists()
    grow_old(days=settings.ANSWER_SHEET_DAYS + 1)
    sweep()
    assert not AnswerSheet.objects.exists()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert not default_storage.exists(file.path)
    entry = AuditEntry.objects.about(notice).get(verb="notice.sheet_put_away")
    assert entry.detail == {"sheet": "答复.csv", "user": world.liaison.pk}
    assert put_away_sheets() == 0


def test_a_confirmed_sheet_stays_with_its_file(world, notice):
    client = client_of(world.liaison)
    page = hand_in(client, notice, filled(notice))
    assert confirm(client, notice, page).status_code == 302
    assert confirm(client, notice, page).status_code == 302
    grow_old(days=400)
    assert put_away_sheets() == 0
    sheet = AnswerSheet.objects.get()
    assert default_storage.exists(sheet.file.path)
    verbs = (
        AuditEntry.objects.about(notice)
        .filter(verb__startswith="notice.sheet")
        .order_by("pk")
    )
    assert list(verbs.values_list("verb", flat=True)) == [
        "notice.sheet_handed_in",
        "notice.sheet_confirmed",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerSheet.objects.filter(pk=sheet.pk).delete()


@pytest.mark.parametrize("other", ["letter", "document", "sheet"])
def test_a_file_that_another_record_names_stays(world, notice, other):
    client = client_of(world.liaison)
    page = hand_in(client, notice, filled(notice))
    file = AnswerSheet.objects.get().file
    if other == "letter":
        Notice.objects.filter(pk=notice.pk).update(attachment=file)
    elif other == "document":
        item = notice.items.first()
        Answer.objects.create(
            item=item,
            outcome="removed",
            by=world.liaison,
            at=ago(days=1),
            is_late=False,
            document=file,
        )
    else:
        hand_in(client, notice, filled(notice))
        assert confirm(client, notice, page).status_code == 302
    grow_old()
    assert put_away_sheets() == 1
    assert default_storage.exists(file.path)
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_what_was_put_away_cannot_be_confirmed_and_can_be_handed_in_again(
    world, notice
):
    client = client_of(world.liaison)
    page = hand_in(client, notice, filled(notice))
    grow_old()
    put_away_sheets()
    assert confirm(client, notice, page).status_code == 404
    again = hand_in(client, notice, filled(notice))
    assert confirm(client, notice, again).status_code == 302
    assert Answer.objects.filter(item__notice=notice).count() == 1


def test_nobody_confirms_the_sheet_of_somebody_else(world, notice):
    page = hand_in(client_of(world.liaison), notice, filled(notice))
    assert confirm(client_of(world.other_liaison), notice, page).status_code == 404


def test_content_that_is_handed_in_anew_stays_and_a_lost_file_is_written_again(db):
    stored = store_file(b"once", "text/plain")
    StoredFile.objects.update(handed_in_at=ago(days=9))
    assert store_file(b"once", "text/plain") == stored
    assert put_away([stored.pk]) == 0
    StoredFile.objects.update(handed_in_at=ago(days=9))
    default_storage.delete(stored.path)
    assert store_file(b"once", "text/plain") == stored
    assert default_storage.open(stored.path).read() == b"once"


@pytest.mark.django_db(transaction=True)
def test_who_hands_the_same_in_while_it_is_put_away_finds_it_kept_again(
    transactional_db,
):
    stored = store_file(b"at once", "text/plain")
    StoredFile.objects.update(handed_in_at=ago(days=9))
    found: list[StoredFile] = []

    def hand_in_again() -> None:
        try:
            found.append(store_file(b"at once", "text/plain"))
        finally:
            connection.close()

    with transaction.atomic():
        assert put_away([stored.pk]) == 1
        other = threading.Thread(target=hand_in_again)
        other.start()
        other.join(timeout=0.5)
        assert not found
    other.join()
    assert found[0].pk != stored.pk
    assert default_storage.open(found[0].path).read() == b"at once"


def test_the_sweep_takes_as_many_statements_for_any_number_of_sheets(world, notice):
    client = client_of(world.liaison)

    def statements(count: int) -> int:
        for _ in range(count):
            hand_in(client, notice, filled(notice))
        grow_old()
        with CaptureQueriesContext(connection) as asked:
            assert put_away_sheets() == count
        return len(asked)

    assert statements(1) == statements(12)
