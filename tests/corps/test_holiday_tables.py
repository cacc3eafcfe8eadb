"""A year's holiday table as a person pastes it: tolerant of looks, strict about days."""

from datetime import date

import pytest
from django.utils import translation

from corps.deadlines.calendar import Day, Kind
from corps.deadlines.holiday_tables import (
    MOST_FAULTS,
    MOST_LINES,
    TableFaults,
    read_table,
    write_table,
)

pytestmark = pytest.mark.usefixtures("english")
NEW_YEAR = Day(date(2027, 1, 1), Kind.REST, "New Year's Day")


def faults(text):
    with pytest.raises(TableFaults) as refused:
        read_table(text)
    return refused.value.faults


@pytest.mark.parametrize(
    "line",
    [
        "2027-01-01\trest\tNew Year's Day\tpublished",
        "2027-01-01, rest, New Year's Day",
        "2027-01-01，休，元旦",
        "2027-01-01 放假 元旦",
        "2027-01-01  REST  New Year's Day",
        "\ufeffdate\tkind\tname\tstatus\n\n2027-01-01\trest\t元旦\t",
    ],
)
def test_a_day_is_read_however_its_line_is_written(line):
    assert read_table(line) == [NEW_YEAR]


def test_a_span_is_each_of_its_days_with_both_ends():
    days = read_table("2027-02-06..2027-02-08, rest, 春节, provisional")
    assert [day.date.day for day in days] == [6, 7, 8]
    assert {(day.name, day.is_provisional) for day in days} == {
        ("Spring Festival", True)
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2027-02-30, rest, x", "Not a date"),
        ("2027-02-06..2027-02-05, rest, x", "runs backwards"),
        ("2027-02-01..2027-03-04, rest, x", "more than a month"),
        ("2027-01-01", "then rest or work"),
        ("2027-01-01, off, x", "not “off”"),
        ("2027-01-01, rest,", "has no name"),
        ("2027-01-01, rest, x, maybe", "not “maybe”"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line, said):
    [(number, sentence)] = faults(f"\n{line}")
    assert number == 2
    assert said in sentence


def test_a_day_that_stands_twice_is_a_fault_also_within_a_span():
    text = "2027-02-06..2027-02-08, rest, x\n2027-02-07, work, x"
    assert faults(text) == [(2, "2027-02-07 stands in the table twice.")]


def test_only_the_first_faults_are_told():
    assert len(faults("nonsense\n" * 50)) == MOST_FAULTS


def test_more_lines_than_a_year_can_need_are_not_read():
    [(number, _sentence)] = faults("nonsense\n" * (MOST_LINES + 1))
    assert number == MOST_LINES + 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_written_reads_back_in_either_language(language):
    days = [NEW_YEAR, Day(date(2027, 2, 14), Kind.WORK, "Spring Festival")]
    with translation.override(language):
        assert read_table(write_table(days)) == days
