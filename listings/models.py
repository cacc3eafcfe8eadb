"""Listings, and which store each is known to be in."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept, refers
from firms.models import Firm
from listings.sheets import ROWS_OF_A_WORKSHEET
from stores.models import Platform, Store


class ListingQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Only the corps reads the registry of listings."""
        return self if user.is_authenticated and user.is_corps else self.none()


class Listing(models.Model):
    """One offer on a platform, known by its canonical id. Title, brand and `claimed_store` are what the first row that
    named it says; `store` is known."""

    # Platform and store are checked for a whole statement (`triggers`): row by row would cost an import a tenth.
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="listings", db_index=False, db_constraint=False)
    canonical_id = models.CharField(max_length=100)
    site = models.CharField(max_length=20)
    url = models.CharField(max_length=300)
    title = models.CharField(_("title"), max_length=300, blank=True)
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    # Known: what a person confirmed. Claimed: what the first row that named a store beside it says; shown as that.
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="listings", db_constraint=False, db_index=False
    )
    claimed_store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="claimed_listings", db_constraint=False
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "canonical_id"], name="a_listing_once_on_a_platform"),
        ]
        triggers = [
            *refers("platform_id", "stores_platform"),
            *refers("store_id", "stores_store", changes="often"),
            *refers("claimed_store_id", "stores_store", changes="often"),
            is_kept("listing"),
        ]
        indexes = [
            models.Index(fields=["store"], name="listing_known_store", condition=models.Q(store__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title or self.canonical_id

    @property
    def shown_store(self) -> Store | None:
        """The store that is known, or else the one that is only claimed."""
        return self.store or self.claimed_store


class BelongingQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Only the corps reads who claims what."""
        return self if user.is_authenticated and user.is_corps else self.none()

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

    class State(models.TextChoices):
        UNJUDGED = "unjudged", _("To be judged")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Not confirmed")
        CORRECTED = "corrected", _("Corrected")

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    listing_id = models.CharField(max_length=100)
    store_id = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNJUDGED)
    in_effect = models.BooleanField(default=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="belongings", db_index=False)
    complaint = models.BigIntegerField(null=True)
    row = models.IntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, db_default="")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "listing_id", "store_id"], name="a_listing_is_claimed_once_in_a_store"
            ),
            models.UniqueConstraint(
                fields=["platform", "listing_id"],
                name="a_listing_is_known_in_one_store",
                condition=models.Q(state="confirmed"),
            ),
            models.CheckConstraint(
                name="a_judged_belonging_says_when",
                condition=models.Q(state="unjudged") | models.Q(judged_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "store_id"], name="belonging_store"),
            models.Index(fields=["firm", "state"], name="belonging_firm_state"),
        ]
        triggers = refers("platform_id", "stores_platform")

    @property
    def row_number(self) -> int | None:
        """The number of the row in its worksheet, from 1; None where no row says it."""
        return None if self.row is None else self.row % ROWS_OF_A_WORKSHEET


class BelongingCorrection(models.Model):
    """A proposal to say otherwise in which store a listing is; a second person confirms it.

    store_id: canonical id of the store, empty where it is in none that is known. reason: why.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="corrections", db_index=False)
    store_id = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], name="one_open_correction_for_a_listing", condition=models.Q(state="proposed")
            ),
        ]
        triggers = [is_kept("belonging_correction")]

    def __str__(self) -> str:
        return f"{self.listing.canonical_id} → {self.store_id or '—'}"
