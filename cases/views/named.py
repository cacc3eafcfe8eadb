"""A representative's pages: what the own firm named, and what has become of each."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from cases.filters import TOLD_WORDS
from cases.home_news import told_since
from cases.models import Complaint, Target
from cases.models.targets import TOLD
from cases.tables import NamedTargetList
from cases.views.home import GROUP
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import reads
from corps.deadlines.clock import now
from corps.ui.home import since_for, stream_for
from corps.ui.list_export import exported

MOST = 20


@open_to("cases.view_named")
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


@open_to("cases.view_named")
@NamedTargetList.reads()
@require_GET
def list_named(request: SignedIn) -> HttpResponse:
    """Every target that the own firm named, whoever named it first, newest first, with what has become of it."""
    context = NamedTargetList(request).context() | {"cells": _cells(request)}
    return render(request, "cases/named.html", context)


export_named = open_to("cases.view_named")(exported(NamedTargetList))


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
            for word, label in TOLD_WORDS.items()
            if counts.get(word)
        ),
    ]
