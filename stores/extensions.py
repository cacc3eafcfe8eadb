"""What stores ask of the apps above: what they know of stores, platforms and official accounts, and what follows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from corps.extensions import Cardinality, ExtensionPoint
from corps.models import User
from stores.models import OfficialAccount, Platform, Store


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """state: a word with a colour. label: as it is shown. url: the page of its history, empty for who may not see it.
    since: when somebody first asked to act on it."""

    state: str
    label: Any
    url: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a platform still owes an answer: so many items, in so many issued notices; due: the first day of theirs."""

    notices: int
    items: int
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """What an act touches, such as registering an official account: so many of a kind. note: what becomes of them.
    url: their list."""

    code: str
    label: Any
    count: int
    note: Any = ""
    url: str = ""


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


class OfficialAccountHook(Protocol):
    """What follows when an official account is registered or revoked, in the same transaction."""

    def __call__(
        self, account: OfficialAccount, *, actor: User, at: datetime
    ) -> Any: ...


class StatusProvider(Protocol):
    """What is known of listings or stores, by primary key; few statements for them all.

    kind: "listing" or "store". user: leaves out the address of a page that they may not see; None does not.
    """

    def __call__(
        self, kind: str, ids: Sequence[int], user: User | None
    ) -> Mapping[int, KnownStatus]: ...


official_account_hooks = ExtensionPoint[OfficialAccountHook](
    "stores.official_account_hooks",
    "What must follow in the same transaction when an official account is registered.",
    Cardinality.AT_LEAST_ONE,
)
revocation_hooks = ExtensionPoint[OfficialAccountHook](
    "stores.revocation_hooks",
    "What must follow in the same transaction when an official account is revoked.",
    Cardinality.AT_LEAST_ONE,
)
touched_counters = ExtensionPoint[Callable[[OfficialAccount], Iterable[Touched]]](
    "stores.touched_counters",
    "What registering an account touches, which is proposed or registered; a fixed number"
    " of statements.",
)
protected_counters = ExtensionPoint[Callable[[OfficialAccount], int]](
    "stores.protected_counters",
    "How many things that somebody asked to act on are kept from notices by an account"
    " alone.",
)
freed_counters = ExtensionPoint[Callable[[OfficialAccount], Iterable[Touched]]](
    "stores.freed_counters",
    "What revoking an account sets free or, once it is revoked, what that has.",
)
open_counters = ExtensionPoint[Callable[[Platform], Iterable[Touched]]](
    "stores.open_counters",
    "What is still open at a platform that retiring it touches; a fixed number of"
    " statements.",
)
status_providers = ExtensionPoint[StatusProvider](
    "stores.status_providers",
    "The state of listings or stores, with the page of their history.",
)
backlog_providers = ExtensionPoint[
    Callable[[Sequence[int], User], Mapping[int, Waiting]]
](
    "stores.backlog_providers",
    "What platforms still owe an answer, by primary key, as far as a person may see it;"
    " one statement for them all, platforms without any left out.",
)
address_rules = ExtensionPoint[Callable[[str], bool]](
    "stores.address_rules",
    "Whether any rule reads addresses of a platform's sites, by its slug.",
    Cardinality.AT_LEAST_ONE,
)
store_portrayers = ExtensionPoint[
    Callable[[Portrait, Store, User, Sequence[int]], None]
](
    "stores.store_portrayers",
    "Fills its part of the portrait of a store, for one person and the listings of the"
    " page; a fixed number of statements.",
)
