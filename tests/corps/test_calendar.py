"""Counting of deadlines: the dated cases, a slow model of the rules, and the published calendars."""

import csv
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corps.deadlines.calendar import (
    Calendar,
    Clock,
    ClockError,
    Day,
    Due,
    add_working_days,
    due_on,
    merge_spans,
    parse_day,
    parse_days,
    parse_spans,
    shipped_calendar,
    shipped_clock,
    shipped_days,
    shipped_rules,
    spans_text,
    working_days_between,
    working_days_left,
)

with (Path(__file__).parent / "data" / "clock_cases.tsv").open(
    encoding="utf-8"
) as table:
    CASES = list(csv.DictReader(table, delimiter="\t"))


def count(
    code: str, start: str, *, extension: int = 0, excluded: str = ""
) -> tuple[str, bool]:
    """Due date and provisional mark by the shipped calendar."""
    due = due_on(
        shipped_clock(code),
        parse_day(start),
        calendar=shipped_calendar(),
        extension=extension,
        excluded=parse_spans(excluded),
    )
    return due.date.isoformat(), due.is_provisional


@pytest.mark.parametrize("case", CASES, ids=[case["case_id"] for case in CASES])
def test_every_worked_case_comes_out_as_written(case):
    due, is_provisional = count(
        case["rule"],
        case["start"],
        extension=int(case["extension"]),
        excluded=case["excluded"],
    )
    assert (due, "provisional" if is_provisional else "firm") == (
        case["due"],
        case["status"],
    )


@pytest.mark.parametrize(
    ("code", "start", "extension", "excluded", "due", "is_provisional"),
    [
        pytest.param(
            "SS",
            "2025-08-31",
            0,
            "",
            "2026-02-28",
            False,
            id="month-end-on-a-make-up-saturday-stays",
        ),
        pytest.param(
            "HY",
            "2025-08-31",
            1,
            "",
            "2026-03-31",
            False,
            id="extension-adds-months-from-the-original-start",
        ),
        pytest.param(
            "HY",
            "2025-08-01",
            0,
            "2026-02-01..2026-02-28",
            "2026-02-02",
            False,
            id="months-ignore-spans",
        ),
        pytest.param(
            "HY",
            "2023-08-31",
            0,
            "",
            "2024-02-29",
            False,
            id="months-look-up-only-the-last-day",
        ),
        pytest.param(
            "HY",
            "2026-07-02",
            0,
            "",
            "2027-01-04",
            True,
            id="month-end-moved-within-an-unpublished-year",
        ),
        pytest.param(
            "JK",
            "2026-03-02",
            0,
            "2026-03-17..2026-03-17",
            "2026-03-18",
            False,
            id="span-on-the-last-day",
        ),
        pytest.param(
            "JK",
            "2026-03-06",
            0,
            "2026-03-23..2026-03-24",
            "2026-03-25",
            False,
            id="move-skips-a-span",
        ),
        pytest.param(
            "JK",
            "2026-03-02",
            0,
            "2026-03-03..2026-04-30",
            "2026-05-15",
            False,
            id="span-over-the-whole",
        ),
        pytest.param(
            "CS",
            "2026-03-02",
            0,
            "2026-03-07..2026-03-08",
            "2026-03-09",
            False,
            id="weekend-in-a-span",
        ),
        pytest.param(
            "CS",
            "2026-03-02",
            0,
            "2026-02-01..2026-03-02",
            "2026-03-09",
            False,
            id="span-before-the-count",
        ),
        pytest.param(
            "CS",
            "2026-03-02",
            0,
            "2026-03-04..2026-03-06;2026-03-03..2026-03-05",
            "2026-03-13",
            False,
            id="overlap",
        ),
        pytest.param(
            "PG",
            "2026-12-31",
            0,
            "",
            "2027-01-04",
            True,
            id="all-of-it-in-an-unpublished-year",
        ),
        pytest.param(
            "PG", "2027-12-31", 0, "", "2028-01-03", True, id="a-year-without-any-row"
        ),
        pytest.param(
            "PG",
            "2023-12-31",
            0,
            "",
            "2024-01-02",
            False,
            id="the-start-is-not-looked-up",
        ),
        pytest.param(
            "PG",
            "2023-12-30",
            0,
            "",
            "2024-01-02",
            True,
            id="a-day-counted-over-is-looked-up",
        ),
        pytest.param(
            "PG",
            "2023-12-29",
            0,
            "2023-12-30..2023-12-31",
            "2024-01-02",
            False,
            id="excluded-not-looked-up",
        ),
        pytest.param(
            "JK",
            "2023-12-20",
            0,
            "",
            "2024-01-04",
            False,
            id="calendar-clocks-look-up-only-the-end",
        ),
        pytest.param(
            "CB",
            "2026-10-02",
            0,
            "",
            "2026-12-31",
            False,
            id="ends-on-the-last-published-day",
        ),
        pytest.param(
            "HC",
            "2026-12-20",
            0,
            "2027-01-01..2027-01-31",
            "2027-02-10",
            True,
            id="over-new-year",
        ),
    ],
)
def test_corners_of_the_rules(code, start, extension, excluded, due, is_provisional):
    assert count(code, start, extension=extension, excluded=excluded) == (
        due,
        is_provisional,
    )


SLOW_REST = {day.date for day in shipped_days() if day.kind == "rest"}
SLOW_WORK = {day.date for day in shipped_days() if day.kind == "work"}


def slow_is_working(day):
    return day in SLOW_WORK or (day.weekday() not in (5, 6) and day not in SLOW_REST)


def slow_due(unit, length, start, spans):
    """The rules once more, day by day from the start, with sets and no cleverness."""
    barred = {
        first + timedelta(n)
        for first, last in spans
        for n in range((last - first).days + 1)
    }
    looked_up = []
    day = start
    if unit == "month":
        barred = set()
        year, month = start.year, start.month
        for _ in range(length):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = date(year, month, min(start.day, monthrange(year, month)[1]))
    elif unit == "calendar":
        counted = 0
        while counted < length:
            day += timedelta(1)
            counted += day not in barred
    else:
        counted = 0
        while counted < length:
            day += timedelta(1)
            if day not in barred:
                looked_up.append(day)
                counted += slow_is_working(day)
    looked_up.append(day)
    while not slow_is_working(day) or day in barred:
        day += timedelta(1)
        if day not in barred:
            looked_up.append(day)
    return Due(day, any(day.year not in (2024, 2025, 2026) for day in looked_up))


days = st.dates(date(2023, 6, 1), date(2028, 6, 30))
spans = st.lists(
    st.tuples(days, st.integers(0, 60)).map(
        lambda pair: (pair[0], pair[0] + timedelta(pair[1]))
    ),
    max_size=5,
)


@given(
    unit=st.sampled_from(["working", "calendar", "month"]),
    length=st.integers(1, 90),
    extension=st.integers(0, 60),
    start=days,
    spans=spans,
)
@settings(max_examples=400, deadline=None)
def test_counting_agrees_with_a_slow_model(unit, length, extension, start, spans):
    due = due_on(
        Clock("ANY", length, unit),
        start,
        calendar=shipped_calendar(),
        extension=extension,
        excluded=spans,
    )
    assert due == slow_due(unit, length + extension, start, spans)


@given(start=days, length=st.integers(1, 60), extension=st.integers(0, 30))
@settings(deadline=None)
def test_an_extension_counts_like_a_longer_clock_from_the_same_start(
    start, length, extension
):
    for unit in ("working", "calendar", "month"):
        extended = due_on(
            Clock("ANY", length, unit),
            start,
            calendar=shipped_calendar(),
            extension=extension,
        )
        assert extended == due_on(
            Clock("ANY", length + extension, unit), start, calendar=shipped_calendar()
        )


@given(first=days, last=days)
@settings(deadline=None)
def test_working_days_between_counts_the_days_after_the_first_up_to_the_last(
    first, last
):
    early, late = sorted((first, last))
    expected = sum(
        slow_is_working(early + timedelta(n)) for n in range(1, (late - early).days + 1)
    )
    calendar = shipped_calendar()
    assert working_days_between(first, last, calendar=calendar) == (
        expected if first <= last else -expected
    )


@given(day=days, number=st.integers(1, 60))
@settings(deadline=None)
def test_adding_working_days_is_what_a_working_clock_does_and_can_be_taken_back(
    day, number
):
    calendar = shipped_calendar()
    later = add_working_days(day, number, calendar=calendar)
    assert later == due_on(Clock("ANY", number, "working"), day, calendar=calendar).date
    assert working_days_between(day, later, calendar=calendar) == number
    if calendar.is_working(day):
        assert add_working_days(later, -number, calendar=calendar) == day
    assert add_working_days(day, 0, calendar=calendar) == day


@pytest.mark.parametrize(
    ("today", "left"),
    [
        ("2026-11-04", 3),
        ("2026-11-06", 1),
        ("2026-11-07", 1),
        ("2026-11-09", 0),
        ("2026-11-10", -1),
        ("2026-11-16", -5),
    ],
)
def test_the_chip_counts_the_working_days_left_after_today(today, left):
    assert (
        working_days_left(
            date(2026, 11, 9), today=parse_day(today), calendar=shipped_calendar()
        )
        == left
    )


def test_a_deadline_passed_only_by_rest_days_is_late_all_the_same():
    assert (
        working_days_left(
            date(2026, 11, 6), today=date(2026, 11, 7), calendar=shipped_calendar()
        )
        == -1
    )


def test_every_day_of_the_published_years_is_worked_or_free_as_chinesecalendar_says():
    calendar = shipped_calendar()
    for ordinal in range(
        date(2024, 1, 1).toordinal(), date(2026, 12, 31).toordinal() + 1
    ):
        day = date.fromordinal(ordinal)
        assert calendar.is_published(day)
        assert calendar.is_working(day) == chinese_calendar.is_workday(day), day


def test_unpublished_years_rest_on_weekends_and_provisional_days_and_make_nothing_up():
    calendar = shipped_calendar()
    provisional = {day.date for day in shipped_days() if day.is_provisional}
    assert calendar.published_years == {2024, 2025, 2026}
    for ordinal in range(
        date(2027, 1, 1).toordinal(), date(2028, 12, 31).toordinal() + 1
    ):
        day = date.fromordinal(ordinal)
        assert not calendar.is_published(day)
        assert calendar.is_working(day) == (
            day.weekday() < 5 and day not in provisional
        )


def test_a_year_with_a_provisional_row_left_is_not_published():
    rows = [
        Day(date(2027, 1, 1), "rest"),
        Day(date(2027, 2, 5), "rest", is_provisional=True),
    ]
    assert not Calendar.from_days(rows).is_published(date(2027, 1, 1))
    assert Calendar.from_days(rows[:1]).is_published(date(2027, 1, 1))


def test_every_shipped_rule_can_be_counted():
    assert len(shipped_rules()) == 30
    for row in shipped_rules():
        assert due_on(
            shipped_clock(row["code"]), date(2026, 3, 2), calendar=shipped_calendar()
        ).date > date(2026, 3, 2)


@pytest.mark.parametrize("unit", ["working", "calendar", "month"])
@pytest.mark.parametrize(
    ("start", "extension", "excluded"),
    [
        (date(2026, 3, 2), 10**9, ()),
        (date(2026, 3, 2), 10**30, ()),
        (date(2026, 3, 2), 36_524, ()),
        (date(2026, 3, 2), 0, [(date(2026, 3, 3), date.max)]),
        (date(9999, 12, 30), 5, ()),
        (date.max, 0, ()),
    ],
)
def test_a_clock_that_never_ends_is_refused_at_once(unit, start, extension, excluded):
    if unit == "month" and excluded:
        assert due_on(
            Clock("ANY", 1, unit), start, calendar=shipped_calendar(), excluded=excluded
        )
        return
    with pytest.raises(ClockError, match="too-long"):
        due_on(
            Clock("ANY", 5, unit),
            start,
            calendar=shipped_calendar(),
            extension=extension,
            excluded=excluded,
        )


def test_adding_more_working_days_than_a_century_has_is_refused():
    for number in (10**12, -(10**12)):
        with pytest.raises(ClockError, match="too-long"):
            add_working_days(date(2026, 3, 2), number, calendar=shipped_calendar())
    with pytest.raises(ClockError, match="too-long"):
        add_working_days(date.min, -1, calendar=shipped_calendar())


@pytest.mark.parametrize(
    ("length", "extension", "code"),
    [(0, 0, "bad-length"), (-3, 5, "bad-length"), (5, -1, "bad-extension")],
)
def test_lengths_below_one_and_negative_extensions_are_refused(length, extension, code):
    with pytest.raises(ClockError, match=code):
        due_on(
            Clock("ANY", length, "working"),
            date(2026, 3, 2),
            calendar=shipped_calendar(),
            extension=extension,
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "20260302",
        "2026-W10-1",
        "2026-3-2",
        "２０２６-03-02",
        "0000-01-01",
        "2026-03-02x",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ClockError, match="bad-date"):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-02", "bad-span"),
        ("2026-03-02..2026-03-03..2026-03-04", "bad-span"),
        ("2026-03-02..2026-03-03;", "bad-span"),
        (";", "bad-span"),
        ("2026-03-02..2026-02-30", "bad-date"),
        ("..", "bad-date"),
        ("2026-03-02..2026-03-01", "reversed-span"),
    ],
)
def test_what_is_no_span_is_refused(text, code):
    with pytest.raises(ClockError, match=code):
        parse_spans(text)


def test_the_same_excluded_days_have_one_spelling():
    text = "2026-03-05..2026-03-06;2026-03-02..2026-03-04; 2026-03-03..2026-03-03 ;2026-04-01..2026-04-01"
    assert (
        spans_text(parse_spans(text)) == "2026-03-02..2026-03-06;2026-04-01..2026-04-01"
    )
    assert parse_spans("") == parse_spans(" ") == ()


@given(spans=spans)
@settings(deadline=None)
def test_merged_spans_hold_the_same_days_apart_and_in_order(spans):
    def days_in(pairs):
        return {
            first + timedelta(n)
            for first, last in pairs
            for n in range((last - first).days + 1)
        }

    merged = merge_spans(spans)
    assert days_in(merged) == days_in(spans)
    assert all(one[1] + timedelta(1) < other[0] for one, other in pairwise(merged))
    assert parse_spans(spans_text(spans)) == merged


@pytest.mark.parametrize(
    "row",
    [
        "2026-13-01\trest\tName\tpublished",
        "2026-01-01\tholiday\tName\tpublished",
        "2026-01-01\trest\tName\tperhaps",
        "2026-01-01\trest",
        "2025-12-31\trest\tName\tpublished",
    ],
)
def test_a_holiday_table_with_a_bad_or_repeated_line_is_refused_with_its_number(row):
    lines = ["date\tkind\tname\tstatus", "2025-12-31\trest\tName\tpublished", row]
    with pytest.raises(ClockError, match="bad-table") as refused:
        parse_days(lines)
    assert "3" in str(refused.value.message)
