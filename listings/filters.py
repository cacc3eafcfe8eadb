"""What lists may be narrowed by of this app."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from corps.ui.filters import DayRangeFilter, ListFilterSet, SearchFilter, TextFilter
from listings.addresses import read_cell
from listings.models import Listing
from listings.sites import platform_of
from stores.filters import platform_filter

LONGEST_TITLE = 100


class ListingFilter(ListFilterSet):
    """The filters of the list of listings."""

    platform = platform_filter()
    brand = TextFilter("brand", label=_("Brand"))
    known = DayRangeFilter("created_at", label=_("Recorded"), of_moments=True)
    q = SearchFilter(field_label=_("Id, address or part of the title"))

    def search(self, listings: QuerySet[Listing], text: str) -> QuerySet[Listing]:
        return matching(listings, text)


def matching(listings: QuerySet[Listing], text: str) -> QuerySet[Listing]:
    """Listings whose address or id is the text, or else whose title holds it."""
    address = read_cell(text)
    if address.kind == "listing":
        return listings.filter(
            platform__slug=platform_of(address.site), canonical_id=address.canonical_id
        )
    text = text[:LONGEST_TITLE]
    by_id = listings.filter(canonical_id=text)
    if by_id.exists():
        return by_id
    return listings.filter(title__contains=text)
