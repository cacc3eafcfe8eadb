"""The lists of this app, each with its columns."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from corps.ui.record_lists import RecordList
from corps.ui.tables import Column, Table
from stores.filters import StoreFilter
from stores.models import Store


class StoreList(RecordList):
    """Stores, newest first."""

    title = _("Stores")
    table = Table(
        "stores",
        Column(
            "platform",
            _("Platform"),
            "w128",
            order="platform__name",
            value="platform.label",
        ),
        Column(
            "id",
            _("Id"),
            "w256",
            fixed=True,
            order="canonical_id",
            value="canonical_id",
        ),
        Column("name", _("Store name"), fixed=True, order="name", value="name"),
        Column(
            "listings",
            _("Listings"),
            "w112",
            "n",
            order="listing_count",
            value="listing_count",
        ),
        Column("url", _("Address"), value="url", is_exported_only=True),
        Column("known", _("Known since"), value="created_at", is_exported_only=True),
    )
    filterset = StoreFilter
    export_route = "stores:export"

    def records(self) -> QuerySet[Store]:
        return Store.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("platform").annotate(listing_count=_listings_in())


def _listings_in() -> Any:
    """How many listings are known, or else claimed, to be in a store."""
    return _count_of("store", {}) + _count_of("claimed_store", {"store": None})


def _count_of(field: str, narrowed: dict[str, Any]) -> Any:
    model: Any = Store._meta.get_field("listings").related_model
    listings = model.objects.filter(**{field: OuterRef("pk")}, **narrowed)
    counted = (
        listings.order_by().values(field).annotate(count=Count("pk")).values("count")
    )
    return Coalesce(Subquery(counted), 0)
