"""Listings, and which store each is known to be in."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept, refers
from corps.models import RecordWords
from corps.models.visibility import CorpsQuerySet, RegisterQuerySet
from corps.models.words import indexed
from firms.models import Firm
from listings.sheets import ROWS_OF_A_WORKSHEET
from listings.states import (
    BELONGING_STATES,
    CORRECTION_STATES,
    BelongingState,
    CorrectionState,
)
from stores.models import Platform, Store


class AddressFormQuerySet(RegisterQuerySet):
    def in_force(self) -> Self:
        """Those by which addresses are read."""
        return self.filter(retired_on=None)


class AddressForm(models.Model):
    """A form of addresses that an administrator added to the shipped table (`listings.addresses.table`).

    kind "service": `host` is the first label of hosts that are a service of the site, and no store. Otherwise host and
    path are literal but for `{id}`, which stands where the id does, once; path "*" is any. parameter: the query
    parameter with the id, where it stands there. id_shape: which ids fit. id_prefix: what the canonical id begins with.
    example: an address of this form. valid_from: since when the platform uses it. source: where that is known from.
    """

    class Kind(models.TextChoices):
        LISTING = "listing", _("Listing")
        STORE = "store", _("Store")
        SHORT = "short", _("Short link")
        SEARCH = "search", _("Search or start page")
        SERVICE = "service", _("Service label")

    class IdShape(models.TextChoices):
        NUMBER = "N", _("Number of 5 to 19 digits")
        HEX = "H", _("24 hexadecimal digits")
        CODE = "C", _("Code of letters, digits, dot, dash and underscore")

    site = models.CharField(_("site"), max_length=20)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    host = models.CharField(_("host"), max_length=100)
    path = models.CharField(_("path"), max_length=200, blank=True)
    parameter = models.CharField(
        _("query parameter with the id"), max_length=40, blank=True
    )
    id_shape = models.CharField(
        _("form of the id"), max_length=1, choices=IdShape.choices, blank=True
    )
    id_prefix = models.CharField(_("beginning of the id"), max_length=12, blank=True)
    example = models.CharField(_("example"), max_length=500)
    valid_from = models.DateField(_("in use since"))
    source = models.CharField(_("source"), max_length=300)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()
    retired_on = models.DateField(null=True, blank=True)

    objects = AddressFormQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "path", "parameter"],
                name="one_address_form_in_force",
                condition=models.Q(retired_on__isnull=True) & ~models.Q(kind="service"),
            ),
            models.UniqueConstraint(
                fields=["site", "host"],
                name="one_service_label_in_force",
                condition=models.Q(retired_on__isnull=True, kind="service"),
            ),
        ]
        triggers = [is_kept("address_form")]

    def __str__(self) -> str:
        place = self.parameter and f"?{self.parameter}={{id}}"
        return f"{self.host}{self.path}{place}"


class UnknownHostQuerySet(RegisterQuerySet):
    """Hosts that nobody knows; which sheet named one is for who sees that."""


class UnknownHost(models.Model):
    """A host that no rule knows, as one import named it.

    sheet: the key of the import, which an app above keeps. month: its first day. rows: how many rows could not be used
    because of it. example: an address of the last of them, the values of its query left out.
    """

    host = models.CharField(max_length=253)
    sheet = models.UUIDField()
    month = models.DateField()
    rows = models.IntegerField()
    example = models.CharField(max_length=300)
    seen_at = models.DateTimeField()

    objects = UnknownHostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "host"], name="a_host_once_for_an_import"
            )
        ]
        indexes = [models.Index(fields=["host", "month"], name="unknown_host_month")]


class OtherHost(models.Model):
    """A host of which an administrator said that it is no platform's: it is counted, and listed apart."""

    host = models.CharField(max_length=253, unique=True)
    remark = models.CharField(max_length=200, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host


class ListingQuerySet(CorpsQuerySet):
    """The register of listings."""


class Listing(models.Model):
    """One offer on a platform, known by its canonical id. Title, brand and `claimed_store` are what the first row that
    named it says; `store` is known."""

    # Platform and store are checked for a whole statement (`triggers`): row by row would cost an import a tenth.
    platform = models.ForeignKey(
        Platform,
        models.PROTECT,
        related_name="listings",
        db_index=False,
        db_constraint=False,
    )
    canonical_id = models.CharField(max_length=100)
    site = models.CharField(max_length=20)
    url = models.CharField(max_length=300)
    title = models.CharField(_("title"), max_length=300, blank=True)
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    # Known: what a person confirmed. Claimed: what the first row that named a store beside it says; shown as that.
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="listings",
        db_constraint=False,
        db_index=False,
    )
    claimed_store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claimed_listings",
        db_constraint=False,
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "canonical_id"], name="a_listing_once_on_a_platform"
            ),
        ]
        triggers = [
            *refers("platform_id", "stores_platform"),
            *refers("store_id", "stores_store", changes="often"),
            *refers("claimed_store_id", "stores_store", changes="often"),
            is_kept("listing"),
            *indexed("title", "brand"),
        ]
        indexes = [
            models.Index(
                fields=["store"],
                name="listing_known_store",
                condition=models.Q(store__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.canonical_id

    @property
    def shown_store(self) -> Store | None:
        """The store that is known, or else the one that is only claimed."""
        return self.store or self.claimed_store


class ListingWords(RecordWords):
    """The words of a listing: its title and brand."""


class BelongingQuerySet(CorpsQuerySet):
    def waiting(self) -> Self:
        """Those that nobody has judged yet."""
        return self.filter(state=Belonging.State.UNJUDGED)

    def in_effect(self) -> Self:
        """Those that hold rows until somebody has judged them."""
        return self.waiting().filter(in_effect=True)

    def confirmed(self) -> Self:
        """Those that a person confirmed: by them it is known in which store a listing is."""
        return self.filter(state=Belonging.State.CONFIRMED)


class Belonging(models.Model):
    """That a listing is in a store: a claim with its source, and what a person made of it.

    Kept where the store is an official account's, or where one of the two is not registered; all others are
    `Listing.claimed_store`. A claim protects nothing: unjudged and in effect, it only holds rows that name the listing
    alone. Keyed by canonical ids, for an official account's row registers neither.

    firm, complaint, row: whose row of which sheet says so; empty where it was carried over or is a correction of the
    corps. complaint: the key of a complaint, which an app above keeps.
    """

    State = BelongingState

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    listing_id = models.CharField(max_length=100)
    store_id = models.CharField(max_length=100)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.UNJUDGED
    )
    in_effect = models.BooleanField(default=True)
    firm = models.ForeignKey(
        Firm, models.PROTECT, null=True, related_name="belongings", db_index=False
    )
    complaint = models.BigIntegerField(null=True)
    row = models.IntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    judged_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, db_default="")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "listing_id", "store_id"],
                name="a_listing_is_claimed_once_in_a_store",
            ),
            models.UniqueConstraint(
                fields=["platform", "listing_id"],
                name="a_listing_is_known_in_one_store",
                condition=models.Q(state="confirmed"),
            ),
            models.CheckConstraint(
                name="a_judged_belonging_says_when",
                condition=models.Q(state="unjudged")
                | models.Q(judged_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "store_id"], name="belonging_store"),
            models.Index(fields=["firm", "state"], name="belonging_firm_state"),
        ]
        triggers = [
            *refers("platform_id", "stores_platform"),
            BELONGING_STATES.trigger(),
        ]

    @property
    def row_number(self) -> int | None:
        """The number of the row in its worksheet, from 1; None where no row says it."""
        return None if self.row is None else self.row % ROWS_OF_A_WORKSHEET


class BelongingCorrection(models.Model):
    """A proposal to say otherwise in which store a listing is; a second person confirms it.

    store_id: canonical id of the store, empty where it is in none that is known. reason: why.
    """

    State = CorrectionState

    listing = models.ForeignKey(
        Listing, models.PROTECT, related_name="corrections", db_index=False
    )
    store_id = models.CharField(max_length=100, blank=True)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PROPOSED
    )
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing"],
                name="one_open_correction_for_a_listing",
                condition=models.Q(state="proposed"),
            ),
        ]
        triggers = [is_kept("belonging_correction"), CORRECTION_STATES.trigger()]

    def __str__(self) -> str:
        return f"{self.listing.canonical_id} → {self.store_id or '—'}"
