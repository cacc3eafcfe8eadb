"""The work table of a case's targets: counts by state, filters, orders, groups, and flat rows."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from django.db.models import Case as Either
from django.db.models import (
    Count,
    DecimalField,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import target_history
from cases.extensions import notice_annotation
from cases.filters import OFFICIAL, TargetFilter
from cases.models import Case, LegalGround, Target
from cases.states import UNFINISHED, TargetState
from cases.target_rows import (
    AGAINST,
    COLUMNS,
    SHOWN,
    STORE_KEY,
    flat_rows,
    groups_of,
    word_of,
)
from corps.access.decorators import SignedIn
from corps.access.parameters import Parameter
from corps.deadlines.clock import today
from corps.ui.lists import Page, page_of
from corps.ui.record_lists import SORT, Order, RecordList
from corps.ui.tables import SELECT, Column, Table
from stores.models import Platform

# The order without another one asked for, flat and by store.
FIRST = ("against", "due_on", "id")
BY_STORE = ("store_rank", "store_due", "store_key", *FIRST)
GROUP = Parameter("group", ("store", "none"))
# What of the address leaves the number of targets as it is, or is counted by itself.
NOT_NARROWING = {"state", "after", "before", "tab", "sort", "group"}
# What no price is sorted as.
NO_PRICE = Value(Decimal(-1), DecimalField(max_digits=12, decimal_places=2))
TITLE = Coalesce("listing__title", "store__name", Value(""))
STORE_NAME = Coalesce(
    "store__name", "listing__store__name", "listing__claimed_store__name", Value("")
)


def _due_on(row: dict[str, Any]) -> Any:
    due_on = row["raw"]["due_on"]
    if due_on == target_history.FAR:
        return ""
    return due_on


class TargetList(RecordList):
    """The targets of a case, by store unless another order is asked for."""

    title = gettext_lazy("Targets")
    table = Table(
        "targets",
        SELECT,
        Column(
            "platform",
            gettext_lazy("Platform"),
            value="platform",
            is_exported_only=True,
        ),
        Column(
            "id",
            gettext_lazy("Id"),
            "w-id",
            fixed=True,
            order="id",
            is_indexed=True,
            value="id",
        ),
        Column(
            "title",
            gettext_lazy("Title, as claimed"),
            fixed=True,
            order=TITLE,
            value="title",
        ),
        Column(
            "store", gettext_lazy("Store"), "w-store", order=STORE_NAME, value="store"
        ),
        Column(
            "price",
            gettext_lazy("Price, as claimed"),
            "w-price",
            "n",
            order=Coalesce("price", NO_PRICE),
            value="raw.price",
        ),
        Column(
            "list_price",
            gettext_lazy("List price, as claimed"),
            "w-wide",
            "n wide-only",
            order=Coalesce("list_price", NO_PRICE),
            value="raw.list_price",
        ),
        Column(
            "alleged",
            gettext_lazy("Allegation"),
            "w-truth",
            "cut2",
            order="alleged",
            value="alleged",
        ),
        Column(
            "ground",
            gettext_lazy("Corps' ground"),
            "w-ground",
            order=Coalesce("ground__name", Value("")),
            value="ground",
        ),
        Column(
            "claim",
            gettext_lazy("Platform answer"),
            "w-claim",
            order="claim",
            value="claim",
        ),
        Column(
            "claimed_at",
            gettext_lazy("Answered"),
            value="raw.claim_at",
            is_exported_only=True,
        ),
        Column(
            "seen", gettext_lazy("Actually seen"), "w-truth", order="seen", value="seen"
        ),
        Column(
            "seen_at",
            gettext_lazy("Seen on"),
            value="raw.seen_at",
            is_exported_only=True,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            "w-state",
            "cut2",
            fixed=True,
            order="state",
            is_indexed=True,
            value="state",
        ),
        Column(
            "letter",
            gettext_lazy("Letter"),
            "w-letter",
            "n",
            order=Coalesce("notice_number", Value("")),
            value="notice",
        ),
        Column(
            "due",
            gettext_lazy("Due"),
            "w-due",
            "n",
            order="due_on",
            is_indexed=True,
            value=_due_on,
        ),
    )
    filterset = TargetFilter
    order_words = gettext_lazy("Contradictions first, then by due day")
    export_route = "cases:targets_export"

    def __init__(self, request: SignedIn, *, case: Case) -> None:
        super().__init__(request)
        self.case = case

    @classmethod
    def opened(cls, request: SignedIn, number: str = "") -> Self:
        """The list of the case with this number. Raises Http404."""
        cases = Case.objects.visible_to(request.user).select_related("ground")
        return cls(request, case=get_object_or_404(cases, number=number))

    @property
    def address(self) -> dict[str, Any]:
        return {"number": self.case.number}

    @property
    def about(self) -> str:
        return self.case.number

    @classmethod
    def parameters(cls) -> list[Parameter]:
        return [*super().parameters(), GROUP]

    def records(self) -> QuerySet[Target]:
        return Target.objects.filter(case=self.case)

    @cached_property
    def filters(self) -> TargetFilter:
        filters = TargetFilter(
            self.asked, self.records(), request=self.request, case=self.case
        )
        by_slug = {each.slug: each.label for each in self.platforms.values()}
        filters.offer("platform", by_slug)
        return filters

    @cached_property
    def platforms(self) -> dict[int, Platform]:
        return {each.pk: each for each in Platform.objects.visible_to(self.user)}

    @cached_property
    def is_by_store(self) -> bool:
        """Whether the targets stand by store: unless a flat list, or another order, is asked for."""
        group, sort = self.asked.get("group"), self.asked.get(SORT)
        return group == "store" or not (sort or group)

    def order_asked(self) -> Order:
        if self.is_by_store:
            return Order("", BY_STORE, {})
        order = super().order_asked()
        if order.sort:
            return order
        return Order("", FIRST, {})

    @cached_property
    def ordered(self) -> QuerySet[Any]:
        """The targets with the columns that the orders are made of."""
        return in_order(self.found).annotate(**self.ordering.annotation)

    @cached_property
    def page(self) -> Page:
        """Which rows, in their order, from as few tables as that takes."""
        keys = {"id", *(name.lstrip("-") for name in self.ordering.columns)}
        return page_of(
            self.ordered.values(*keys),
            self.asked,
            order=self.ordering.columns,
            size=self.size,
            total=lambda: self.counted,
        )

    @cached_property
    def rows(self) -> Sequence[dict[str, Any]]:
        """What is shown of the page's rows, in their order."""
        ids = [row["id"] for row in self.page]
        named = self.as_exported(self.ordered.filter(pk__in=ids))
        shown = {row["id"]: row for row in named}
        return flat_rows(self.case, [shown[pk] for pk in ids], self.platforms)

    def as_exported(self, ordered: QuerySet[Any]) -> QuerySet[Any]:
        return ordered.values(*COLUMNS)

    def present(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows as the table shows them, each with what the database holds of it as "raw"."""
        presented = flat_rows(self.case, rows, self.platforms)
        return [row | {"raw": raw} for row, raw in zip(presented, rows, strict=True)]

    @cached_property
    def by_state(self) -> list[tuple[str, str, int]]:
        """(state, what is alleged, how many) of the case's targets; of those that no notice may name, OFFICIAL for the
        state."""
        rows = (
            self.case.targets.order_by()
            .values_list("state", "alleged", "is_official")
            .annotate(Count("pk"))
        )
        return [
            (word_of(state, official), alleged, count)
            for state, alleged, official, count in rows
        ]

    def total(self) -> tuple[int, bool]:
        """From the counts by state, where nothing else is asked for."""
        narrowing = {name for name in self.asked if self.asked.get(name)}
        state = self.asked.get("state", "")
        if narrowing - NOT_NARROWING or state == "waiting":
            return self.found.count(), False
        counted_states: Collection[str] = (*TargetState.values, OFFICIAL)
        if state == "unfinished":
            counted_states = UNFINISHED
        elif state in counted_states:
            counted_states = (state,)
        counts = [
            count for word, _said, count in self.by_state if word in counted_states
        ]
        return sum(counts), False

    def without(self) -> set[str]:
        if self.is_by_store:
            return {"store"}
        return set()

    def changed(self, **changes: str) -> str:
        """Another order stands flat."""
        if SORT in changes:
            changes = {"group": ""} | changes
        return super().changed(**changes)

    def printed(self, most: int) -> dict[str, Any]:
        """What a print shows: all targets that the filter leaves, at most so many."""
        ordered = self.ordered.order_by(*self.ordering.columns)
        shown = list(self.as_exported(ordered)[:most])
        rows = flat_rows(self.case, shown, self.platforms)
        total = len(rows)
        if total == most:
            total = self.found.count()
        return {
            "conditions": self.filters.chips(),
            "total": total,
            "rows": rows,
            "groups": self.groups(rows),
            "grouped": self.is_by_store,
            "order_words": self.sort_words(),
        }

    def groups(self, rows: Sequence[dict[str, Any]]) -> dict[int, Any]:
        """The heads of the groups of these rows, where they stand by store."""
        if self.is_by_store:
            return groups_of(self.found, list(rows))
        return {}

    def context(self) -> dict[str, Any]:
        """Everything the table needs, in a fixed number of statements whatever the number of targets."""
        alleged = sorted({said for _state, said, _count in self.by_state if said})
        self.filters.offer("alleged", {said: said for said in alleged})
        grounds = LegalGround.objects.visible_to(self.user).valid_on(today())
        group = ""
        if self.is_by_store:
            group = "none"
        return super().context() | {
            "cells": self._cells(),
            "grounds": grounds,
            "groups": self.groups(self.rows),
            "grouped": self.is_by_store,
            "group_url": self.changed(sort="", group=group),
            "query": self.asked.urlencode(),
            "print_query": self.changed(tab=""),
        }

    def _cells(self) -> list[dict[str, Any]]:
        counts: dict[str, int] = {}
        for word, _said, count in self.by_state:
            counts[word] = counts.get(word, 0) + count
        state = self.asked.get("state", "")
        whole = {
            "value": sum(counts.values()),
            "label": _("All"),
            "kind": "grey",
            "whole": True,
        }
        return [
            whole | {"url": self.changed(state=""), "current": not state},
            *(
                {
                    "value": counts[word],
                    "label": label,
                    "kind": word,
                    "url": self.changed(state=word),
                    "current": state == word,
                }
                for word, label in SHOWN
                if word in counts
            ),
        ]


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    return TargetList(request, case=case).found


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
