"""What the page of a store shows besides its listings; the apps above know it, each tells its part."""

from collections.abc import Sequence

from corps.models import User
from stores.extensions import Counted, Portrait, store_portrayers
from stores.models import OfficialAccount, Store


def portrait_of(store: Store, user: User, listings: Sequence[int]) -> Portrait:
    """The portrait of a store for one person, with what is known of the listings given."""
    portrait = Portrait()
    for tell in store_portrayers:
        tell(portrait, store, user, listings)
    return portrait


def official_check(store: Store) -> tuple[OfficialAccount | None, int]:
    """The official account that a store is, if any, and with how many of its platform it was compared."""
    accounts = OfficialAccount.objects.protecting().filter(platform=store.platform_id)
    return accounts.filter(canonical_id=store.canonical_id).select_related(
        "firm"
    ).first(), accounts.count()


def in_shares(rows: Sequence[Counted]) -> list[Counted]:
    """The same with their shares of the largest, 0 where there is nothing of any."""
    most = max((row.count for row in rows), default=0) or 1
    return [
        Counted(row.label, row.count, row.url, row.note, round(100 * row.count / most))
        for row in rows
    ]
