"""What becomes of claims that listings are in stores, as far as the registry itself changes.

Who may judge them, and what follows for rows and targets, is for the app above, whose verbs call these in their own
transaction and under `lock_registry`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from corps.audit.recording import record_alike
from corps.models import User
from listings.models import Belonging, Listing
from listings.states import BELONGING_STATES, BelongingState
from listings.workflow.registration import Key
from stores.models import Store

PUT_IN_STORES = """
UPDATE listings_listing listing SET store_id = store.id
FROM listings_belonging belonging
JOIN stores_store store ON store.platform_id = belonging.platform_id AND store.canonical_id = belonging.store_id
WHERE belonging.id = ANY(%s) AND listing.platform_id = belonging.platform_id
    AND listing.canonical_id = belonging.listing_id"""


def judge_belongings(
    claims: Collection[int],
    state: BelongingState,
    *,
    actor: User,
    reason: str,
    at: datetime,
) -> None:
    """Confirm or refuse claims, by primary key; the listings of confirmed ones are known to be in the store from now
    on. Three statements at most."""
    BELONGING_STATES.move_all(
        Belonging.objects.filter(pk__in=claims),
        state,
        judged_by=actor,
        judged_at=at,
        reason=reason,
    )
    record_alike(actor, f"belonging.{state}", Belonging, claims, at=at, reason=reason)
    if state == BelongingState.CONFIRMED:
        with connection.cursor() as cursor:
            cursor.execute(PUT_IN_STORES, [list(claims)])


def put_in_effect(claims: Collection[int]) -> None:
    """Have claims, by primary key, hold the rows that name their listings alone until somebody judges them."""
    Belonging.objects.filter(pk__in=claims).update(in_effect=True)


def void_belongings(complaint: int) -> list[Key]:
    """Have the claims of a complaint's rows, which nobody judged, hold nothing any more; of which listings."""
    claims = Belonging.objects.in_effect().filter(complaint=complaint)
    listings = list(claims.values_list("platform", "listing_id"))
    claims.update(in_effect=False)
    return listings


def correct_store(
    listing: Listing, store_id: str, *, actor: User, reason: str, at: datetime
) -> None:
    """Write down in which store a listing is known to be from now on.

    store_id: canonical id of a store on its platform, empty for none that is known. reason: why it was corrected.
    """
    claims = Belonging.objects.filter(
        platform=listing.platform_id, listing_id=listing.canonical_id
    )
    other = Q(state=BelongingState.CONFIRMED) & ~Q(store_id=store_id)
    judged: dict[str, Any] = {"judged_by": actor, "judged_at": at, "reason": reason}
    BELONGING_STATES.move_all(claims.filter(other), BelongingState.CORRECTED, **judged)
    if store_id:
        Belonging.objects.update_or_create(
            platform_id=listing.platform_id,
            listing_id=listing.canonical_id,
            store_id=store_id,
            defaults={"state": BelongingState.CONFIRMED, **judged},
        )
    store = Store.objects.filter(
        platform=listing.platform_id, canonical_id=store_id
    ).first()
    Listing.objects.filter(pk=listing.pk).update(store=store)
