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
    by_desk = statistics(user, **question.asked | {"group": ("firm", "platform")})
    return Board(
        by_month.totals,
        _months(by_month, narrowed),
        _matrix(user, by_desk, narrowed),
        narrowed,
    )


def _months(found: Statistics, narrowed: dict[str, str]) -> list[Month]:
    """From the first month that has an entry to the last, or to this one, without a gap."""
    known = {row["month"]: row for row in found.rows}
    if not known:
        return []
    first, last = min(known), max(known)
    months, day = [], date(int(first[:4]), int(first[5:]), 1)
    while (key := f"{day:%Y-%m}") <= last:
        counts = {count: known.get(key, {}).get(count, 0) for count in COUNTS}
        cells = [
            (counts[count], ledger_url(count, narrowed | {"month": key}))
            for count in (*HEADLINES, *COUNTS[2:])
        ]
        label = date_format(day, pgettext("how a month is written below a bar", "M"))
        months.append(Month(key, label, counts, cells))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return months


def _matrix(user: Any, found: Statistics, narrowed: dict[str, str]) -> Matrix:
    known = {(row["firm"], row["platform"]): row for row in found.rows}
    firms = list(
        Firm.objects.visible_to(user)
        .filter(code__in={firm for firm, _platform in known})
        .order_by("pk")
    )
    slugs = {platform for _firm, platform in known}
    platforms = list(Platform.objects.visible_to(user).filter(slug__in=slugs))

    def cell(**keys: str) -> dict[str, Any]:
        rows = [
            row
            for row in found.rows
            if all(row[name] == value for name, value in keys.items())
        ]
        counts = {count: sum(row[count] for row in rows) for count in HEADLINES}
        return counts | {
            f"{count}_url": ledger_url(count, narrowed | keys) for count in HEADLINES
        }

    rows = [
        {
            "firm": firm,
            "cells": [
                cell(firm=firm.code, platform=platform.slug) for platform in platforms
            ],
            "sum": cell(firm=firm.code),
        }
        for firm in firms
    ]
    most = max((row["listings_removed"] for row in found.rows), default=0)
    return Matrix(
        firms,
        platforms,
        rows,
        [cell(platform=platform.slug) for platform in platforms],
        most,
    )


def this_month_and_last() -> tuple[str, str]:
    """The keys of the present Shanghai month and of the one before it."""
    day = today().replace(day=1)
    before = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
    return f"{day:%Y-%m}", f"{before:%Y-%m}"
