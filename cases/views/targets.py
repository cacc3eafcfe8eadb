"""Many targets of a case at once, with a result for each."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases import workflow
from cases.models import BulkAct, Case, LegalGround, Target
from cases.views.casework import visible_case
from cases.work_table import filtered
from corps.access.decorators import SignedIn, open_to
from corps.errors import TransitionRefused
from corps.forms import chosen_act, ticked_ids
from corps.results import Result
from corps.ui.refusals import send_back, status_of

MOST_AT_ONCE = 10_000


@open_to("cases.view_cases")
@require_POST
def act_on_many(request: SignedIn, number: str) -> HttpResponse:
    """Ground, drop or take up selected targets of a case, singly judged, with a result for each."""
    case = visible_case(request.user, number)
    gives_ground = bool(request.POST.get("ground"))
    if not gives_ground and chosen_act(request, "drop", "take_up") == "take_up":
        return _take_up(request, case)
    back = f"{case.get_absolute_url()}?{request.GET.urlencode()}"
    ids = _selected(request, case)
    if not ids:
        messages.warning(request, _("Select targets first."))
        return redirect(back)
    own = list(case.targets.filter(pk__in=ids).values_list("pk", flat=True))
    try:
        results = _ground_or_drop(request, own)
    except TransitionRefused as refused:
        return send_back(request, refused, back)
    return _say_results(request, case, results, back)


def _selected(request: SignedIn, case: Case) -> list[int]:
    """Targets that were ticked, or all that match the filter in the form's address."""
    if not request.POST.get("all_matching"):
        return ticked_ids(request.POST)[:MOST_AT_ONCE]
    matching = filtered(request, case).order_by("pk").values_list("pk", flat=True)
    return list(matching[:MOST_AT_ONCE])


def _ground_or_drop(request: SignedIn, targets: list[int]) -> list[Result]:
    """Give targets the ground that the form names, or drop them where it names none."""
    code = request.POST.get("ground")
    if not code:
        return workflow.drop_targets(
            targets=targets,
            actor=request.user,
            reason=request.POST.get("reason", ""),
        )
    ground = None
    if code != "none":
        grounds = LegalGround.objects.visible_to(request.user)
        ground = get_object_or_404(grounds, code=code)
    return workflow.ground_targets(targets=targets, ground=ground, actor=request.user)


def _take_up(request: SignedIn, case: Case) -> HttpResponse:
    """Take up selected ones that were dropped elsewhere; what is told of each stands in its result."""
    back = f"{case.get_absolute_url()}?tab=elsewhere"
    ids = ticked_ids(request.POST)[:MOST_AT_ONCE]
    if not ids:
        messages.warning(request, _("Select targets first."))
        return redirect(back)
    try:
        results = workflow.take_up_targets(case=case, targets=ids, actor=request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, back)
    return _say_results(request, case, results, back)


def _say_results(
    request: SignedIn, case: Case, results: list[Result], back: str
) -> HttpResponse:
    """That all is done; or a page with a result for each, the targets named."""
    if all(result.ok for result in results):
        count = len(results)
        message = ngettext("%(count)d target done.", "%(count)d targets done.", count)
        messages.success(request, message % {"count": count})
        return redirect(back)
    failed = [
        result.ref
        for result in results
        if not result.ok and isinstance(result.ref, int)
    ]
    named = Target.objects.visible_to(request.user).filter(pk__in=failed)
    named = named.select_related("listing", "store", "platform")
    names = {
        target.pk: (
            f"{target.thing.canonical_id} {target.thing}",
            reverse("cases:target", args=[target.pk]),
        )
        for target in named
    }
    undoable = (
        BulkAct.objects.visible_to(request.user)
        .undoable()
        .filter(case=case)
        .order_by("-pk")
    )
    context = {
        "case": case,
        "results": results,
        "names": names,
        "back": back,
        "undoable": undoable,
    }
    return render(request, "cases/result.html", context, status=status_of(results))
