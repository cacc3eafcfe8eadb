"""A year on one page: twelve months of days, each with what the holiday table makes of it."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import pgettext, pgettext_lazy

from corps.deadlines.calendar import HOLIDAY_NAMES, Day, Kind

# What a calendar prints small beside a day.
MARKS: dict[str, Any] = {
    Kind.REST: pgettext_lazy("mark of a day in a calendar", "off"),
    Kind.WORK: pgettext_lazy("mark of a day in a calendar", "work"),
}


def month_label(day: date) -> str:
    """How the month of a day is written beside others of its year: `2月`, `Feb`."""
    return date_format(day, pgettext("how a month is written below a bar", "M"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A day. look: classes (`rest`, `work`, `weekend`, `provisional`, `changed`). name: of the holiday, if any."""

    day: date
    look: str
    mark: Any
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """label: `2月`. weeks: Monday first, None outside the month. spans: (`6–12`, name) of its holidays."""

    label: str
    weeks: list[list[Cell | None]]
    spans: list[tuple[str, str]]


def year_of(
    year: int, days: Iterable[Day], before: Iterable[Day] | None = None
) -> list[Month]:
    """The twelve months. before: the table that would be replaced; days that differ from it are marked."""
    known = {day.date: day for day in days}
    old = None if before is None else {day.date: day for day in before}
    return [_month(date(year, number, 1), known, old) for number in range(1, 13)]


def weekdays() -> list[str]:
    """Heads of a month's columns, Monday first."""
    return pgettext(
        "days of the week, as short as can be", "Mo Tu We Th Fr Sa Su"
    ).split()


def changes(days: Iterable[Day], before: Iterable[Day]) -> list[date]:
    """The days that the two tables judge differently, in order."""
    new, old = (
        {day.date: day.kind for day in days},
        {day.date: day.kind for day in before},
    )
    return sorted(
        day for day in new.keys() | old.keys() if new.get(day) != old.get(day)
    )


def _month(
    first: date, known: Mapping[date, Day], old: Mapping[date, Day] | None
) -> Month:
    weeks: list[list[Cell | None]] = []
    for week in calendar.Calendar().monthdatescalendar(first.year, first.month):
        weeks.append(
            [
                _cell(day, known, old) if day.month == first.month else None
                for day in week
            ]
        )
    label = month_label(first)
    return Month(
        label,
        weeks,
        _spans(
            [
                day
                for day in known.values()
                if (day.date.year, day.date.month) == (first.year, first.month)
            ]
        ),
    )


def _cell(day: date, known: Mapping[date, Day], old: Mapping[date, Day] | None) -> Cell:
    entry, earlier = known.get(day), (old or {}).get(day)
    looks, mark, name = [], "", ""
    if entry:
        looks.append(entry.kind)
        mark, name = MARKS[entry.kind], _name(entry)
    elif day.weekday() > 4:
        looks.append("weekend")
    if entry and entry.is_provisional:
        looks.append("provisional")
    if old is not None and (entry and entry.kind) != (earlier and earlier.kind):
        looks.append("changed")
    return Cell(day, " ".join(looks), mark, name)


def _spans(days: list[Day]) -> list[tuple[str, str]]:
    """Days in a row with the same name and kind as one."""
    days = sorted(days, key=lambda day: day.date)
    spans = []
    for _key, lot in groupby(
        enumerate(days),
        key=lambda at: (at[1].name, at[1].kind, at[1].date.toordinal() - at[0]),
    ):
        run = [day for _place, day in lot]
        when = (
            f"{run[0].date.day}–{run[-1].date.day}"
            if len(run) > 1
            else str(run[0].date.day)
        )
        word = (
            _name(run[0])
            if run[0].kind == Kind.REST
            else f"{_name(run[0])} {MARKS[Kind.WORK]}"
        )
        spans.append((when, word))
    return spans


def _name(day: Day) -> str:
    return str(HOLIDAY_NAMES.get(day.name, day.name))
