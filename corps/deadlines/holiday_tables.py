"""Reading a year's holiday table as a person pastes or uploads it: tolerant of looks, strict about days.

One line a day or span, in the columns of the shipped table: `date, kind, name, status`, apart by tabs, commas or
blanks; the head may be missing, and so may the status, which is then `published`.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from corps.deadlines.calendar import HOLIDAY_NAMES, ClockError, Day, Kind, parse_day

LONGEST_SPAN = 31
MOST_LINES = 200
MOST_FAULTS = 10
KINDS = {"rest": Kind.REST, "work": Kind.WORK, "休": Kind.REST, "班": Kind.WORK}
KINDS |= {
    "休息日": Kind.REST,
    "放假": Kind.REST,
    "调休上班日": Kind.WORK,
    "上班": Kind.WORK,
}
# As the notices call them → as they are recorded.
NAMES = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-autumn Festival",
    "国庆节": "National Day",
}


class TableFaults(ValueError):
    """Lines that cannot be read. faults: (line number from 1, sentence), at most MOST_FAULTS of them."""

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_table(text: str) -> list[Day]:
    """The days of a pasted table, in its order. Raises TableFaults, also for a day that stands twice."""
    days: dict[date, Day] = {}
    faults: list[tuple[int, str]] = []
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        said = _("A year's table has no more than %(count)s lines.") % {
            "count": MOST_LINES
        }
        raise TableFaults([(MOST_LINES + 1, said)])
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (number == 1 and line.lower().startswith("date")):
            continue
        try:
            _add_days(days, _days_of(line))
        except ClockError as fault:
            faults.append((number, str(fault.message)))
    if faults:
        raise TableFaults(faults[:MOST_FAULTS])
    return list(days.values())


def _add_days(days: dict[date, Day], read: Iterable[Day]) -> None:
    """Raises ClockError "day-twice"."""
    for day in read:
        if day.date in days:
            raise ClockError(
                "day-twice",
                _("%(day)s stands in the table twice.") % {"day": day.date},
            )
        days[day.date] = day


def write_table(days: Iterable[Day]) -> str:
    """The days as a person would type them, a line each, in the reader's language; `read_table` reads it back."""
    words = {
        Kind.REST: pgettext("in a holiday table", "rest"),
        Kind.WORK: pgettext("in a holiday table", "work"),
    }
    lines = (
        [day.date, words[Kind(day.kind)], HOLIDAY_NAMES.get(day.name, day.name)]
        for day in days
    )
    return "\n".join("\t".join(map(str, line)) for line in lines)


def _days_of(line: str) -> Iterator[Day]:
    """The days of one line: a day, or a span `2027-02-06..2027-02-12`."""
    cells = [cell.strip() for cell in re.split(r"\t|,|，| {2,}", line.strip())]
    if len(cells) < 3:
        cells = line.split(maxsplit=2)
    when, kind, name, status = [*cells, "", "", "", ""][:4]
    _check_cells(kind, name, status)
    first, _dots, last = when.partition("..")
    begins, ends = parse_day(first), parse_day(last or first)
    if not 0 <= (ends - begins).days < LONGEST_SPAN:
        raise ClockError(
            "bad-span", _("The span runs backwards or for more than a month.")
        )
    for turn in range((ends - begins).days + 1):
        yield Day(
            begins + timedelta(days=turn),
            KINDS[kind.lower()],
            NAMES.get(name, name)[:40],
            status == "provisional",
        )


def _check_cells(kind: str, name: str, status: str) -> None:
    """Raises ClockError "kind-missing", "bad-kind", "name-missing", "bad-status"."""
    if not kind:
        raise ClockError(
            "kind-missing",
            _("A line holds the day, then rest or work, then the holiday's name."),
        )
    if kind.lower() not in KINDS:
        said = _("The kind of a day is rest or work, not “%(kind)s”.")
        raise ClockError("bad-kind", said % {"kind": kind[:20]})
    if not name:
        raise ClockError("name-missing", _("The holiday has no name."))
    if status not in ("", "published", "provisional"):
        said = _("The status is published or provisional, not “%(status)s”.")
        raise ClockError("bad-status", said % {"status": status[:20]})
