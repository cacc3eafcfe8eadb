"""What the ledger may be narrowed by."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.filters import campaign_filter
from corps.deadlines.clock import midnight
from corps.ui.filters import DayRangeFilter, ListFilterSet, SearchFilter, TextFilter
from firms.filters import firm_filter
from stores.filters import platform_filter


class LedgerFilter(ListFilterSet):
    """The filters of the ledger: those that a link from a number sets, and a search."""

    campaign = campaign_filter("case__campaign")
    days = DayRangeFilter(
        "at", label=_("Counted on"), of_moments=True, ends=("from", "to")
    )
    platform = platform_filter()
    firm = firm_filter()
    month = TextFilter(
        label=_("Month"),
        field_label=_("Month (as 2026-11)"),
        pattern="(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])",
        method="in_month",
    )
    case = TextFilter("case__number", label=_("Case"), field_label=_("Case number"))
    q = SearchFilter(
        field_label=_("Id of the target, or number of the notice"),
        within=(
            "target__listing__canonical_id",
            "target__store__canonical_id",
            "item__notice__number",
        ),
    )

    def in_month(self, entries: QuerySet[Any], _name: str, month: str) -> QuerySet[Any]:
        """Those of a month by Shanghai dates. month: as 2026-11."""
        first = date(int(month[:4]), int(month[5:]), 1)
        after = (first + timedelta(days=31)).replace(day=1)
        return entries.filter(at__gte=midnight(first), at__lt=midnight(after))
