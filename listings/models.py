"""Listings, and which store each is known to be in."""

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept, refers
from stores.models import Platform, Store


class ListingQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Only the corps reads the registry of listings."""
        return self if user.is_authenticated and user.is_corps else self.none()


class Listing(models.Model):
    """One offer on a platform, known by its canonical id. The words of the first row that named it are kept."""

    # Platform and store are checked for a whole statement (`triggers`): row by row would cost an import a tenth.
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="listings", db_index=False, db_constraint=False)
    canonical_id = models.CharField(max_length=100)
    site = models.CharField(max_length=20)
    url = models.CharField(max_length=300)
    title = models.CharField(_("title"), max_length=300, blank=True)
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="listings", db_constraint=False
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
            is_kept("listing"),
        ]

    def __str__(self) -> str:
        return self.title or self.canonical_id


class Belonging(models.Model):
    """Which store a listing is known to be in, by the first row that named the two together; kept only where
    `Listing.store` cannot say it, because one of them is not registered.

    Keyed by canonical ids, for an official account's row teaches it too, and registers neither.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    listing_id = models.CharField(max_length=100)
    store_id = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "listing_id"], name="a_listing_is_in_one_store"),
        ]
        indexes = [models.Index(fields=["platform", "store_id"], name="belonging_store")]
        triggers = refers("platform_id", "stores_platform")
