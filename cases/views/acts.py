"""One's own acts of today, with the way back of each; and acts on many things, undone for ten minutes."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from cases import timeline, workflow
from cases.acts import entries_of_today, undoable_now, ways_back
from cases.extensions import Way
from cases.models import BulkAct, Case, Complaint, Target
from cases.states import ComplaintState, TargetState
from cases.views.casework import verbs_on
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import number, reads
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from corps.results import Result
from corps.ui.lists import Page, page_of
from corps.ui.refusals import send_back, status_of

# An act on a case → the form that takes it back or puts it right (`cases.views.changes`), what `verbs_on` calls it, and
# its words.
OF_CASES = {
    "case.closed": ("reopen", "reopen", gettext_lazy("Reopen…")),
    "case.suspended": ("resume", "resume", gettext_lazy("Resume…")),
    "case.not_filed": ("reconsider", "reconsider", gettext_lazy("Reconsider…")),
    "case.assigned": ("officers", "assign", gettext_lazy("Assign anew…")),
    "case.ground_given": ("ground", "ground", gettext_lazy("Give another…")),
    "case.retitled": ("title", "ground", gettext_lazy("Correct…")),
}
# The same of complaints: in which state of the complaint, which verb of the access table, and its words.
OF_COMPLAINTS = {
    "complaint.refused": (
        ComplaintState.REFUSED,
        "cases.accept_complaint",
        gettext_lazy("Accept after all…"),
    ),
    "complaint.accepted": (
        ComplaintState.ACCEPTED,
        "cases.refuse_complaint",
        gettext_lazy("Refuse…"),
    ),
    "complaint.in_case": (
        ComplaintState.IN_CASE,
        "cases.move_complaint",
        gettext_lazy("Move…"),
    ),
    "complaint.moved": (
        ComplaintState.IN_CASE,
        "cases.move_complaint",
        gettext_lazy("Move…"),
    ),
}


@open_to("cases.view_cases")
@reads(number("each"), paged=True)
@require_GET
def list_acts(request: SignedIn) -> HttpResponse:
    """What one did today, newest first, much of a kind told once, each with its way back; `each` tells one by one."""
    entries = entries_of_today(request.user)
    each = request.GET.get("each", "")
    page, days, newest = _page_of_acts(request, entries, each)
    lines = [line for _day, of_day in days for line in of_day]
    ways = ways_back(newest, request.user)
    context = {
        "page": page,
        "rows": [
            (line, ways.get(entry.pk))
            for line, entry in zip(lines, newest, strict=True)
        ],
        "undoable": undoable_by(request.user),
        "undoable_now": undoable_now(request.user),
        "one_by_one": bool(each),
    }
    return render(request, "cases/acts.html", context)


def _page_of_acts(
    request: SignedIn, entries: QuerySet[AuditEntry], each: str
) -> tuple[Page, list[Any], list[AuditEntry]]:
    """A page of acts, its lines by day, and the newest entry of each line. each: the act that is told one by one."""
    if each.isascii() and each.isdigit() and len(each) < 19:
        page = page_of(
            timeline.one_by_one(entries, int(each)), request.GET, order=("-at", "-id")
        )
        return page, timeline.days_of_each(page), list(page)
    page = page_of(timeline.acts_of(entries), request.GET, order=("-begun", "-first"))
    told = AuditEntry.objects.in_bulk([act["last"] for act in page])
    return page, timeline.days_of(entries, page), [told[act["last"]] for act in page]


@open_to("cases.undo_act")
@require_POST
def undo(request: SignedIn, pk: int) -> HttpResponse:
    """Undo one of one's own acts as a whole; what somebody built on is told row by row."""
    act = get_object_or_404(
        BulkAct.objects.visible_to(request.user).select_related("case"), pk=pk
    )
    back = act.case.get_absolute_url() if act.case else reverse("cases:acts")
    try:
        results = workflow.undo_act(act=act, actor=request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, back)
    if all(result.ok for result in results):
        words = ngettext("Undone for %(count)d.", "Undone for %(count)d.", len(results))
        messages.success(request, words % {"count": len(results)})
        return redirect(back)
    context = {"results": results, "names": _names(act, results), "back": back}
    return render(request, "cases/undo_result.html", context, status=status_of(results))


def undoable_by(user: User, case: Case | None = None) -> list[BulkAct]:
    """A person's acts that can still be undone, newest first; of one case, or all. One statement."""
    found = (
        BulkAct.objects.visible_to(user)
        .undoable()
        .select_related("case")
        .order_by("-pk")
    )
    return list(found.filter(case=case) if case is not None else found)


def _names(act: BulkAct, results: list[Result]) -> dict[Any, tuple[str, str]]:
    """What the things are called that could not be undone, and where they stand."""
    failed = [
        result.ref
        for result in results
        if not result.ok and isinstance(result.ref, int)
    ]
    if act.verb in (BulkAct.Verb.JOIN, BulkAct.Verb.OPEN):
        complaints = Complaint.objects.filter(pk__in=failed)
        return {
            complaint.pk: (str(complaint), complaint.get_absolute_url())
            for complaint in complaints
        }
    targets = Target.objects.filter(pk__in=failed).select_related("listing", "store")
    return {
        target.pk: (
            f"{target.thing.canonical_id} {target.thing}",
            reverse("cases:target", args=[target.pk]),
        )
        for target in targets
    }


def ways_of_cases(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """A provider of `cases.acts`: of what was done to cases, complaints and targets. Three statements."""
    return {
        **_ways_of_case_acts(entries, user),
        **_ways_of_complaint_acts(entries, user),
        **_ways_of_dropped(entries, user),
    }


def _ways_of_case_acts(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    cases = Case.objects.visible_to(user).in_bulk(_subjects(entries, "case.", Case))
    ways = {}
    for entry in entries:
        case = cases.get(entry.subject_id or 0)
        if case is None or entry.verb not in OF_CASES:
            continue
        form, permitted, label = OF_CASES[entry.verb]
        if verbs_on(user, case)[permitted]:
            ways[entry.pk] = Way(
                label, reverse("cases:case_change", args=[case.number, form])
            )
    return ways


def _ways_of_complaint_acts(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    complaints = Complaint.objects.visible_to(user).in_bulk(
        _subjects(entries, "complaint.", Complaint)
    )
    ways = {}
    for entry in entries:
        complaint = complaints.get(entry.subject_id or 0)
        if complaint is None or entry.verb not in OF_COMPLAINTS:
            continue
        state, verb, label = OF_COMPLAINTS[entry.verb]
        if complaint.state == state and may(user, verb):
            ways[entry.pk] = Way(label, complaint.get_absolute_url())
    return ways


def _ways_of_dropped(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """Where targets that are still dropped, each in a case, can be taken up again."""
    dropped = Target.objects.visible_to(user).filter(
        state=TargetState.DROPPED, case__isnull=False
    )
    targets = dropped.select_related("case").in_bulk(
        _subjects(entries, "target.dropped", Target)
    )
    ways = {}
    for entry in entries:
        target = targets.get(entry.subject_id or 0)
        if (
            target is not None
            and target.case is not None
            and entry.verb == "target.dropped"
        ):
            ways[entry.pk] = Way(
                _("Take up…"), f"{target.case.get_absolute_url()}?state=dropped"
            )
    return ways


def _subjects(entries: list[AuditEntry], verb: str, model: Any) -> set[int]:
    label = model._meta.label_lower
    return {
        entry.subject_id
        for entry in entries
        if entry.verb.startswith(verb)
        and entry.subject_type == label
        and entry.subject_id is not None
    }
