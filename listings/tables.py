"""The lists of this app, each with its columns."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from corps.access.parameters import Parameter
from corps.ui.formats import day
from corps.ui.record_lists import RecordList
from corps.ui.status_colours import kind_of
from corps.ui.tables import Column, Table
from listings.filters import ListingFilter, OfficialAccountFilter
from listings.models import Listing
from stores.extensions import KnownStatus
from stores.models import OfficialAccount, Platform
from stores.status_providers import known_statuses

COLUMNS = (
    "id", "canonical_id", "title", "brand", "url", "store__name", "claimed_store__name", "platform__name",
    "platform__name_en", "created_at",
)  # fmt: skip
STORE_NAME = Coalesce("store__name", "claimed_store__name", Value(""))


class ListingRow(NamedTuple):
    """A listing as flat words, for a flat loop."""

    address: str
    canonical_id: str
    title: str
    brand: str
    store: str
    platform: str
    colour: str
    state: str
    since: str
    url: str
    since_at: datetime


class ListingList(RecordList):
    """Listings, newest first, as flat rows."""

    title = _("Listings")
    table = Table(
        "listings",
        Column(
            "id",
            _("Id"),
            "w224",
            fixed=True,
            order="canonical_id",
            value="canonical_id",
        ),
        Column(
            "title", _("Title, as claimed"), fixed=True, order="title", value="title"
        ),
        Column("brand", _("Brand, as claimed"), "w128", order="brand", value="brand"),
        Column("store", _("Store"), "w192", order=STORE_NAME, value="store"),
        Column(
            "platform", _("Platform"), "w96", order="platform__name", value="platform"
        ),
        Column("state", _("State"), "w112", fixed=True, value="state"),
        Column("since", _("Since"), "w64", value="since_at"),
        Column("url", _("Address"), value="url", is_exported_only=True),
    )
    filterset = ListingFilter
    export_route = "listings:export"

    def records(self) -> QuerySet[Listing]:
        return Listing.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.values(*COLUMNS, *found.query.annotations)

    def present(self, rows: Sequence[dict[str, Any]]) -> list[ListingRow]:
        """Flat rows for a flat loop, in the order of its names: everything is formatted once, here."""
        known = known_statuses("listing", [row["id"] for row in rows])
        base = reverse("listings:list")
        label_of, day_of, claimed = cache(_label), cache(day), cache(_as_claimed)
        presented = []
        for row in rows:
            status = known.get(row["id"])
            colour, state = "grey", "—"
            if status:
                colour, state = kind_of(status.state), str(status.label)
            since = first_known(row["created_at"], status)
            presented.append(
                ListingRow(
                    f"{base}{row['id']}/",
                    row["canonical_id"],
                    row["title"],
                    row["brand"],
                    row["store__name"] or claimed(row["claimed_store__name"]),
                    label_of(row["platform__name"], row["platform__name_en"]),
                    colour,
                    state,
                    day_of(since),
                    row["url"],
                    since,
                )
            )
        return presented


def first_known(recorded_at: datetime, status: KnownStatus | None) -> datetime:
    """Since when a listing is known: since somebody asked to act on it, where that was before it was recorded."""
    return min(recorded_at, status.since) if status and status.since else recorded_at


def _as_claimed(name: str | None) -> str:
    """The name of a store in which a firm says that a listing is."""
    return gettext("%(store)s (claimed)") % {"store": name} if name else ""


def _label(name: str, name_en: str) -> str:
    return Platform(name=name, name_en=name_en).label


class OfficialAccountList(RecordList):
    """Official accounts that protect a store or wait for it, by firm; with `struck`, those that were revoked."""

    title = _("Official accounts")
    table = Table(
        "official_accounts",
        Column(
            "firm",
            _("Firm"),
            "w160",
            fixed=True,
            order="firm__short_name",
            value="firm.short_label",
        ),
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
            "w224",
            fixed=True,
            order="canonical_id",
            value="canonical_id",
        ),
        Column("name", _("Store name"), fixed=True, order="name", value="name"),
        Column("since", _("Since"), "w96", order="since", value="since"),
        Column("revoked", _("Revoked"), "w112", value="revoked_at"),
        Column("url", _("Address"), value="url", is_exported_only=True),
    )
    filterset = OfficialAccountFilter
    order = ("firm__code", "id")
    order_words = _("By firm")
    export_route = "listings:official_export"

    @property
    def shows_revoked(self) -> bool:
        return self.asked.get("struck") == "1"

    @cached_property
    def revoked(self) -> QuerySet[OfficialAccount]:
        return OfficialAccount.objects.visible_to(self.user).exclude(revoked_at=None)

    def records(self) -> QuerySet[OfficialAccount]:
        accounts = self.revoked
        if not self.shows_revoked:
            visible = OfficialAccount.objects.visible_to(self.user)
            accounts = visible.protecting() | visible.proposed()
        return accounts.annotate(since=Coalesce("confirmed_at", "recorded_at"))

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("firm", "platform")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    def without(self) -> set[str]:
        if self.shows_revoked:
            return set()
        return {"revoked"}

    @classmethod
    def parameters(cls) -> list[Parameter]:
        return [Parameter("struck", ("1",)), *super().parameters()]
