"""The way back from an act: what a person who did it can do about it now.

Apps above add theirs in `AppConfig.ready()`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cases import timeline
from corps.deadlines.clock import midnight, today
from corps.models import AuditEntry, User

# What is recorded of coming, going and reading is no work.
NO_WORK = ("sign_in.done", "sign_out", "paper.opened", "export.downloaded")


@dataclass(frozen=True, slots=True)
class Way:
    """A link to where an act is taken back or put right. label: a verb."""

    label: Any
    url: str


@dataclass(frozen=True, slots=True)
class Undoable:
    """An act that can still be undone for some seconds. text: what it is. url: takes a POST with `fields`."""

    text: Any
    url: str
    fields: tuple[tuple[str, Any], ...]
    seconds: int


# Each is asked for what a person can still undo, newest first; a few statements.
undoables: list[Callable[[User], Iterable[Undoable]]] = []
# Each is asked for some entries of a person and gives the ways that it knows, by the entry's id; a few statements,
# whatever the number of entries.
providers: list[Callable[[list[AuditEntry], User], dict[int, Way]]] = []


def ways_back(entries: Iterable[AuditEntry], user: User) -> dict[int, Way]:
    """The way back of each entry that has one, by the entry's id."""
    entries = list(entries)
    found: dict[int, Way] = {}
    for provide in providers:
        found = provide(entries, user) | found
    return found


def undoable_now(user: User) -> list[Undoable]:
    """What a person did some seconds ago and can still undo."""
    return [undoable for provide in undoables for undoable in provide(user)]


def entries_of_today(user: User) -> QuerySet[AuditEntry]:
    """What a person did today, entry by entry; not what a replay tells of them."""
    return AuditEntry.objects.filter(
        actor=user, recorded_at__gte=midnight(today())
    ).exclude(Q(verb__in=NO_WORK) | Q(channel="replay"))


def of_today(user: User) -> QuerySet:
    """The same as a timeline tells it, much of a kind once."""
    return timeline.acts_of(entries_of_today(user))
