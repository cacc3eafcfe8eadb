"""The rows behind each number: every number of a dashboard is the sum of exactly the rows listed here."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corps.deadlines.clock import midnight
from dashboards.statistics import COUNTS, Question, read_question
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
SHOWN = (
    "target__platform",
    "target__listing",
    "target__store",
    "platform",
    "firm",
    "case",
    "item__notice",
    "check_row__by",
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of the ledger. count: one of COUNTS. The others narrow it: slug, code, "YYYY-MM", number."""

    count: str
    question: Question
    platform: str = ""
    firm: str = ""
    month: str = ""
    case: str = ""


def read_chosen(params: QueryDict) -> Chosen:
    """What an address asks for. Raises ValidationError by parameter."""
    count = params.get("count") or COUNTS[1]
    errors: dict[str, Any] = {}
    if count not in COUNTS:
        errors["count"] = _("There is no such number.")
    month = params.get("month", "")
    if month and not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", month):
        errors["month"] = _("Give a month as 2026-11.")
    question = Question()
    try:
        question = replace(read_question(params), group=())
    except ValidationError as wrong:
        errors |= wrong.message_dict
    if errors:
        raise ValidationError(errors)
    narrowed = {
        name: params.get(name, "").replace("\x00", "")[:60]
        for name in ("platform", "firm", "case")
    }
    return Chosen(count, question, month=month, **narrowed)


def entries(user: Any, chosen: Chosen) -> QuerySet[LedgerEntry] | QuerySet[Recurrence]:
    """The rows that a number is made of, of those the person may see; unordered."""
    model: type[LedgerEntry | Recurrence] = LedgerEntry
    if chosen.count in ("repeat_removals", "relistings"):
        model = Recurrence
    rows: QuerySet[Any] = model.objects.visible_to(user)
    if chosen.count == "corrections":
        rows = rows.filter(sign=-1)
    else:
        rows = rows.filter(kind=KINDS[chosen.count])
    if chosen.platform:
        rows = rows.filter(platform__slug=chosen.platform)
    if chosen.firm:
        rows = rows.filter(firm__code=chosen.firm)
    if chosen.case:
        rows = rows.filter(case__number=chosen.case)
    if chosen.question.campaign is not None:
        rows = rows.filter(case__campaign=chosen.question.campaign)
    return _in_period(rows, chosen)


def _in_period(rows: QuerySet[Any], chosen: Chosen) -> QuerySet[Any]:
    """The rows of the month and of the days asked for, by Shanghai dates."""
    if chosen.month:
        first = date(int(chosen.month[:4]), int(chosen.month[5:]), 1)
        rows = rows.filter(
            at__gte=midnight(first),
            at__lt=midnight((first + timedelta(days=31)).replace(day=1)),
        )
    if chosen.question.from_:
        rows = rows.filter(at__gte=midnight(chosen.question.from_))
    if chosen.question.to:
        rows = rows.filter(at__lt=midnight(chosen.question.to + timedelta(days=1)))
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
