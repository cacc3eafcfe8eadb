"""A platform takes its answers back, or changes them, until somebody has checked them."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import CaseOfficer, Target
from corps.models import AuditEntry
from corps.models.installation import Notification
from corps.workflow import make_key, store_file
from dashboards.backlog import of_deadlines
from notices import workflow
from notices.models import Answer, AnswerRetraction, NoticeItem, PendingCheck
from notices.states import RETRACTABLE
from notices.workflow import Reply
from tests.notices.world import (
    World,
    add_targets,
    ago,
    answer,
    arrive,
    issue,
    make_world,
)


@pytest.fixture
def world(db) -> World:
    made = make_world()
    CaseOfficer.objects.create(
        case=made.case, officer=made.officer, is_lead=True, since=timezone.now()
    )
    CaseOfficer.objects.create(
        case=made.case, officer=made.officer2, since=timezone.now()
    )
    return made


def issued(world: World, count: int = 1):
    add_targets(world, count)
    [notice] = issue(world)
    return notice, list(notice.items.order_by("pk"))


def retract(world: World, notice, items, actor=None):
    ids = [item.pk for item in items]
    return workflow.retract_answers(
        notice=notice, items=ids, actor=actor or world.liaison
    )


@pytest.mark.parametrize(
    "outcome", ["removed", "already_gone", "refused", "needs_information", "not_ours"]
)
def test_an_answer_taken_back_leaves_the_item_open_and_stays_in_the_history(
    world: World, outcome: str
):
    notice, [item] = issued(world)
    answer(world, notice, outcome)
    [result] = retract(world, notice, [item])

    assert result.ok
    item.refresh_from_db()
    assert (item.state, item.outcome, item.answered_at, item.answered_by) == (
        "open",
        "",
        None,
        None,
    )
    target = Target.objects.get(pk=item.target_id)
    assert (target.state, target.claim, target.claim_at) == ("noticed", "", None)
    assert Answer.objects.get(item=item).outcome == outcome
    assert AnswerRetraction.objects.get().by == world.liaison
    entry = AuditEntry.objects.about(item).get(verb="item.answer_retracted")
    assert (entry.actor, entry.thread, entry.detail["outcome"]) == (
        world.liaison,
        world.case.thread,
        outcome,
    )


def test_every_answered_state_has_its_way_back():
    assert set(RETRACTABLE) == {
        "claimed",
        "refused",
        "needs_information",
        "appealed",
        "not_ours",
    }


def test_a_completed_notice_is_open_again_and_its_due_date_stays(world: World):
    notice, [item] = issued(world)
    due_on = arrive(world, notice).reply_due_on
    answer(world, notice, "refused")
    notice.refresh_from_db()
    assert notice.state == "completed"
    retract(world, notice, [item])
    notice.refresh_from_db()
    assert notice.state == "issued"
    assert notice.reply_due_on == due_on


def test_the_officers_of_the_case_are_told(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    retract(world, notice, [item])
    told = Notification.objects.filter(user__in=[world.officer, world.officer2])
    assert {
        note.user
        for note in told
        if note.event == "answers.taken_back" and str(notice) in note.text
    } == {
        world.officer,
        world.officer2,
    }


def test_an_answer_that_was_checked_stands_and_says_who_checked_it(world: World):
    notice, [gone, unclear] = issued(world, 2)
    answer(world, notice)
    workflow.verify_items(items=[gone.pk], seen="gone", actor=world.officer2)
    workflow.verify_items(items=[unclear.pk], seen="unreachable", actor=world.officer2)
    results = retract(world, notice, [gone, unclear])
    assert [result.code for result in results] == ["checked", "checked"]
    assert all(
        "officer2" in str(result.message) and result.details["by"] == "officer2"
        for result in results
    )
    assert not AnswerRetraction.objects.exists()
    assert Target.objects.get(pk=gone.target_id).is_counted


def test_a_check_in_its_ten_seconds_counts_as_a_check_until_it_is_undone(
    world: World,
):
    notice, [item] = issued(world)
    answer(world, notice)
    workflow.propose_checks(items=[item.pk], seen="gone", actor=world.officer2)
    [refused] = retract(world, notice, [item])
    pending = PendingCheck.objects.get()
    assert (refused.code, refused.details["until"]) == ("being-checked", pending.due_at)
    workflow.undo_pending_checks(items=[item.pk], actor=world.officer2)
    [result] = retract(world, notice, [item])
    assert result.ok


def test_after_found_live_the_second_answer_goes_back_to_the_first(world: World):
    notice, [item] = issued(world)
    answer(world, notice, "removed", at=None)
    workflow.verify_items(items=[item.pk], seen="live", actor=world.officer2)
    workflow.answer_items(
        notice=notice,
        replies=[Reply(1, "refused", item=item.pk, remark="no")],
        actor=world.liaison,
    )
    retract(world, notice, [item])
    item.refresh_from_db()
    assert (item.state, item.outcome) == ("open", "removed")
    assert item.answered_at is not None
    assert Target.objects.get(pk=item.target_id).claim == "removed"
    [again] = retract(world, notice, [item])
    assert again.code == "not-answered"


def test_what_was_taken_back_is_neither_in_time_nor_late(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    assert of_deadlines("answer", world.supervisor, None).count() == 1
    retract(world, notice, [item])
    assert of_deadlines("answer", world.supervisor, None).count() == 0


def test_only_the_own_platform_takes_its_answers_back(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    for stranger in (world.other_liaison, world.supervisor, world.stranger):
        with pytest.raises(PermissionDenied):
            retract(world, notice, [item], stranger)
    assert not AnswerRetraction.objects.exists()


def test_an_officer_takes_back_only_what_was_recorded_on_behalf(world: World):
    notice, [own, recorded] = issued(world, 2)
    answer(world, notice, items=[own.pk])
    paper = store_file(b"%PDF-1.4 letter", "application/pdf")
    replies = [Reply(1, "removed", item=recorded.pk)]
    workflow.answer_items(
        notice=notice, replies=replies, actor=world.officer, document=paper
    )
    results = retract(world, notice, [own, recorded], world.officer)
    assert [result.code for result in results] == ["not-on-behalf", ""]


def test_ids_that_are_not_in_the_notice_are_refused_one_by_one(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    results = workflow.retract_answers(
        notice=notice, items=[item.pk, 10**15], actor=world.liaison
    )
    assert [result.code for result in results] == ["", "not-in-notice"]


def test_a_withdrawn_item_has_no_answer_to_take_back(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    workflow.withdraw_items(items=[item.pk], actor=world.supervisor, reason="mistake")
    [result] = retract(world, notice, [item])
    assert result.code == "closed"


def test_changing_answers_replaces_only_those_that_the_person_saw(world: World):
    notice, [first, second, third] = issued(world, 3)
    answer(world, notice, "removed", items=[first.pk, second.pk])
    replies = [
        Reply(item.pk, "refused", item=item.pk, remark="no")
        for item in (first, second, third)
    ]
    results = workflow.change_answers(
        notice=notice, replies=replies, replaced=[first.pk], actor=world.liaison
    )
    assert [(result.ok, result.code) for result in results] == [
        (True, ""),
        (False, "already-answered"),
        (True, ""),
    ]
    answers = NoticeItem.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(answers) == ["refused", "removed", "refused"]


def test_a_change_that_cannot_be_an_answer_leaves_the_old_one(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    replies = [Reply(1, "refused", item=item.pk, remark="x" * 301)]
    [result] = workflow.change_answers(
        notice=notice, replies=replies, replaced=[item.pk], actor=world.liaison
    )
    assert result.code == "remark-too-long"
    item.refresh_from_db()
    assert (item.state, item.outcome) == ("claimed", "removed")


def test_a_change_after_the_check_says_who_checked(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    workflow.verify_items(items=[item.pk], seen="gone", actor=world.officer2)
    replies = [Reply(1, "refused", item=item.pk, remark="no")]
    [result] = workflow.change_answers(
        notice=notice, replies=replies, replaced=[item.pk], actor=world.liaison
    )
    assert (result.code, result.details["by"]) == ("checked", "officer2")


def test_statements_do_not_grow_with_the_items(world: World):
    counts = []
    for number in (2, 40):
        notice, items = issued(world, number)
        answer(world, notice)
        with CaptureQueriesContext(
            connection,
        ) as said:
            retract(world, notice, items)
        counts.append(len(said))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_judging_at_once_one_wins(transactional_db):
    world = make_world()
    notice, [item] = issued(world)
    answer(world, notice)
    said: dict[str, str] = {}
    start = threading.Barrier(2)

    def act(name, verb):
        start.wait()
        try:
            said[name] = verb()[0].code
        finally:
            connections.close_all()

    acts = {
        "retract": lambda: workflow.retract_answers(
            notice=notice, items=[item.pk], actor=world.liaison
        ),
        "check": lambda: workflow.verify_items(
            items=[item.pk], seen="gone", actor=world.officer2
        ),
    }
    threads = [threading.Thread(target=act, args=pair) for pair in acts.items()]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(bool(code) for code in said.values()) == [False, True], said
    item.refresh_from_db()
    assert item.state == ("verified" if said["retract"] else "open")


# The page.


@pytest.fixture
def page(world: World) -> Client:
    client = Client()
    client.force_login(world.liaison)
    return client


def test_the_page_takes_selected_answers_back_after_saying_what_that_means(
    world: World, page: Client
):
    notice, items = issued(world, 3)
    answer(world, notice, "removed", items=[items[0].pk, items[1].pk])
    url = reverse("notices:retract", args=[notice.number])
    asked = page.post(url, {"ids": [item.pk for item in items]})
    assert asked.context["total"] == 2
    assert asked.context["kept"] == 1
    assert not AnswerRetraction.objects.exists()
    page.post(url, {"ids": [items[0].pk, items[1].pk], "confirmed": "1"})
    assert AnswerRetraction.objects.count() == 2


def test_the_page_changes_answers_it_told_of_and_keeps_those_given_since(
    world: World, page: Client
):
    notice, [first, second] = issued(world, 2)
    answer(world, notice, "removed", items=[first.pk])
    url = reverse("notices:answer", args=[notice.number])
    asked = page.post(url, {"ids": [first.pk, second.pk], "outcome": "shut"})
    assert asked.context["replaced"] == [first.pk]
    answer(world, notice, "removed", items=[second.pk])
    sent = {
        "ids": [first.pk, second.pk],
        "outcome": "already_gone",
        "confirmed": "1",
        "token": "t",
        "replaced": first.pk,
    }
    shown = page.post(url, sent)
    assert [(result.ok, result.code) for result in shown.context["results"]] == [
        (True, ""),
        (False, "already-answered"),
    ]
    first.refresh_from_db()
    assert first.outcome == "already_gone"


def test_a_sheet_sent_again_after_its_answers_were_taken_back_answers_again(
    world: World, page: Client
):
    notice, [item] = issued(world)
    thing = Target.objects.select_related("listing").get(pk=item.target_id).listing
    content = f"编号,答复,备注\n{thing.canonical_id},已下架,\n".encode()

    def send() -> None:
        sheet = SimpleUploadedFile("a.csv", content, "text/csv")
        seen = page.post(
            reverse("notices:answers", args=[notice.number]), {"sheet": sheet}
        ).context["seen"]
        page.post(
            reverse("notices:answers_confirm", args=[notice.number]), {"seen": seen}
        )

    send()
    retract(world, notice, [item])
    send()
    item.refresh_from_db()
    assert item.state == "claimed"


def sheet_pages(page: Client, notice, outcome: str):
    """Hand a sheet in that answers the notice's only item; the review, and what confirming it shows."""
    thing = Target.objects.select_related("listing").get(items__notice=notice).listing
    content = f"编号,答复,备注\n{thing.canonical_id},{outcome},证据不足\n".encode()
    sheet = SimpleUploadedFile("a.csv", content, "text/csv")
    seen = page.post(reverse("notices:answers", args=[notice.number]), {"sheet": sheet})
    return seen.context["review"], lambda: page.post(
        reverse("notices:answers_confirm", args=[notice.number]),
        {"seen": seen.context["seen"]},
    )


def test_a_sheet_changes_answers_that_nobody_has_checked(world: World, page: Client):
    notice, [item] = issued(world)
    answer(world, notice)
    review, confirm = sheet_pages(page, notice, "未处置")
    assert (len(review.ready), review.changed, review.problems) == (1, 1, [])
    confirm()
    confirm()
    item.refresh_from_db()
    assert (item.state, item.outcome) == ("refused", "refused")
    assert AnswerRetraction.objects.count() == 1


def test_a_sheet_does_not_replace_what_was_answered_since_its_look(
    world: World, page: Client
):
    notice, [item] = issued(world)
    _review, confirm = sheet_pages(page, notice, "未处置")
    answer(world, notice)
    [result] = confirm().context["results"]
    assert result.code == "already-answered"
    item.refresh_from_db()
    assert item.outcome == "removed"


def test_a_sheet_says_of_a_checked_answer_that_it_stands(world: World, page: Client):
    notice, [item] = issued(world)
    answer(world, notice)
    workflow.verify_items(items=[item.pk], seen="unreachable", actor=world.officer2)
    review, _confirm = sheet_pages(page, notice, "未处置")
    [problem] = review.problems
    assert "officer2" in str(problem.reason)


# The API.


@pytest.fixture
def api(world: World) -> Client:
    key = make_key(user=world.liaison, actor=world.liaison, at=timezone.now())
    return Client(headers={"Authorization": f"Bearer {key}"})


def reply_url(notice, item) -> str:
    return f"/api/v1/notices/{notice.number}/replies/{item.pk}/"


def test_the_api_takes_an_answer_back_once(world: World, api: Client):
    notice, [item] = issued(world)
    answer(world, notice)
    assert api.delete(reply_url(notice, item)).status_code == 204
    again = api.delete(reply_url(notice, item))
    assert (again.status_code, again.json()["code"]) == (409, "not-answered")


def test_the_api_says_who_checked_and_until_when_a_check_can_be_undone(
    world: World, api: Client
):
    notice, [checked, judged] = issued(world, 2)
    answer(world, notice)
    workflow.verify_items(items=[checked.pk], seen="gone", actor=world.officer2)
    workflow.propose_checks(items=[judged.pk], seen="gone", actor=world.officer2)
    said = api.delete(reply_url(notice, checked))
    assert said.status_code == 409
    assert (said.json()["code"], said.json()["details"]["by"]) == (
        "checked",
        "officer2",
    )
    assert said.json()["details"]["at"]
    said = api.delete(reply_url(notice, judged)).json()
    assert (said["code"], bool(said["details"]["until"])) == ("being-checked", True)


def test_the_api_hides_what_others_may_not_see(world: World, api: Client):
    notice, [item] = issued(world)
    answer(world, notice)
    foreign, [other] = foreign_notice(world)
    assert api.delete(reply_url(foreign, other)).status_code == 404
    assert (
        api.delete(f"/api/v1/notices/{notice.number}/replies/{other.pk}/").status_code
        == 404
    )
    key = make_key(user=world.supervisor, actor=world.supervisor, at=timezone.now())
    answered = Client(headers={"Authorization": f"Bearer {key}"}).delete(
        reply_url(notice, item)
    )
    assert answered.status_code == 403


def foreign_notice(world: World):
    add_targets(world, 1, platform=world.other_platform)
    [notice] = [
        notice for notice in issue(world) if notice.platform == world.other_platform
    ]
    return notice, list(notice.items.all())


def test_answering_anew_after_taking_back_needs_another_key(world: World, api: Client):
    notice, [item] = issued(world)

    def reply(key: str):
        return api.post(
            f"/api/v1/notices/{notice.number}/replies/",
            json.dumps([{"item": item.pk, "outcome": "removed"}]),
            content_type="application/json",
            headers={"Idempotency-Key": key},
        ).json()[0]["result"]

    assert reply("a") == "accepted"
    api.delete(reply_url(notice, item))
    assert reply("a") == "accepted"  # the kept answer, given again
    item.refresh_from_db()
    assert item.state == "open"
    assert reply("b") == "accepted"
    item.refresh_from_db()
    assert item.state == "claimed"


def test_an_answer_given_long_ago_is_still_taken_back(world: World):
    notice, [item] = issued(world)
    answer(world, notice)
    NoticeItem.objects.filter(pk=item.pk).update(
        answered_at=ago(days=30) - timedelta(hours=1)
    )
    [result] = retract(world, notice, [item])
    assert result.ok
