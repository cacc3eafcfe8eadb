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
    """Something that happened to a target. kind: a word with a colour. link: a word to follow `url` by."""

    at: datetime
    text: Any
    kind: str = "grey"
    strong: Any = ""
    note: Any = ""
    url: str = ""
    link: Any = ""


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


tellers: list[Callable[[Target, User], Iterable[Line]]] = []
panels: list[Panel] = []
# What an account's home page lists: section ("due", "check", "take_in", "waiting") → providers of its rows.
providers: dict[str, list[Callable[[User], Iterable[Task]]]] = {"due": [], "check": [], "take_in": [], "waiting": []}
# Where a section of the home page goes on: (name of the address, its query string).
more: dict[str, tuple[str, str]] = {"take_in": ("cases:complaints", "")}
# What a target's page may offer besides, and why it counts: called with target and user.
acts: list[Callable[[Target, User], Iterable[tuple[Any, str]]]] = []
proofs: list[Callable[[Target, User], Iterable[tuple[Any, Any, Any]]]] = []


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


def story_of(target: Target, user: User) -> list[Line]:
    """All that is known of a target, newest first."""
    return sorted((line for tell in tellers for line in tell(target, user)), key=lambda line: line.at, reverse=True)
