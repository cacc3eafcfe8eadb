"""A stored file that is not there any more: pages and downloads say so, and the sending of mails goes on without it."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from corps.mail import compose, outbox
from corps.models import AuditEntry, Delivery, Notification, StoredFile
from notices import workflow
from notices.models import Notice, WithdrawalLetter
from tests.notices.world import World, add_targets, ago, issue
from tests.put_into import put_into
from tests.sink import Behaviour

pytestmark = pytest.mark.django_db
SAID = "文件已不在存放处"


@pytest.fixture
def letter(world: World) -> WithdrawalLetter:
    """The letter that withdrew the one notice, after its own had been sent."""
    add_targets(world, 2)
    [notice] = issue(world)
    put_into(Delivery.objects, "sent", finished_at=ago(days=1))
    workflow.withdraw_items(
        items=[item.pk for item in notice.items.all()],
        actor=world.officer,
        reason="误发",
    )
    return notice.withdrawal_letters.get()


def lose(*files: StoredFile) -> None:
    for file in files:
        default_storage.delete(file.path)


def client_of(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def assert_lost(page) -> None:
    assert (page.status_code, page.headers["Retry-After"]) == (503, "600")
    assert SAID in page.content.decode()


def test_a_letter_of_withdrawal_whose_text_is_lost_says_so_and_its_sheet_is_still_had(
    world, letter
):
    lose(letter.letter_html, letter.letter_text)
    sheet = reverse(
        "notices:withdrawal_sheet", args=[letter.notice.number, letter.number]
    )
    for user in (world.officer, world.liaison):
        assert_lost(client_of(user).get(letter.get_absolute_url()))
        assert client_of(user).get(sheet).status_code == 200


def test_a_letter_of_withdrawal_whose_sheet_is_lost_is_still_read(world, letter):
    lose(letter.attachment)
    client = client_of(world.officer)
    assert_lost(
        client.get(
            reverse(
                "notices:withdrawal_sheet", args=[letter.notice.number, letter.number]
            )
        )
    )
    page = client.get(letter.get_absolute_url())
    assert page.status_code == 200
    assert letter.document_number in page.content.decode()


def test_a_sheet_of_a_notice_that_is_lost_is_noted_neither_as_opened_nor_as_taken(
    world,
):
    add_targets(world, 1)
    [notice] = issue(world)
    lose(notice.attachment)
    before = AuditEntry.objects.count()
    assert_lost(
        client_of(world.liaison).get(reverse("notices:sheet", args=[notice.number]))
    )
    assert AuditEntry.objects.count() == before
    assert Notice.objects.get(pk=notice.pk).opened_at is None


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_fails_goes_to_the_backup_though_the_files_of_its_letter_are_lost(
    world, letter, smtp_sink
):
    lose(letter.letter_html, letter.letter_text, letter.attachment)
    smtp_sink.then(Behaviour.REFUSE_RECIPIENT)
    outbox.send_due()
    failed, sent = Delivery.objects.filter(message__purpose="withdrawal").order_by("pk")
    assert (failed.state, sent.state) == ("failed", "sent")
    assert [kept.recipients for kept in smtp_sink.kept] == [
        ("liaison-b@taobao.example",)
    ]
    first, second = compose.read(failed), compose.read(sent)
    assert (first.text, first.html, first.attachments) == (
        second.text,
        second.html,
        second.attachments,
    )
    assert (
        Notification.objects.filter(user=world.officer, event="delivery.failed").count()
        == 1
    )
