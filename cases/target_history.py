"""The history of a target, of which every app adds what it knows, and what else a case page shows.

The apps above contribute their providers and panels; see `cases/extensions.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.models import Case, Target
from corps.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the component `timeline`. kind: a word with a colour. link: a word to follow `url` by.

    part: under which of the history's filters it falls besides "all" (`notice`, `answer`, `check`, or "").
    changed: what became different, or why, on a line of its own. each, each_url: how many things it tells of, and where
    they are told one by one.
    """

    at: datetime
    text: Any
    kind: str = "grey"
    strong: Any = ""
    note: Any = ""
    url: str = ""
    link: Any = ""
    part: str = ""
    changed: Any = ""
    each: Any = ""
    each_url: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A line of the ledger of one target. sign: +1, −1, or 0 for what stands beside the numbers."""

    text: Any
    at: datetime
    sign: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab of the case page that another app fills. context: called when it is looked at."""

    key: str
    label: Any
    template: str
    count: Callable[[Case, User], int]
    context: Callable[[Case, User], dict[str, Any]]


class TargetProvider:
    """What an app above knows of a target and of its case. It overrides what it has something to say to."""

    def lines(self, target: Target, user: User) -> Iterable[Line]:
        """What happened to the target, causes before effects."""
        return ()

    def witnesses(self, target: Target, user: User) -> dict[str, list[Any]]:
        """Lines under two of the three truths, "claimed" and "seen": who, when, how often."""
        return {}

    def ledger(self, target: Target, user: User) -> Iterable[Count]:
        """What the target brought, oldest first."""
        return ()

    def proofs(self, target: Target, user: User) -> Iterable[tuple[Any, Any, Any]]:
        """Why it counts: (name, value, address or "")."""
        return ()

    def acts(self, target: Target, user: User) -> Iterable[tuple[Any, str]]:
        """What may be begun on its page: (words, address)."""
        return ()

    def clocks(self, case: Case, user: User) -> Iterable[dict[str, Any]]:
        """Clocks of a case besides its own, as the component `tabs` takes them."""
        return ()


# What stands for "no date" in an order by date.
FAR = date(9999, 12, 31)


def newest_first(lines: Iterable[Line]) -> list[Line]:
    """Lines in the order of the page; of one moment, what was told later stands above, as an effect above its cause."""
    return sorted(lines, key=lambda line: line.at)[::-1]
