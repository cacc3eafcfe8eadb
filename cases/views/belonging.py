"""In which store a listing is: what is known and claimed of it, and its correction by two persons."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import workflow
from cases.forms import BelongingForm
from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act
from corps.ui.refusals import refusals_go_to, send_back
from corps.workflow import open_approval
from listings.models import Belonging, BelongingCorrection, Listing


@open_to("cases.propose_belonging")
def show_belonging(request: SignedIn, pk: int) -> HttpResponse:
    """What is known and claimed of a listing; propose otherwise, after a page that counts what that changes."""
    listing = _listing(request, pk)
    form = BelongingForm(
        request.POST if request.method == "POST" else None, platform=listing.platform
    )
    consequences = None
    if request.method == "POST" and form.is_valid():
        store_id = form.cleaned_data["store"]
        consequences = workflow.consequences_of(listing, store_id)
        if request.POST.get("confirmed"):
            with refusals_go_to(form):
                workflow.propose_belonging(
                    listing=listing,
                    store_id=store_id,
                    actor=request.user,
                    reason=form.cleaned_data["reason"],
                )
                messages.success(
                    request,
                    _("A second person decides; until then all stays as it is."),
                )
                return redirect("cases:belonging", pk)
    context = _context(request, listing) | {"form": form, "consequences": consequences}
    return render(request, "cases/belonging.html", context)


@open_to("cases.confirm_belonging")
@require_POST
def decide_belonging(request: SignedIn, pk: int) -> HttpResponse:
    """Correct the store of a listing as somebody else proposed, or leave it with the reason."""
    listing = _listing(request, pk)
    correction = listing.corrections.filter(
        state=BelongingCorrection.State.PROPOSED
    ).first()
    if correction is None:
        messages.error(request, _("This was decided already."))
        return redirect("cases:belonging", pk)
    act = chosen_act(request, "confirm", "decline")
    try:
        if act == "confirm":
            touches = request.POST.get("touches", "")
            workflow.confirm_belonging(
                correction=correction, actor=request.user, touches=touches
            )
            messages.success(request, _("The store of the listing is corrected."))
        else:
            reason = request.POST.get("reason", "")
            workflow.decline_belonging(
                correction=correction, actor=request.user, reason=reason
            )
            messages.success(request, _("What is known of the listing stays as it is."))
    except TransitionRefused as refused:
        return send_back(request, refused, "cases:belonging", pk)
    return redirect("cases:belonging", pk)


def _listing(request: SignedIn, pk: int) -> Listing:
    listings = Listing.objects.visible_to(request.user).select_related(
        "platform", "store", "claimed_store"
    )
    return get_object_or_404(listings, pk=pk)


def _context(request: SignedIn, listing: Listing) -> dict[str, Any]:
    correction = listing.corrections.filter(
        state=BelongingCorrection.State.PROPOSED
    ).first()
    approval = changes = None
    if correction:
        approval = open_approval(correction)
        changes = workflow.consequences_of(listing, correction.store_id)
    claims = Belonging.objects.visible_to(request.user).filter(
        platform=listing.platform_id, listing_id=listing.canonical_id
    )
    return {
        "listing": listing,
        "known": workflow.known_store_of(listing),
        "claims": claims.select_related("firm", "judged_by").order_by("pk"),
        "correction": correction,
        "approval": approval,
        "changes": changes,
        "own": approval is not None and approval.requested_by_id == request.user.pk,
        "may_confirm": may(request.user, "cases.confirm_belonging"),
    }
