"""The reply clock starts when the letter arrived, of all ways by the first; a date once told is never taken back."""

import socket
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corps.audit.origin import audit_origin
from corps.deadlines.calendar import Day
from corps.deadlines.clock import SHANGHAI, shanghai_date, today
from corps.errors import TransitionRefused
from corps.mail import outbox
from corps.models import AuditEntry, Deadline, Delivery, Holiday, User
from corps.workflow import make_key, mark_sent, recompute_deadlines, record_bounce
from corps.workflow.calendar import publish_calendar
from dashboards.backlog import of_deadlines
from notices import letters, workflow
from notices.models import Answer, Check, Notice
from tests.home import entries_of
from tests.notices.world import (
    World,
    add_targets,
    ago,
    answer,
    arrive,
    issue,
    make_world,
)
from tests.put_into import put_into

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def notice(world: World) -> Notice:
    add_targets(world, 2)
    return issue(world)[0]


def client_of(user: User, **headers: str) -> Client:
    client = Client(headers=headers)
    client.force_login(user)
    return client


def sent(notice: Notice, at: datetime) -> Delivery:
    """The notice's letter as a worker leaves it that died just after the server had taken it."""
    delivery = letters.deliveries_of(notice).order_by("-pk")[0]
    put_into(Delivery.objects.filter(pk=delivery.pk), State.SENT, finished_at=at)
    return Delivery.objects.get(pk=delivery.pk)


def due_after(start: date) -> date:
    return Deadline.objects.ensure("PT_FK", start, length=3).due_on


def clock_of(notice: Notice) -> tuple[str, date | None]:
    notice.refresh_from_db()
    return notice.arrived_by, notice.reply_due_on


class Channel:
    """What waitress serves a request on, as far as a view can reach it."""

    def __init__(self, line: socket.socket) -> None:
        self.socket = line

    def check_client_disconnected(self) -> bool:
        return False


def test_until_the_letter_arrived_there_is_no_date_and_the_letter_prints_the_period(
    world, notice
):
    assert clock_of(notice) == ("", None)
    letter = letters.render(notice)
    for words in (letter.text, letter.html):
        assert "请自收到本函之日起 3 个工作日内" in words
        assert "24:00" not in words
    page = client_of(world.officer).get(notice.get_absolute_url()).content.decode()
    assert "尚未送达" in page
    waiting = client_of(world.officer).get(reverse("notices:list")).content.decode()
    assert "尚未送达" in waiting
    assert not workflow.waiting_targets(world.case).exists()


def test_what_has_not_arrived_stands_last_in_the_liaisons_list(world, notice):
    [second] = issue(world, add_targets(world, 1))
    arrive(world, second)
    rows = [entry for lot in entries_of(world.liaison).values() for entry in lot]
    assert [row.subject.title for row in rows] == [str(second), str(notice)]


@pytest.mark.django_db(transaction=True)
def test_the_mail_servers_word_starts_the_clock(transactional_db, smtp_sink):
    world = make_world()
    add_targets(world, 1)
    [notice] = issue(world)
    assert outbox.send_due() == 1
    assert clock_of(notice) == ("mail", due_after(today()))
    assert notice.arrived_at == letters.deliveries_of(notice).get().finished_at
    entry = AuditEntry.objects.about(notice).get(verb="notice.arrived")
    assert (entry.detail["arrival"], entry.detail["due_on"]) == (
        "mail",
        str(notice.reply_due_on),
    )


def test_a_clock_that_a_dead_worker_did_not_start_is_started_by_maintenance_from_the_servers_word(
    notice,
):
    at = ago(days=9)
    sent(notice, at)
    assert workflow.find_arrivals() == 1
    assert clock_of(notice) == ("mail", due_after(shanghai_date(at)))
    assert workflow.find_arrivals() == 0


def test_the_day_is_shanghais(notice):
    sent(notice, datetime(2026, 11, 4, 23, 59, tzinfo=SHANGHAI))
    workflow.find_arrivals()
    assert clock_of(notice) == ("mail", date(2026, 11, 9))


def test_an_uncertain_letter_starts_nothing_until_an_officer_says_that_it_arrived(
    world, notice
):
    delivery = sent(notice, ago(hours=3))
    put_into(Delivery.objects.filter(pk=delivery.pk), State.UNCERTAIN)
    assert workflow.find_arrivals() == 0
    assert clock_of(notice) == ("", None)
    at = ago(days=2)
    mark_sent(delivery=delivery, actor=world.officer, evidence="联络员电话确认", at=at)
    assert clock_of(notice) == ("mail", due_after(shanghai_date(at)))


def test_service_in_another_way_starts_it(world, notice):
    workflow.serve_otherwise(notice=notice, actor=world.officer, proof="当面送达")
    assert clock_of(notice) == ("served", due_after(today()))


@pytest.fixture
def issued_days_ago(notice) -> Notice:
    Notice.objects.filter(pk=notice.pk).update(issued_at=ago(days=10))
    return notice


def serve(world: World, notice: Notice, served_on: date):
    url = reverse("notices:serve", args=[notice.number])
    return client_of(world.officer).post(
        url, {"proof": "EMS 1234", "served_on": str(served_on)}
    )


def test_the_day_of_service_is_stated_and_the_clock_follows_it(world, issued_days_ago):
    served_on = today() - timedelta(days=4)
    assert serve(world, issued_days_ago, served_on).status_code == 302
    assert clock_of(issued_days_ago) == ("served", due_after(served_on))
    assert AuditEntry.objects.get(verb="notice.served_otherwise").detail[
        "served_on"
    ] == str(served_on)
    page = client_of(world.officer).get(
        issued_days_ago.get_absolute_url() + "?tab=deliveries"
    )
    assert f"{served_on} EMS 1234" in " ".join(page.content.decode().split())


@pytest.mark.parametrize(("days", "said"), [(1, "将来"), (-11, "签发")])
def test_a_day_of_service_after_today_or_before_the_issue_is_refused_beside_its_field(
    world, issued_days_ago, days, said
):
    page = serve(world, issued_days_ago, today() + timedelta(days=days))
    assert said in str(page.context["form"].errors["served_on"])
    assert "EMS 1234" in page.content.decode()
    assert clock_of(issued_days_ago) == ("", None)


def test_the_first_of_two_services_counts_and_the_date_told_is_never_brought_forward(
    world, issued_days_ago
):
    later, earlier = today() - timedelta(days=2), today() - timedelta(days=6)
    serve(world, issued_days_ago, later)
    due = clock_of(issued_days_ago)
    serve(world, issued_days_ago, earlier)
    issued_days_ago.refresh_from_db()
    assert shanghai_date(issued_days_ago.served_at) == earlier
    assert clock_of(issued_days_ago) == due


@pytest.mark.parametrize("route", ["notices:notice", "notices:letter", "notices:sheet"])
def test_the_liaisons_first_opening_starts_it_and_the_answer_shows_the_date(
    world, notice, route
):
    page = client_of(world.liaison).get(reverse(route, args=[notice.number]))
    assert page.status_code == 200
    assert clock_of(notice) == ("opened", due_after(today()))
    opened_at = notice.opened_at
    if route == "notices:notice":
        assert f"{notice.reply_due_on:%Y-%m-%d} 24:00" in page.content.decode()
    client_of(world.liaison).get(reverse(route, args=[notice.number]))
    notice.refresh_from_db()
    assert notice.opened_at == opened_at


def test_the_answer_sheet_and_the_api_open_it_as_well(world):
    key = make_key(user=world.liaison, actor=world.liaison, at=timezone.now())
    program = Client(headers={"authorization": f"Bearer {key}"})
    notices = [issue(world, add_targets(world, 1))[0] for _turn in range(3)]
    list(
        client_of(world.liaison).get(
            reverse("notices:answers_sheet", args=[notices[0].number, "csv"])
        )
    )
    program.get(f"/api/v1/notices/{notices[1].number}/items/")
    assert program.get(f"/api/v1/notices/{notices[2].number}/").json()["due_on"] == str(
        due_after(today())
    )
    assert [clock_of(notice)[0] for notice in notices] == ["opened"] * 3


def test_a_list_opens_nothing_and_neither_do_officers(world, notice):
    client_of(world.liaison).get(reverse("notices:desk"))
    client_of(world.liaison).get("/api/v1/notices/")
    for person in (world.officer, world.supervisor):
        client_of(person).get(notice.get_absolute_url())
    assert clock_of(notice) == ("", None)


@pytest.mark.parametrize("header", ["sec-purpose", "purpose", "x-moz"])
def test_a_prefetch_is_no_opening(world, notice, header):
    assert (
        client_of(world.liaison, **{header: "prefetch"})
        .get(notice.get_absolute_url())
        .status_code
        == 200
    )
    assert clock_of(notice) == ("", None)


def test_asking_for_the_head_is_no_opening(world, notice):
    client_of(world.liaison).head(notice.get_absolute_url())
    client_of(world.liaison).head(f"/api/v1/notices/{notice.number}/")
    assert clock_of(notice) == ("", None)


def test_who_hung_up_before_the_answer_has_opened_nothing(world, notice):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ask = client_of(world.liaison)
        theirs.close()
        ask.get(
            notice.get_absolute_url(),
            **{"waitress.client_disconnected": Channel(ours).check_client_disconnected},
        )
        assert clock_of(notice) == ("", None)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ask.get(
            notice.get_absolute_url(),
            **{"waitress.client_disconnected": Channel(ours).check_client_disconnected},
        )
    assert clock_of(notice)[0] == "opened"


def test_the_first_arrival_counts_and_a_later_one_changes_nothing(world, notice):
    sent(notice, ago(days=1))
    workflow.find_arrivals()
    due = clock_of(notice)
    workflow.open_notice(notice=notice, actor=world.liaison)
    workflow.serve_otherwise(notice=notice, actor=world.officer, proof="当面送达")
    assert clock_of(notice) == due
    assert AuditEntry.objects.about(notice).filter(verb="notice.arrived").count() == 1


def test_an_answer_shows_that_it_arrived_and_is_in_time(world, notice):
    answer(world, notice, items=[notice.items.first().pk])
    assert clock_of(notice) == ("opened", due_after(today()))
    given = Answer.objects.get()
    assert (given.is_late, given.due_on) == (False, notice.reply_due_on)


def test_an_answer_is_judged_by_the_date_at_that_moment(world, notice):
    arrive(world, notice, at=ago(days=20))
    answer(world, notice)
    given = Answer.objects.first()
    assert (given.is_late, given.due_on) == (True, clock_of(notice)[1])


def test_a_bounce_makes_the_date_void_until_the_letter_arrives_in_another_way(
    world, notice
):
    delivery = sent(notice, ago(days=9))
    workflow.find_arrivals()
    told = clock_of(notice)[1]
    page = client_of(world.officer).post(
        reverse("notices:delivery_decide", args=[delivery.pk]),
        {"act": "bounce", "reason": "550 无此用户"},
    )
    assert page.status_code == 302
    assert clock_of(notice) == ("", None)
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert AuditEntry.objects.about(notice).filter(verb="notice.arrival_void").exists()
    assert {d.message.recipient for d in letters.deliveries_of(notice)} == {
        "liaison@taobao.example",
        "liaison-b@taobao.example",
    }
    arrive(world, notice)
    assert clock_of(notice) == ("opened", due_after(today()))
    assert told < notice.reply_due_on
    assert notice.first_due_on == told


def test_a_bounce_leaves_the_date_where_the_letter_arrived_in_another_way_too(
    world, notice
):
    delivery = sent(notice, ago(days=9))
    workflow.find_arrivals()
    told = clock_of(notice)[1]
    arrive(world, notice)
    record_bounce(
        delivery=delivery, actor=world.officer, reason="退信", at=timezone.now()
    )
    assert clock_of(notice) == ("opened", due_after(today()))
    assert notice.first_due_on == told


def test_only_what_was_sent_can_come_back_and_with_a_reason(world, notice):
    delivery = letters.deliveries_of(notice).get()
    with pytest.raises(TransitionRefused, match="not-sent"):
        record_bounce(
            delivery=delivery, actor=world.officer, reason="退信", at=timezone.now()
        )
    with pytest.raises(TransitionRefused, match="reason-missing"):
        record_bounce(
            delivery=delivery, actor=world.officer, reason=" ", at=timezone.now()
        )


def test_a_date_once_told_is_not_brought_forward_by_an_earlier_arrival_that_becomes_known(
    world, notice
):
    arrive(world, notice)
    told = clock_of(notice)[1]
    sent(notice, ago(days=9))
    workflow.arrival.settle([notice.pk])
    assert clock_of(notice) == ("mail", told)


def test_of_a_notice_that_is_over_an_earlier_arrival_changes_nothing(world, notice):
    arrive(world, notice)
    answer(world, notice, "refused")
    known = clock_of(notice)
    sent(notice, ago(days=9))
    workflow.arrival.settle([notice.pk])
    assert (notice.state, clock_of(notice)) == ("completed", known)


def test_a_letter_that_withdraws_something_shows_no_arrival(notice, world):
    put_into(letters.requests_of(notice), State.UNCERTAIN)
    workflow.withdraw_items(
        items=[notice.items.order_by("pk")[0].pk], actor=world.officer, reason="误发"
    )
    withdrawals = letters.deliveries_of(notice).filter(message__purpose="withdrawal")
    assert put_into(withdrawals, State.SENT, finished_at=timezone.now()) == 1
    workflow.arrival.settle([notice.pk])
    assert clock_of(notice) == ("", None)


def test_of_two_who_open_it_at_once_the_first_opening_stands(world, notice):
    second = Notice.objects.get(pk=notice.pk)
    arrive(world, notice, ago(minutes=5))
    first = Notice.objects.get(pk=notice.pk).opened_at
    assert not workflow.open_notice(notice=second, actor=world.liaison)
    assert second.opened_at == first


def test_in_a_replay_it_counts_from_the_issue(world):
    add_targets(world, 1)
    at = datetime(2026, 11, 4, 9, 0, tzinfo=SHANGHAI)
    with audit_origin(channel="replay", replay="replay:1"):
        [notice] = workflow.compose_notices(
            case=world.case, actor=world.officer, at=at
        ).notices
        notice = workflow.submit_notice(notice=notice, actor=world.officer, at=at)
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version, at=at
        )
    assert clock_of(notice) == ("issued", date(2026, 11, 9))
    arrive(world, notice)
    assert clock_of(notice) == ("issued", date(2026, 11, 9))


def rest(world: World, *days: date) -> None:
    """Publishes this year's calendar with these days as further rest days."""
    keeper, _made = User.objects.get_or_create(
        username="keeper", defaults={"role": "administrator", "password": "!"}
    )
    kept = [
        Day(row.date, row.kind, row.name)
        for row in Holiday.objects.filter(date__year=2026)
    ]
    table = [day for day in kept if day.date not in days] + [
        Day(day, "rest", "Rest") for day in days
    ]
    publish_calendar(
        year=2026,
        days=table,
        source="Notice",
        actor=keeper,
        at=timezone.now(),
        replace=True,
    )


def test_a_later_calendar_moves_the_dates_of_open_notices_and_leaves_those_that_are_over(
    world,
):
    over, open_one = (
        issue(world, add_targets(world, 1))[0],
        issue(world, add_targets(world, 1))[0],
    )
    at = datetime(2026, 11, 4, 12, 0, tzinfo=SHANGHAI)
    for notice in (over, open_one):
        arrive(world, notice, at=at)
    answer(world, over, "refused")
    assert clock_of(over) == clock_of(open_one) == ("opened", date(2026, 11, 9))
    rest(world, date(2026, 11, 9))
    assert clock_of(over) == ("opened", date(2026, 11, 9))
    assert clock_of(open_one) == ("opened", date(2026, 11, 10))
    assert open_one.first_due_on == date(2026, 11, 9)
    page = client_of(world.officer).get(open_one.get_absolute_url()).content.decode()
    assert "11-10" in page
    assert "原定 11-09" in page
    moved = AuditEntry.objects.get(verb="notice.due_date_moved")
    assert (moved.subject_id, moved.detail) == (
        open_one.pk,
        {"before": "2026-11-09", "after": "2026-11-10"},
    )
    assert (
        client_of(world.officer).get(f"/api/v1/notices/{over.number}/").json()["due_on"]
        == "2026-11-09"
    )


def test_a_calendar_that_counts_shorter_brings_no_date_forward(world):
    [notice] = issue(world, add_targets(world, 1))
    arrive(world, notice, at=datetime(2026, 11, 4, 12, 0, tzinfo=SHANGHAI))
    rest(world, date(2026, 11, 9))
    Holiday.objects.filter(date=date(2026, 11, 9)).delete()
    recompute_deadlines()
    assert Deadline.objects.get(pk=notice.reply_deadline_id).due_on == date(2026, 11, 9)
    assert clock_of(notice) == ("opened", date(2026, 11, 10))


def test_a_check_keeps_the_day_by_which_it_was_judged(world):
    [notice] = issue(world, add_targets(world, 1))
    answer(world, notice)
    item = notice.items.get()
    workflow.verify_items(items=[item.pk], seen="gone", actor=world.officer2)
    item.refresh_from_db()
    judged_by = item.check_deadline.due_on
    assert Check.objects.get().due_on == judged_by
    Deadline.objects.filter(pk=item.check_deadline_id).update(
        started_on=ago(days=9).date(), due_on=ago(days=5).date()
    )
    [check] = of_deadlines("check", world.supervisor, None)
    assert (check.in_time, check.owed_on) == (True, judged_by)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("issued", {"first_due_on": date(2026, 1, 1)}),
        ("issued", {"reply_due_on": date(2026, 1, 1)}),
        ("issued", {"arrived_at": None}),
        ("completed", {"reply_due_on": date(2030, 1, 1)}),
        ("withdrawn", {"reply_due_on": date(2030, 1, 1)}),
    ],
)
def test_the_database_keeps_a_date_that_was_told(world, notice, state, change):
    arrive(world, notice)
    put_into(Notice.objects.filter(pk=notice.pk), state)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**change)


def test_a_letter_that_waits_or_is_uncertain_is_said_on_the_notices_page(world, notice):
    page = client_of(world.officer)
    address = notice.get_absolute_url()
    assert not page.get(address).context["undelivered"]
    delivery = letters.deliveries_of(notice).select_related("message").get()
    delivery.message.created_at = ago(minutes=125)
    delivery.message.save()
    assert "已等待 2 小时" in page.get(address).content.decode()
    put_into(Delivery.objects.filter(pk=delivery.pk), State.UNCERTAIN, worker="w:1:1")
    assert "去向不明" in page.get(address).content.decode()


def test_starting_many_clocks_costs_as_many_statements_as_one(
    world, django_assert_num_queries
):
    notices = [issue(world, add_targets(world, 1))[0] for _turn in range(6)]
    for notice in notices:
        sent(notice, timezone.now() - timedelta(hours=1))
    due_after(today())
    with django_assert_num_queries(8):
        workflow.arrival.settle([notices[0].pk])
    with django_assert_num_queries(8):
        workflow.arrival.settle([notice.pk for notice in notices[1:]])
