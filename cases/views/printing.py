"""A case's work table on paper: every row that the filter leaves, up to a stated number."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.views.casework import visible_case
from cases.work_table import TargetList
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import reads
from corps.deadlines.clock import now

# About eighty pages; a longer print is asked for in parts.
MOST_PRINTED = 2000


@open_to("cases.view_cases")
@reads("tab", *TargetList.parameters())
@require_GET
def print_targets(request: SignedIn, number: str) -> HttpResponse:
    """The targets of a case as a sheet to print, and how many of how many it shows."""
    case = visible_case(request.user, number)
    turns = (
        case.assignments.filter(until=None)
        .select_related("officer")
        .order_by("-is_lead")
    )
    context = {"case": case, "turns": turns, "printed_at": now(), "most": MOST_PRINTED}
    return render(
        request,
        "cases/case_print.html",
        context | TargetList(request, case=case).printed(MOST_PRINTED),
    )
