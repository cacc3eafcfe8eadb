"""Campaigns, and the legal grounds on which something may be asked of a platform."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from corps.models.visibility import CorpsQuerySet


class CampaignQuerySet(CorpsQuerySet):
    """The corps knows its campaigns."""


class Campaign(models.Model):
    """A time-limited drive. Its lengths, in working days, stand in place of rules PT_FK and PT_FH where given."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    opens_on = models.DateField(_("opens"))
    closes_on = models.DateField(_("closes"))
    reply_working_days = models.SmallIntegerField(null=True, blank=True)
    check_working_days = models.SmallIntegerField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on"]
        constraints = [
            models.CheckConstraint(
                name="campaign_closes_after_it_opens",
                condition=models.Q(closes_on__gte=models.F("opens_on")),
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        _ends_after_it_begins(self, "opens_on", "closes_on")

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        is_chinese = (get_language() or "zh").startswith("zh")
        if is_chinese or not self.name_en:
            return self.name
        return self.name_en


class LegalGroundQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """The list of grounds is no secret to anybody who signs in."""
        return self if user.is_authenticated else self.none()

    def valid_on(self, day: date) -> Self:
        """Grounds that may be given on a day."""
        return self.filter(valid_from__lte=day).filter(
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=day)
        )

    def sufficient(self) -> Self:
        """Grounds on which a notice may stand: a low price alone is none."""
        return self.filter(is_sufficient=True)


class LegalGround(models.Model):
    """What a target may be alleged of, with the article and its aspect of the memorandum.

    Changed law is a new row with its `valid_from`; `valid_to` is the last day on which a ground may be given.
    """

    class Aspect(models.TextChoices):
        AUTHENTIC = "authentic", _("Safeguarding authentic products")
        CONSUMER = "consumer", _("Protecting consumer rights")
        COMPETITION = "competition", _("Opposing low-price internal competition")

    code = models.CharField(
        max_length=32,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9_]+$", _("Small letters, digits and underscores only.")
            )
        ],
    )
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    aspect = models.CharField(max_length=12, choices=Aspect.choices)
    basis = models.CharField(max_length=200)
    is_sufficient = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = LegalGroundQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="ground_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        _ends_after_it_begins(self, "valid_from", "valid_to")

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en


def _ends_after_it_begins(row: models.Model, first: str, last: str) -> None:
    """What the constraint holds, said beside the field of the last day."""
    begins, ends = getattr(row, first), getattr(row, last)
    if begins and ends and ends < begins:
        raise ValidationError({last: _("It ends before it begins.")})
