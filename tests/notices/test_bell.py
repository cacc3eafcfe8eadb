"""The bell rings for what happens, by the table of events: for whom, grouped by subject, and never for who acted."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cases import workflow as casework
from cases.models import Case
from cases.workflow import deadlines
from corps.calendar import add_working_days
from corps.clock import SHANGHAI
from corps.events import events, line_of, recipients, words
from corps.models import Deadline, Delivery, Holiday, Notification, User
from corps.workflow import alarm_administrators, cancel, read_notifications, store_file
from notices import announcements, workflow
from notices.models import Notice
from notices.workflow import undelivered
from tests.notices.world import World, add_targets, ago, answer, arrive, issue

pytestmark = pytest.mark.django_db
EVERYBODY = {"officer", "officer2", "supervisor", "supervisor2"}
# Whom the table names though what they are told by comes later: the review of letters, and papers for firms.
LATER = {"reviewer if asked", "firm (paper)"}


@pytest.fixture
def case(world: World) -> Case:
    """Both officers handle it."""
    casework.assign_officers(case=world.case, lead=world.officer, second=world.officer2, actor=world.supervisor)
    Notification.objects.all().delete()
    return world.case


@pytest.fixture
def notice(world: World, case: Case) -> Notice:
    add_targets(world, 4)
    [notice] = issue(world)
    return notice


def rung(event: str) -> set[str]:
    return set(Notification.objects.filter(event=event).values_list("user__username", flat=True))


def test_every_event_that_is_told_stands_in_the_table_and_names_people_whom_an_app_knows():
    for code in words:
        event = events()[code[0] if isinstance(code, tuple) else code]
        unknown = {*event.who, *event.later} - set(recipients) - LATER
        assert not unknown, (code, unknown)


def test_two_answers_to_one_notice_are_one_line_with_their_count_for_both_officers(world: World, notice: Notice):
    ids = list(notice.items.values_list("pk", flat=True))
    answer(world, notice, items=ids[:1])
    answer(world, notice, items=ids[1:3])
    lines = Notification.objects.filter(event="answers.given")
    assert set(lines.values_list("user__username", "count")) == {("officer", 3), ("officer2", 3)}
    with translation.override("zh-hans"):
        assert line_of(lines[0]) == f"淘宝天猫 反馈 {notice.document_number} 的 3 项。"
    read_notifications(world.officer)
    answer(world, notice, items=ids[3:])
    mine = lines.filter(user=world.officer).order_by("pk")
    assert [line.count for line in mine] == [3, 1], "what was read does not grow again"


def test_the_count_of_the_bell_is_that_of_the_unread_lines_of_its_list(world: World, notice: Notice):
    answer(world, notice)
    client = Client()
    client.force_login(world.officer)
    page = client.get(reverse("notifications"))
    unread = [line for line in page.context["page"] if line.read_at is None]
    assert client.get(reverse("pulse")).json()["bell"] == len(unread) == 1
    client.post(reverse("notifications_read"), {"line": unread[0].pk})
    assert client.get(reverse("pulse")).json()["bell"] == 0


def test_nobody_is_told_of_their_own_act_and_no_other_unit_of_anything(world: World, notice: Notice):
    paper, item = store_file(b"x", "text/plain"), notice.items.first().pk
    replies = [workflow.Reply(1, "removed", item=item)]
    workflow.answer_items(notice=notice, replies=replies, actor=world.officer, document=paper)
    assert rung("answers.given") == {"officer2"}
    answer(world, notice)
    assert world.stranger.username not in set(Notification.objects.values_list("user__username", flat=True))
    assert "liaison-taobao" not in rung("answers.given")
    assert "officer" not in rung("notice.submitted")


def test_a_notice_rings_for_who_may_approve_it_then_for_its_liaison_or_its_drafter(world: World, case: Case):
    add_targets(world, 1)
    [draft] = workflow.compose_notices(case=case, actor=world.officer).notices
    draft = workflow.submit_notice(notice=draft, actor=world.officer)
    assert rung("notice.submitted") == {"supervisor"}
    workflow.return_notice(notice=draft, actor=world.supervisor, reason="补充依据")
    assert rung("notice.returned") == {"officer"}
    draft = workflow.submit_notice(notice=draft, actor=world.officer)
    workflow.approve_notice(notice=draft, actor=world.supervisor, version=draft.version)
    assert rung("notice.issued") == {"liaison-taobao"}


def test_answers_taken_back_and_appeals_ring_for_the_officers(world: World, notice: Notice):
    first, second, *_rest = notice.items.values_list("pk", flat=True)
    answer(world, notice, items=[first])
    workflow.retract_answers(notice=notice, items=[first], actor=world.liaison)
    assert rung("answers.taken_back") == {"officer", "officer2"}
    answer(world, notice, "appealed", items=[second])
    assert rung("appeal.given") >= {"officer", "officer2", "supervisor"}


def test_a_lead_rings_for_the_chief_and_its_filing_for_its_officers(world: World):
    chief = User.objects.create(
        username="chief", name="chief", role="supervisor", duties=["head_of_department"], unit=world.case.unit
    )
    Case.objects.update(number="C2025-000001")  # that of this year is for the new one
    complaint, _sheet = casework.submit_complaint(
        actor=world.officer, firm=world.firm, subject="来函", received_on=timezone.localdate()
    )
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    lead = casework.open_case(
        actor=world.officer, complaints=[complaint], title="线索", lead=world.officer, second=world.officer2
    )
    assert rung("case.to_file") == {"chief"}
    casework.file_case(case=lead, actor=chief)
    assert rung("case.filed") == {"officer", "officer2"}


def test_a_letter_that_failed_and_a_day_that_passed_ring_once_however_often_maintenance_looks(
    world: World, notice: Notice
):
    Delivery.objects.update(state="failed")
    arrive(world, notice, ago(days=40))
    for _time in range(2):
        undelivered.tell_officers_of_failures()
        announcements.announce_due()
        deadlines.announce_handling()
    assert set(Notification.objects.values_list("event", "user__username", "count")) >= {
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
    for day, told in ((due, set()), (after, {"officer", "officer2"}), (after + timedelta(days=1), EVERYBODY)):
        with time_machine.travel(datetime.combine(day, time(9), SHANGHAI), tick=False):
            for _time in range(2):
                announcements.announce_due()
        assert rung("deadline.missed") == told, day
    assert not Notification.objects.filter(event="deadline.missed", count__gt=1).exists()


def test_a_day_missed_that_was_made_up_for_is_told_to_no_supervisor(world: World, notice: Notice, settings):
    settings.SESSION_IDLE_MINUTES = 0
    arrive(world, notice)
    due = Notice.objects.get(pk=notice.pk).reply_due_on
    with time_machine.travel(datetime.combine(due + timedelta(days=1), time(9), SHANGHAI), tick=False):
        announcements.announce_due()
        answer(world, notice)
    with time_machine.travel(datetime.combine(due + timedelta(days=20), time(9), SHANGHAI), tick=False):
        announcements.announce_due()
    assert rung("deadline.missed") == {"officer", "officer2"}


def test_a_lead_that_nobody_decides_on_is_told_to_its_officers_and_then_to_supervisors(world: World):
    Case.objects.update(number="C2025-000001")  # that of this year is for the new one
    complaint, _sheet = casework.submit_complaint(
        actor=world.officer, firm=world.firm, subject="来函", received_on=timezone.localdate()
    )
    casework.accept_complaint(complaint=complaint, actor=world.officer)
    lead = casework.open_case(
        actor=world.officer, complaints=[complaint], title="线索", lead=world.officer, second=world.officer2
    )
    due_on = timezone.localdate() - timedelta(days=20)
    Deadline.objects.filter(rule__code="HC").update(started_on=due_on - timedelta(days=20), due_on=due_on)
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
    administrator = User.objects.create(username="admin", name="admin", role="administrator", password="!")
    for age, told in ((50, set()), (70, {"admin"})):
        Delivery.objects.update(state=state, finished_at=ago(minutes=age))
        for _time in range(2):
            alarm_administrators()
        assert rung(f"delivery.{state}") == told
    [line] = Notification.objects.filter(user=administrator)
    said = line_of(line)
    assert line.count == Delivery.objects.count()
    assert str(line.count) in said
    assert notice.document_number not in said
    assert world.platform.name not in said


def test_a_letter_that_somebody_gave_up_within_the_hour_is_told_to_no_administrator(world: World, notice: Notice):
    User.objects.create(username="admin", name="admin", role="administrator", password="!")
    Delivery.objects.update(state="failed", finished_at=ago(minutes=70))
    for delivery in Delivery.objects.all():
        cancel(delivery=delivery, actor=world.officer, reason="改为直接送达", at=timezone.now())
    alarm_administrators()
    assert rung("delivery.failed") == set()
