"""Legal grounds: the list, taking one in, and correcting or ending one."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases import workflow
from cases.forms import GroundChangeForm, NewGroundForm
from cases.models import LegalGround
from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.deadlines.clock import today
from corps.forms import posted
from corps.ui.refusals import refusals_go_to


@open_to("cases.view_grounds")
@require_GET
def list_grounds(request: SignedIn) -> HttpResponse:
    """Every ground with its articles, those that may be given today first."""
    grounds, on = LegalGround.objects.visible_to(request.user), today()
    valid = set(grounds.valid_on(on).values_list("pk", flat=True))
    rows = sorted(
        ((ground, ground.pk in valid) for ground in grounds), key=lambda row: not row[1]
    )
    context = {
        "rows": rows,
        "today": on,
        "may_keep": may(request.user, "cases.keep_grounds"),
    }
    return render(request, "cases/ground_list.html", context)


@open_to("cases.keep_grounds")
def new_ground(request: SignedIn) -> HttpResponse:
    """Take a ground into the list; it can be given from its first day on."""
    form = NewGroundForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            ground = workflow.register_ground(actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s is registered.") % {"name": ground})
            return redirect("cases:grounds")
    return render(request, "cases/ground_form.html", {"form": form})


@open_to("cases.keep_grounds")
def change_ground(request: SignedIn, pk: int) -> HttpResponse:
    """Correct a ground, or set its last day. What was given keeps its wording; then only the rest is offered."""
    ground = get_object_or_404(LegalGround.objects.visible_to(request.user), pk=pk)
    given = workflow.is_given(ground)
    form = GroundChangeForm(posted(request), instance=copy(ground), given=given)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            changed = workflow.change_ground(
                ground=ground, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("%(name)s was changed.") % {"name": changed})
            return redirect("cases:grounds")
    return render(
        request,
        "cases/ground_form.html",
        {"ground": ground, "form": form, "given": given},
    )
