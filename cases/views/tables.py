"""The work table of a case's targets: counts by state, filters, order, groups, and flat rows."""

from collections.abc import Iterable
from typing import Any

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


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    found: TargetQuerySet = Target.objects.filter(case=case)
    asked = request.GET
    if (state := asked.get("state")) in TargetState.values:
        found = (found.unfinished() if state in UNFINISHED else found).filter(
            state=state
        )
    elif state == "unfinished":
        found = found.unfinished()
    elif state == OFFICIAL:
        found = found.kept()
    elif state == "waiting":
        for waiting_in in target_history.waiting:
            found = found.filter(pk__in=waiting_in(case).values("pk"))
    if platform := asked.get("platform"):
        found = found.filter(platform__slug=platform)
    if (kind := asked.get("kind")) in Target.Kind.values:
        found = found.filter(kind=kind)
    if (seen := asked.get("seen")) in Seen.values:
        found = found.filter(seen=seen)
    if alleged := asked.get("alleged"):
        found = found.filter(alleged=alleged)
    if store := _number(asked.get("store", "")):
        found = found.filter(in_store(store))
    if text := asked.get("q", "").strip()[:LONGEST]:
        found = found.filter(_named(text))
    return found


def in_order(found: QuerySet[Target]) -> QuerySet[Any]:
    """Targets with the columns that the table's orders are made of.

    against: 0 of a contradiction, otherwise 1. store_rank: 0 of a store with contradictions, 1 of an unknown one with
    some, 2 of the other stores, 3 of the rest. store_due: the first due day in a store.
    """
    known = Q(store_key__gt=0)
    against = When(AGAINST & known, then=0), When(AGAINST, then=1)
    rank = Either(*against, When(known, then=2), default=3, output_field=IntegerField())
    rows = target_history.bound(found.annotate(store_key=Coalesce(*STORE_KEY, 0)))
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
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def order_asked(asked: QueryDict) -> tuple[bool, str, tuple[str, ...]]:
    """Whether targets stand by store, by which order that is asked for otherwise ("" by none), and its columns.

    By store unless a flat list, or another order, is asked for.
    """
    sort = asked.get("sort", "") if asked.get("sort") in ORDERS else ""
    grouped = asked.get("group") == "store" or not (sort or asked.get("group"))
    return (
        grouped,
        "" if grouped else sort,
        BY_STORE if grouped else ORDERS.get(sort, FIRST),
    )


def printed_table(request: SignedIn, case: Case, most: int) -> dict[str, Any]:
    """What a print shows: all targets that the filter leaves, at most so many, in the order of the work table."""
    grouped, sort, order = order_asked(request.GET)
    platforms = {
        platform.pk: platform for platform in Platform.objects.visible_to(request.user)
    }
    found = filtered(request, case)
    shown = list(in_order(found).order_by(*order).values(*COLUMNS)[:most])
    flat = flat_rows(case, shown, platforms)
    return {
        "conditions": _chips(request, platforms.values()),
        "rows": flat,
        "total": found.count() if len(flat) == most else len(flat),
        "groups": groups_of(found, flat) if grouped else {},
        "grouped": grouped,
        "order_words": ORDER_WORDS[sort.lstrip("-")],
    }


def target_table(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything the table needs, in a fixed number of statements whatever the number of targets."""
    asked = request.GET
    counted = _counted(case)
    platforms = {
        platform.pk: platform for platform in Platform.objects.visible_to(request.user)
    }
    grouped, sort, order = order_asked(asked)
    found = filtered(request, case)
    rows = in_order(found)
    # First which rows, in their order, from as few tables as that takes; then what is shown of them.
    page = page_of(rows.values(*{"id", *(name.lstrip("-") for name in order)}), asked, order=order,
                   total=_total(asked, counted, found))  # fmt: skip
    shown = {
        row["id"]: row
        for row in rows.filter(pk__in=[row["id"] for row in page]).values(*COLUMNS)
    }
    flat = flat_rows(case, [shown[row["id"]] for row in page], platforms)
    return {
        "cells": _cells(asked, counted),
        "conditions": _chips(request, platforms.values()),
        "platforms": [
            (platform.slug, platform.label) for platform in platforms.values()
        ],
        "alleged": sorted({alleged for _state, alleged, _count in counted if alleged}),
        "page": page,
        "rows": flat,
        "groups": groups_of(found, flat) if grouped else {},
        "grouped": grouped,
        "sort": sort,
        "order_words": ORDER_WORDS[sort.lstrip("-")],
        "table": TABLE.shown_to(
            request.user,
            asked,
            without={"store"} if grouped else set(),
            sorts={
                name: _with(asked, group="", sort=f"-{name}" if sort == name else name)
                for name in ("due", "state", "id")
            },
        ),
        "group_url": _with(asked, sort="", group="none" if grouped else ""),
        "grounds": LegalGround.objects.visible_to(request.user).valid_on(today()),
        "query": asked.urlencode(),
        "print_query": _with(asked, tab=""),
        "seen_choices": Seen.choices,
        "states": [(word, word.label) for word in TALLY],
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
    asked: QueryDict, counted: list[tuple[str, str, int]], found: QuerySet[Target]
) -> int:
    """How many targets match: from the counts by state where nothing else is asked for."""
    narrowing = {name for name in asked if asked.get(name)} - {
        "state",
        "after",
        "before",
        "tab",
        "sort",
        "group",
    }
    state = asked.get("state", "")
    if narrowing or state == "waiting":
        return found.count()
    everything = (*TargetState.values, OFFICIAL)
    wanted = (
        (state,)
        if state in everything
        else UNFINISHED
        if state == "unfinished"
        else everything
    )
    return sum(count for word, _alleged, count in counted if word in wanted)


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
        return str(store) if store else None

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
