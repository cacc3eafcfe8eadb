"""A year on one page: which days belong to which week, what stands on them, and what a new table changes."""

from datetime import date

import pytest

from corps.deadlines.calendar import Day, Kind
from corps.ui.months import changes, month_label, weekdays, year_of

pytestmark = pytest.mark.usefixtures("english")

OFF = [Day(date(2026, 5, day), Kind.REST, "Labour Day") for day in (1, 2, 3, 4, 5)]
MAKE_UP = Day(date(2026, 5, 9), Kind.WORK, "Labour Day")


def cells_of(month):
    return {cell.day: cell for week in month.weeks for cell in week if cell}


def test_a_year_has_twelve_months_and_every_day_once():
    months = year_of(2028, ())
    days = [day for month in months for day in cells_of(month)]
    assert len(months) == 12
    assert len(days) == len(set(days)) == 366


def test_weeks_begin_on_monday_and_hold_no_day_of_another_month():
    [first, *_rest] = year_of(2026, ())[4].weeks
    assert first[:4] == [None] * 4
    assert first[4].day == date(2026, 5, 1)
    assert weekdays() == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def test_a_weekend_day_on_which_people_work_is_no_weekend():
    cells = cells_of(year_of(2026, [*OFF, MAKE_UP])[4])
    assert (cells[date(2026, 5, 9)].look, cells[date(2026, 5, 10)].look) == (
        "work",
        "weekend",
    )
    assert str(cells[date(2026, 5, 9)].mark) == "work"


def test_days_off_in_a_row_are_one_span_and_a_make_up_day_says_so():
    month = year_of(2026, [MAKE_UP, *reversed(OFF)])[4]
    assert month.spans == [("1–5", "Labour Day"), ("9", "Labour Day work")]


def test_a_holiday_that_is_interrupted_has_two_spans():
    month = year_of(2026, [OFF[0], OFF[1], OFF[3]])[4]
    assert month.spans == [("1–2", "Labour Day"), ("4", "Labour Day")]


def test_days_of_an_unpublished_year_are_marked_as_provisional():
    assumed = Day(date(2027, 5, 1), Kind.REST, "Labour Day", is_provisional=True)
    cells = cells_of(year_of(2027, [assumed])[4])
    assert cells[assumed.date].look == "rest provisional"


def test_only_days_that_a_new_table_judges_otherwise_are_marked_as_changed():
    months = year_of(2026, OFF[:2], before=OFF[1:3])
    changed = [
        day for day, cell in cells_of(months[4]).items() if "changed" in cell.look
    ]
    assert changed == [date(2026, 5, 1), date(2026, 5, 3)]


def test_a_first_table_marks_nothing_as_changed():
    cells = cells_of(year_of(2026, OFF)[4])
    assert not any("changed" in cell.look for cell in cells.values())


def test_another_name_for_the_same_rest_is_no_change_and_another_kind_is():
    renamed = Day(OFF[0].date, Kind.REST, "May Day")
    worked = Day(OFF[1].date, Kind.WORK, "Labour Day")
    assert changes([renamed, worked], OFF[:2]) == [OFF[1].date]


def test_a_month_is_written_shortly_beside_others_of_its_year():
    assert month_label(date(2026, 2, 1)) == "Feb"
