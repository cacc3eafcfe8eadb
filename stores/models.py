"""Platforms and their liaisons, stores, and the official accounts that must never be hit."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept
from corps.models import RecordWords, User
from corps.models.visibility import CorpsQuerySet
from corps.models.words import indexed
from firms.models import Firm, of_own_firm, valid_uscc


class PlatformQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """The corps, administrators and representatives see every platform; a liaison their own."""
        if not user.is_authenticated or user.scope == user.Scope.AUDIT:
            return self.none()
        if user.scope == user.Scope.PLATFORM:
            return self.filter(liaisons__user=user, liaisons__is_active=True)
        return self

    def without_recipient(self) -> Self:
        """Platforms to which nothing can be sent: they have no primary liaison who can be reached."""
        return self.taking_part().exclude(
            pk__in=Liaison.objects.reachable().primary().values("platform")
        )

    def retired(self) -> Self:
        """Platforms that take no new notices any more."""
        return self.exclude(retired_on=None)

    def taking_part(self) -> Self:
        """Platforms that take new notices: those that were not retired."""
        return self.filter(retired_on=None)


class Platform(models.Model):
    """Who answers for one or more sites; `slug` is its name in files, addresses and the API."""

    slug = models.CharField(
        max_length=20, unique=True, validators=[RegexValidator(r"^[a-z0-9]+$")]
    )
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)

    # The legal person that answers: whom letters are addressed to, once it is known.
    legal_name = models.CharField(
        _("legal person"), max_length=120, blank=True, db_default=""
    )
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        blank=True,
        db_default="",
        validators=[valid_uscc],
    )
    legal_address = models.CharField(
        _("registered address"), max_length=200, blank=True, db_default=""
    )
    # From this day on it takes no new notices.
    retired_on = models.DateField(null=True, blank=True)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = [is_kept("platform")]

    def __str__(self) -> str:
        return self.label

    @property
    def addressee(self) -> str:
        """Whom a letter to it is addressed to: the legal person, with the platform's own name, or that alone."""
        return f"{self.legal_name}（{self.name}）" if self.legal_name else self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (
            self.name
            if (get_language() or "zh").startswith("zh") or not self.name_en
            else self.name_en
        )


class LiaisonQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """The corps and administrators see every liaison, a liaison the colleagues of their platform."""
        if not user.is_authenticated:
            return self.none()
        if user.reads_registers:
            return self
        if user.scope == user.Scope.PLATFORM:
            return self.filter(
                platform__in=Platform.objects.visible_to(user).values("pk")
            )
        return self.none()

    def reachable(self) -> Self:
        """Those to whom a letter may be sent: not dismissed, and whose account, if they have one, is open.

        One without an account receives by mail alone; an officer records the answers.
        """
        accounts = User.objects.in_scope(User.Scope.PLATFORM).filter(is_active=True)
        is_open = models.Q(user__in=accounts.values("pk"))
        return self.filter(models.Q(user__isnull=True) | is_open, is_active=True)

    def primary(self) -> Self:
        """Those to whom notices are addressed; the others step in where these cannot be reached."""
        return self.filter(duty=Liaison.Duty.PRIMARY)


class Liaison(models.Model):
    """A person at a platform who receives and answers notices."""

    class Duty(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        BACKUP = "backup", _("Backup")

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="liaisons")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="liaison",
    )
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    duty = models.CharField(_("duty"), max_length=8, choices=Duty.choices)
    is_active = models.BooleanField(_("active"), default=True)

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        ordering = ["platform", "-duty"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"],
                name="one_active_primary_for_a_platform",
                condition=models.Q(duty="primary", is_active=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StoreQuerySet(CorpsQuerySet):
    """The register of stores."""


class Store(models.Model):
    """A store on a platform, known by its canonical id."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="stores", db_index=False
    )
    canonical_id = models.CharField(max_length=100)
    site = models.CharField(max_length=20)
    url = models.CharField(max_length=300)
    name = models.CharField(_("store name"), max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = StoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "canonical_id"], name="a_store_once_on_a_platform"
            ),
        ]
        triggers = [is_kept("store"), *indexed("name")]

    def __str__(self) -> str:
        return self.name or self.canonical_id


class StoreWords(RecordWords):
    """The words of a store: its name."""


class OfficialAccountQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """The corps sees all, a representative their firm's own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_corps:
            return self
        return of_own_firm(self, user, "firm__")

    def protecting(self) -> Self:
        """Those that two persons registered and that were not struck: what no notice may name."""
        return self.filter(confirmed_at__isnull=False, revoked_at=None)

    def proposed(self) -> Self:
        """Those that wait for a second person: no new letter may name them, and nothing else follows yet."""
        return self.filter(confirmed_at=None, declined_at=None)

    def declined(self) -> Self:
        """Those that a second person did not confirm."""
        return self.exclude(declined_at=None)


class OfficialAccount(models.Model):
    """A store that belongs to a firm itself and must never be named in a notice. Matched by id, never by name.

    One person proposes it and another confirms it; until then its targets are only kept out of new letters. One that
    was registered by mistake is struck by two persons and protects nothing from then on; its row stays as it was.
    revocation_reason: why somebody asks, or asked, for that.
    """

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="official_accounts")
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="official_accounts", db_index=False
    )
    canonical_id = models.CharField(max_length=100)
    site = models.CharField(max_length=20)
    url = models.CharField(max_length=300)
    name = models.CharField(_("store name"), max_length=200)
    recorded_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(
        max_length=300, blank=True, db_column="strike_reason"
    )
    revoked_at = models.DateTimeField(null=True, blank=True, db_column="struck_at")

    objects = OfficialAccountQuerySet.as_manager()

    class Meta:
        ordering = ["firm", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "canonical_id"],
                name="an_official_account_once",
                condition=models.Q(revoked_at__isnull=True, declined_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_account_is_confirmed_or_declined",
                condition=models.Q(confirmed_at__isnull=True)
                | models.Q(declined_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_account_is_confirmed_before_it_is_struck",
                condition=models.Q(revoked_at__isnull=True)
                | models.Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_account_is_struck_for_a_reason",
                condition=models.Q(revoked_at__isnull=True)
                | ~models.Q(revocation_reason=""),
            ),
        ]
        triggers = [
            is_kept("official_account"),
            pgtrigger.Trigger(
                name="official_account_stays",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.struck_at IS NOT NULL OR OLD.declined_at IS NOT NULL"
                    " OR (OLD.firm_id, OLD.platform_id, OLD.canonical_id)"
                    " IS DISTINCT FROM (NEW.firm_id, NEW.platform_id, NEW.canonical_id)"
                    " OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)"
                ),
                func="RAISE EXCEPTION 'an official account stays what it is, and once struck or declined as it is'"
                " USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for a second person."""
        return self.confirmed_at is None and self.declined_at is None
