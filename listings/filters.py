"""What lists may be narrowed by of this app."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from corps.ui.filters import (
    DayRangeFilter,
    FilterField,
    ListFilterSet,
    SearchFilter,
    TextFilter,
)
from firms.filters import firm_filter
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


class OfficialAccountFilter(ListFilterSet):
    """The filters of the list of official accounts."""

    firm = firm_filter()
    platform = platform_filter()
    since = DayRangeFilter("since", label=_("Since"), of_moments=True)
    q = SearchFilter(
        field_label=_("Id or part of the name"), within=("canonical_id", "name")
    )

    def form_fields(self) -> list[FilterField]:
        """A representative sees one firm alone, and chooses none."""
        fields = super().form_fields()
        if self.request.user.is_corps:
            return fields
        return [field for field in fields if field.name != "firm"]


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
