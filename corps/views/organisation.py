"""The administrator's page for the organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.forms import OrganisationForm, posted
from corps.installation.organisation import FIELDS, current, stated
from corps.ui.refusals import refusals_go_to


@open_to("corps.change_organisation")
@require_http_methods(["GET", "POST"])
def change_organisation(request: SignedIn) -> HttpResponse:
    """How the authority is called and reached, with what stands where nothing is stated."""
    own, details = stated(), current()
    form = OrganisationForm(
        posted(request),
        details=details,
        initial={name: getattr(own, name) for name in FIELDS},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_organisation(
                actor=request.user, at=timezone.now(), **form.cleaned_data
            )
        if form.is_valid():
            messages.success(request, _("Saved. Letters and pages say it from now on."))
            return redirect("organisation")
    missing = [form.fields[name].label for name in FIELDS if name in details.missing]
    context = {"form": form, "details": details, "missing": missing}
    return render(request, "corps/organisation.html", context)
