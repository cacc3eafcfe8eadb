"""What the apps above know of a listing, a store or a platform: its state, its page, what waits there."""

import hashlib
from collections.abc import Iterable, Sequence

from corps.models import User
from stores import extensions
from stores.extensions import KnownStatus, Touched, Waiting
from stores.models import OfficialAccount, Platform


def known_statuses(
    kind: str, ids: Sequence[int], user: User | None = None
) -> dict[int, KnownStatus]:
    """What is known of these, by primary key; nothing where no app knows any. user: leaves out the address of a page
    that they may not see."""
    known: dict[int, KnownStatus] = {}
    for provide in extensions.status_providers:
        known |= provide(kind, ids, user)
    return known


def reads_addresses_of(slug: str) -> bool:
    """Whether addresses of a platform's sites are read at all; without a rule every row that names one is refused."""
    return any(reads(slug) for reads in extensions.address_rules)


def waiting_at(platforms: Sequence[int], user: User) -> dict[int, Waiting]:
    """What these platforms still owe an answer, by primary key; for administrators, who see no notice, the bare numbers
    of all, for others of what they may see."""
    known: dict[int, Waiting] = {}
    for provide in extensions.backlog_providers:
        known |= provide(platforms, user)
    return known


def protected_by(account: OfficialAccount) -> int:
    """How many things that somebody asked to act on could be named in a notice if this account were revoked."""
    return sum(count(account) for count in extensions.protected_counters)


def touched_by(account: OfficialAccount) -> list[Touched]:
    """What registering an account touches, as every app above counts it now."""
    return [
        touched for count in extensions.touched_counters for touched in count(account)
    ]


def open_at(platform: Platform) -> list[Touched]:
    """What is still open at a platform, as every app above counts it now."""
    return [
        touched for count in extensions.open_counters for touched in count(platform)
    ]


def freed_by(account: OfficialAccount) -> list[Touched]:
    """What revoking an account sets free, as every app above counts it now."""
    return [freed for count in extensions.freed_counters for freed in count(account)]


def touched_version(touched: Iterable[Touched]) -> str:
    """SHA-256 of the counts that somebody was shown before they confirm."""
    counts = "/".join(f"{one.code}={one.count}" for one in touched)
    return hashlib.sha256(counts.encode()).hexdigest()
