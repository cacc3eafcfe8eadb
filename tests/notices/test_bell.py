"""The bell rings for what happens, by the table of events: for whom, grouped by subject, and never for who acted."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cases import workflow as casework
from cases.models import Case, Target
from cases.workflow import deadlines
from corps.audit.origin import audit_origin
from corps.deadlines.calendar import add_working_days
from corps.deadlines.clock import SHANGHAI
from corps.mail.events import line_of
from corps.models import Deadline, Delivery, Holiday, Notification, User
from corps.workflow import alarm_administrators, cancel, read_notifications, store_file
from firms.models import Representative
from notices import notifications, workflow
from notices.models import Notice, Objection, PendingCheck
from notices.workflow import handover, sending, undelivered
from notices.workflow.submissions import take_back
from tests.notices.world import World, add_targets, ago, answer, arrive, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db
EVERYBODY = {"officer", "officer2", "supervisor", "supervisor2"}


@pytest.fixture
def case(world: World) -> Case:
    """Both officers handle it."""
    casework.assign_officers(
        case=world.case,
        lead=world.officer,
        second=world.officer2,
        actor=world.supervisor,
    )
    Notification.objects.all().delete()
    return world.case


@pytest.fixture
def notice(world: World, case: Case) -> Notice:
    add_targets(world, 4)
    [notice] = issue(world)
    return notice


def rung(event: str) -> set[str]:
    return set(
        Notification.objects.filter(event=event).values_list(
            "user__username", flat=True
        )
    )


def test_two_answers_to_one_notice_are_one_line_with_their_count_for_both_officers(
    world: World, notice: Notice
):
    ids = list(notice.items.values_list("pk", flat=True))
    answer(world, notice, items=ids[:1])
    answer(world, notice, items=ids[1:3])
    lines = Notification.objects.filter(event="answers.given")
    assert set(lines.values_list("user__username", "count")) == {
        ("officer", 3),
        ("officer2", 3),
    }
    with translation.override("zh-hans"):
        assert line_of(lines[0]) == f"淘宝天猫 反馈 {notice.document_number} 的 3 项。"
    read_notifications(world.officer)
    answer(world, notice, items=ids[3:])
    mine = lines.filter(user=world.officer).order_by("pk")
    assert [line.count for line in mine] == [3, 1], "what was read does not grow again"


def test_whose_account_is_closed_is_told_nothing_and_a_replay_tells_nobody(
    world: World, notice: Notice
):
    User.objects.filter(pk=world.officer2.pk).update(is_active=False)
    first, *others = notice.items.values_list("pk", flat=True)
    answer(world, notice, items=[first])
    assert rung("answers.given") == {"officer"}
    Notification.objects.all().delete()
    with audit_origin(channel="replay", replay="replay:1"):
        answer(world, notice, items=others)
    assert not rung("answers.given")


def test_the_count_of_the_bell_is_that_of_the_unread_lines_of_its_list(
    world: World, notice: Notice
):
    answer(world, notice)
    client = Client()
    client.force_login(world.officer)
    page = client.get(reverse("notifications"))
    unread = [line for line in page.context["page"] if line.read_at is None]
    assert client.get(reverse("pulse")).json()["bell"] == len(unread) == 1
    client.post(reverse("notifications_read"), {"line": unread[0].pk})
    assert client.get(reverse("pulse")).json()["bell"] == 0


def test_nobody_is_told_of_their_own_act_and_no_other_unit_of_anything(
    world: World, notice: Notice
):
    paper, item = store_file(b"x", "text/plain"), notice.items.first().pk
    replies = [workflow.Reply(1, "removed", item=item)]
    workflow.answer_items(
        notice=notice, replies=replies, actor=world.officer, document=paper
    )
    assert rung("answers.given") == {"officer2"}
    answer(world, notice)
    assert world.stranger.username not in set(
        Notification.objects.values_list("user__username", flat=True)
    )
    assert "liaison-taobao" not in rung("answers.given")
    assert "officer" not in rung("notice.submitted")


def test_a_notice_rings_for_who_may_approve_it_then_for_its_liaison_or_its_drafter(
    world: World, case: Case
):
    add_targets(world, 1)
    [draft] = workflow.compose_notices(case=case, actor=world.officer).notices
    draft = workflow.submit_notice(notice=draft, actor=world.officer)
    assert rung("notice.submitted") == {"supervisor"}
    workflow.return_notice(notice=draft, actor=world.supervisor, reason="补充依据")
    assert rung("notice.returned") == {"officer"}
    draft = workflow.submit_notice(notice=draft, actor=world.officer)
    workflow.approve_notice(notice=draft, actor=world.supervisor, version=draft.version)
    assert rung("notice.issued") == {"liaison-taobao"}


def test_answers_taken_back_and_appeals_ring_for_the_officers(
    world: World, notice: Notice
):
    first, second, *_rest = notice.items.values_list("pk", flat=True)
    answer(world, notice, items=[first])
    workflow.retract_answers(notice=notice, items=[first], actor=world.liaison)
    assert rung("answers.taken_back") == {"officer", "officer2"}
    answer(world, notice, "appealed", items=[second])
    assert rung("appeal.given") >= {"officer", "officer2", "supervisor"}


def open_lead(world: World) -> Case:
    """A case of a complaint with no sheet, which waits for its filing."""
    Case.objects.update(number="C2025-000001")  # that of this year is for the new one
    complaint, _sheet = casework.submit_complaint(
        actor=world.officer,
        firm=world.firm,
        subject="来函",
        received_on=timezone.localdate(),
    )
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    return casework.open_case(
        actor=world.officer,
        complaints=[complaint],
        title="线索",
        lead=world.officer,
        second=world.officer2,
    )


def test_a_lead_rings_for_the_chief_and_its_filing_for_its_officers_and_its_firm(
    world: World,
):
    chief = User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        duties=["head_of_department"],
        unit=world.case.unit,
    )
    lead = open_lead(world)
    assert rung("case.to_file") == {"chief"}
    speaker = User.objects.create(
        username="firm-CXT", name="firm", role="representative"
    )
    Representative.objects.create(user=speaker, firm=world.firm)
    casework.file_case(case=lead, actor=chief)
    assert rung("case.filed") == {"officer", "officer2", "firm-CXT"}
    told = Notification.objects.get(user=speaker, event="case.filed")
    assert told.url == lead.complaints.get().get_absolute_url()
    assert lead.number not in line_of(told)


def test_a_letter_that_failed_and_a_day_that_passed_ring_once_however_often_maintenance_looks(
    world: World, notice: Notice
):
    put_into(Delivery.objects, "failed")
    arrive(world, notice, ago(days=40))
    for _time in range(2):
        undelivered.tell_officers_of_failures()
        notifications.announce_due()
        deadlines.announce_handling()
    assert set(
        Notification.objects.values_list("event", "user__username", "count")
    ) >= {
        ("delivery.failed", "officer", 1),
        ("delivery.failed", "officer2", 1),
        ("deadline.missed", "officer", 1),
        ("deadline.missed", "officer2", 1),
    }
    assert not Notification.objects.filter(count__gt=1).exists()


def test_a_day_missed_is_told_to_supervisors_once_a_working_day_has_passed_over_it_and_once(
    world: World, notice: Notice, settings
):
    settings.SESSION_IDLE_MINUTES = 0
    arrive(world, notice)
    due = Notice.objects.get(pk=notice.pk).reply_due_on
    after = add_working_days(due, 1, calendar=Holiday.objects.calendar())
    for day, told in (
        (due, set()),
        (after, {"officer", "officer2"}),
        (after + timedelta(days=1), EVERYBODY),
    ):
        with time_machine.travel(datetime.combine(day, time(9), SHANGHAI), tick=False):
            for _time in range(2):
                notifications.announce_due()
        assert rung("deadline.missed") == told, day
    assert not Notification.objects.filter(
        event="deadline.missed", count__gt=1
    ).exists()


def test_a_day_missed_that_was_made_up_for_is_told_to_no_supervisor(
    world: World, notice: Notice, settings
):
    settings.SESSION_IDLE_MINUTES = 0
    arrive(world, notice)
    due = Notice.objects.get(pk=notice.pk).reply_due_on
    with time_machine.travel(
        datetime.combine(due + timedelta(days=1), time(9), SHANGHAI), tick=False
    ):
        notifications.announce_due()
        answer(world, notice)
    with time_machine.travel(
        datetime.combine(due + timedelta(days=20), time(9), SHANGHAI), tick=False
    ):
        notifications.announce_due()
    assert rung("deadline.missed") == {"officer", "officer2"}


def test_a_lead_that_nobody_decides_on_is_told_to_its_officers_and_then_to_supervisors(
    world: World,
):
    lead = open_lead(world)
    due_on = timezone.localdate() - timedelta(days=20)
    Deadline.objects.filter(rule__code="HC").update(
        started_on=due_on - timedelta(days=20), due_on=due_on
    )
    for _time in range(2):
        deadlines.announce_handling()
    lines = Notification.objects.filter(event="deadline.missed")
    assert set(lines.values_list("user__username", "url", "count")) == {
        (name, lead.get_absolute_url(), 1) for name in EVERYBODY
    }


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_administrators_are_told_after_an_hour_of_letters_that_still_stand_and_not_what_they_say(
    world: World, notice: Notice, state: str
):
    administrator = User.objects.create(
        username="admin", name="admin", role="administrator", password="!"
    )
    for age, told in ((50, set()), (70, {"admin"})):
        put_into(Delivery.objects, state, finished_at=ago(minutes=age))
        for _time in range(2):
            alarm_administrators()
        assert rung(f"delivery.{state}") == told
    [line] = Notification.objects.filter(user=administrator)
    said = line_of(line)
    assert line.count == Delivery.objects.count()
    assert str(line.count) in said
    assert notice.document_number not in said
    assert world.platform.name not in said


def test_a_letter_that_somebody_gave_up_within_the_hour_is_told_to_no_administrator(
    world: World, notice: Notice
):
    User.objects.create(
        username="admin", name="admin", role="administrator", password="!"
    )
    put_into(Delivery.objects, "failed", finished_at=ago(minutes=70))
    for delivery in Delivery.objects.all():
        cancel(
            delivery=delivery,
            actor=world.officer,
            reason="改为直接送达",
            at=timezone.now(),
        )
    alarm_administrators()
    assert rung("delivery.failed") == set()


def test_a_withdrawal_rings_for_whoever_got_the_letter_once_a_notice(
    world: World, notice: Notice
):
    put_into(
        Delivery.objects.filter(message__recipient="liaison@taobao.example"),
        "sent",
        finished_at=ago(days=1),
    )
    first, second, *_rest = notice.items.values_list("pk", flat=True)
    for item in (first, second):
        workflow.withdraw_items(items=[item], actor=world.officer, reason="误发")
    [line] = Notification.objects.filter(event="notice.withdrawn")
    assert (line.user, line.count) == (world.liaison, 2)
    assert notice.withdrawal_letters.latest("pk").document_number in line_of(line)


def test_a_decided_objection_rings_for_officers_and_firm_and_a_dismissed_appeal_for_its_liaison(
    world: World, notice: Notice
):
    speaker = User.objects.create(
        username="firm-CXT", name="firm", role="representative"
    )
    Representative.objects.create(user=speaker, firm=world.firm)
    items = list(notice.items.values_list("pk", flat=True))[:2]
    answer(world, notice, "appealed", items=items)
    objections = list(Objection.objects.values_list("pk", flat=True))
    workflow.accept_objections(objections=objections, actor=world.officer)
    for pk, upheld in zip(objections, (False, True), strict=True):
        workflow.decide_objections(
            objections=[pk], actor=world.supervisor, upheld=upheld, reason="已核"
        )
    lines = Notification.objects.filter(event="objection.decided")
    assert set(lines.values_list("user__username", "count")) == {
        ("officer", 2),
        ("officer2", 2),
        ("firm-CXT", 2),
        ("liaison-taobao", 1),
    }
    with translation.override("en"):
        assert "the last: Upheld" in line_of(lines.get(user=world.officer))
    with translation.override("zh-hans"):
        assert "Upheld" not in line_of(lines.get(user=world.officer))
        assert world.case.number not in line_of(lines.get(user=speaker))
    assert rung("notice.withdrawn") <= {"liaison-taobao"}


def test_a_lodged_objection_rings_for_officers_and_who_decides(
    world: World, notice: Notice
):
    workflow.lodge_objection(
        target=notice.items.first().target, actor=world.officer, reason="有授权"
    )
    assert rung("objection.received") == {"officer2", "supervisor", "supervisor2"}


def test_what_is_seen_live_rings_for_its_liaison_once_for_all(
    world: World, notice: Notice
):
    answer(world, notice)
    workflow.verify_items(
        items=notice.items.values_list("pk", flat=True),
        seen="live",
        actor=world.officer2,
    )
    assert list(
        Notification.objects.filter(event="item.reopened").values_list(
            "user__username", "count"
        )
    ) == [("liaison-taobao", 4)]


def test_void_checks_are_one_line_a_notice_with_all_reasons(
    world: World, notice: Notice
):
    answer(world, notice)
    first, second, *_rest = ids = list(notice.items.values_list("pk", flat=True))
    workflow.propose_checks(items=ids, seen="gone", actor=world.officer2)
    workflow.lodge_objection(
        target=notice.items.get(pk=first).target, actor=world.officer, reason="有授权"
    )
    Target.objects.filter(items=second).update(is_official=True)
    PendingCheck.objects.update(due_at=ago(seconds=1))
    workflow.settle_pending_checks()
    [line] = Notification.objects.filter(event="verdict.voided")
    assert (line.user, line.count) == (world.officer2, 2)
    with translation.override("zh-hans"):
        assert "异议" in line_of(line)
        assert "官方" in line_of(line)


@pytest.mark.parametrize("change", ["changed", "withdrawn", "official"])
def test_who_approved_is_told_once_that_the_approval_is_void(
    world: World, case: Case, change: str
):
    targets = add_targets(world, 2)
    [draft] = workflow.compose_notices(case=case, actor=world.officer).notices
    draft = workflow.submit_notice(notice=draft, actor=world.officer)
    workflow.propose_approval(
        notice=draft, actor=world.supervisor, version=draft.version
    )
    if change == "changed":
        workflow.change_request(
            notice=draft, actor=world.officer, ask_preserve=False, ask_operator=False
        )
    elif change == "withdrawn":
        workflow.withdraw_draft(notice=draft, actor=world.officer)
    else:
        handover.withdraw_named([targets[0].pk], None, timezone.now())
    lines = Notification.objects.filter(event="approval.voided")
    assert list(
        lines.filter(user=world.supervisor).values_list("count", flat=True)
    ) == [1]
    assert (change == "official") == lines.filter(user=world.officer).exists()
    assert not Notification.objects.filter(user=world.supervisor, event="").exists()


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_letter_of_withdrawal_that_did_not_arrive_is_told_once_by_its_own_number(
    world: World, notice: Notice, state: str
):
    put_into(Delivery.objects, "sent", finished_at=ago(days=1))
    workflow.withdraw_items(
        items=[notice.items.first().pk], actor=world.officer, reason="误发"
    )
    Notification.objects.all().delete()
    letter = notice.withdrawal_letters.get()
    delivery = Delivery.objects.filter(message__purpose="withdrawal").first()
    put_into(Delivery.objects.filter(pk=delivery.pk), state, finished_at=timezone.now())
    if state == "failed":
        sending.after_failed_withdrawal(Delivery.objects.get(pk=delivery.pk))
    for _time in range(2):
        undelivered.tell_officers_of_failures()
    lines = Notification.objects.filter(user=world.officer)
    assert list(lines.values_list("event", "count")) == [(f"delivery.{state}", 1)]
    assert letter.document_number in line_of(lines[0])


def test_what_waits_for_no_approval_any_more_is_no_unread_line(
    world: World, case: Case
):
    unread = Notification.objects.filter(event="notice.submitted", read_at=None)
    add_targets(world, 1)
    [draft] = workflow.compose_notices(case=case, actor=world.officer).notices

    def submitted() -> Notice:
        notice = workflow.submit_notice(notice=draft, actor=world.officer)
        assert unread.count() == 1
        return notice

    workflow.return_notice(
        notice=submitted(), actor=world.supervisor, reason="补充依据"
    )
    assert not unread.exists()
    take_back(submitted(), actor=world.officer, at=timezone.now())
    assert not unread.exists()
    notice = submitted()
    workflow.approve_notice(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    assert not unread.exists()
