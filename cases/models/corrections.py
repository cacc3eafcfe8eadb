"""How people corrected the reading of a firm's sheets, for its next ones."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from firms.models import Firm
from listings.sheets.corrections import LONGEST_HEADER, Remembered


class SheetCorrectionQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the firm sees how its sheets are read."""
        return self.filter(firm__in=Firm.objects.visible_to(user).values("pk"))

    def remembered(self, firm: int) -> Remembered:
        """What is remembered of a firm's sheets, by its primary key. One statement."""
        kept: dict[str, dict[str, str]] = {
            about: {} for about in SheetCorrection.About.values
        }
        for about, name, meaning in self.filter(firm=firm).values_list(
            "about", "name", "meaning"
        ):
            kept[about][name] = meaning
        return Remembered(
            columns=kept[SheetCorrection.About.COLUMN],
            headers=frozenset(kept[SheetCorrection.About.HEADER]),
            worksheets={
                name: bool(said)
                for name, said in kept[SheetCorrection.About.WORKSHEET].items()
            },
            platforms=kept[SheetCorrection.About.PLATFORM],
        )


class SheetCorrection(models.Model):
    """One thing that a person corrected in the reading of a firm's sheet.

    name: of a column its heading as `listings.sheets.headers.heading_key` makes it; of a header its headings as
    `listings.sheets.corrections.header_key` makes them; otherwise the worksheet's. words: the same as it stands in the
    sheet. meaning: what the column is read as; "read" or "" of a worksheet; the platform of its rows.
    """

    class About(models.TextChoices):
        COLUMN = "column", _("Column")
        HEADER = "header", _("Header row")
        WORKSHEET = "worksheet", _("Worksheet")
        PLATFORM = "platform", _("Platform of a worksheet")

    firm = models.ForeignKey(
        Firm, models.CASCADE, related_name="sheet_corrections", db_index=False
    )
    about = models.CharField(max_length=9, choices=About.choices)
    name = models.CharField(max_length=LONGEST_HEADER)
    words = models.CharField(max_length=LONGEST_HEADER)
    meaning = models.CharField(max_length=100, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    set_at = models.DateTimeField(db_default=Now())

    objects = SheetCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["about", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "about", "name"],
                name="a_sheet_correction_once_for_a_firm",
            )
        ]
