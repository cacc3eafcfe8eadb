"""One officer alone makes no number: who may check an answer, what others are told, and what the database holds."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Target
from corps.models import AuditEntry, User
from corps.workflow import store_file
from notices import workflow
from notices.models import Check, LedgerEntry, Notice, PendingCheck
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ids_of(notice: Notice) -> list[int]:
    return list(notice.items.order_by("position").values_list("pk", flat=True))


def answer_for(world: World, notice: Notice, officer: User, items: list[int]) -> None:
    """An officer records answers in the platform's stead."""
    replies = [workflow.Reply(pk, "removed", item=pk) for pk in items]
    paper = store_file("复函".encode(), "application/pdf")
    results = workflow.answer_items(
        notice=notice, replies=replies, actor=officer, document=paper
    )
    assert all(result.ok for result in results)


@pytest.fixture
def notice(world: World) -> Notice:
    """Three items: two answered by the liaison, one by the second officer in the platform's stead."""
    add_targets(world, 3)
    [notice] = issue(world)
    first, second, third = ids_of(notice)
    answer(world, notice, items=[first, second])
    answer_for(world, notice, world.officer2, [third])
    return notice


def codes(results: list) -> list[str]:
    return [result.code for result in results]


def test_the_drafter_and_who_answered_in_the_platforms_stead_are_refused_row_by_row(
    world: World, notice: Notice
):
    first, second, third = ids_of(notice)
    said = {"items": [first, third], "seen": "gone"}
    assert codes(workflow.verify_items(**said, actor=world.officer)) == [
        "drafted-by-you",
        "drafted-by-you",
    ]
    assert codes(workflow.propose_checks(**said, actor=world.officer)) == [
        "drafted-by-you",
        "drafted-by-you",
    ]
    assert codes(workflow.verify_items(**said, actor=world.officer2)) == [
        "",
        "answered-by-you",
    ]
    said = {"items": [second, third], "seen": "gone"}
    assert codes(workflow.propose_checks(**said, actor=world.officer2)) == [
        "",
        "answered-by-you",
    ]
    assert LedgerEntry.objects.count() == 1
    assert PendingCheck.objects.get().item_id == second


def test_a_check_given_before_one_became_the_answerer_does_not_count(
    world: World, notice: Notice
):
    """What waits ten seconds is judged again when it comes to count."""
    first, _second, _third = ids_of(notice)
    workflow.propose_checks(items=[first], seen="gone", actor=world.officer2)
    notice.items.filter(pk=first).update(answered_by=world.officer2)
    PendingCheck.objects.update(due_at=timezone.now())
    workflow.settle_pending_checks()
    assert not LedgerEntry.objects.exists()


def test_a_drafter_does_not_check_again_either(world: World, notice: Notice):
    first, _second, _third = ids_of(notice)
    workflow.verify_items(items=[first], seen="gone", actor=world.officer2)
    target = Target.objects.get(items=first)
    assert codes(
        workflow.check_again(targets=[target.pk], seen="live", actor=world.officer)
    ) == ["drafted-by-you"]
    target.refresh_from_db()
    assert target.state == "verified"


def test_a_supervisor_checks_only_where_drafter_and_answerer_leave_no_officer(
    world: World, notice: Notice
):
    first, _second, third = ids_of(notice)
    said = {"items": [first, third], "seen": "gone"}
    assert codes(workflow.verify_items(**said, actor=world.supervisor)) == [
        "approved-by-you",
        "approved-by-you",
    ]
    # The drafter and the second officer are all: of what the liaison answered, the second officer is left.
    assert codes(workflow.verify_items(**said, actor=world.supervisor2)) == [
        "for-an-officer",
        "",
    ]
    assert LedgerEntry.objects.get().item_id == third


def test_a_third_officer_of_the_unit_or_assigned_leaves_nothing_for_a_supervisor(
    world: World, notice: Notice
):
    third = ids_of(notice)[2]
    said = {"items": [third], "seen": "gone", "actor": world.supervisor2}
    elsewhere = world.stranger.unit
    User.objects.filter(pk=world.stranger.pk).update(unit=world.case.unit)
    assert codes(workflow.verify_items(**said)) == ["for-an-officer"]
    User.objects.filter(pk=world.stranger.pk).update(unit=elsewhere)
    world.case.assignments.create(officer=world.stranger, since=timezone.now())
    assert codes(workflow.verify_items(**said)) == ["for-an-officer"]
    User.objects.filter(pk=world.stranger.pk).update(is_active=False)
    assert codes(workflow.verify_items(**said)) == [""]


def test_an_officer_who_was_relieved_of_the_case_is_nobody_who_could_check(
    world: World, notice: Notice
):
    third = ids_of(notice)[2]
    world.case.assignments.create(
        officer=world.stranger, since=timezone.now(), until=timezone.now()
    )
    assert codes(
        workflow.verify_items(items=[third], seen="gone", actor=world.supervisor2)
    ) == [""]


def test_who_answers_in_the_platforms_stead_has_the_paper_that_it_came_by(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    replies = [workflow.Reply(1, "removed", item=notice.items.get().pk)]
    with pytest.raises(PermissionDenied):
        workflow.answer_items(notice=notice, replies=replies, actor=world.officer2)
    assert notice.items.get().state == "open"


def test_the_queue_shows_ones_own_work_last_and_marked(world: World, notice: Notice):
    first, second, third = ids_of(notice)
    page = client_of(world.officer2).get(reverse("notices:checks_list"))
    assert [item.pk for item in page.context["page"]] == [first, second, third]
    assert [bool(item.why_not) for item in page.context["page"]] == [False, False, True]
    content = page.content.decode()
    assert f'value="{first}"' in content
    assert f'value="{third}"' not in content
    alone = (
        client_of(world.officer2)
        .get(reverse("notices:checks"), {"item": third})
        .content.decode()
    )
    assert 'value="gone"' not in alone
    notice.items.filter(pk=first).update(answered_by=world.officer2)
    assert (
        client_of(world.officer2).get(reverse("notices:checks")).context["current"].pk
        == second
    )
    drafter = client_of(world.officer).get(reverse("notices:checks_list"))
    assert all(item.why_not for item in drafter.context["page"])
    assert not drafter.context["may_judge"]


def test_a_supervisor_judges_in_the_browser_what_is_left_to_supervisors(
    world: World, notice: Notice
):
    third = ids_of(notice)[2]
    client = client_of(world.supervisor2)
    assert (
        'value="gone"'
        in client.get(reverse("notices:checks"), {"item": third}).content.decode()
    )
    client.post(reverse("notices:judge"), {"ids": third, "seen": "gone"})
    assert PendingCheck.objects.get().by == world.supervisor2


def test_a_supervisor_looks_again_in_the_browser_at_what_is_left_to_supervisors(
    world: World, notice: Notice
):
    first, _second, third = ids_of(notice)
    workflow.verify_items(items=[first], seen="gone", actor=world.officer2)
    workflow.verify_items(items=[third], seen="gone", actor=world.supervisor2)
    for_an_officer, left = (
        Target.objects.get(items=first),
        Target.objects.get(items=third),
    )
    client = client_of(world.supervisor2)
    address = reverse("notices:look_again", args=[left.pk])
    assert (
        address in client.get(reverse("cases:target", args=[left.pk])).content.decode()
    )
    client.post(address, {"seen": "live"})
    left.refresh_from_db()
    assert left.state == "relisted"
    other = reverse("notices:look_again", args=[for_an_officer.pk])
    assert (
        other
        not in client.get(
            reverse("cases:target", args=[for_an_officer.pk])
        ).content.decode()
    )
    refused = client.post(other, {"seen": "live"})
    assert refused.context["form"].non_field_errors()
    for_an_officer.refresh_from_db()
    assert for_an_officer.state == "verified"


def test_every_refused_check_is_told_and_what_was_typed_is_there_again(world: World):
    add_targets(world, 30)
    [notice] = issue(world)
    answer(world, notice)
    ids = ids_of(notice)
    workflow.verify_items(items=ids[:25], seen="gone", actor=world.officer2)
    other = User.objects.create(
        username="o4", name="丁", role="officer", unit=world.case.unit, password="!"
    )
    client = client_of(other)
    said = {"ids": ids[:29], "seen": "gone", "note": "逐一打开看过", "from": "list"}
    page = client.post(reverse("notices:judge"), said)
    refused = [result for result in page.context["results"] if not result.ok]
    assert [result.code for result in refused] == ["not-claimed"] * 25
    assert all(str(world.officer2) in str(result.message) for result in refused)
    assert "逐一打开看过" in page.content.decode()
    assert PendingCheck.objects.count() == 4
    assert "逐一打开看过" in client.get(reverse("notices:checks_list")).content.decode()


def test_how_many_statements_a_refused_check_takes_does_not_depend_on_how_many(
    world: World,
):
    counts = []
    for number in (3, 30):
        add_targets(world, number)
        [notice] = issue(world)
        answer(world, notice)
        ids = ids_of(notice)
        workflow.verify_items(items=ids, seen="gone", actor=world.officer2)
        with CaptureQueriesContext(connection) as queries:
            results = workflow.propose_checks(
                items=ids, seen="gone", actor=world.officer2
            )
        assert set(codes(results)) == {"not-claimed"}
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_database_refuses_a_ledger_entry_checked_by_its_drafter_approver_or_answerer(
    world: World, notice: Notice
):
    first, _second, third = ids_of(notice)

    def count(item: int, checker: User) -> None:
        target = Target.objects.get(items=item)
        check = Check.objects.create(
            item_id=item, seen="gone", by=checker, at=timezone.now()
        )
        LedgerEntry.objects.create(
            target=target,
            nth=1,
            sign=1,
            kind="listing_removed",
            cause="verification",
            at=timezone.now(),
            case=world.case,
            firm=world.firm,
            platform=world.platform,
            item_id=item,
            check_row=check,
        )

    for item, checker in (
        (first, world.officer),
        (first, world.supervisor),
        (third, world.officer2),
    ):
        with (
            pytest.raises(DatabaseError, match="ledger entry is checked by nobody"),
            transaction.atomic(),
        ):
            count(item, checker)
    count(first, world.officer2)
    assert LedgerEntry.objects.count() == 1


def test_papers_are_opened_by_who_sees_their_subject_as_attachments_and_each_opening_is_in_the_audit(
    world: World, notice: Notice
):
    proof = store_file(b"<script>receipt</script>", "text/html")
    workflow.serve_otherwise(
        notice=notice, actor=world.officer, proof="直接送达", document=proof
    )
    paper = notice.items.get(pk=ids_of(notice)[2]).answers.get()
    routes = {
        reverse(
            "notices:service_proof", args=[notice.number]
        ): b"<script>receipt</script>",
        reverse("notices:answer_paper", args=[paper.pk]): "复函".encode(),
    }
    for number, (url, content) in enumerate(routes.items(), start=1):
        assert client_of(world.stranger).get(url).status_code == 404
        assert client_of(world.liaison).get(url).status_code == 404
        assert client_of(world.officer2).head(url).status_code == 200
        assert AuditEntry.objects.filter(verb="paper.opened").count() == number - 1
        page = client_of(world.officer2).get(url)
        assert b"".join(page.streaming_content) == content
        assert page["Content-Disposition"].startswith("attachment")
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["Content-Type"] == "application/octet-stream"
        entry = AuditEntry.objects.filter(verb="paper.opened").latest("pk")
        assert (entry.actor, entry.subject_id) == (world.officer2, notice.pk)
    assert reverse("notices:service_proof", args=[notice.number]) in (
        client_of(world.officer)
        .get(notice.get_absolute_url() + "?tab=deliveries")
        .content.decode()
    )
    target = Target.objects.get(items=paper.item_id)
    story = (
        client_of(world.officer)
        .get(reverse("cases:target", args=[target.pk]))
        .content.decode()
    )
    assert reverse("notices:answer_paper", args=[paper.pk]) in story


def test_an_answer_without_a_paper_and_a_notice_served_by_mail_have_nothing_to_open(
    world: World, notice: Notice
):
    liaisons = notice.items.get(pk=ids_of(notice)[0]).answers.get()
    client = client_of(world.officer)
    assert (
        client.get(reverse("notices:answer_paper", args=[liaisons.pk])).status_code
        == 404
    )
    assert (
        client.get(reverse("notices:service_proof", args=[notice.number])).status_code
        == 404
    )
