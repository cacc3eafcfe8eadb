"""Pages of the firms room: the register of firms and their brands."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.access import may
from corps.doors import SignedIn, open_to
from corps.models import User
from corps.refusals import refusals_go_to
from firms import workflow
from firms.forms import BrandForm, FirmForm
from firms.models import Firm

readers = open_to(User.Role.OFFICER, User.Role.SUPERVISOR, User.Role.ADMINISTRATOR)
administrators = open_to(User.Role.ADMINISTRATOR)


@readers
@require_GET
def list_firms(request: SignedIn) -> HttpResponse:
    """Every firm with its brands and how many official accounts it has."""
    firms = Firm.objects.visible_to(request.user).prefetch_related("brands")
    firms = firms.annotate(account_count=Count("official_accounts", distinct=True))
    context = {"firms": firms, "may_register": may(request.user, "firms.register_firm")}
    return render(request, "firms/list.html", context)


@administrators
def new_firm(request: SignedIn) -> HttpResponse:
    """Register a firm."""
    form = FirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            firm = workflow.register_firm(actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s is registered.") % {"name": firm})
            return redirect("firms:firm", firm.code)
    return render(request, "firms/new.html", {"form": form})


@readers
def show_firm(request: SignedIn, code: str) -> HttpResponse:
    """A firm: what is known of it, its brands, its representatives, its official accounts."""
    firms = Firm.objects.visible_to(request.user).prefetch_related("brands", "representatives__user")
    firm = get_object_or_404(firms, code=code)
    form = BrandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.add_brand(firm=firm, actor=request.user, **form.cleaned_data)
            return redirect("firms:firm", code)
    context = {
        "firm": firm,
        "form": form,
        "may_register": may(request.user, "firms.register_firm"),
        "accounts": firm.official_accounts.select_related("platform").order_by("platform", "pk"),
    }
    return render(request, "firms/firm.html", context)
