"""The work table of a case's targets: counts by state, filters, order, groups, and flat rows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import story
from cases.models import Case, LegalGround, Target
from cases.models.targets import TargetQuerySet
from cases.states import UNFINISHED, Claim, Seen, TargetState
from corps.calendar import working_days_left
from corps.clock import shanghai_date, today
from corps.doors import SignedIn
from corps.parameters import MARKS, SEARCH, Parameter, number
from corps.pieces.deadlines import house_calendar
from corps.pieces.kinds import kind_of
from corps.pieces.lists import conditions, page_of
from corps.pieces.tables import SELECT, Column, Table
from corps.pieces.words import day, moment, thousands
from corps.search import LONGEST
from listings.addresses import read_cell
from stores.filters import PLATFORM
from stores.models import Platform, Store

# In the order of the work, as the strip above the table shows them.
TALLY = (
    *UNFINISHED,
    TargetState.VERIFIED,
    TargetState.GONE_BEFORE,
    TargetState.RESTORED,
    TargetState.DROPPED,
)
# What stands in place of a state: of several states, or of a target that no notice may name.
OFFICIAL = "official"
WORDS = {
    "unfinished": gettext_lazy("not finished"),
    "waiting": gettext_lazy("to be noticed"),
    OFFICIAL: gettext_lazy("Official account"),
}
# (word, label) of what targets are counted by.
SHOWN = (*((state.value, state.label) for state in TALLY), (OFFICIAL, WORDS[OFFICIAL]))
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
    Column("id", gettext_lazy("Id"), "w144", sort="id", fixed=True),
    Column("title", gettext_lazy("Title, as claimed"), fixed=True),
    Column("store", gettext_lazy("Store"), "w112"),
    Column("price", gettext_lazy("Price, as claimed"), "w112", "n"),
    Column("list_price", gettext_lazy("List price, as claimed"), "w112", "n"),
    Column("alleged", gettext_lazy("Alleged by the firm"), "w128", "cut2"),
    Column("ground", gettext_lazy("Corps' ground"), "w128"),
    Column("claim", gettext_lazy("Claimed by the platform"), "w144"),
    Column("seen", gettext_lazy("Actually seen"), "w112"),
    Column("state", gettext_lazy("State"), "w112", "cut2", sort="state", fixed=True),
    Column("letter", gettext_lazy("Letter"), "w56", "n"),
    Column("due", gettext_lazy("Due"), "w80", "n", sort="due"),
)
# By which store a target is grouped: its own, the one its listing is known to be in, or else the claimed one.
STORE_KEY = ("store", "listing__store", "listing__claimed_store")
COLUMNS = (
    "id", "kind", "state", "alleged", "ground__name", "ground__name_en", "price", "list_price", "claim", "claim_at",
    "seen", "seen_at", "is_official", "platform_id", "listing__canonical_id", "listing__title", "store_key",
    "listing__store__name", "listing__store__canonical_id", "listing__claimed_store__name",
    "listing__claimed_store__canonical_id", "listing__claimed_store_id", "listing__store_id", "store__canonical_id",
    "store__name", "notice_number", "due_on",
)  # fmt: skip


FILTERS = (
    Parameter("state", (*TargetState.values, *WORDS)),
    PLATFORM,
    Parameter("kind", Target.Kind.values),
    "alleged",
    Parameter("seen", Seen.values),
    number("store"),
    SEARCH,
    Parameter("sort", [*ORDERS]),
    Parameter("group", ("store",)),
)


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    found: TargetQuerySet = Target.objects.filter(case=case)
    asked = request.GET
    if (state := asked.get("state")) in TargetState.values:
        found = (found.unfinished() if state in UNFINISHED else found).filter(state=state)
    elif state == "unfinished":
        found = found.unfinished()
    elif state == OFFICIAL:
        found = found.kept()
    elif state == "waiting":
        for waiting_in in story.waiting:
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


def target_table(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything the table needs, in a fixed number of statements whatever the number of targets."""
    asked = request.GET
    counted = _counted(case)
    platforms = {platform.pk: platform for platform in Platform.objects.visible_to(request.user)}
    grouped = asked.get("group") == "store"
    sort = asked.get("sort") if asked.get("sort") in ORDERS else "due"
    found = filtered(request, case)
    rows = story.bound(found.annotate(store_key=Coalesce(*STORE_KEY, 0)))
    order = ("store_key", "id") if grouped else ORDERS[str(sort)]
    # First which rows, in their order, from as few tables as that takes; then what is shown of them.
    page = page_of(rows.values(*{"id", *(name.lstrip("-") for name in order)}), asked, order=order,
                   total=_total(asked, counted, found))  # fmt: skip
    shown = {row["id"]: row for row in rows.filter(pk__in=[row["id"] for row in page]).values(*COLUMNS)}
    flat = _rows(case, [shown[row["id"]] for row in page], platforms)
    return {
        "cells": _cells(asked, counted),
        "conditions": _chips(request, platforms.values()),
        "platforms": [(platform.slug, platform.label) for platform in platforms.values()],
        "alleged": sorted({alleged for _state, alleged, _count in counted if alleged}),
        "page": page,
        "rows": flat,
        "groups": _groups(case, flat) if grouped else {},
        "grouped": grouped,
        "sort": "" if grouped else sort,
        "table": TABLE.shown_to(
            request.user,
            asked,
            without={"store"} if grouped else {"list_price"},
            sorts={name: _with(asked, sort=f"-{name}" if sort == name else name) for name in ("due", "state", "id")},
        ),
        "group_url": _with(asked, group="" if grouped else "store"),
        "grounds": LegalGround.objects.visible_to(request.user).valid_on(today()),
        "query": asked.urlencode(),
        "seen_choices": Seen.choices,
        "states": [(word, word.label) for word in TALLY],
    }


def _counted(case: Case) -> list[tuple[str, str, int]]:
    """(state, what is alleged, how many) of the targets; of those that no notice may name, OFFICIAL for the state."""
    rows = case.targets.order_by().values_list("state", "alleged", "is_official").annotate(Count("pk"))
    return [(_word(state, official), alleged, count) for state, alleged, official, count in rows]


def _word(state: str, is_official: bool) -> str:
    return OFFICIAL if is_official and state in UNFINISHED else state


def _with(asked: QueryDict, **changes: str) -> str:
    """The address's query with something changed, from the first page on; an empty value takes it away."""
    query = asked.copy()
    for name in (*MARKS, *changes):
        query.pop(name, None)
    query.update({name: value for name, value in changes.items() if value})
    return f"?{query.urlencode()}"


def _total(asked: QueryDict, counted: list[tuple[str, str, int]], found: QuerySet[Target]) -> int:
    """How many targets match: from the counts by state where nothing else is asked for."""
    narrowing = {name for name in asked if asked.get(name)} - {"state", "after", "before", "tab", "sort", "group"}
    state = asked.get("state", "")
    if narrowing or state == "waiting":
        return found.count()
    everything = (*TargetState.values, OFFICIAL)
    wanted = (state,) if state in everything else UNFINISHED if state == "unfinished" else everything
    return sum(count for word, _alleged, count in counted if word in wanted)


def _cells(asked: QueryDict, counted: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for word, _alleged, count in counted:
        counts[word] = counts.get(word, 0) + count
    state = asked.get("state", "")
    whole = {"value": sum(counts.values()), "label": _("All"), "kind": "grey", "whole": True}
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


def _rows(case: Case, shown: Iterable[dict[str, Any]], platforms: dict[int, Platform]) -> list[dict[str, Any]]:
    """Flat rows for a flat loop: everything is formatted once, here.

    What the firm alleges stands as the firm wrote it; the ground that the corps gave stands in a column of its own.
    """
    claims, seens, states = dict(Claim.choices), dict(Seen.choices), dict(TargetState.choices)
    labels = {pk: platform.label for pk, platform in platforms.items()}
    ground_name = "ground__name" if LegalGround(name="zh", name_en="en").label == "zh" else "ground__name_en"
    usual = case.ground.label if case.ground else ""
    on, calendar = today(), house_calendar()
    targets, notices = reverse("cases:target", args=[0])[:-2], reverse("notices:list")
    rows = []
    for row in shown:
        is_store = row["kind"] == Target.Kind.STORE
        seen, state = row["seen"], row["state"]
        contradiction = seen == Seen.LIVE and state in (TargetState.CLAIMED, TargetState.RELISTED)
        due = row["due_on"] if row["due_on"] != story.FAR else None
        late = thousands(-working_days_left(due, today=on, calendar=calendar)) if due and due < on else ""
        rows.append(
            {
                "pk": row["id"],
                "url": f"{targets}{row['id']}/",
                "id": row["store__canonical_id"] if is_store else row["listing__canonical_id"],
                "title": row["store__name"] if is_store else row["listing__title"],
                "is_store": is_store,
                **_store_of(row),
                "store_key": row["store_key"],
                "platform": labels.get(row["platform_id"], ""),
                "price": thousands(row["price"]) if row["price"] is not None else "",
                "list_price": thousands(round(row["list_price"])) if row["list_price"] is not None else "",
                "alleged": row["alleged"],
                "ground": row[ground_name] or usual,
                "ground_is_usual": not row[ground_name],
                "claim": claims.get(row["claim"], ""),
                "claim_at": _when(row["claim_at"], on),
                "seen": _("Relisted") if state == TargetState.RELISTED and seen == Seen.LIVE else seens.get(seen, ""),
                "seen_at": day(row["seen_at"]) if row["seen_at"] else "",
                "seen_class": "red strong" if contradiction else "amber strong" if seen == Seen.UNREACHABLE else "",
                "state": states[state],
                "kind": kind_of(state),
                "official": row["is_official"],
                "notice": row["notice_number"] or "",
                "notice_short": (row["notice_number"] or "").rpartition("-")[2].lstrip("0"),
                "notice_url": f"{notices}{row['notice_number']}/" if row["notice_number"] else "",
                "due": day(due) if due else "",
                "late": late,
            }
        )
    return rows


def _store_of(row: dict[str, Any]) -> dict[str, Any]:
    """Name and id of the store of a row, and whether a firm only claims it."""
    if row["kind"] == Target.Kind.STORE:
        return {"store": row["store__name"], "store_id": row["store__canonical_id"], "store_claimed": False}
    claimed = row["listing__store_id"] is None and row["listing__claimed_store_id"] is not None
    which = "listing__claimed_store" if claimed else "listing__store"
    name, canonical_id = row[f"{which}__name"], row[f"{which}__canonical_id"]
    return {"store": name or "", "store_id": canonical_id or "", "store_claimed": claimed}


def _when(at: datetime | None, on: date) -> str:
    """A day, and for the last week its time too."""
    if at is None:
        return ""
    return moment(at) if on - shanghai_date(at) < timedelta(days=7) else day(at)


def _groups(case: Case, rows: list[dict[str, Any]]) -> dict[int, str]:
    """What stands at the right of each store's head: how many of its targets are in which state. One statement."""
    keys = {row["store_key"] for row in rows}
    counted = (
        case.targets.order_by()
        .annotate(store_key=Coalesce(*STORE_KEY, 0))
        .filter(store_key__in=keys)
        .values_list("store_key", "state", "is_official")
        .annotate(count=Count("pk"))
    )
    sums: dict[int, dict[str, int]] = {}
    for key, state, official, count in counted:
        states = sums.setdefault(key, {})
        states[_word(state, official)] = states.get(_word(state, official), 0) + count
    return {
        key: "　".join(f"{label} {thousands(states[word])}" for word, label in SHOWN if word in states)
        for key, states in sums.items()
    }
