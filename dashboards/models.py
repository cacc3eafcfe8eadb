"""The rollup and what its comparisons with the ledger found.

The rollup says how many ledger entries and recurrences there are, by Shanghai day, platform, firm and case; it
is kept by statement-level triggers on the ledger's tables; `./manage.py recount` rebuilds and compares it.
"""

from django.db import models

from cases.models import Case
from cases.models.cases import InCaseQuerySet
from corps.models.visibility import CorpsQuerySet
from firms.models import Firm
from stores.models import Platform


class RollupQuerySet(InCaseQuerySet):
    """Counts of the cases the person may see."""


class Rollup(models.Model):
    """The five counts of one day. `listings_removed` and `stores_shut` are net of corrections and may be negative."""

    day = models.DateField()
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    listings_removed = models.IntegerField(default=0)
    stores_shut = models.IntegerField(default=0)
    repeat_removals = models.IntegerField(default=0)
    relistings = models.IntegerField(default=0)
    corrections = models.IntegerField(default=0)

    objects = RollupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "day", "platform", "firm"], name="one_rollup_for_a_day"
            ),
        ]


class RecountQuerySet(CorpsQuerySet):
    """Whether the numbers agree is no secret within the corps."""


class Recount(models.Model):
    """One comparison of rollup, ledger and targets: when, over how many entries, and how many differences it found."""

    at = models.DateTimeField()
    entries = models.IntegerField(db_column="outcomes")
    differences = models.IntegerField()

    objects = RecountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="recount_newest")]
