"""The rows behind each number: every number of a dashboard is the sum of exactly the rows listed here."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from corps.deadlines.clock import midnight
from dashboards.statistics import Question
from notices.models import LedgerEntry, Recurrence

NAMES = {
    "listings_removed": _("Listings removed"),
    "stores_shut": _("Stores shut"),
    "repeat_removals": _("Repeat removals"),
    "relistings": _("Relistings"),
    "corrections": _("Corrections"),
}
KINDS = {
    "listings_removed": LedgerEntry.Kind.LISTING_REMOVED,
    "stores_shut": LedgerEntry.Kind.STORE_SHUT,
    "repeat_removals": Recurrence.Kind.REPEAT_REMOVAL,
    "relistings": Recurrence.Kind.RELISTING,
}


def rows_of(user: Any, count: str) -> QuerySet[LedgerEntry] | QuerySet[Recurrence]:
    """The rows that a number is made of, of those the person may see; unordered. count: one of COUNTS."""
    model: type[LedgerEntry | Recurrence] = LedgerEntry
    if count in ("repeat_removals", "relistings"):
        model = Recurrence
    rows: QuerySet[Any] = model.objects.visible_to(user)
    if count == "corrections":
        return rows.filter(sign=-1)
    return rows.filter(kind=KINDS[count])


def asked_for(rows: QuerySet[Any], question: Question) -> QuerySet[Any]:
    """Those of the campaign and of the days that a page of numbers asks for, by Shanghai dates."""
    if question.campaign is not None:
        rows = rows.filter(case__campaign=question.campaign)
    if question.from_:
        rows = rows.filter(at__gte=midnight(question.from_))
    if question.to:
        rows = rows.filter(at__lt=midnight(question.to + timedelta(days=1)))
    return rows


def sum_of(rows: QuerySet[Any]) -> tuple[int, int, int]:
    """What the rows sum to, how many add and how many take away. A recurrence counts as one."""
    if rows.model is Recurrence:
        count = rows.count()
        return count, count, 0
    counts = rows.aggregate(
        plus=Count("pk", filter=Q(sign=1)), minus=Count("pk", filter=Q(sign=-1))
    )
    return counts["plus"] - counts["minus"], counts["plus"], counts["minus"]
