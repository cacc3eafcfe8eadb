"""A representative's pages: what the own firm named, and what has become of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_safe

from cases.home_news import told_since
from cases.models import Complaint, ImportRow, Target
from cases.models.targets import TOLD
from cases.states import Told
from cases.views.home import GROUP
from cases.views.tables import TALLY
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import SEARCH, Parameter, reads
from corps.deadlines.clock import now
from corps.models import User
from corps.search import LONGEST
from corps.ui.home import since_for, stream_for
from corps.ui.lists import conditions, page_of
from corps.ui.tables import Column, Table

representatives = open_to(User.Role.REPRESENTATIVE)
MOST = 20
# Every word that `Target.as_told` may give, in the order in which they are counted.
WORDS = {str(word): word.label for word in (*TALLY, *Told)}
TABLE = Table(
    "named",
    Column("id", gettext_lazy("Id"), "w160", fixed=True),
    Column("title", gettext_lazy("Title"), fixed=True),
    Column("platform", gettext_lazy("Platform"), "w112"),
    Column("complaint", gettext_lazy("Complaint"), "w128"),
    Column("state", gettext_lazy("State"), "w144", fixed=True),
    Column("since", gettext_lazy("Last seen"), "w160"),
)


@representatives
@reads(GROUP)
@require_safe
def representative(request: SignedIn) -> HttpResponse:
    """The home page: what the firm has to do, how far what it named has come, and its last complaints."""
    since = since_for(request.user)
    complaints = (
        Complaint.objects.visible_to(request.user)
        .select_related("firm", "sheet_import")
        .order_by("-pk")
    )
    context = {
        "stream": stream_for(request.user, request.GET.get("group", "")),
        "since": since,
        "news": told_since(request.user, since),
        "now": now(),
        "complaints": complaints[:MOST],
        "total": complaints.count(),
        "cells": _cells(request),
    }
    return render(request, "cases/home_firm.html", context)


@representatives
@reads(
    Parameter("state", [*WORDS]),
    Parameter("kind", Target.Kind.values),
    SEARCH,
    paged=True,
)
@require_GET
def list_named(request: SignedIn) -> HttpResponse:
    """Every target that the own firm named, whoever named it first, newest first, with what has become of it."""
    found = Target.objects.visible_to(request.user).annotate(told=TOLD)
    if text := request.GET.get("q", "").strip()[:LONGEST]:
        found = found.called(text)
    if (state := request.GET.get("state")) in WORDS:
        found = found.filter(told=state)
    if kind := request.GET.get("kind"):
        found = found.filter(kind=kind)
    chips = conditions(
        request.GET,
        [
            ("state", _("State"), WORDS.get),
            ("kind", _("Kind"), dict(Target.Kind.choices).get),
            ("q", _("Id or address"), str),
        ],
    )
    page = page_of(
        found.select_related("platform", "listing", "store", "case"),
        request.GET,
        order=("-id",),
        total=found.count(),
    )
    context = {
        "page": page,
        "rows": _rows(page.rows, request.user),
        "table": TABLE.shown_to(request.user, request.GET),
        "cells": _cells(request),
        "conditions": chips,
        "states": WORDS.items(),
        "kinds": Target.Kind.choices,
    }
    return render(request, "cases/named.html", context)


@dataclass(frozen=True, slots=True)
class Named:
    """A target as a firm may know it: its state, and besides only what the own rows say and what was seen since the
    first of them. seen: a word, empty where nobody looked since; seen_at: when."""

    target: Target
    title: str
    complaint: Complaint
    seen: Any
    seen_at: datetime | None


def _rows(targets: Sequence[Target], user: User) -> list[Named]:
    """The targets of a page with the own firm's first row on each; one statement."""
    rows = ImportRow.objects.visible_to(user).filter(
        target__in=[target.pk for target in targets]
    )
    first: dict[int | None, ImportRow] = {}
    for row in rows.select_related("sheet_import__complaint").order_by(
        "registered_at", "pk"
    ):
        first.setdefault(row.target_id, row)
    return [_named(target, first[target.pk]) for target in targets]


def _named(target: Target, row: ImportRow) -> Named:
    since = row.registered_at
    is_told = (
        target.seen_at is not None and since is not None and target.seen_at >= since
    )
    name = "store_name" if target.kind == Target.Kind.STORE else "title"
    return Named(
        target=target,
        title=row.cells.get(name, ""),
        complaint=row.sheet_import.complaint,
        seen=target.get_seen_display() if is_told else "",
        seen_at=target.seen_at if is_told else None,
    )


def _cells(request: SignedIn) -> list[dict[str, Any]]:
    """How many are in which state; each number leads to them."""
    targets = Target.objects.visible_to(request.user).annotate(told=TOLD)
    counts = dict(targets.order_by().values_list("told").annotate(Count("pk")))
    rows, state = reverse("cases:named"), request.GET.get("state", "")
    whole = {
        "value": sum(counts.values()),
        "label": _("All"),
        "kind": "grey",
        "url": rows,
        "whole": True,
    }
    return [
        whole | {"current": request.path == rows and not state},
        *(
            {
                "value": counts[word],
                "label": label,
                "kind": word,
                "url": f"{rows}?state={word}",
                "current": state == word,
            }
            for word, label in WORDS.items()
            if counts.get(word)
        ),
    ]
