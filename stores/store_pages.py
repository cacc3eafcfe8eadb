"""What the page of a store shows besides its listings; the apps above know it, each tells its part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corps.models import User
from stores.models import OfficialAccount, Store


@dataclass(frozen=True, slots=True)
class Month:
    """A column of the twelve months. on_sale: at its end. height: of its bar, in hundredths of the highest one."""

    label: str
    on_sale: int
    reported: int
    removed: int
    relisted: int
    height: int = 0

    @property
    def left(self) -> int:
        """What went, with its sign."""
        return -self.removed


@dataclass(frozen=True, slots=True)
class Counted:
    """Something with a count and the page behind it. note: a word beside it. share: of the largest, in hundredths."""

    label: Any
    count: int
    url: str = ""
    note: Any = ""
    share: int = 0


@dataclass(frozen=True, slots=True)
class ListingLine:
    """What is known of one listing beside its state: who named it first, what the platform says, what was seen."""

    url: str
    firm: str
    claim: str
    claim_at: datetime | None
    seen: str
    seen_at: datetime | None
    is_against: bool


@dataclass(slots=True)
class Portrait:
    """All parts; what a person may not see is in none of them.

    targets: how many things of the store somebody asked to act on; first_named: when the first of them was.
    mentions: how often firms named one. contradictions: seen on sale although the platform says gone. months: the last
    twelve, before them "earlier" if something was; they add up to totals, whose on_sale is now. letters_in_all: how
    many letters named one, of which `letters` are the newest. listings: by primary key.
    """

    targets: int = 0
    first_named: datetime | None = None
    mentions: int = 0
    contradictions: int = 0
    firms: list[Counted] = field(default_factory=list)
    cases: list[Counted] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    totals: Month | None = None
    letters: list[Counted] = field(default_factory=list)
    letters_in_all: int = 0
    listings: dict[int, ListingLine] = field(default_factory=dict)


# Called with the portrait so far, a store, who asks, and the listings of the page; a fixed number of statements each.
portrayers: list[Callable[[Portrait, Store, User, Sequence[int]], None]] = []


def portrait_of(store: Store, user: User, listings: Sequence[int]) -> Portrait:
    """The portrait of a store for one person, with what is known of the listings given."""
    portrait = Portrait()
    for tell in portrayers:
        tell(portrait, store, user, listings)
    return portrait


def official_check(store: Store) -> tuple[OfficialAccount | None, int]:
    """The official account that a store is, if any, and with how many of its platform it was compared."""
    accounts = OfficialAccount.objects.protecting().filter(platform=store.platform_id)
    return accounts.filter(canonical_id=store.canonical_id).select_related(
        "firm"
    ).first(), accounts.count()


def in_shares(rows: Sequence[Counted]) -> list[Counted]:
    """The same with their shares of the largest."""
    most = max((row.count for row in rows), default=0)
    return [
        Counted(row.label, row.count, row.url, row.note, round(100 * row.count / most))
        for row in rows
    ]
