"""A home page's stream: what waits for somebody, each thing once, the most urgent first."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from corps.ui.stream import MOST, Entry, Need, Subject, ruler_of, stream_of, sunday

TODAY = date(2026, 11, 4)  # a Wednesday
NOON = datetime(2026, 11, 4, 4, 0, tzinfo=UTC)
A, B, C = ("case", 1), ("case", 2), ("notice", 1)
SUBJECTS = {key: Subject(f"{key}", "/") for key in (A, B, C)}


@pytest.fixture(autouse=True)
def _noon(english):
    with time_machine.travel(NOON, tick=False):
        yield


def need(subject=A, days=None, **more):
    due = None
    if days is not None:
        due = TODAY + timedelta(days=days)
    return Need(subject, "word", more.pop("count", 1), "/url/", due=due, **more)


def entry(*needs):
    return Entry(SUBJECTS[A], list(needs), TODAY)


@pytest.mark.parametrize(
    ("days", "group", "colour", "when"),
    [
        (-1200, "overdue", "red", "1,200 days late"),
        (-1, "overdue", "red", "1 day late"),
        (0, "today", "amber", "Today"),
        (1, "week", "amber", "11-05 Thu"),
        (4, "week", "", "11-08 Sun"),
        (5, "later", "", "11-09 Mon"),
        (14, "later", "", "11-18"),
        (None, "later", "", "No date"),
    ],
)
def test_a_row_stands_in_the_group_of_its_day(days, group, colour, when):
    row = entry(need(days=days))
    assert (row.group, row.colour, row.when) == (group, colour, when)


def test_what_others_have_to_do_waits_until_it_is_overdue():
    assert entry(need(days=0, whom="Taobao")).group == "waiting"
    assert entry(need(days=-1, whom="Taobao")).group == "overdue"
    assert entry(need(days=9, whom="Taobao"), need()).group == "later"


@pytest.mark.parametrize(
    ("asked", "when"),
    [
        (timedelta(minutes=59), "within the hour"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(hours=24), "1 day ago"),
    ],
)
def test_what_has_no_date_tells_how_long_somebody_has_been_asked(asked, when):
    assert entry(need(since=NOON), need(since=NOON - asked)).when == when


def test_the_most_urgent_need_leads_and_a_persons_own_goes_before_that_of_others():
    others, own, later = need(days=1, whom="x"), need(days=1), need(days=2)
    assert entry(later, others, own).needs == [own, others, later]


def test_a_row_offers_what_the_person_does_first_or_else_to_look():
    row = entry(need(days=0, whom="x"), need(days=1, verb="Check", act="/check/"))
    assert row.verb == ("Check", "/check/")
    assert entry(need(days=0, whom="x")).verb == ("Look", "/url/")


def test_only_the_chip_that_made_the_rows_date_has_its_colour():
    row = entry(need(days=-1, whom="x"), need(days=0), need(count=0))
    assert [chip.look for chip in row.chips] == ["waits red", ""]


def test_a_chip_of_nothing_to_count_is_shown_and_one_of_none_is_not():
    assert [chip.count for chip in entry(need(count=None), need(count=0)).chips] == [""]


def test_each_subject_stands_once_and_one_that_is_unknown_not_at_all():
    stream = stream_of(
        [need(A), need(B), need(A, 1), need(("case", 99), 0)], SUBJECTS, TODAY
    )
    rows = [row for group in stream.groups for row in group.entries]
    assert [len(row.needs) for row in rows] == [2, 1]
    assert stream.total == 2


def test_rows_stand_by_date_and_those_without_one_by_who_has_waited_longest():
    needs = [need(A), need(B, since=NOON), need(C, 9)]
    [later] = stream_of(needs, SUBJECTS, TODAY, whole="later").groups
    assert [str(row.subject.title) for row in later.entries] == [str(C), str(B), str(A)]


def test_the_first_row_in_which_the_person_acts_is_marked():
    stream = stream_of([need(A, -1, whom="x"), need(B, 0), need(C, 1)], SUBJECTS, TODAY)
    first = [r.subject.title for g in stream.groups for r in g.entries if r.is_first]
    assert first == [str(B)]


def test_a_group_shows_so_many_rows_and_tells_how_many_there_are():
    subjects = {("case", n): Subject(n, "/") for n in range(MOST + 5)}
    needs = [need(key, 0) for key in subjects]
    [today] = [g for g in stream_of(needs, subjects, TODAY).groups if g.key == "today"]
    assert (len(today.entries), today.total) == (MOST, MOST + 5)
    [alone] = stream_of(needs, subjects, TODAY, whole="today").groups
    assert len(alone.entries) == MOST + 5


def test_empty_groups_are_told_but_for_later():
    keys = [group.key for group in stream_of([], {}, TODAY).groups]
    assert keys == ["overdue", "today", "week", "waiting"]


def test_a_week_ends_on_sunday_also_for_who_looks_on_a_sunday():
    assert sunday(TODAY) == sunday(date(2026, 11, 8)) == date(2026, 11, 8)


def test_the_ruler_shows_two_weeks_with_a_weekend_each_and_marks_what_is_due():
    late = Entry(SUBJECTS[A], [need(days=0)], TODAY)
    off = Entry(SUBJECTS[B], [need(days=4, whom="x")], TODAY)
    cells = ruler_of([late, off], TODAY)
    assert [cell.label for cell in cells[:6]] == [
        "Mon",
        "Tue",
        "Today",
        "Thu",
        "Fri",
        "weekend",
    ]
    assert len(cells) == 12
    assert (cells[2].marks, cells[5].marks) == (["k-amber"], ["waits"])
    assert [cell.label for cell in cells if cell.near] == [
        "Tue",
        "Today",
        "Thu",
        "Fri",
        "weekend",
    ]


def test_a_day_has_three_marks_at_most_and_tells_how_many_are_due():
    rows = [Entry(SUBJECTS[A], [need(days=1)], TODAY) for _n in range(5)]
    assert (len(ruler_of(rows, TODAY)[3].marks), ruler_of(rows, TODAY)[3].count) == (
        3,
        5,
    )
