"""What the search over everything finds in the registers of this room and of those below."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import User
from corps.search import MOST_OF_A_KIND, Hit
from firms.models import Firm
from listings.addresses import read_cell
from listings.models import Listing
from listings.sites import platform_of
from listings.views import matching
from stores.models import OfficialAccount, Store


def find(user: User, text: str) -> Iterator[Hit]:
    """Firms by name; official accounts and stores by address, id or name; listings by address, id or title."""
    if not user.is_corps:
        return
    for firm in Firm.objects.visible_to(user).filter(name__contains=text)[:MOST_OF_A_KIND]:
        yield Hit(_("Firms"), firm.label, firm.code, reverse("firms:firm", args=[firm.code]))
    address = read_cell(text)
    stores = Store.objects.visible_to(user).select_related("platform")
    accounts = OfficialAccount.objects.visible_to(user).protecting().select_related("platform", "firm")
    if address.kind == "store":
        place = {"platform__slug": platform_of(address.site), "canonical_id": address.canonical_id}
        named, official = stores.filter(**place), accounts.filter(**place)
    else:
        by_id = stores.filter(canonical_id=text[:100])
        named = by_id if by_id.exists() else stores.filter(name__contains=text[:100])
        official = accounts.filter(Q(canonical_id=text[:100]) | Q(name__contains=text[:100]))
    for account in official.order_by("-pk")[:MOST_OF_A_KIND]:
        note = f"{account.firm.short_label} {account.platform.label} {account.canonical_id}"
        url = f"{reverse('listings:official')}?firm={account.firm.code}&platform={account.platform.slug}"
        yield Hit(_("Official accounts"), account.name, note, url)
    for store in named.order_by("-pk")[:MOST_OF_A_KIND]:
        note = f"{store.platform.label} {store.canonical_id}"
        yield Hit(_("Stores"), str(store), note, reverse("stores:store", args=[store.pk]))
    listings = matching(Listing.objects.visible_to(user), text).select_related("platform")
    for listing in listings.order_by("-pk")[:MOST_OF_A_KIND]:
        note = f"{listing.platform.label} {listing.canonical_id}"
        yield Hit(_("Listings"), str(listing), note, reverse("listings:listing", args=[listing.pk]))
