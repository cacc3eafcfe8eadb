"""What stands on the dashboard after a campaign: the object that `expected.json` describes, by queries alone."""

from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth

from cases.models import ImportRow
from corps.deadlines.clock import SHANGHAI
from corps.models import User
from dashboards.statistics import statistics
from firms.models import Firm
from listings.models import Listing
from notices.models import LedgerEntry, NoticeItem
from stores.models import Platform, Store

HEADLINES = ("listings_removed", "stores_shut")


def campaign_result(viewer: User, replies_refused: int) -> dict[str, Any]:
    """viewer: somebody who sees every case. Every platform and firm is named; months only with an outcome."""
    totals = statistics(viewer).totals
    by_result = dict.fromkeys(ImportRow.Result.values, 0)
    by_result |= dict(
        ImportRow.objects.values_list("result").annotate(rows=Count("pk"))
    )
    by_month = _headlines(viewer, "month")
    return {
        "rows": sum(by_result.values()),
        "rows_by_result": by_result,
        "listings": Listing.objects.count(),
        "stores": Store.objects.count(),
        "targets": NoticeItem.objects.exclude(notice__issued_at=None).aggregate(
            n=Count("target", distinct=True)
        )["n"],
        "listings_removed": totals["listings_removed"],
        "stores_shut": totals["stores_shut"],
        "repeat_removals": totals["repeat_removals"],
        "relistings": totals["relistings"],
        "corrections": totals["corrections"],
        "replies_refused": replies_refused,
        "by_platform": _all(
            _headlines(viewer, "platform"),
            Platform.objects.values_list("slug", flat=True),
        ),
        "by_firm": _all(
            _headlines(viewer, "firm"),
            Firm.objects.order_by("pk").values_list("code", flat=True),
        ),
        "by_month": {month: by_month[month] for month in _months()},
    }


def _headlines(viewer: User, group: str) -> dict[str, dict[str, int]]:
    """The two numbers by the keys of one group."""
    return {
        row[group]: {name: row[name] for name in HEADLINES}
        for row in statistics(viewer, group=[group]).rows
    }


def _all(found: dict[str, dict[str, int]], keys: Any) -> dict[str, dict[str, int]]:
    """The two numbers of every key, zero where nothing was counted."""
    return {key: found.get(key, dict.fromkeys(HEADLINES, 0)) for key in keys}


def _months() -> list[str]:
    """The Shanghai months that have an outcome; one with a relisting alone has a row of statistics, but no entry."""
    months = LedgerEntry.objects.annotate(
        month=TruncMonth("at", tzinfo=SHANGHAI)
    ).values_list("month", flat=True)
    return sorted({f"{month:%Y-%m}" for month in months.distinct()})
