"""Deadlines as rows: shared, made once, and moved by a newly published calendar."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import translation

from corps.deadlines.calendar import (
    ClockError,
    Day,
    due_on,
    shipped_calendar,
    shipped_clock,
    shipped_rules,
)
from corps.errors import TransitionRefused
from corps.installation.seed import remove_calendar, seed_calendar
from corps.models import AuditEntry, ClockRule, Deadline, Holiday, User
from corps.workflow.calendar import publish_calendar, recompute_deadlines

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
NEW_YEAR = [Day(date(2027, 1, n), "rest", "New Year's Day") for n in (1, 2, 3)]
MADE_UP = Day(date(2027, 1, 9), "work", "New Year's Day")


@pytest.fixture
def administrator():
    return User.objects.create_user(
        "keeper", name="Keeper", role=User.Role.ADMINISTRATOR
    )


def test_a_new_database_holds_the_shipped_calendar_and_rules():
    assert Holiday.objects.calendar() == shipped_calendar()
    assert {rule.code: rule.clock() for rule in ClockRule.objects.all()} == {
        row["code"]: shipped_clock(row["code"]) for row in shipped_rules()
    }


def test_seeding_again_leaves_what_is_there():
    Holiday.objects.filter(date="2026-01-01").update(name="Changed")
    seed_calendar(apps)
    assert Holiday.objects.get(date="2026-01-01").name == "Changed"
    assert ClockRule.objects.count() == len(shipped_rules())


def test_seeding_can_be_taken_back_unless_a_deadline_goes_by_a_rule():
    remove_calendar(apps)
    assert not ClockRule.objects.exists()
    assert not Holiday.objects.exists()
    seed_calendar(apps)
    assert Holiday.objects.calendar() == shipped_calendar()
    Deadline.objects.ensure("HC", date(2026, 3, 2))
    with pytest.raises(ProtectedError):
        remove_calendar(apps)


def test_a_deadline_counts_as_the_pure_functions_do():
    spans = [(date(2026, 11, 24), date(2026, 11, 25))]
    made = Deadline.objects.ensure(
        "HC", date(2026, 11, 23), extension=15, excluded=spans
    )
    due = due_on(
        shipped_clock("HC"),
        date(2026, 11, 23),
        calendar=shipped_calendar(),
        extension=15,
        excluded=spans,
    )
    assert (made.due_on, made.is_provisional) == (due.date, due.is_provisional)
    assert made.rule.code == "HC"


def test_the_same_start_shares_one_row_and_another_way_of_counting_has_its_own():
    start, day = date(2026, 3, 2), date(2026, 3, 4)
    first = Deadline.objects.ensure(
        "PT_FK", start, excluded=[(day, day), (day, day + timedelta(1))]
    )
    assert (
        Deadline.objects.ensure("PT_FK", start, excluded=[(day, day + timedelta(1))])
        == first
    )
    others = [
        Deadline.objects.ensure("PT_FK", start),
        Deadline.objects.ensure("PT_FK", start, length=3),
        Deadline.objects.ensure("PT_FK", start, length=5),
        Deadline.objects.ensure("PT_FK", start, extension=2),
        Deadline.objects.ensure("PT_FH", start),
    ]
    assert len({first, *others}) == 6
    assert others[2].due_on == others[3].due_on == date(2026, 3, 9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            rule=first.rule, started_on=start, due_on=first.due_on, is_provisional=False
        )


def test_many_starts_cost_as_many_statements_as_one(django_assert_num_queries):
    starts = [date(2026, 3, 2) + timedelta(n) for n in range(50)]
    with django_assert_num_queries(5):
        Deadline.objects.ensure("CB", starts[0])
    with django_assert_num_queries(5):
        made = Deadline.objects.ensure_many("CB", iter(starts))
    with django_assert_num_queries(2):
        again = Deadline.objects.ensure_many("CB", starts)
    assert made == again
    assert all(row.started_on == start for start, row in made.items())
    assert set(made) == set(starts)


def test_an_unknown_rule_a_bad_length_or_endless_spans_make_no_row():
    day = date(2026, 3, 2)
    scattered = [(day + timedelta(2 * n), day + timedelta(2 * n)) for n in range(100)]
    for code, given in [
        ("unknown-rule", {"rule_code": "NONE"}),
        ("bad-length", {"rule_code": "HC", "length": 0}),
        ("bad-extension", {"rule_code": "HC", "extension": -1}),
        ("too-long", {"rule_code": "HC", "extension": 10**9}),
        ("too-long", {"rule_code": "HC", "excluded": [(day, date.max)]}),
        ("too-many-spans", {"rule_code": "HC", "excluded": scattered}),
    ]:
        with pytest.raises(ClockError, match=code):
            Deadline.objects.ensure(started_on=day, **given)
    assert not Deadline.objects.exists()


def test_a_clock_goes_by_the_version_of_its_rule_in_force_on_the_start_day():
    old = ClockRule.objects.get(code="TS_TJ")
    new = ClockRule.objects.create(
        code="TS_TJ",
        name_zh=old.name_zh,
        length=60,
        unit="calendar",
        valid_from=date(2026, 4, 15),
    )
    before = Deadline.objects.ensure("TS_TJ", date(2026, 4, 14))
    after = Deadline.objects.ensure("TS_TJ", date(2026, 4, 15))
    assert (before.rule, after.rule) == (old, new)
    new.valid_to = date(2026, 12, 31)
    new.save()
    with pytest.raises(ClockError, match="unknown-rule"):
        ClockRule.objects.in_force("TS_TJ", date(2027, 1, 1))


def test_the_database_refuses_a_second_version_from_the_same_day_and_make_up_days_of_an_unpublished_year():
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockRule.objects.create(
            code="HC", name_zh="核查期限", length=10, unit="working"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(
            date="2027-01-09", kind="work", name="New Year's Day", is_provisional=True
        )


def test_publishing_a_year_moves_the_open_deadlines_and_settles_the_provisional(
    administrator,
):
    moved = Deadline.objects.ensure("PG", date(2026, 12, 31))
    settled = Deadline.objects.ensure("PG", date(2027, 3, 1))
    firm = Deadline.objects.ensure("PG", date(2026, 11, 9))
    assert (moved.due_on, moved.is_provisional, settled.is_provisional) == (
        date(2027, 1, 4),
        True,
        True,
    )

    table = [*NEW_YEAR, Day(date(2027, 1, 4), "rest", "New Year's Day"), MADE_UP]
    moves = publish_calendar(
        year=2027, days=table, source="Notice", actor=administrator, at=AT
    )

    assert [move.deadline for move in moves] == [moved.pk, settled.pk]
    assert (moves[0].was_due_on, moves[0].due_on) == (
        date(2027, 1, 4),
        date(2027, 1, 5),
    )
    for row in (moved, settled, firm):
        row.refresh_from_db()
        assert not row.is_provisional
    assert moved.due_on == date(2027, 1, 5)
    assert Holiday.objects.filter(date__year=2027).count() == 5
    assert AuditEntry.objects.get(verb="calendar.published").detail["moved"] == 2
    assert recompute_deadlines() == []


def test_a_new_years_holiday_may_reach_back_into_december(administrator):
    late = Deadline.objects.ensure("PG", date(2026, 12, 30))
    assert (late.due_on, late.is_provisional) == (date(2026, 12, 31), False)
    eve = Day(date(2026, 12, 31), "rest", "New Year's Day")
    publish_calendar(
        year=2027, days=[eve, *NEW_YEAR], source="Notice", actor=administrator, at=AT
    )
    late.refresh_from_db()
    assert (late.due_on, late.is_provisional) == (date(2027, 1, 4), False)
    assert Holiday.objects.filter(date__year=2026).count() == 40


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([], "no-days"),
        ([Day(date(2027, 1, 1), "rest", "", is_provisional=True)], "provisional-days"),
        ([*NEW_YEAR, Day(date(2028, 1, 1), "rest")], "other-year"),
        ([*NEW_YEAR, Day(date(2026, 11, 30), "rest")], "other-year"),
        ([*NEW_YEAR, Day(date(2027, 1, 1), "work")], "day-twice"),
    ],
)
def test_a_table_that_is_no_notice_of_the_year_is_refused_and_changes_nothing(
    administrator, days, code
):
    with pytest.raises(TransitionRefused, match=code):
        publish_calendar(
            year=2027, days=days, source="Notice", actor=administrator, at=AT
        )
    assert Holiday.objects.calendar() == shipped_calendar()


def test_a_published_year_is_replaced_only_when_asked(administrator):
    days = [Day(date(2026, 1, 1), "rest", "New Year's Day")]
    with pytest.raises(TransitionRefused, match="published"):
        publish_calendar(
            year=2026, days=days, source="Notice", actor=administrator, at=AT
        )
    publish_calendar(
        year=2026, days=days, source="Notice", actor=administrator, at=AT, replace=True
    )
    assert Holiday.objects.filter(date__year=2026).count() == 1


def test_only_administrators_publish_a_calendar():
    auditor = User.objects.create_user(
        "auditor", name="Auditor", role=User.Role.AUDITOR
    )
    with pytest.raises(PermissionDenied):
        publish_calendar(
            year=2027, days=NEW_YEAR, source="Notice", actor=auditor, at=AT
        )


def test_the_due_day_itself_is_in_time():
    row = Deadline.objects.ensure("PT_FK", date(2026, 9, 30))
    assert row.due_on == date(2026, 10, 10)
    assert not row.is_overdue(date(2026, 10, 10))
    assert row.is_overdue(date(2026, 10, 11))
    assert not Deadline.objects.overdue(date(2026, 10, 10)).exists()
    assert Deadline.objects.overdue(date(2026, 10, 11)).get() == row


def test_names_follow_the_readers_language():
    rule = ClockRule.objects.get(code="HC")
    with translation.override("en"):
        assert (rule.name, Holiday.objects.get(date="2026-10-01").label) == (
            "Verification of a lead",
            "National Day",
        )
    with translation.override("zh-hans"):
        assert (rule.name, Holiday.objects.get(date="2026-10-01").label) == (
            "核查期限",
            "国庆节",
        )


def test_the_command_goes_by_the_databases_calendar_and_rules(administrator, capsys):
    ClockRule.objects.filter(code="PG").update(length=2)
    publish_calendar(
        year=2027,
        days=[*NEW_YEAR, MADE_UP],
        source="Notice",
        actor=administrator,
        at=AT,
    )
    call_command("due", "PG", "2027-01-07")
    assert capsys.readouterr().out == "2027-01-09\tfirm\n"


@pytest.mark.django_db(transaction=True)
def test_callers_at_the_same_time_get_the_same_row():
    start = Barrier(4)

    def ensure(_):
        try:
            start.wait(timeout=10)
            return Deadline.objects.ensure("HC", date(2026, 5, 6)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as callers:
        assert len(set(callers.map(ensure, range(4)))) == 1
    assert Deadline.objects.filter(rule__code="HC").count() == 1
