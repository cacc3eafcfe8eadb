"""Direct-selling firms, their brands, and the people who speak for them."""

from typing import Self, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from corps.database.references import is_kept

Rows = TypeVar("Rows", bound=models.QuerySet)


def valid_uscc(text: str) -> None:
    """A unified social credit code of 18 characters with a right check digit (GB 32100-2015)."""
    if not uscc.is_valid(text):
        raise ValidationError(_("This is not a valid unified social credit code."))


def of_own_firm(rows: Rows, user, path: str = "") -> Rows:
    """Of these rows, those of the firm that a representative speaks for; none for anybody else.

    path: from a row to its firm, such as "firm__"; of firms themselves "".
    """
    if user.scope != user.Scope.FIRM:
        return rows.none()
    return rows.filter(**{f"{path}representatives__user": user})


class FirmQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """The corps and the administrators see every firm, a representative their own, others none."""
        if not user.is_authenticated:
            return self.none()
        if user.reads_registers:
            return self
        return of_own_firm(self, user)


class Firm(models.Model):
    """A firm licensed for direct selling. `code` is its short name in files, addresses and the API."""

    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", _("Capitals and digits only."))],
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    short_name = models.CharField(_("short name"), max_length=20)
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[valid_uscc],
    )
    licence = models.CharField(_("direct-selling licence"), max_length=60, blank=True)

    objects = FirmQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        triggers = [is_kept("firm")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (
            self.name
            if (get_language() or "zh").startswith("zh") or not self.name_en
            else self.name_en
        )

    @property
    def short_label(self) -> str:
        """A name short enough for a table: the Chinese short name, or the first word of the English one."""
        if (get_language() or "zh").startswith("zh") or not self.name_en:
            return self.short_name
        return self.name_en.split()[0]


class Brand(models.Model):
    """A brand of a firm. One that is given up keeps its row with the Shanghai date from which it is none any more."""

    firm = models.ForeignKey(
        Firm, models.CASCADE, related_name="brands", db_index=False
    )
    name = models.CharField(_("brand"), max_length=60)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "name"], name="a_brand_once_for_a_firm"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RepresentativeQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees a firm sees who speaks for it."""
        return self.filter(
            firm__in=Firm.objects.visible_to(user).order_by().values("pk")
        )


class Representative(models.Model):
    """The account of a person who speaks for one firm."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="representative"
    )
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="representatives")

    objects = RepresentativeQuerySet.as_manager()
