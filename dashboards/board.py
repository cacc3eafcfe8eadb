"""The numbers arranged as the dashboard shows them: by month, and firm by platform."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import pgettext

from corps.deadlines.clock import today
from dashboards.statistics import COUNTS, Question, Statistics, statistics
from firms.models import Firm
from stores.models import Platform

# More bars than these cannot be read; the table below the chart has every month.
MOST_BARS = 12
HEADLINES = ("listings_removed", "stores_shut")


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its five counts; `label` is short ("5月", "May"), `key` as in addresses ("2026-05"). cells: each
    count with the address of its rows, in the order of the page's table."""

    key: str
    label: str
    counts: dict[str, int]
    cells: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Firms by platforms. cells: (firm code, platform slug) → the two headline counts; sums of rows and columns too."""

    firms: list[Firm]
    platforms: list[Platform]
    rows: list[dict[str, Any]]
    sums: list[dict[str, Any]]
    most: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is counted on one dashboard; all of it from the same question."""

    totals: dict[str, int]
    months: list[Month]
    matrix: Matrix
    narrowed: dict[str, str] = field(default_factory=dict)

    @property
    def others(self) -> dict[str, tuple[int, str]]:
        """The counts besides the two headlines, each with the address of its rows."""
        return {
            count: (self.totals[count], ledger_url(count, self.narrowed))
            for count in COUNTS[2:]
        }

    @property
    def added(self) -> int:
        """How much was ever added to the two numbers, before corrections took from them."""
        headlines = sum(self.totals[count] for count in HEADLINES)
        return headlines + self.totals["corrections"]

    def bars(self, count: str) -> list[tuple[str, int, str]]:
        """The last months of one number, each with the address of its rows, for `bar_chart`."""
        return [
            (
                month.label,
                month.counts[count],
                ledger_url(count, self.narrowed | {"month": month.key}),
            )
            for month in self.months[-MOST_BARS:]
        ]


def ledger_url(count: str, narrowed: dict[str, str]) -> str:
    """Where exactly the rows of a number are listed."""
    return f"{reverse('dashboards:ledger')}?{urlencode({'count': count, **narrowed})}"


def make_board(user: Any, question: Question, narrowed: dict[str, str]) -> Board:
    """Two statements over the rollup. narrowed: the filter as it stands in addresses, for the links."""
    by_month = statistics(user, **question.asked | {"group": ("month",)})
    by_platform = statistics(user, **question.asked | {"group": ("firm", "platform")})
    return Board(
        by_month.totals,
        _months(by_month, narrowed),
        _matrix(user, by_platform, narrowed),
        narrowed,
    )


def _months(by_month: Statistics, narrowed: dict[str, str]) -> list[Month]:
    """From the first month that has an entry to the last, or to this one, without a gap."""
    rows = {row["month"]: row for row in by_month.rows}
    if not rows:
        return []
    first, last = min(rows), max(rows)
    months, day = [], date(int(first[:4]), int(first[5:]), 1)
    while (key := f"{day:%Y-%m}") <= last:
        counts = {count: rows.get(key, {}).get(count, 0) for count in COUNTS}
        cells = [
            (counts[count], ledger_url(count, narrowed | {"month": key}))
            for count in (*HEADLINES, *COUNTS[2:])
        ]
        label = date_format(day, pgettext("how a month is written below a bar", "M"))
        months.append(Month(key, label, counts, cells))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


def _matrix(user: Any, counted: Statistics, narrowed: dict[str, str]) -> Matrix:
    codes = {row["firm"] for row in counted.rows}
    slugs = {row["platform"] for row in counted.rows}
    firms = list(Firm.objects.visible_to(user).filter(code__in=codes).order_by("pk"))
    platforms = list(Platform.objects.visible_to(user).filter(slug__in=slugs))
    rows = [
        {
            "firm": firm,
            "cells": [
                _cell(counted, narrowed, firm=firm.code, platform=platform.slug)
                for platform in platforms
            ],
            "sum": _cell(counted, narrowed, firm=firm.code),
        }
        for firm in firms
    ]
    sums = [_cell(counted, narrowed, platform=platform.slug) for platform in platforms]
    most = max((row["listings_removed"] for row in counted.rows), default=0)
    return Matrix(firms, platforms, rows, sums, most)


def _cell(counted: Statistics, narrowed: dict[str, str], **keys: str) -> dict[str, Any]:
    """The headline counts of the rows with these keys, summed, each with the address of its rows."""
    rows = [row for row in counted.rows if _matches(row, keys)]
    cell: dict[str, Any] = {}
    for count in HEADLINES:
        cell[count] = sum(row[count] for row in rows)
        cell[f"{count}_url"] = ledger_url(count, narrowed | keys)
    return cell


def _matches(row: dict[str, Any], keys: dict[str, str]) -> bool:
    return all(row[name] == value for name, value in keys.items())


def this_month_and_last() -> tuple[str, str]:
    """The keys of the present Shanghai month and of the one before it."""
    day = today().replace(day=1)
    before = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
    return f"{day:%Y-%m}", f"{before:%Y-%m}"
