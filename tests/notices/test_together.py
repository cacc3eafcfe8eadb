"""Two people at once, with real connections: one wins, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from corps.errors import TransitionRefused
from corps.models import Delivery, Notification, User
from notices import workflow
from notices.models import Answer, Check, LedgerEntry, Notice, PendingCheck
from tests.notices.api_client import client_for, post
from tests.notices.world import (
    add_targets,
    ago,
    answer,
    issue,
    make_world,
    third_officer,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run acts in threads that start together; each result, or the refusal it raised."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except TransitionRefused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_liaisons_answer_the_same_items_and_each_item_has_one_answer():
    world = make_world()
    add_targets(world, 40)
    [notice] = issue(world)
    ids = list(notice.items.order_by("pk").values_list("pk", flat=True))
    both = at_once(
        [
            lambda: answer(world, notice, "removed", ids),
            lambda: answer(world, notice, "refused", ids[::-1]),
        ]
    )
    assert sorted(sum(result.ok for result in results) for results in both) == [
        0,
        40,
    ]
    assert Answer.objects.count() == 40


def test_a_double_click_on_the_api_gives_one_answer():
    world = make_world()
    add_targets(world, 5)
    [notice] = issue(world)
    ids = list(notice.items.values_list("pk", flat=True))

    def once() -> Any:
        return workflow.reply_once(
            notice=notice,
            actor=world.liaison,
            key="k",
            body=ids,
            answer=lambda: [
                {"ok": result.ok} for result in answer(world, notice, "removed", ids)
            ],
        )

    results = at_once([once, once, once])
    answered = [
        result for result in results if not isinstance(result, TransitionRefused)
    ]
    assert answered
    assert all(rows == [{"ok": True}] * 5 for rows in answered)
    assert {
        refused.code for refused in results if isinstance(refused, TransitionRefused)
    } <= {"key-running"}
    assert Answer.objects.count() == 5


def test_while_a_request_is_answered_its_key_is_taken_for_nobody_else():
    world = make_world()
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("pk").values_list("pk", flat=True)
    colleague = User.objects.create(
        username="second", name="第二人", role="liaison", password="!"
    )
    world.platform.liaisons.filter(user=None).update(user=colleague)
    body, begun, may_end = [{"item": first, "outcome": "removed"}], Event(), Event()

    def slowly() -> list[dict[str, Any]]:
        begun.set()
        assert may_end.wait(20)
        return [{"row": 1, "result": "accepted", "code": "", "detail": ""}]

    def answer_slowly() -> None:
        try:
            workflow.reply_once(
                notice=notice, actor=world.liaison, key="k", body=body, answer=slowly
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(answer_slowly)
        try:
            assert begun.wait(20)
            again = post(client_for(world.liaison), notice, body, key="k")
            theirs = post(
                client_for(colleague),
                notice,
                [{"item": second, "outcome": "removed"}],
                key="k",
            )
        finally:
            may_end.set()
        running.result()
    assert (again.status_code, again.json()["code"]) == (409, "key-running")
    assert (theirs.status_code, theirs.json()[0]["result"]) == (200, "accepted")
    assert (
        post(client_for(world.liaison), notice, body, key="k").json()[0]["result"]
        == "accepted"
    )


def test_two_who_finish_the_last_two_items_complete_their_notice():
    world = make_world()
    add_targets(world, 2)
    [notice] = issue(world)
    first, last = notice.items.order_by("pk").values_list("pk", flat=True)

    def finish() -> None:
        try:
            answer(world, notice, "refused", [last])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            answer(world, notice, "refused", [first])
            other = pool.submit(finish)
            while (
                not other.done()
            ):  # or until it waits for what this one has not committed yet
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone() != (0,):
                    break
        other.result()
    notice.refresh_from_db()
    assert notice.state == "completed"


def test_two_officers_check_the_same_items_and_each_counts_once():
    world = make_world()
    add_targets(world, 30)
    [notice] = issue(world)
    answer(world, notice)
    ids = list(notice.items.values_list("pk", flat=True))
    at_once(
        [
            lambda: workflow.verify_items(items=ids, seen="gone", actor=world.officer2),
            lambda: workflow.verify_items(
                items=ids[::-1], seen="gone", actor=world.officer2
            ),
        ]
    )
    assert LedgerEntry.objects.count() == 30
    assert Check.objects.count() == 30


def test_two_approvals_at_once_issue_one_letter():
    world = make_world()
    add_targets(world, 3)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    notice = workflow.submit_notice(notice=notice, actor=world.officer)

    def approve() -> Notice:
        return workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )

    results = at_once([approve, approve])
    assert sorted(isinstance(result, TransitionRefused) for result in results) == [
        False,
        True,
    ]
    assert Delivery.objects.count() == 1


def test_an_answer_and_the_follow_up_that_would_carry_its_item_over_do_not_both_win():
    world = make_world()
    targets = add_targets(world, 1)
    [notice] = issue(world)
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[targets[0].pk]
    )
    second = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    results = at_once(
        [
            lambda: answer(world, notice),
            lambda: workflow.approve_notice(
                notice=second, actor=world.supervisor, version=second.version
            ),
        ]
    )
    answered = results[0][0].ok if results[0] else False
    followed = not isinstance(results[1], TransitionRefused)
    assert answered != followed


def test_a_check_can_be_undone_until_it_counts():
    world = make_world()
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    first, second = notice.items.order_by("pk").values_list("pk", flat=True)
    workflow.propose_checks(items=[first, second], seen="gone", actor=world.officer2)
    assert workflow.settle_pending_checks() == 0
    assert not LedgerEntry.objects.exists()
    assert workflow.undo_pending_checks(items=[first], actor=third_officer(world)) == 0
    assert workflow.undo_pending_checks(items=[first], actor=world.officer2) == 1
    PendingCheck.objects.update(due_at="2026-01-01T00:00:00Z")
    assert workflow.settle_pending_checks() == 1
    assert list(LedgerEntry.objects.values_list("item", flat=True)) == [second]
    assert workflow.undo_pending_checks(items=[second], actor=world.officer2) == 0


def test_a_check_is_one_persons_counts_at_its_click_and_is_dropped_when_it_comes_too_late():
    world = make_world()
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    first, second = notice.items.order_by("pk").values_list("pk", flat=True)
    other = third_officer(world)
    workflow.propose_checks(items=[first, second], seen="gone", actor=world.officer2)
    [taken] = workflow.propose_checks(items=[first], seen="live", actor=other)
    assert (taken.ok, taken.code) == (False, "being-judged")
    assert "officer2" in str(taken.message)
    clicked = ago(minutes=1)
    PendingCheck.objects.update(due_at=ago(seconds=1), at=clicked)
    workflow.verify_items(items=[second], seen="gone", actor=other)
    assert workflow.settle_pending_checks() == 2
    assert LedgerEntry.objects.get(item=first).at == clicked
    assert LedgerEntry.objects.get(item=second).check_row.by == other
    assert Check.objects.count() == 2
    assert Notification.objects.filter(user=world.officer2).count() == 1
    assert not Notification.objects.filter(user=other).exists()
