"""Administrators' pages for units."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.forms import UnitForm, posted
from corps.models import Unit
from corps.ui.refusals import refusals_go_to


@open_to("corps.manage_accounts")
@require_http_methods(["GET", "POST"])
def list_units(request: SignedIn) -> HttpResponse:
    """The tree of units, in order, and a form for a new one."""
    form = UnitForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.create_unit(
                actor=request.user, at=timezone.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("The unit was made."))
            return redirect("units")
    people = Count("members", filter=Q(members__is_active=True))
    units = (
        Unit.objects.select_related("parent").annotate(people=people).order_by("path")
    )
    return render(request, "corps/units_list.html", {"units": units, "form": form})


@open_to("corps.manage_accounts")
@require_http_methods(["GET", "POST"])
def change_unit(request: SignedIn, pk: int) -> HttpResponse:
    """Rename a unit or move it."""
    unit = get_object_or_404(Unit, pk=pk)
    form = UnitForm(
        posted(request), initial={"name": unit.name, "parent": unit.parent_id}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_unit(
                unit=unit, actor=request.user, at=timezone.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("The unit was changed."))
            return redirect("units")
    return render(request, "corps/units_form.html", {"unit": unit, "form": form})
