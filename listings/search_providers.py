"""What the search finds in the registers of this app and of those below: stores, listings, official accounts,
platforms and their liaisons."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import User
from corps.search import (
    Hit,
    Indexed,
    Kind,
    Query,
    Rows,
    Source,
    Words,
    holding,
    in_order,
)
from listings.models import Listing, ListingWords
from listings.search_addresses import by_id, is_whole_id, place_of
from stores.models import Liaison, OfficialAccount, Platform, Store, StoreWords
from stores.status_providers import known_statuses

LISTING_WORDS = Words(Listing, ListingWords, ("record.title", "record.brand"))
STORE_WORDS = Words(Store, StoreWords, ("record.name",))


def by_words(words: Words, query: Query, visible) -> list[Source]:
    """Where records are looked for by their words; nowhere where the query has none that the index knows."""
    if place_of(query) or not query.grams or query.is_digits:
        return []
    return [Indexed(words, query, visible)]


def _official(user: User, query: Query) -> list[Source]:
    accounts = OfficialAccount.objects.visible_to(user).protecting()
    if place_of(query):
        return list(by_id(query, "store", accounts))
    named = accounts.filter(holding(query, "name", "firm__code", "firm__short_name"))
    begins = accounts.filter(canonical_id__startswith=query.plain)
    return [Rows(named), Rows(begins)]


def _show_official(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    accounts = OfficialAccount.objects.visible_to(user).select_related(
        "firm", "platform"
    )
    return [
        Hit(
            account.name,
            f"{account.firm.short_label} {account.platform.label} {account.canonical_id}",
            reverse("listings:official_account", args=[account.pk]),
            is_exact=is_whole_id(query, "store", account.canonical_id),
        )
        for account in in_order(accounts, keys)
    ]


def _stores(user: User, query: Query) -> list[Source]:
    stores = Store.objects.visible_to(user)
    return [*by_id(query, "store", stores), *by_words(STORE_WORDS, query, stores)]


def _show_stores(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    known, hits = known_statuses("store", keys, user), []
    for store in in_order(
        Store.objects.visible_to(user).select_related("platform"), keys
    ):
        status = known.get(store.pk)
        note = f"{store.platform.label} {store.canonical_id}"
        state, label = (status.state, status.label) if status else ("", "")
        is_exact = is_whole_id(query, "store", store.canonical_id)
        hits.append(
            Hit(
                str(store),
                note,
                reverse("stores:store", args=[store.pk]),
                state,
                label,
                is_exact,
            )
        )
    return hits


def _listings(user: User, query: Query) -> list[Source]:
    listings = Listing.objects.visible_to(user)
    return [
        *by_id(query, "listing", listings),
        *by_words(LISTING_WORDS, query, listings),
    ]


def _show_listings(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    known, hits = known_statuses("listing", keys, user), []
    for listing in in_order(
        Listing.objects.visible_to(user).select_related("platform"), keys
    ):
        status = known.get(listing.pk)
        note = f"{listing.platform.label} {listing.canonical_id}"
        url = reverse("listings:listing", args=[listing.pk])
        state, label = (status.state, status.label) if status else ("", "")
        is_exact = is_whole_id(query, "listing", listing.canonical_id)
        hits.append(Hit(str(listing), note, url, state, label, is_exact))
    return hits


def _platforms(user: User, query: Query) -> list[Source]:
    return [
        Rows(
            Platform.objects.visible_to(user).filter(
                holding(query, "name", "name_en", "slug")
            )
        )
    ]


def _show_platforms(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    """For administrators, who keep them, the page of platforms; for the corps the stores on it."""
    page = "stores:list" if user.is_corps else "stores:platforms"
    hits = []
    for platform in in_order(Platform.objects.visible_to(user), keys):
        url = reverse(page) + (f"?platform={platform.slug}" if user.is_corps else "")
        hits.append(Hit(platform.label, platform.slug, url))
    return hits


def _liaisons(user: User, query: Query) -> list[Source]:
    return [
        Rows(
            Liaison.objects.visible_to(user).filter(
                holding(query, "name", "email", "user__username")
            )
        )
    ]


def _show_liaisons(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    hits = []
    for liaison in in_order(
        Liaison.objects.visible_to(user).select_related("platform"), keys
    ):
        page = reverse("stores:platforms")
        if not user.is_corps and liaison.is_active:
            page = reverse("stores:liaison", args=[liaison.pk])
        hits.append(
            Hit(
                liaison.name,
                f"{liaison.platform.label} {liaison.get_duty_display()}",
                page,
            )
        )
    return hits


# What this app adds to the search.
KINDS = (
    Kind(
        "official",
        _("Official accounts"),
        order=28,
        verb="listings.view_listings",
        sources=_official,
        show=_show_official,
    ),
    Kind(
        "stores",
        _("Stores"),
        order=30,
        verb="stores.view_stores",
        sources=_stores,
        show=_show_stores,
    ),
    Kind(
        "listings",
        _("Listings"),
        order=35,
        verb="listings.view_listings",
        sources=_listings,
        show=_show_listings,
    ),
    Kind(
        "platforms",
        _("Platforms"),
        order=26,
        verb="stores.view_platforms",
        sources=_platforms,
        show=_show_platforms,
    ),
    Kind(
        "liaisons",
        _("Liaisons"),
        order=62,
        verb="stores.view_platforms",
        sources=_liaisons,
        show=_show_liaisons,
    ),
)
