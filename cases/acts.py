"""The way back from an act: what a person who did it can do about it now.

Apps above add theirs in `AppConfig.ready()`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from corps.models import AuditEntry, User


@dataclass(frozen=True, slots=True)
class Way:
    """A link to where an act is taken back or put right. label: a verb."""

    label: Any
    url: str


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
