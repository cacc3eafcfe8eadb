"""A home page's stream: what waits for somebody, most urgent first, each thing once with all that it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from corps.deadlines.clock import now
from corps.ui.formats import day, thousands

# Of each group so many stand on the page; on the page of one group, so many.
MOST, MOST_OF_ONE = 20, 500
FAR = date(9999, 12, 31)
WEEK = timedelta(days=7)
Key = tuple[str, int]

WEEKDAYS = (
    pgettext_lazy("short", "Mon"), pgettext_lazy("short", "Tue"), pgettext_lazy("short", "Wed"),
    pgettext_lazy("short", "Thu"), pgettext_lazy("short", "Fri"), pgettext_lazy("short", "Sat"),
    pgettext_lazy("short", "Sun"),
)  # fmt: skip
# In the order of the page: key, label, what would stand there.
GROUPS = (
    (
        "overdue",
        gettext_lazy("Overdue"),
        gettext_lazy("What is past its day is listed here."),
    ),
    ("today", gettext_lazy("Today"), gettext_lazy("What is due today is listed here.")),
    (
        "week",
        gettext_lazy("This week"),
        gettext_lazy("What is due until Sunday is listed here."),
    ),
    (
        "later",
        gettext_lazy("Later"),
        gettext_lazy("What has a later day, or none, is listed here."),
    ),
    (
        "waiting",
        gettext_lazy("Waiting for others"),
        gettext_lazy("What others have to do first is listed here."),
    ),
)
GROUP_KEYS = tuple(key for key, _label, _nothing in GROUPS)
# What is filled with nothing is told only where people expect it.
ONLY_IF_FILLED = frozenset({"later"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What stands once in a stream: a case, a complaint, a notice. notes: firm, number and the like."""

    title: Any
    url: str
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a subject needs, a chip of its row. subject: kind and id, such as ("case", 12).

    word, count: what the chip says; count is None where there is nothing to count, and 0 makes no chip. url: exactly
    the rows that it counts. due: a Shanghai date; clock: of what. verb: what the person does, at `act` (`url` unless
    given); empty for what is only a date. whom: who has to act instead of the person, and asked: what they are asked.
    note: words beside the chip; hint: more of it, for a pointer that rests there. since: when somebody was asked, for
    what has no date.
    """

    subject: Key
    word: Any
    count: int | None
    url: str
    due: date | None = None
    clock: Any = ""
    verb: Any = ""
    act: str = ""
    whom: Any = ""
    asked: Any = ""
    note: Any = ""
    hint: Any = ""
    since: datetime | None = None
    provisional: bool = False

    @property
    def is_own(self) -> bool:
        return not self.whom


@dataclass(frozen=True, slots=True)
class Chip:
    """A need as it is shown. look: "red" or "amber" for what made the row's date, "waits" for what others do."""

    word: Any
    count: str
    url: str
    look: str
    note: Any
    hint: Any


@dataclass
class Entry:
    """A row of the stream: a subject with its needs, the most urgent first. on: today."""

    subject: Subject
    needs: list[Need]
    on: date
    is_first: bool = False

    def __post_init__(self) -> None:
        self.needs.sort(key=lambda need: (need.due or FAR, not need.is_own))

    @cached_property
    def due(self) -> date | None:
        return self.needs[0].due

    @cached_property
    def leading(self) -> Need:
        """The need that made the row's date; its most urgent one where it has no date."""
        return self.needs[0]

    @cached_property
    def is_own(self) -> bool:
        """Whether the person has something to do, besides waiting."""
        return any(need.is_own for need in self.needs)

    @cached_property
    def group(self) -> str:
        """What is past its day is overdue even where somebody else has to act."""
        if self.due is not None and self.due < self.on:
            return "overdue"
        if not self.is_own:
            return "waiting"
        if self.due == self.on:
            return "today"
        if self.due is not None and self.due <= sunday(self.on):
            return "week"
        return "later"

    @cached_property
    def colour(self) -> str:
        """Red once it is overdue, amber for today and tomorrow."""
        if self.due is None:
            return ""
        if self.due < self.on:
            return "red"
        if self.due <= self.on + timedelta(days=1):
            return "amber"
        return ""

    @cached_property
    def when(self) -> str:
        """The first line of the date: how late, or which day."""
        due = self.due
        if due is None:
            return self._waited()
        if due < self.on:
            late = (self.on - due).days
            return ngettext("%(days)s day late", "%(days)s days late", late) % {
                "days": thousands(late)
            }
        if due == self.on:
            return _("Today")
        if due - self.on < 2 * WEEK:
            return f"{day(due)} {WEEKDAYS[due.weekday()]}"
        return day(due)

    @cached_property
    def clock(self) -> str:
        """The second line: of which clock; for what is late, after its day."""
        said = str(self.leading.clock)
        if self.due is not None and self.due < self.on:
            said = f"{day(self.due)} {said}"
        return said

    def _waited(self) -> str:
        """How long somebody has been asked, for what has no date: hours, then days."""
        times = [need.since for need in self.needs if need.since]
        if not times:
            return _("No date")
        hours = int((now() - min(times)).total_seconds() // 3600)
        if hours < 1:
            return _("within the hour")
        if hours < 24:
            return ngettext("%(hours)s hour ago", "%(hours)s hours ago", hours) % {
                "hours": thousands(hours)
            }
        days = hours // 24
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {
            "days": thousands(days)
        }

    @cached_property
    def verb(self) -> tuple[Any, str]:
        """What the person does first, and where; looks, if only others have to act."""
        own = next((need for need in self.needs if need.is_own and need.verb), None)
        need = own or self.leading
        return need.verb or _("Look"), need.act or need.url

    @cached_property
    def chips(self) -> list[Chip]:
        return [self._chip(need) for need in self.needs if need.count != 0]

    def _chip(self, need: Need) -> Chip:
        count = ""
        if need.count is not None:
            count = thousands(need.count)
        return Chip(need.word, count, need.url, self._look(need), need.note, need.hint)

    def _look(self, need: Need) -> str:
        looks = []
        if not need.is_own:
            looks.append("waits")
        if need.due is not None and need.due == self.due and self.due <= self.on:
            looks.append("red" if self.due < self.on else "amber")
        return " ".join(looks)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of a kind. total: how many there are, of which `entries` are shown."""

    key: str
    label: Any
    note: str
    nothing: Any
    entries: list[Entry]
    total: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the ruler, or a weekend, which has no `day`. marks: the looks of at most three of the `count` entries.
    near: whether a phone shows it."""

    label: str
    day: str
    is_today: bool
    is_weekend: bool
    near: bool
    marks: list[str]
    count: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A home page's stream. whole: the group that is shown alone, or ""."""

    groups: list[Group]
    total: int
    ruler: list[Cell] = field(default_factory=list)
    whole: str = ""


def sunday(on: date) -> date:
    """The last day of a date's week."""
    return on + timedelta(days=6 - on.weekday())


def stream_of(
    needs: Iterable[Need], subjects: Mapping[Key, Subject], on: date, whole: str = ""
) -> Stream:
    """The stream of some needs. subjects: what each is called; a need of another is left out. whole: show this group
    alone, with more of its entries. Asks nothing of the database.
    """
    entries = _entries(needs, subjects, on)
    by_group: dict[str, list[Entry]] = {key: [] for key in GROUP_KEYS}
    for entry in entries:
        by_group[entry.group].append(entry)
    _mark_first(by_group)
    if whole:
        shown, most = [whole], MOST_OF_ONE
    else:
        shown, most = (
            [key for key in GROUP_KEYS if by_group[key] or key not in ONLY_IF_FILLED],
            MOST,
        )
    groups = [
        Group(
            key,
            label,
            _note(key, on),
            nothing,
            by_group[key][:most],
            len(by_group[key]),
        )
        for key, label, nothing in GROUPS
        if key in shown
    ]
    return Stream(groups, len(entries), ruler_of(entries, on), whole)


def _entries(
    needs: Iterable[Need], subjects: Mapping[Key, Subject], on: date
) -> list[Entry]:
    """One entry for each subject that is known, by date; those without one by how long somebody has been asked."""
    by_subject: dict[Key, list[Need]] = {}
    for need in needs:
        if need.subject in subjects:
            by_subject.setdefault(need.subject, []).append(need)
    entries = [
        Entry(subjects[key], of_subject, on) for key, of_subject in by_subject.items()
    ]
    entries.sort(
        key=lambda entry: (
            entry.due or FAR,
            entry.leading.since is None,
            entry.leading.since or now(),
        )
    )
    return entries


def _mark_first(by_group: Mapping[str, list[Entry]]) -> None:
    """Mark the uppermost entry in which the person has something to do."""
    for key in GROUP_KEYS:
        for entry in by_group[key]:
            if entry.is_own:
                entry.is_first = True
                return


def _note(key: str, on: date) -> str:
    """Which days a group is about."""
    if key == "today":
        return day(on)
    tomorrow, last = on + timedelta(days=1), sunday(on)
    if key != "week" or tomorrow > last:
        return ""
    if tomorrow == last:
        return day(last)
    return _("%(first)s to %(last)s") % {"first": day(tomorrow), "last": day(last)}


def ruler_of(entries: Iterable[Entry], on: date) -> list[Cell]:
    """This week and the next: five days and a weekend, twice, with a mark for each entry that is due."""
    entries = list(entries)
    monday = on - timedelta(days=on.weekday())
    spans = [
        _span(monday + week, index)
        for week in (timedelta(), WEEK)
        for index in range(6)
    ]
    here = next(
        place for place, (first, last) in enumerate(spans) if first <= on <= last
    )
    shown = range(max(0, here - 1), max(0, here - 1) + 5)
    return [
        replace(_cell(first, last, on, entries), near=place in shown)
        for place, (first, last) in enumerate(spans)
    ]


def _span(monday: date, index: int) -> tuple[date, date]:
    """The first and last day of a cell: of a weekend both its days."""
    first = monday + timedelta(days=index)
    return first, first + timedelta(days=index == 5)


def _cell(first: date, last: date, on: date, entries: list[Entry]) -> Cell:
    due = [
        entry
        for entry in entries
        if entry.due is not None and first <= entry.due <= last
    ]
    marks = [
        f"k-{entry.colour or 'grey'}" if entry.is_own else "waits" for entry in due
    ]
    is_weekend = first != last
    if is_weekend:
        label, shown = _("weekend"), ""
    else:
        label, shown = str(WEEKDAYS[first.weekday()]), day(first)
    is_today = first <= on <= last
    if is_today:
        label = _("Today")
    return Cell(label, shown, is_today, is_weekend, False, marks[:3], len(due))
