"""The work table of a case's targets: counts by state, filters, order, groups, and flat rows."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import Case as Either
from django.db.models import Count, F, IntegerField, Min, Q, QuerySet, When, Window
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import target_history
from cases.models import Case, LegalGround, Target
from cases.models.targets import TargetQuerySet
from cases.states import UNFINISHED, Seen, TargetState
from cases.views.target_rows import (
    AGAINST,
    COLUMNS,
    OFFICIAL,
    SHOWN,
    STORE_KEY,
    TALLY,
    WORDS,
    flat_rows,
    groups_of,
    word_of,
)
from corps.access.decorators import SignedIn
from corps.access.parameters import MARKS, SEARCH, Parameter, number
from corps.deadlines.clock import today
from corps.search import LONGEST
from corps.ui.lists import conditions, page_of
from corps.ui.tables import SELECT, Column, Table
from listings.addresses import read_cell
from stores.filters import PLATFORM
from stores.models import Platform, Store

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
    Parameter("state", (*TargetState.values, *WORDS)),
    PLATFORM,
    Parameter("kind", Target.Kind.values),
    "alleged",
    Parameter("seen", Seen.values),
    number("store"),
    SEARCH,
    Parameter("sort", [*ORDERS]),
    Parameter("group", ("store", "none")),
)


# What of the address leaves the number of targets as it is, or is counted by itself.
NOT_NARROWING = {"state", "after", "before", "tab", "sort", "group"}


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    asked = request.GET
    targets = _in_state(case, asked.get("state", ""))
    if platform := asked.get("platform"):
        targets = targets.filter(platform__slug=platform)
    if (kind := asked.get("kind")) in Target.Kind.values:
        targets = targets.filter(kind=kind)
    if (seen := asked.get("seen")) in Seen.values:
        targets = targets.filter(seen=seen)
    if alleged := asked.get("alleged"):
        targets = targets.filter(alleged=alleged)
    if store := _number(asked.get("store", "")):
        targets = targets.filter(in_store(store))
    if text := asked.get("q", "").strip()[:LONGEST]:
        targets = targets.filter(_named(text))
    return targets


def _in_state(case: Case, state: str) -> TargetQuerySet:
    """The targets of a case in a state, or in one of WORDS; all for another word."""
    targets: TargetQuerySet = Target.objects.filter(case=case)
    if state == "unfinished":
        return targets.unfinished()
    if state == OFFICIAL:
        return targets.kept()
    if state == "waiting":
        for waiting_in in target_history.waiting:
            targets = targets.filter(pk__in=waiting_in(case).values("pk"))
    if state in UNFINISHED:
        targets = targets.unfinished()
    if state in TargetState.values:
        targets = targets.filter(state=state)
    return targets


def in_order(targets: QuerySet[Target]) -> QuerySet[Any]:
    """Targets with the columns that the table's orders are made of.

    against: 0 of a contradiction, otherwise 1. store_rank: 0 of a store with contradictions, 1 of an unknown one with
    some, 2 of the other stores, 3 of the rest. store_due: the first due day in a store.
    """
    known = Q(store_key__gt=0)
    against = When(AGAINST & known, then=0), When(AGAINST, then=1)
    rank = Either(*against, When(known, then=2), default=3, output_field=IntegerField())
    rows = target_history.bound(targets.annotate(store_key=Coalesce(*STORE_KEY, 0)))
    return rows.annotate(
        against=Either(When(AGAINST, then=0), default=1, output_field=IntegerField()),
        store_rank=Window(Min(rank), partition_by=F("store_key")),
        store_due=Window(Min("due_on"), partition_by=F("store_key")),
    )


def _named(text: str) -> Q:
    """An id, an address in any form, or a part of a title or a store's name."""
    address = read_cell(text)
    if address.kind in Target.Kind.values:
        return Q(**{f"{address.kind}__canonical_id": address.canonical_id})
    return (
        Q(listing__canonical_id=text)
        | Q(store__canonical_id=text)
        | Q(listing__title__contains=text)
        | Q(store__name__contains=text)
        | Q(listing__store__name__contains=text)
        | Q(listing__claimed_store__name__contains=text)
    )


def in_store(store: int) -> Q:
    """A store itself, and the listings that are known, or else claimed, to be in it."""
    claimed = Q(listing__store=None, listing__claimed_store=store)
    return Q(store=store) | Q(listing__store=store) | claimed


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return 0


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
    targets = filtered(request, case)
    ordered = in_order(targets).order_by(*order.columns)
    rows = flat_rows(case, list(ordered.values(*COLUMNS)[:most]), platforms)
    total = len(rows)
    if total == most:
        total = targets.count()
    return {
        "conditions": _chips(request, platforms.values()),
        "total": total,
    } | _rows_context(targets, rows, order)


def target_table(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything the table needs, in a fixed number of statements whatever the number of targets."""
    asked = request.GET
    counted = _counted(case)
    platforms = _platforms(request)
    order = order_asked(asked)
    targets = filtered(request, case)
    ordered = in_order(targets)
    # First which rows, in their order, from as few tables as that takes; then what is shown of them.
    keys = {"id", *(name.lstrip("-") for name in order.columns)}
    total = _total(asked, counted, targets)
    page = page_of(ordered.values(*keys), asked, order=order.columns, total=total)
    ids = [row["id"] for row in page]
    shown = {row["id"]: row for row in ordered.filter(pk__in=ids).values(*COLUMNS)}
    rows = flat_rows(case, [shown[pk] for pk in ids], platforms)
    context = {
        "page": page,
        "cells": _cells(asked, counted),
        "conditions": _chips(request, platforms.values()),
        "table": _columns_shown(request, order),
        "grounds": LegalGround.objects.visible_to(request.user).valid_on(today()),
    }
    context |= _rows_context(targets, rows, order)
    return context | _choices(platforms, counted) | _addresses(asked, order)


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


def _choices(
    platforms: dict[int, Platform], counted: list[tuple[str, str, int]]
) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "platforms": [
            (platform.slug, platform.label) for platform in platforms.values()
        ],
        "alleged": sorted({alleged for _state, alleged, _count in counted if alleged}),
        "seen_choices": Seen.choices,
        "states": [(word, word.label) for word in TALLY],
    }


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


def _chips(request: SignedIn, platforms: Iterable[Platform]) -> list[Any]:
    labels = {platform.slug: platform.label for platform in platforms}

    def store_name(text: str) -> str | None:
        store = Store.objects.visible_to(request.user).filter(pk=_number(text)).first()
        if store is None:
            return None
        return str(store)

    return conditions(
        request.GET,
        [
            ("state", _("State"), (dict(TargetState.choices) | WORDS).get),
            ("platform", _("Platform"), labels.get),
            ("kind", _("Kind"), dict(Target.Kind.choices).get),
            ("alleged", _("Alleged by the firm"), str),
            ("seen", _("Actually seen"), dict(Seen.choices).get),
            ("store", _("Store"), store_name),
            ("q", _("Search"), str),
        ],
    )
