"""Home pages: what do I do now?"""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import story
from cases.models import Complaint, SheetImport, Target
from cases.states import ComplaintState, TargetState
from corps.clock import today
from corps.doors import SignedIn
from corps.models import User
from corps.pieces.words import day

SECTIONS = (
    ("due", gettext_lazy("Due and overdue")),
    ("check", gettext_lazy("Answers to check")),
    ("take_in", gettext_lazy("Complaints to take in")),
    ("waiting", gettext_lazy("Waiting for others")),
)
MOST = 8


def officer(request: SignedIn) -> HttpResponse:
    """Four lists, most urgent first; nothing stands in two of them."""
    sections = []
    for key, label in SECTIONS:
        tasks = [task for provide in story.providers[key] for task in provide(request.user)]
        tasks.sort(key=lambda task: (task.due is None, task.due or today(), task.title))
        sections.append({"key": key, "label": label, "tasks": tasks[:MOST], "total": len(tasks)})
    return render(request, "cases/home.html", {"sections": sections, "today": today()})


def take_in(user: User) -> list[story.Task]:
    """Complaints that are not in a case yet, with what is the next act on each."""
    found = (
        Complaint.objects.visible_to(user)
        .filter(state__in=(ComplaintState.RECEIVED, ComplaintState.ACCEPTED))
        .select_related("firm", "sheet_import", "verify_deadline")
        .order_by("received_on", "pk")[:50]
    )
    return [_take_in(complaint) for complaint in found]


def _take_in(complaint: Complaint) -> story.Task:
    sheet = getattr(complaint, "sheet_import", None)
    url, verb = complaint.get_absolute_url(), _("Accept")
    if sheet and sheet.state == SheetImport.State.REVIEW:
        url, verb = reverse("cases:import", args=[sheet.pk]), _("Look at the rows")
    elif complaint.state == ComplaintState.ACCEPTED:
        url, verb = f"{reverse('cases:case_new')}?complaint={complaint.number}", _("Open a case")
    deadline = complaint.verify_deadline
    return story.Task(
        title=f"{complaint.firm.short_label}　{complaint.subject}",
        note=_("received %(day)s") % {"day": day(complaint.received_on)},
        place=complaint.number,
        count=sheet.rows if sheet else 0,
        url=url,
        verb=verb,
        due=deadline.due_on if deadline else None,
        provisional=deadline.is_provisional if deadline else False,
    )


def representative(request: SignedIn) -> HttpResponse:
    """A firm's own complaints, and how far what it named has come."""
    complaints = Complaint.objects.visible_to(request.user).select_related("firm", "sheet_import").order_by("-pk")[:50]
    counts = dict(Target.objects.visible_to(request.user).order_by().values_list("state").annotate(Count("pk")))
    cells = [
        {"value": sum(counts.values()), "label": _("All"), "kind": "grey", "whole": True},
        *(
            {"value": counts[word], "label": label, "kind": word}
            for word, label in TargetState.choices
            if counts.get(word)
        ),
    ]
    return render(request, "cases/home_firm.html", {"complaints": complaints, "cells": cells})
