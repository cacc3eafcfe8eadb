"""What becomes of an import as a whole: registered, given up, taken up in a case, undone; its file afterwards."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import workflow
from cases.forms import CaseForm, JoinForm
from cases.models import SheetImport, Target
from cases.states import OPEN_COMPLAINT
from cases.titles import proposed_title
from cases.views.imports.review import visible_import
from corps.access.decorators import SignedIn, open_to
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.files.downloads import hand_out
from corps.models import User
from corps.ui.refusals import refusals_go_to, send_back

State = SheetImport.State
MOST_OBSTACLES = 20


@open_to("cases.add_targets")
def take_up(request: SignedIn, pk: str) -> HttpResponse:
    """Register the rows, accept the complaint and make a case of it, or take it into an open one: in one act."""
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    complaint = sheet_import.of_complaint
    if sheet_import.state != State.REVIEW or complaint.state not in OPEN_COMPLAINT:
        messages.warning(request, _("This sheet is not waiting to be reviewed."))
        return redirect("cases:import", sheet_import.pk)
    initial = {"title": proposed_title(now())}
    form = CaseForm(_sent_with("title", request), user=request.user, initial=initial)
    into = JoinForm(_sent_with("case", request), user=request.user, firm=complaint.firm)
    for sent in (into, form):
        if sent.is_valid():
            with refusals_go_to(sent):
                case = workflow.take_up_sheet(
                    sheet_import=sheet_import, actor=request.user, **sent.cleaned_data
                )
                return redirect(case)
    context = {
        "sheet_import": sheet_import,
        "complaint": complaint,
        "form": form,
        "into": into,
        "counts": workflow.rows_by_result(sheet_import),
    }
    return render(request, "cases/import_take_up.html", context)


def _sent_with(name: str, request: SignedIn) -> QueryDict | None:
    """What was sent, if the form with this field was; None otherwise."""
    return request.POST if name in request.POST else None


@open_to("cases.undo_import")
def undo(request: SignedIn, pk: str) -> HttpResponse:
    """Take the import back, after a page that says what goes with it, or what was built on it."""
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    if request.method == "POST":
        try:
            passed, dropped = workflow.undo_import(
                sheet_import=sheet_import, actor=request.user
            )
        except TransitionRefused as refused:
            return send_back(request, refused, "cases:import", sheet_import.pk)
        said = _(
            "The import is undone. Targets out of work: %(dropped)d; passed to other complaints: %(passed)d."
        )
        messages.success(request, said % {"dropped": dropped, "passed": passed})
        return redirect(sheet_import.of_complaint)
    undoing = workflow.undoing_of(sheet_import)
    context = {
        "sheet_import": sheet_import,
        "complaint": sheet_import.of_complaint,
        "undoing": undoing,
        "obstacles": _obstacles(request.user, undoing.built_on),
    }
    return render(request, "cases/import_undo.html", context)


def _obstacles(user: User, built_on: Mapping[int, Any]) -> list[dict[str, Any]]:
    """What was built on how many targets, the most first: with a link to the first of them that the person may see."""
    targets: dict[str, list[int]] = {}
    for pk, what in built_on.items():
        targets.setdefault(str(what), []).append(pk)
    firsts = {pk for ids in targets.values() for pk in ids[:1]}
    seen = set(
        Target.objects.visible_to(user)
        .filter(pk__in=firsts)
        .values_list("pk", flat=True)
    )
    grouped = sorted(targets.items(), key=lambda pair: -len(pair[1]))
    return [
        {"what": what, "count": len(ids), "target": ids[0] if ids[0] in seen else None}
        for what, ids in grouped[:MOST_OBSTACLES]
    ]


@open_to("cases.view_complaints")
@require_GET
def open_own_sheet(request: SignedIn, pk: str) -> HttpResponseBase:
    """The file of an import that was undone, as a download."""
    sheet_import = visible_import(request, pk)
    if sheet_import.sheet is None:
        raise Http404
    complaint = sheet_import.of_complaint
    return hand_out(
        request,
        sheet_import.sheet,
        kind="sheet",
        name=sheet_import.sheet_name,
        subject=complaint,
        thread=complaint.thread,
    )


@open_to("cases.register_import")
@require_POST
def register(request: SignedIn, pk: str) -> HttpResponse:
    """Have the rows registered that can be."""
    return _end(request, pk, workflow.register_import)


@open_to("cases.register_import")
def abandon(request: SignedIn, pk: str) -> HttpResponse:
    """Give the sheet up, after a page that says how much that is."""
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    if request.method == "POST":
        return _end(request, pk, workflow.abandon_import)
    context = {"sheet_import": sheet_import, "complaint": sheet_import.of_complaint}
    return render(request, "cases/import_abandon.html", context)


def _end(request: SignedIn, pk: str, verb: Any) -> HttpResponse:
    sheet_import = visible_import(request, pk)
    try:
        verb(sheet_import=sheet_import, actor=request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, "cases:import", sheet_import.pk)
    return redirect("cases:import", sheet_import.pk)
