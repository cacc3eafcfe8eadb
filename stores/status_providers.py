"""What the apps above know of a listing, a store or a platform: its state, its page, what waits there."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from corps.models import User
from stores.models import OfficialAccount, Platform


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """state: a word with a colour. label: as it is shown. url: the page of its history, empty for who may not see it.
    since: when somebody first asked to act on it."""

    state: str
    label: Any
    url: str
    since: datetime | None = None


# Called with the kind ("listing" or "store"), primary keys and who asks, if that matters; few queries for them all.
providers: list[
    Callable[[str, Sequence[int], User | None], dict[int, KnownStatus]]
] = []


def known_statuses(
    kind: str, ids: Sequence[int], user: User | None = None
) -> dict[int, KnownStatus]:
    """What is known of these, by primary key; nothing where no app knows any. user: leaves out the address of a page
    that they may not see."""
    known: dict[int, KnownStatus] = {}
    for provide in providers:
        known |= provide(kind, ids, user)
    return known


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a platform still owes an answer: so many items, in so many issued notices; due: the first day of theirs."""

    notices: int
    items: int
    due: date | None = None


# Called with the slug of a platform; whether any rule reads addresses of its sites.
address_rules: list[Callable[[str], bool]] = []


def reads_addresses_of(slug: str) -> bool:
    """Whether addresses of a platform's sites are read at all; without a rule every row that names one is refused."""
    return any(reads(slug) for reads in address_rules)


# Called with primary keys of platforms and who asks; one query for them all, platforms without any left out.
backlog_providers: list[Callable[[Sequence[int], User], dict[int, Waiting]]] = []


def waiting_at(platforms: Sequence[int], user: User) -> dict[int, Waiting]:
    """What these platforms still owe an answer, by primary key; for administrators, who see no notice, the bare numbers
    of all, for others of what they may see."""
    known: dict[int, Waiting] = {}
    for provide in backlog_providers:
        known |= provide(platforms, user)
    return known


# Called with an official account; how many things that somebody asked to act on are kept from notices by it alone.
protected_counters: list[Callable[[OfficialAccount], int]] = []


def protected_by(account: OfficialAccount) -> int:
    """How many things that somebody asked to act on could be named in a notice if this account were revoked."""
    return sum(count(account) for count in protected_counters)


@dataclass(frozen=True, slots=True)
class Touched:
    """What an act touches, such as registering an official account: so many of a kind. note: what becomes of them.
    url: their list."""

    code: str
    label: Any
    count: int
    note: Any = ""
    url: str = ""


# Called with an official account, proposed or registered; a fixed number of statements each.
touched_counters: list[Callable[[OfficialAccount], Iterable[Touched]]] = []


def touched_by(account: OfficialAccount) -> list[Touched]:
    """What registering an account touches, as every app above counts it now."""
    return [touched for count in touched_counters for touched in count(account)]


# Called with a platform; what is still open there that retiring it touches; a fixed number of statements each.
open_counters: list[Callable[[Platform], Iterable[Touched]]] = []


def open_at(platform: Platform) -> list[Touched]:
    """What is still open at a platform, as every app above counts it now."""
    return [touched for count in open_counters for touched in count(platform)]


# Called with an official account; what revoking it sets free or, once it is revoked, what that has.
freed_counters: list[Callable[[OfficialAccount], Iterable[Touched]]] = []


def freed_by(account: OfficialAccount) -> list[Touched]:
    """What revoking an account sets free, as every app above counts it now."""
    return [freed for count in freed_counters for freed in count(account)]


def touched_version(touched: Iterable[Touched]) -> str:
    """SHA-256 of the counts that somebody was shown before they confirm."""
    counts = "/".join(f"{one.code}={one.count}" for one in touched)
    return hashlib.sha256(counts.encode()).hexdigest()
