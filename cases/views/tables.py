"""The work table of a case's targets: counts by state, filters, order, groups, and flat rows."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import Case as Either
from django.db.models import Count, F, IntegerField, Min, Q, QuerySet, When, Window
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.extensions import notice_annotation
from cases.filters import OFFICIAL, TargetFilter
from cases.models import Case, LegalGround, Target
from cases.states import UNFINISHED, TargetState
from cases.views.target_rows import (
    AGAINST,
    COLUMNS,
    SHOWN,
    STORE_KEY,
    flat_rows,
    groups_of,
    word_of,
)
from corps.access.decorators import SignedIn
from corps.access.parameters import MARKS, Parameter
from corps.deadlines.clock import today
from corps.ui.lists import page_of
from corps.ui.tables import SELECT, Column, Table
from stores.models import Platform

# The order without another one asked for, flat and by store, and what each is called at the foot.
FIRST = ("against", "due_on", "id")
BY_STORE = ("store_rank", "store_due", "store_key", *FIRST)
ORDER_WORDS = {
    "": gettext_lazy("Contradictions first, then by due day"),
    "due": gettext_lazy("By due day"),
    "state": gettext_lazy("By state"),
    "id": gettext_lazy("By id"),
}
ORDERS = {
    "due": ("due_on", "id"),
    "-due": ("-due_on", "-id"),
    "state": ("state", "id"),
    "-state": ("-state", "-id"),
    "id": ("id",),
    "-id": ("-id",),
}
TABLE = Table(
    "targets",
    SELECT,
    Column("id", gettext_lazy("Id"), "w-id", sort="id", fixed=True),
    Column("title", gettext_lazy("Title, as claimed"), fixed=True),
    Column("store", gettext_lazy("Store"), "w-store"),
    Column("price", gettext_lazy("Price, as claimed"), "w-price", "n"),
    Column(
        "list_price", gettext_lazy("List price, as claimed"), "w-wide", "n wide-only"
    ),
    Column("alleged", gettext_lazy("Alleged by the firm"), "w-truth", "cut2"),
    Column("ground", gettext_lazy("Corps' ground"), "w-ground"),
    Column("claim", gettext_lazy("Claimed by the platform"), "w-claim"),
    Column("seen", gettext_lazy("Actually seen"), "w-truth"),
    Column("state", gettext_lazy("State"), "w-state", "cut2", sort="state", fixed=True),
    Column("letter", gettext_lazy("Letter"), "w-letter", "n"),
    Column("due", gettext_lazy("Due"), "w-due", "n", sort="due"),
)


FILTERS = (
    *TargetFilter.parameters(),
    Parameter("sort", [*ORDERS]),
    Parameter("group", ("store", "none")),
)


# What of the address leaves the number of targets as it is, or is counted by itself.
NOT_NARROWING = {"state", "after", "before", "tab", "sort", "group"}


def filter_set(
    request: SignedIn, case: Case, platforms: Iterable[Platform] = ()
) -> TargetFilter:
    """The filters of a case's targets, as the address sets them. platforms: those to choose from, if known."""
    targets = Target.objects.filter(case=case)
    filters = TargetFilter(request.GET, targets, request=request, case=case)
    if platforms:
        filters.offer("platform", {each.slug: each.label for each in platforms})
    return filters


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    return filter_set(request, case).qs


def in_order(targets: QuerySet[Target]) -> QuerySet[Any]:
    """Targets with the columns that the table's orders are made of.

    against: 0 of a contradiction, otherwise 1. store_rank: 0 of a store with contradictions, 1 of an unknown one with
    some, 2 of the other stores, 3 of the rest. store_due: the first due day in a store.
    """
    known = Q(store_key__gt=0)
    against = When(AGAINST & known, then=0), When(AGAINST, then=1)
    rank = Either(*against, When(known, then=2), default=3, output_field=IntegerField())
    rows = notice_annotation.sole(targets.annotate(store_key=Coalesce(*STORE_KEY, 0)))
    return rows.annotate(
        against=Either(When(AGAINST, then=0), default=1, output_field=IntegerField()),
        store_rank=Window(Min(rank), partition_by=F("store_key")),
        store_due=Window(Min("due_on"), partition_by=F("store_key")),
    )


class TableOrder(NamedTuple):
    """How targets stand: by store, or in an order that is asked for. sort: a key of ORDERS, "" for none."""

    by_store: bool
    sort: str
    columns: tuple[str, ...]

    @property
    def words(self) -> Any:
        """What it is called at the foot."""
        return ORDER_WORDS[self.sort.lstrip("-")]


def order_asked(asked: QueryDict) -> TableOrder:
    """The order of the address: by store unless a flat list, or another order, is asked for."""
    sort, group = asked.get("sort", ""), asked.get("group")
    if sort not in ORDERS:
        sort = ""
    if group == "store" or not (sort or group):
        return TableOrder(True, "", BY_STORE)
    return TableOrder(False, sort, ORDERS.get(sort, FIRST))


def printed_table(request: SignedIn, case: Case, most: int) -> dict[str, Any]:
    """What a print shows: all targets that the filter leaves, at most so many, in the order of the work table."""
    order = order_asked(request.GET)
    platforms = _platforms(request)
    filters = filter_set(request, case, platforms.values())
    targets = filters.qs
    ordered = in_order(targets).order_by(*order.columns)
    rows = flat_rows(case, list(ordered.values(*COLUMNS)[:most]), platforms)
    total = len(rows)
    if total == most:
        total = targets.count()
    return {
        "conditions": filters.chips(),
        "total": total,
    } | _rows_context(targets, rows, order)


def target_table(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything the table needs, in a fixed number of statements whatever the number of targets."""
    asked = request.GET
    counted = _counted(case)
    platforms = _platforms(request)
    order = order_asked(asked)
    filters = filter_set(request, case, platforms.values())
    filters.offer("alleged", {words: words for words in _alleged(counted)})
    targets = filters.qs
    ordered = in_order(targets)
    # First which rows, in their order, from as few tables as that takes; then what is shown of them.
    keys = {"id", *(name.lstrip("-") for name in order.columns)}
    total = _total(asked, counted, targets)
    page = page_of(ordered.values(*keys), asked, order=order.columns, total=total)
    shown = _with_columns(ordered, [row["id"] for row in page])
    rows = flat_rows(case, shown, platforms)
    context = {
        "page": page,
        "cells": _cells(asked, counted),
        "conditions": filters.chips(),
        "filter_fields": filters.form_fields(),
        "table": _columns_shown(request, order),
        "grounds": LegalGround.objects.visible_to(request.user).valid_on(today()),
    }
    context |= _rows_context(targets, rows, order)
    return context | _addresses(asked, order)


def _with_columns(ordered: QuerySet[Any], ids: list[int]) -> list[dict[str, Any]]:
    """What is shown of these targets, in this order."""
    shown = {row["id"]: row for row in ordered.filter(pk__in=ids).values(*COLUMNS)}
    return [shown[pk] for pk in ids]


def _platforms(request: SignedIn) -> dict[int, Platform]:
    return {
        platform.pk: platform for platform in Platform.objects.visible_to(request.user)
    }


def _rows_context(
    targets: QuerySet[Target], rows: list[dict[str, Any]], order: TableOrder
) -> dict[str, Any]:
    """The rows in their order, with the heads of their groups where they stand by store."""
    groups: dict[int, Any] = {}
    if order.by_store:
        groups = groups_of(targets, rows)
    return {
        "rows": rows,
        "groups": groups,
        "grouped": order.by_store,
        "sort": order.sort,
        "order_words": order.words,
    }


def _columns_shown(request: SignedIn, order: TableOrder) -> Any:
    """The columns of the table for this person, and where their heads lead."""
    without, sorts = set(), {}
    if order.by_store:
        without = {"store"}
    for name in ("due", "state", "id"):
        direction = name
        if order.sort == name:
            direction = f"-{name}"
        sorts[name] = _with(request.GET, group="", sort=direction)
    return TABLE.shown_to(request.user, request.GET, without=without, sorts=sorts)


def _alleged(counted: list[tuple[str, str, int]]) -> list[str]:
    """What firms allege of the targets of the case, to choose from."""
    return sorted({alleged for _state, alleged, _count in counted if alleged})


def _addresses(asked: QueryDict, order: TableOrder) -> dict[str, str]:
    """The addresses of the same table otherwise grouped, and on paper; and the present query."""
    group = ""
    if order.by_store:
        group = "none"
    return {
        "group_url": _with(asked, sort="", group=group),
        "query": asked.urlencode(),
        "print_query": _with(asked, tab=""),
    }


def _counted(case: Case) -> list[tuple[str, str, int]]:
    """(state, what is alleged, how many) of the targets; of those that no notice may name, OFFICIAL for the state."""
    rows = (
        case.targets.order_by()
        .values_list("state", "alleged", "is_official")
        .annotate(Count("pk"))
    )
    return [
        (word_of(state, official), alleged, count)
        for state, alleged, official, count in rows
    ]


def _with(asked: QueryDict, **changes: str) -> str:
    """The address's query with something changed, from the first page on; an empty value takes it away."""
    query = asked.copy()
    for name in (*MARKS, *changes):
        query.pop(name, None)
    query.update({name: value for name, value in changes.items() if value})
    return f"?{query.urlencode()}"


def _total(
    asked: QueryDict, counted: list[tuple[str, str, int]], targets: QuerySet[Target]
) -> int:
    """How many targets match: from the counts by state where nothing else is asked for."""
    narrowing = {name for name in asked if asked.get(name)} - NOT_NARROWING
    state = asked.get("state", "")
    if narrowing or state == "waiting":
        return targets.count()
    counted_states: Collection[str] = (*TargetState.values, OFFICIAL)
    if state == "unfinished":
        counted_states = UNFINISHED
    elif state in counted_states:
        counted_states = (state,)
    return sum(count for word, _alleged, count in counted if word in counted_states)


def _cells(
    asked: QueryDict, counted: list[tuple[str, str, int]]
) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for word, _alleged, count in counted:
        counts[word] = counts.get(word, 0) + count
    state = asked.get("state", "")
    whole = {
        "value": sum(counts.values()),
        "label": _("All"),
        "kind": "grey",
        "whole": True,
    }
    return [
        whole | {"url": _with(asked, state=""), "current": not state},
        *(
            {
                "value": counts[word],
                "label": label,
                "kind": word,
                "url": _with(asked, state=word),
                "current": state == word,
            }
            for word, label in SHOWN
            if word in counts
        ),
    ]
