"""The work table of a case's targets: counts by state, filters, and flat rows."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case, LegalGround, Target
from cases.states import Claim, Seen, TargetState
from corps.clock import today
from corps.doors import SignedIn
from corps.pieces.kinds import kind_of
from corps.pieces.lists import conditions, page_of
from corps.pieces.words import day, moment, thousands
from stores.models import Platform

UNFINISHED = (
    TargetState.REPORTED,
    TargetState.NOTICED,
    TargetState.CLAIMED,
    TargetState.REFUSED,
    TargetState.NEEDS_INFORMATION,
    TargetState.RELISTED,
)
COLUMNS = (
    "pk", "kind", "state", "alleged", "ground__name", "ground__name_en", "price", "list_price", "claim", "claim_at",
    "seen", "seen_at", "is_official", "platform__slug", "listing__canonical_id", "listing__title",
    "listing__store__name", "store__canonical_id", "store__name", "id",
)  # fmt: skip


def filtered(request: SignedIn, case: Case) -> QuerySet[Target]:
    """The targets of a case that the address's filter leaves."""
    found: QuerySet[Target] = case.targets.all()
    asked = request.GET
    if (state := asked.get("state")) in TargetState.values:
        found = found.filter(state=state)
    elif state == "unfinished":
        found = found.filter(state__in=UNFINISHED)
    if platform := asked.get("platform"):
        found = found.filter(platform__slug=platform)
    if (kind := asked.get("kind")) in Target.Kind.values:
        found = found.filter(kind=kind)
    if (seen := asked.get("seen")) in Seen.values:
        found = found.filter(seen=seen)
    if text := asked.get("q", "").strip()[:100]:
        found = found.filter(
            Q(listing__canonical_id=text)
            | Q(store__canonical_id=text)
            | Q(listing__title__contains=text)
            | Q(store__name__contains=text)
            | Q(listing__store__name__contains=text)
        )
    return found


def target_table(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything the table needs, in a fixed number of statements whatever the number of targets."""
    counts = dict(case.targets.order_by().values_list("state").annotate(Count("pk")))
    total = sum(counts.values())
    state = request.GET.get("state", "")
    cells = [{"value": total, "label": _("All"), "kind": "grey", "url": "?", "current": not state, "whole": True}]
    cells += [
        {"value": counts[word], "label": label, "kind": word, "url": f"?state={word}", "current": state == word}
        for word, label in TargetState.choices
        if word in counts
    ]
    platforms = {platform.slug: platform.label for platform in Platform.objects.visible_to(request.user)}
    chips = conditions(
        request.GET,
        [
            ("state", _("State"), (dict(TargetState.choices) | {"unfinished": _("not finished")}).get),
            ("platform", _("Platform"), platforms.get),
            ("kind", _("Kind"), dict(Target.Kind.choices).get),
            ("seen", _("Actually seen"), dict(Seen.choices).get),
            ("q", _("Search"), str),
        ],
    )
    found = filtered(request, case)
    plain = set(request.GET) <= {"state", "after", "before", "tab"} and state != "unfinished"
    page = page_of(
        found.values(*COLUMNS), request.GET, order=("id",), total=counts.get(state, total) if plain else found.count()
    )
    return {
        "cells": cells,
        "conditions": chips,
        "platforms": platforms.items(),
        "page": page,
        "rows": [_row(row, platforms) for row in page],
        "grounds": LegalGround.objects.visible_to(request.user).valid_on(today()),
        "query": request.GET.urlencode(),
        "seen_choices": Seen.choices,
    }


def _row(row: dict[str, Any], platforms: dict[str, str]) -> dict[str, Any]:
    """One target as the table shows it: flat, formatted once."""
    store = row["kind"] == Target.Kind.STORE
    claims, seens, states = dict(Claim.choices), dict(Seen.choices), dict(TargetState.choices)
    contradiction = row["seen"] == Seen.LIVE and row["state"] in (TargetState.CLAIMED, TargetState.RELISTED)
    return {
        "pk": row["pk"],
        "id": row["store__canonical_id"] if store else row["listing__canonical_id"],
        "title": row["store__name"] if store else row["listing__title"],
        "store": "" if store else row["listing__store__name"] or "",
        "is_store": store,
        "platform": platforms.get(row["platform__slug"], ""),
        "price": thousands(row["price"]) if row["price"] is not None else "",
        "list_price": thousands(row["list_price"]) if row["list_price"] is not None else "",
        "alleged": row["ground__name"] or row["alleged"],
        "claim": claims.get(row["claim"], ""),
        "claim_at": moment(row["claim_at"]) if row["claim_at"] else "",
        "seen": seens.get(row["seen"], ""),
        "seen_at": day(row["seen_at"]) if row["seen_at"] else "",
        "seen_class": "red strong" if contradiction else "amber" if row["seen"] == Seen.UNREACHABLE else "",
        "state": states[row["state"]],
        "kind": kind_of(row["state"]),
        "official": row["is_official"],
    }
