"""Whoever comes second is told who was first and when, by every verb that moves a thing on, on page and in the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import workflow as casework
from cases.models import Case, Complaint, Target
from corps import workflow as core_workflow
from corps.deadlines.clock import today
from corps.errors import TransitionRefused, in_short
from corps.models import AuditEntry, Delivery, User
from notices import workflow
from notices.models import Notice, NoticeItem, Objection, PendingApproval
from stores import workflow as storework
from tests.notices.world import World, add_targets, answer, issue, make_world
from tests.put_into import put_into

pytestmark = pytest.mark.django_db

# What is done twice: given the world, a function that does it as one of two people.
Act = Callable[[User], Any]


@pytest.fixture
def world() -> World:
    return make_world()


def person(world: World, login: str, role: str, *duties: str) -> User:
    unit = world.case.unit if role in ("officer", "supervisor") else None
    return User.objects.create(
        username=login,
        name=login,
        role=role,
        unit=unit,
        duties=list(duties),
        password="!",
    )


def complaint_of(world: World):
    return casework.submit_complaint(
        actor=world.officer, firm=world.firm, subject="来函", received_on=today()
    )[0]


def accept(world: World) -> Act:
    complaint = complaint_of(world)
    return lambda actor: casework.accept_complaint(complaint=complaint, actor=actor)


def refuse(world: World) -> Act:
    complaint = complaint_of(world)
    return lambda actor: casework.refuse_complaint(
        complaint=complaint, actor=actor, reason="重复"
    )


def take_back(world: World) -> Act:
    complaint = complaint_of(world)
    return lambda actor: casework.withdraw_complaint(
        complaint=complaint, actor=actor, reason="企业撤回"
    )


def file_case(world: World) -> Act:
    lead = Case.objects.create(
        number="C2026-000009", title="线索", firm=world.firm, unit=world.case.unit, opened_by=world.officer,
        opened_at=timezone.now(),
    )  # fmt: skip
    casework.assign_officers(
        case=lead, lead=world.officer, second=world.officer2, actor=world.officer
    )
    return lambda actor: casework.file_case(case=lead, actor=actor)


def suspend(world: World) -> Act:
    return lambda actor: casework.suspend_case(
        case=world.case, actor=actor, reason="等待鉴定"
    )


def drop(world: World) -> Act:
    [target] = add_targets(world, 1)
    return lambda actor: casework.drop_targets(
        targets=[target.pk], actor=actor, reason="重复"
    )


def draft(world: World) -> Notice:
    add_targets(world, 1)
    return workflow.compose_notices(case=world.case, actor=world.officer).notices[0]


def submit(world: World) -> Act:
    notice = draft(world)
    return lambda actor: workflow.submit_notice(notice=notice, actor=actor)


def approve(world: World) -> Act:
    notice = workflow.submit_notice(notice=draft(world), actor=world.officer)
    return lambda actor: workflow.approve_notice(
        notice=notice, actor=actor, version=notice.version
    )


def approve_in_ten_seconds(world: World) -> Act:
    notice = workflow.submit_notice(notice=draft(world), actor=world.officer)
    return lambda actor: workflow.propose_approval(
        notice=notice, actor=actor, version=notice.version
    )


def send_back(world: World) -> Act:
    notice = workflow.submit_notice(notice=draft(world), actor=world.officer)
    return lambda actor: workflow.return_notice(
        notice=notice, actor=actor, reason="依据不足"
    )


def give_up(world: World) -> Act:
    notice = draft(world)
    return lambda actor: workflow.withdraw_draft(notice=notice, actor=actor)


def issued(world: World) -> Notice:
    add_targets(world, 1)
    return issue(world)[0]


def reply(world: World) -> Act:
    notice = issued(world)
    item, paper = notice.items.get().pk, core_workflow.store_file(b"x", "text/plain")
    replies = [workflow.Reply(1, "removed", item=item)]
    return lambda actor: workflow.answer_items(
        notice=notice, replies=replies, actor=actor, document=paper
    )


def answered(world: World) -> int:
    notice = issued(world)
    answer(world, notice)
    return notice.items.get().pk


def check(world: World) -> Act:
    item = answered(world)
    return lambda actor: workflow.verify_items(items=[item], seen="gone", actor=actor)


def propose(world: World) -> Act:
    item = answered(world)
    return lambda actor: workflow.propose_checks(items=[item], seen="gone", actor=actor)


def propose_what_was_checked(world: World) -> Act:
    item = answered(world)
    verbs = iter([workflow.verify_items, workflow.propose_checks])
    return lambda actor: next(verbs)(items=[item], seen="gone", actor=actor)


def withdraw(world: World) -> Act:
    notice = issued(world)
    item = notice.items.get().pk
    return lambda actor: workflow.withdraw_items(
        items=[item], actor=actor, reason="误列"
    )


def object_to(world: World) -> Act:
    target = Target.objects.get(items=answered(world))
    return lambda actor: workflow.lodge_objection(
        target=target, actor=actor, reason="不服"
    )


def accept_objection(world: World) -> Act:
    objection = object_to(world)(world.officer)
    return lambda actor: workflow.accept_objection(objection=objection, actor=actor)


def decide_objection(world: World) -> Act:
    objection = accept_objection(world)(world.officer)
    return lambda actor: workflow.decide_objection(
        objection=objection, actor=actor, upheld=False, reason="无据"
    )


def correct(world: World) -> Act:
    item = answered(world)
    checker = person(world, "checker", "officer")
    workflow.verify_items(items=[item], seen="gone", actor=checker)
    target = Target.objects.get(items=item)
    workflow.propose_correction(target=target, actor=checker, reason="看错")
    return lambda actor: workflow.correct_outcome(
        target=target, actor=actor, reason="看错"
    )


def mark_sent(world: World) -> Act:
    issued(world)
    put_into(Delivery.objects, "uncertain")
    delivery = Delivery.objects.get()
    return lambda actor: core_workflow.mark_sent(
        delivery=delivery, actor=actor, evidence="电话确认", at=timezone.now()
    )


def dismiss(world: World) -> Act:
    return lambda actor: storework.dismiss_liaison(
        liaison=world.liaison.liaison, actor=actor
    )


def close_account(world: World) -> Act:
    return lambda actor: core_workflow.deactivate_user(
        user=world.stranger, actor=actor, at=timezone.now()
    )


OFFICERS = ("officer",)
HEADS = ("supervisor", "head_of_unit", "head_of_department")
ADMINISTRATORS = ("administrator",)
WALK = {
    accept: OFFICERS, refuse: OFFICERS, take_back: OFFICERS, file_case: HEADS, suspend: HEADS, drop: OFFICERS,
    submit: OFFICERS, approve: HEADS, approve_in_ten_seconds: HEADS, send_back: HEADS, give_up: OFFICERS,
    reply: OFFICERS, check: OFFICERS,
    propose: OFFICERS, propose_what_was_checked: OFFICERS, withdraw: OFFICERS, object_to: OFFICERS,
    accept_objection: OFFICERS, decide_objection: HEADS, correct: HEADS, mark_sent: OFFICERS,
    dismiss: ADMINISTRATORS, close_account: ADMINISTRATORS,
}  # fmt: skip


@pytest.mark.parametrize("verb", WALK, ids=lambda verb: verb.__name__)
def test_the_second_of_two_is_told_the_name_of_the_first_and_the_time(
    world: World, verb: Callable[[World], Act]
):
    role, *duties = WALK[verb]
    first, second = (
        person(world, login, role, *duties) for login in ("甲乙丙", "丁戊己")
    )
    act = verb(world)
    done = act(first)
    assert not isinstance(done, list) or all(result.ok for result in done)
    try:
        [result] = act(second)
        told, details = str(result.message), result.details
        assert not result.ok
    except TransitionRefused as refused:
        told, details = str(refused.message), refused.details
    assert "甲乙丙" in told
    assert in_short(timezone.now())[:5] in told
    if details:
        assert details["by"] == "甲乙丙"
        assert details["at"]


def test_the_api_tells_the_second_of_two_in_the_problem_document(world: World):
    notice = issued(world)
    workflow.withdraw_items(
        items=[notice.items.get().pk], actor=world.officer, reason="误列"
    )
    put_into(Notice.objects.filter(pk=notice.pk), "withdrawn")
    client = Client()
    client.force_login(world.liaison)
    refused = client.post(
        f"/api/v1/notices/{notice.number}/replies/",
        [{"item": notice.items.get().pk, "outcome": "removed"}],
        "application/json",
        headers={"Idempotency-Key": "k"},
    )
    last = AuditEntry.objects.about(notice).latest("pk")
    problem = refused.json()
    assert (refused.status_code, refused["Content-Type"]) == (
        409,
        "application/problem+json",
    )
    assert problem["by"] == str(last.actor)
    assert problem["at"]
    assert str(last.actor) in problem["detail"]


# The same on pages: a verb of above → (address, what is sent), given the world in which its first half was done.
Sent = tuple[str, dict[str, Any]]


def notice_of(world: World) -> Notice:
    return Notice.objects.latest("pk")


def complaint_page(act: str) -> Callable[[World], Sent]:
    return lambda world: (
        reverse("cases:complaint_decide", args=[Complaint.objects.latest("pk").number]),
        {"act": act, "reason": "重复"},
    )


def case_page(act: str) -> Callable[[World], Sent]:
    return lambda world: (
        reverse("cases:case_act", args=[Case.objects.latest("pk").number]),
        {"act": act, "reason": "等待鉴定"},
    )


def notice_page(name: str, **sent: Any) -> Callable[[World], Sent]:
    def page(world: World) -> Sent:
        notice = notice_of(world)
        return reverse(f"notices:{name}", args=[notice.number]), {
            "version": notice.version
        } | sent

    return page


def item_page(name: str, **sent: Any) -> Callable[[World], Sent]:
    def page(world: World) -> Sent:
        item = NoticeItem.objects.latest("pk")
        args = [] if name == "judge" else [item.notice.number]
        return reverse(f"notices:{name}", args=args), {"ids": item.pk} | sent

    return page


def objection_page(name: str, **sent: Any) -> Callable[[World], Sent]:
    return lambda world: (
        reverse(f"notices:{name}", args=[Objection.objects.latest("pk").number]),
        sent,
    )


PAGES: dict[Callable[[World], Act], Callable[[World], Sent]] = {
    accept: complaint_page("accept"),
    refuse: complaint_page("refuse"),
    take_back: complaint_page("withdraw"),
    file_case: case_page("file"),
    suspend: case_page("suspend"),
    drop: lambda world: (
        reverse("cases:targets_act", args=[world.case.number]),
        {"ids": Target.objects.latest("pk").pk, "act": "drop", "reason": "重复"},
    ),
    submit: notice_page("change", act="submit"),
    approve: notice_page("decide", act="approve"),
    approve_in_ten_seconds: notice_page("decide", act="approve"),
    send_back: notice_page("decide", act="return", reason="依据不足"),
    give_up: notice_page("change", act="withdraw"),
    check: item_page("judge", seen="gone"),
    propose: item_page("judge", seen="gone"),
    withdraw: item_page("change_items", act="withdraw", reason="误列"),
    object_to: lambda world: (
        reverse("notices:objection_new", args=[Target.objects.latest("pk").pk]),
        {"reason": "不服"},
    ),
    accept_objection: objection_page("objection_accept"),
    decide_objection: objection_page("objection", decision="dismissed", reason="无据"),
    correct: lambda world: (
        reverse("notices:correction", args=[Target.objects.latest("pk").pk]),
        {"act": "correct", "reason": "看错"},
    ),
    mark_sent: lambda world: (
        reverse("notices:delivery_decide", args=[Delivery.objects.latest("pk").pk]),
        {"act": "mark_sent", "reason": "电话确认"},
    ),
    dismiss: lambda world: (
        reverse("stores:liaison_dismiss", args=[world.liaison.liaison.pk]),
        {},
    ),
    close_account: lambda world: (
        reverse("user_close", args=[world.stranger.username]),
        {},
    ),
}
# Their pages ask for a paper or lead back to a list of results, which tests of their own read.
WITHOUT_A_PAGE = {reply, propose_what_was_checked}


def test_every_verb_of_the_walk_has_a_page_or_is_known_to_have_none():
    assert WALK.keys() == PAGES.keys() | WITHOUT_A_PAGE


@pytest.mark.parametrize("verb", PAGES, ids=lambda verb: verb.__name__)
def test_the_page_of_the_second_of_two_is_409_with_the_name_of_the_first_and_the_time(
    world: World, verb: Callable[[World], Act]
):
    role, *duties = WALK[verb]
    first, second = (
        person(world, login, role, *duties) for login in ("甲乙丙", "丁戊己")
    )
    verb(world)(first)
    url, sent = PAGES[verb](world)
    client = Client()
    client.force_login(second)
    answered = client.post(url, sent)
    page = answered.content.decode()
    assert answered.status_code == 409
    assert "甲乙丙" in page
    assert in_short(timezone.now())[:5] in page


def test_who_approved_comes_second_to_the_own_approval(world: World):
    notice = workflow.submit_notice(notice=draft(world), actor=world.officer)
    client = Client()
    client.force_login(world.supervisor)
    decide, said = (
        reverse("notices:decide", args=[notice.number]),
        {"act": "approve", "version": notice.version},
    )
    assert client.post(decide, said).status_code == 302
    assert client.post(decide, said).status_code == 409
    assert PendingApproval.objects.count() == 1
