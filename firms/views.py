"""Pages of the firms app: the register of firms and their brands."""

from copy import copy

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import posted
from corps.ui.refusals import refusals_go_to, send_back
from firms import workflow
from firms.forms import BrandForm, FirmChangeForm, FirmForm
from firms.models import Brand, Firm


@open_to("firms.view_firms")
@require_GET
def list_firms(request: SignedIn) -> HttpResponse:
    """Every firm with its brands and how many official accounts it has."""
    firms = Firm.objects.visible_to(request.user).prefetch_related(
        Prefetch("brands", Brand.objects.filter(retired_on=None))
    )
    firms = firms.annotate(
        account_count=Count(
            "official_accounts",
            Q(
                official_accounts__confirmed_at__isnull=False,
                official_accounts__revoked_at=None,
            ),
            distinct=True,
        )
    )
    context = {"firms": firms, "may_register": may(request.user, "firms.register_firm")}
    return render(request, "firms/list.html", context)


@open_to("firms.register_firm")
def new_firm(request: SignedIn) -> HttpResponse:
    """Register a firm."""
    form = FirmForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            firm = workflow.register_firm(actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s is registered.") % {"name": firm})
            return redirect("firms:firm", firm.code)
    return render(request, "firms/new.html", {"form": form})


@open_to("firms.view_firms")
def show_firm(request: SignedIn, code: str) -> HttpResponse:
    """A firm: what is known of it, its brands, its representatives, its official accounts."""
    firms = Firm.objects.visible_to(request.user).prefetch_related(
        "brands", "representatives__user"
    )
    firm = get_object_or_404(firms, code=code)
    form = BrandForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.add_brand(firm=firm, actor=request.user, **form.cleaned_data)
            return redirect("firms:firm", code)
    context = {
        "firm": firm,
        "form": form,
        "may_register": may(request.user, "firms.register_firm"),
        "accounts": firm.official_accounts.protecting()
        .select_related("platform")
        .order_by("platform", "pk"),
    }
    return render(request, "firms/firm.html", context)


@open_to("firms.register_firm")
def change_firm(request: SignedIn, code: str) -> HttpResponse:
    """Correct what is known of a firm."""
    firm = get_object_or_404(Firm.objects.visible_to(request.user), code=code)
    form = FirmChangeForm(posted(request), instance=copy(firm))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_firm(firm=firm, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The firm was changed."))
            return redirect("firms:firm", code)
    return render(request, "firms/change.html", {"firm": firm, "form": form})


@open_to("firms.register_firm")
def change_brand(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """Correct the name of a brand, or give it up."""
    brand = get_object_or_404(
        Brand, pk=pk, firm__in=Firm.objects.visible_to(request.user).filter(code=code)
    )
    form = BrandForm(posted(request), initial={"name": brand.name})
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.rename_brand(brand=brand, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The brand was renamed."))
            return redirect("firms:firm", code)
    return render(
        request, "firms/brand.html", {"firm": brand.firm, "brand": brand, "form": form}
    )


@open_to("firms.register_firm")
@require_POST
def retire_brand(request: SignedIn, code: str, pk: int) -> HttpResponse:
    """Note that a firm gave a brand up."""
    brand = get_object_or_404(
        Brand, pk=pk, firm__in=Firm.objects.visible_to(request.user).filter(code=code)
    )
    try:
        workflow.retire_brand(brand=brand, actor=request.user)
        messages.success(request, _("%(brand)s is given up.") % {"brand": brand.name})
    except TransitionRefused as refused:
        return send_back(request, refused, "firms:firm", code)
    return redirect("firms:firm", code)
