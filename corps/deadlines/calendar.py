"""The working-day calendar and the counting of deadlines: pure functions, no database.

All dates are days of Asia/Shanghai; the due day itself is in time until 24:00. A calendar comes from the shipped
table (`shipped_calendar`) or from the database (`Holiday.objects.calendar()`); the counting is the same.
"""

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

DATA = Path(__file__).resolve().parent

# No clock runs for more than a century. Without a bound an absurd extension or span would count to the year 9999.
LONGEST_RUN = 36_525

# Holidays are recorded by these names and shown in the reader's language.
HOLIDAY_NAMES = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "National Day": _("National Day"),
}

Span = tuple[date, date]


class ClockError(ValueError):
    """A deadline cannot be counted from what was given. code: a stable word; message: a sentence for the person."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Kind(TextChoices):
    """What the State Council's table makes of a day: rest, or work on a weekend day to make up for it."""

    REST = "rest", _("Rest day")
    WORK = "work", _("Make-up workday")


class Unit(TextChoices):
    """What a clock counts."""

    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")
    MONTH = "month", _("months")


@dataclass(frozen=True, slots=True)
class Day:
    """One row of a holiday table. is_provisional: an assumption for a year whose table is not yet published."""

    date: date
    kind: str
    name: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """What counting needs to know of a rule: how many of which unit."""

    code: str
    length: int
    unit: str


@dataclass(frozen=True, slots=True)
class Due:
    """The last day in time. is_provisional: counted with days whose calendar is not yet published."""

    date: date
    is_provisional: bool


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. Immutable.

    published_years: years that have rows of which none is provisional; in every other year, earlier ones too, a
    Monday to Friday counts as worked unless a row says otherwise, and what is counted there is provisional.
    """

    rest: frozenset[date]
    work: frozenset[date]
    published_years: frozenset[int]
    _free_weekdays: Sequence[int] = field(init=False, repr=False, compare=False)
    _worked_weekends: Sequence[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "_free_weekdays",
            sorted(day.toordinal() for day in self.rest if day.weekday() < 5),
        )
        object.__setattr__(
            self,
            "_worked_weekends",
            sorted(day.toordinal() for day in self.work if day.weekday() > 4),
        )

    @classmethod
    def from_days(cls, days: Iterable[Day]) -> "Calendar":
        """A calendar of a table's rows."""
        days = list(days)
        provisional = {day.date.year for day in days if day.is_provisional}
        return cls(
            rest=frozenset(day.date for day in days if day.kind == Kind.REST),
            work=frozenset(day.date for day in days if day.kind == Kind.WORK),
            published_years=frozenset(day.date.year for day in days) - provisional,
        )

    def is_working(self, day: date) -> bool:
        """Monday to Friday unless rest, or any day marked as work (CLOCKS rule 2)."""
        return day in self.work or (day.weekday() < 5 and day not in self.rest)

    def is_published(self, day: date) -> bool:
        """Whether the day lies in a year whose table is known."""
        return day.year in self.published_years

    def working_days_until(self, day: date) -> int:
        """Working days from the first day of the calendar up to and including this one; only differences mean much."""
        ordinal = day.toordinal()  # 1 is a Monday
        weekdays = ordinal // 7 * 5 + min(ordinal % 7, 5)
        return (
            weekdays
            - bisect_right(self._free_weekdays, ordinal)
            + bisect_right(self._worked_weekends, ordinal)
        )


class _Lookup:
    """Answers whether days are worked, and remembers whether any of them lies in an unpublished year."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.met_unpublished = False

    def is_working(self, day: date) -> bool:
        self.met_unpublished |= not self.calendar.is_published(day)
        return self.calendar.is_working(day)


def due_on(
    clock: Clock,
    start: date,
    *,
    calendar: Calendar,
    extension: int = 0,
    excluded: Iterable[Span] = (),
) -> Due:
    """The last day in time of a clock; the start day is never counted.

    extension: days of the clock's own kind, or months, added to the length and counted from the same start.
    excluded: spans of days, both ends in, that are not counted and in which the due date may not lie (suspension,
    appraisal, hearing, public notice); they mean nothing to a clock of months.
    A clock of calendar days or months that ends on a rest day moves to the next working day; a make-up workday is one.
    Raises ClockError: "bad-length", "bad-extension", "reversed-span", "too-long".
    """
    total = _total(clock, extension)
    spans = merge_spans(excluded)
    lookup = _Lookup(calendar)
    if clock.unit == Unit.WORKING:
        worked = filter(lookup.is_working, _counted_days(start, spans))
        last = next(islice(worked, total - 1, None))
    elif clock.unit == Unit.CALENDAR:
        last = next(
            filter(
                lookup.is_working, islice(_counted_days(start, spans), total - 1, None)
            )
        )
    else:
        nominal = _months_later(start, total)
        last = next(
            filter(lookup.is_working, chain([nominal], _counted_days(nominal, ())))
        )
    return Due(last, lookup.met_unpublished)


def _total(clock: Clock, extension: int) -> int:
    if clock.length < 1:
        raise ClockError("bad-length", _("The length of a clock is at least 1."))
    if extension < 0:
        raise ClockError("bad-extension", _("An extension cannot be negative."))
    if clock.length + extension > LONGEST_RUN:
        raise _too_long()
    return clock.length + extension


def _counted_days(start: date, spans: Sequence[Span]) -> Iterator[date]:
    """The days after the start, without those in the spans (merged, in order). Raises ClockError when it runs out."""
    first = start.toordinal()
    coming = iter(spans)
    span = next(coming, None)
    for ordinal in range(first + 1, min(first + LONGEST_RUN, date.max.toordinal()) + 1):
        day = date.fromordinal(ordinal)
        while span and span[1] < day:
            span = next(coming, None)
        if span is None or day < span[0]:
            yield day
    raise _too_long()


def _months_later(start: date, months: int) -> date:
    """The same day number so many months on, else that month's last day."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if months > LONGEST_RUN // 30 or year >= date.max.year:
        raise _too_long()
    last_day = (
        date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    ).day
    return date(year, month + 1, min(start.day, last_day))


def _too_long() -> ClockError:
    return ClockError(
        "too-long", _("The clock would run for more than a hundred years.")
    )


def add_working_days(day: date, count: int, *, calendar: Calendar) -> date:
    """The day that lies so many working days after the given one, or before it where the count is negative.

    0 gives the day itself, worked or not. Raises ClockError "too-long".
    """
    step = timedelta(days=1 if count > 0 else -1)
    missing = abs(count)
    if missing > LONGEST_RUN:
        raise _too_long()
    try:
        while missing:
            day += step
            missing -= calendar.is_working(day)
    except OverflowError as beyond:
        raise _too_long() from beyond
    return day


def working_days_between(first: date, last: date, *, calendar: Calendar) -> int:
    """Working days after `first` up to and including `last`; if that is earlier, minus those between, counted alike."""
    return calendar.working_days_until(last) - calendar.working_days_until(first)


def working_days_left(due: date, *, today: date, calendar: Calendar) -> int:
    """What a deadline's chip says: working days left, 0 on the due day, below 0 if late.

    On a Saturday after a due Friday nothing worked has passed yet, but it is late: -1.
    """
    left = working_days_between(today, due, calendar=calendar)
    return min(left, -1) if today > due else left


def parse_day(text: str) -> date:
    """A date written YYYY-MM-DD in ASCII digits. Raises ClockError "bad-date"."""
    text = text.strip()
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30 is answered like any other text that is no date
    raise ClockError(
        "bad-date", _("Not a date as YYYY-MM-DD: %(text)s") % {"text": _quoted(text)}
    )


def parse_spans(text: str) -> tuple[Span, ...]:
    """Spans written `YYYY-MM-DD..YYYY-MM-DD`, both ends in, with `;` between; empty text is none.

    Comes back merged and in order. Raises ClockError "bad-span", "bad-date", "reversed-span".
    """
    spans = []
    for piece in text.split(";") if text.strip() else ():
        ends = piece.split("..")
        if len(ends) != 2:
            raise ClockError(
                "bad-span",
                _("Not a span as YYYY-MM-DD..YYYY-MM-DD: %(text)s")
                % {"text": _quoted(piece.strip())},
            )
        spans.append((parse_day(ends[0]), parse_day(ends[1])))
    return merge_spans(spans)


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days in as few spans as possible, in order. Raises ClockError "reversed-span"."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if last < first:
            raise ClockError(
                "reversed-span",
                _("The span ends before it begins: %(first)s to %(last)s")
                % {"first": first, "last": last},
            )
        if merged and first.toordinal() <= merged[-1][1].toordinal() + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def spans_text(spans: Iterable[Span]) -> str:
    """Spans as `parse_spans` reads them, one spelling for the same days."""
    return ";".join(
        f"{first.isoformat()}..{last.isoformat()}" for first, last in merge_spans(spans)
    )


def _quoted(text: str) -> str:
    """What somebody typed, cut to a length that a message bears and without control characters."""
    shown = "".join(sign if sign.isprintable() else "�" for sign in text[:40])
    return shown + "…" if len(text) > 40 else shown


def parse_days(lines: Iterable[str]) -> list[Day]:
    """A holiday table: tab-separated `date, kind, name, status`, with these names in its first line.

    kind is rest or work, status published or provisional. Raises ClockError "bad-table" naming the line, also for a
    day that stands twice.
    """
    days: dict[date, Day] = {}
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, start=2):
        try:
            day = Day(
                parse_day(row["date"]),
                Kind(row["kind"]),
                row["name"],
                row["status"] == "provisional",
            )
        except (ClockError, KeyError, ValueError, AttributeError) as fault:
            raise ClockError(
                "bad-table",
                _("Line %(number)s of the table cannot be read.") % {"number": number},
            ) from fault
        if row["status"] not in ("published", "provisional") or day.date in days:
            raise ClockError(
                "bad-table",
                _("Line %(number)s of the table cannot be read.") % {"number": number},
            )
        days[day.date] = day
    return list(days.values())


@cache
def shipped_days() -> tuple[Day, ...]:
    """The rows of the shipped holiday table.

    Source: the State Council's holiday notices for 2024 to 2026; assumptions for 2027.
    """
    with (DATA / "holidays_cn.tsv").open(encoding="utf-8", newline="") as table:
        return tuple(parse_days(table))


@cache
def shipped_calendar() -> Calendar:
    """The calendar of the shipped table, for when there is no database."""
    return Calendar.from_days(shipped_days())


@cache
def shipped_rules() -> tuple[dict[str, str], ...]:
    """The rows of the shipped clock rules, each by the names in the table's first line."""
    with (DATA / "clocks.tsv").open(encoding="utf-8", newline="") as table:
        return tuple(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def shipped_clock(code: str) -> Clock:
    """The shipped rule with this code, which holds for every start. Raises ClockError "unknown-rule"."""
    for row in shipped_rules():
        if row["code"] == code:
            return Clock(code, int(row["length"]), row["unit"])
    raise unknown_rule(code)


def unknown_rule(code: str) -> ClockError:
    """The refusal for a rule that does not exist, or did not exist on the day."""
    return ClockError(
        "unknown-rule", _("Unknown clock rule: %(code)s") % {"code": _quoted(code)}
    )
