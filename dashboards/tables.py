"""The list of this app, with its columns."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from corps.access.parameters import Parameter
from corps.ui.record_lists import RecordList
from corps.ui.tables import Column, Table
from dashboards import ledger
from dashboards.filters import LedgerFilter
from dashboards.statistics import COUNTS

COUNT = Parameter("count", COUNTS)
TARGET_ID = Coalesce("target__listing__canonical_id", "target__store__canonical_id")
CHECKED_BY = Coalesce("check_row__by__name", Value(""))


def _sign(entry: Any) -> int:
    """+1 or −1; a recurrence is shown beside the numbers and counts for nothing."""
    return getattr(entry, "sign", 0)


def _cause(entry: Any) -> Any:
    """What made the entry; a recurrence follows from a check."""
    if hasattr(entry, "cause"):
        return entry.get_cause_display()
    return ""


class LedgerList(RecordList):
    """The rows behind one number, newest first; their sum is the number."""

    title = _("Ledger")
    table = Table(
        "ledger",
        Column("time", _("Time"), "w128", fixed=True, order="at", value="at"),
        Column("figure", _("Figure"), value="get_kind_display", is_exported_only=True),
        Column("counts", _("Counts"), "w80", "n", fixed=True, value=_sign),
        Column("platform", _("Platform"), value="platform.slug", is_exported_only=True),
        Column("kind", _("Kind"), value="target.kind", is_exported_only=True),
        Column(
            "target",
            _("Target"),
            fixed=True,
            order=TARGET_ID,
            value="target.thing.canonical_id",
        ),
        Column("url", _("Address"), value="target.thing.url", is_exported_only=True),
        Column("firm", _("Firm"), "w128", order="firm__short_name", value="firm.code"),
        Column("case", _("Case"), "w128", order="case__number", value="case.number"),
        Column(
            "notice",
            _("Notice"),
            "w144",
            order="item__notice__number",
            value="item.notice.number",
        ),
        Column("by", _("By what"), "w224", order=CHECKED_BY, value=_cause),
        Column("seen", _("Seen"), value="check_row.seen", is_exported_only=True),
        Column(
            "seen_by", _("Seen by"), value="check_row.by.name", is_exported_only=True
        ),
        Column("reason", _("Reason"), value="reason", is_exported_only=True),
    )
    filterset = LedgerFilter
    order = ("-at", "-id")
    export_route = "dashboards:ledger_export"

    @property
    def count(self) -> str:
        """Which number the rows are of."""
        asked = self.asked.get("count")
        if asked in COUNTS:
            return asked
        return COUNTS[1]

    @property
    def heading(self) -> str:
        return f"{self.title} {ledger.NAMES[self.count]}"

    @cached_property
    def sums(self) -> tuple[int, int, int]:
        """What the rows sum to, how many add and how many take away."""
        return ledger.sum_of(self.found)

    def records(self) -> QuerySet[Any]:
        return ledger.rows_of(self.user, self.count)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related(
            "target__platform",
            "target__listing",
            "target__store",
            "platform",
            "firm",
            "case",
            "item__notice",
            "check_row__by",
        )

    def total(self) -> tuple[int, bool]:
        _total, plus, minus = self.sums
        return plus + minus, False

    def context(self) -> dict[str, Any]:
        total, plus, minus = self.sums
        if self.count == "corrections":
            total = minus
        return super().context() | {
            "count": self.count,
            "name": ledger.NAMES[self.count],
            "total": total,
            "plus": plus,
            "minus": minus,
            "tabs": [self._tab(count) for count in COUNTS],
            "clear": f"?count={self.count}",
        }

    def _tab(self, count: str) -> dict[str, Any]:
        """The same conditions for another number."""
        return {
            "label": ledger.NAMES[count],
            "url": self.changed(count=count),
            "current": count == self.count,
        }

    @classmethod
    def parameters(cls) -> list[Parameter]:
        return [COUNT, *super().parameters()]
