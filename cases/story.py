"""The story of a target, told by every room that knows a part of it, and what else a case page shows.

The rooms above add to these lists in `AppConfig.ready()`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, QuerySet, Value

from cases.models import Case, Target
from corps.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened to a target. kind: a word with a colour. link: a word to follow `url` by.

    part: under which of the story's filters it falls besides "all" (`notice`, `answer`, `check`, or "").
    """

    at: datetime
    text: Any
    kind: str = "grey"
    strong: Any = ""
    note: Any = ""
    url: str = ""
    link: Any = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A line of the ledger of one target. sign: +1, −1, or 0 for what stands beside the numbers."""

    text: Any
    at: datetime
    sign: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab of the case page that another room fills. context: called when it is looked at."""

    key: str
    label: Any
    template: str
    count: Callable[[Case, User], int]
    context: Callable[[Case, User], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the home page: what is to be done. count, unit: of how many what. verb: what the button says.

    due: a Shanghai date by which it is to be done, or None. since: when somebody else was asked, for what only waits.
    """

    title: Any
    note: Any
    place: str
    count: int
    url: str
    verb: Any
    due: date | None = None
    provisional: bool = False
    calendar_days: bool = False
    since: datetime | None = None
    unit: Any = ""


# Called with target and user; they tell causes before effects.
tellers: list[Callable[[Target, User], Iterable[Line]]] = []
panels: list[Panel] = []
# What an account's home page lists: section ("due", "check", "take_in", "waiting") → providers of its rows.
providers: dict[str, list[Callable[[User], Iterable[Task]]]] = {"due": [], "check": [], "take_in": [], "waiting": []}
# Where a section of the home page goes on: (name of the address, its query string).
more: dict[str, tuple[str, str]] = {"take_in": ("cases:complaints", "")}
# What a target's page may offer besides, and why it counts: called with target and user.
acts: list[Callable[[Target, User], Iterable[tuple[Any, str]]]] = []
proofs: list[Callable[[Target, User], Iterable[tuple[Any, Any, Any]]]] = []
# Lines under two of the three truths, "claimed" and "seen": who, when, how often.
witnesses: list[Callable[[Target, User], dict[str, list[Any]]]] = []
# The ledger of a target, oldest first.
ledgers: list[Callable[[Target, User], Iterable[Count]]] = []


# Clocks of a case besides its own, as the piece `tabs` takes them: {label, due, left, calendar_days, provisional}.
clocks: list[Callable[[Case, User], Iterable[dict[str, Any]]]] = []
# What stands for "no date" in an order by date.
FAR = date(9999, 12, 31)
# At most one room above says which notice binds a target at present: given targets, it adds `notice_number` ("" or
# null without one) and `due_on` (a Shanghai date, FAR where nothing is due), without repeating a row.
binders: list[Callable[[QuerySet[Target]], QuerySet[Target]]] = []


def bound(targets: QuerySet[Target]) -> QuerySet[Target]:
    """The targets with `notice_number` and `due_on`."""
    for bind in binders:
        return bind(targets)
    nothing = {"notice_number": Value("", CharField()), "due_on": Value(FAR, DateField())}
    return targets.annotate(**nothing)


def newest_first(lines: Iterable[Line]) -> list[Line]:
    """Lines in the order of the page; of one moment, what was told later stands above, as an effect above its cause."""
    return sorted(lines, key=lambda line: line.at)[::-1]


def story_of(target: Target, user: User) -> list[Line]:
    """All that the rooms above know of a target, in the order in which they tell it."""
    return [line for tell in tellers for line in tell(target, user)]
