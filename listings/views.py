"""Pages of the listings app: the register of listings, and official accounts, whose addresses are read here."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act, posted
from corps.models import Approval, User
from corps.ui.list_export import exported
from corps.ui.refusals import refusals_go_to
from listings.forms import OfficialAccountForm, RevocationForm
from listings.models import Listing
from listings.tables import ListingList, OfficialAccountList, first_known
from stores import workflow
from stores.models import OfficialAccount
from stores.status_providers import (
    freed_by,
    known_statuses,
    protected_by,
    touched_by,
    touched_version,
)


@open_to("listings.view_listings")
@ListingList.reads()
@require_GET
@vary_on_headers("HX-Request")
def list_listings(request: SignedIn) -> HttpResponse:
    """Listings, newest first; by platform, brand, and by id, address or part of the title.

    Asked by HTMX, the rows alone.
    """
    is_fragment = request.headers.get("HX-Request") == "true"
    listings = ListingList(request, is_counted=not is_fragment)
    if is_fragment:
        return HttpResponse(_rows_html(listings.rows))
    context = listings.context()
    context["rows_html"] = mark_safe(_rows_html(context["rows"]))
    return render(request, "listings/list.html", context)


export_listings = open_to("listings.view_listings")(exported(ListingList))


def _rows_html(rows: Sequence[Any]) -> str:
    return render_to_string("listings/rows.html", {"rows": rows}, using="jinja2")


@open_to("listings.view_listings")
@require_GET
def show_listing(request: SignedIn, pk: int) -> HttpResponse:
    """A listing; where somebody asked to act on it, the page of its story, if the person may see that."""
    listings = Listing.objects.visible_to(request.user).select_related(
        "platform", "store", "claimed_store"
    )
    listing = get_object_or_404(listings, pk=pk)
    status = known_statuses("listing", [pk], request.user).get(pk)
    if status and status.url:
        return redirect(status.url)
    context = {
        "listing": listing,
        "standing": status,
        "since": first_known(listing.created_at, status),
    }
    return render(request, "listings/listing.html", context)


@open_to("listings.view_official_accounts")
@OfficialAccountList.reads()
@require_GET
def list_official(request: SignedIn) -> HttpResponse:
    """The official accounts that no notice may ever name; apart from them, with `struck`, those that were struck."""
    shown = OfficialAccountList(request)
    asked_for = Approval.objects.open_among(OfficialAccount)
    context = shown.context() | {
        "struck": shown.shows_revoked,
        "revoked_count": shown.revoked.count(),
        "asked_for": set(asked_for.values_list("subject_id", flat=True)),
        "may_register": may(request.user, "stores.propose_official_account"),
    }
    return render(request, "listings/official.html", context)


export_official = open_to("listings.view_official_accounts")(
    exported(OfficialAccountList)
)


@open_to("stores.propose_official_account")
def new_official(request: SignedIn) -> HttpResponse:
    """Propose an official account; the page that follows says what it touches, for whoever confirms it."""
    form = OfficialAccountForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        address, platform = form.cleaned_data["address"]
        with refusals_go_to(form):
            account = workflow.propose_official_account(
                firm=form.cleaned_data["firm"],
                platform=platform,
                site=address.site,
                canonical_id=address.canonical_id,
                url=address.canonical_url,
                name=form.cleaned_data["name"],
                actor=request.user,
            )
            messages.success(
                request,
                _("A second person decides; until then no new letter names it."),
            )
            return redirect("listings:official_account", account.pk)
    return render(request, "listings/official_new.html", {"form": form})


@open_to("stores.confirm_official_account")
@require_POST
def confirm_official(request: SignedIn, pk: int) -> HttpResponse:
    """Register an account as somebody else proposed it, or decline it with the reason."""
    judge_registration(request, pk)
    return redirect("listings:official_account", pk)


def judge_registration(request: SignedIn, pk: int) -> TransitionRefused | None:
    """Do what the form about a proposed account says, and leave the person a message; what refused it, if anything."""
    account = _account(request, pk)
    try:
        if chosen_act(request, "confirm", "decline") == "confirm":
            shown = request.POST.get("touches", "")
            workflow.confirm_official_account(
                account=account, actor=request.user, touches=shown
            )
            messages.success(request, _("The account is protected from now on."))
        else:
            reason = request.POST.get("reason", "")
            workflow.decline_official_account(
                account=account, actor=request.user, reason=reason
            )
            messages.success(
                request,
                _(
                    "The account is not registered; its store may be named like any other."
                ),
            )
    except TransitionRefused as refused:
        return refused
    return None


@open_to("stores.propose_strike")
@require_GET
def show_official(request: SignedIn, pk: int) -> HttpResponse:
    """An official account: since when, what it keeps from notices, and whether somebody asks to strike it."""
    return _official(request, pk, RevocationForm())


@open_to("stores.propose_strike")
@require_POST
def propose_revocation(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for an account that was registered by mistake to be struck; a supervisor decides."""
    form = RevocationForm(request.POST)
    if form.is_valid():
        with refusals_go_to(form):
            workflow.propose_revocation(
                account=_account(request, pk), actor=request.user, **form.cleaned_data
            )
            messages.success(
                request,
                _(
                    "A second person decides; until then the account is protected as before."
                ),
            )
            return redirect("listings:official_account", pk)
    return _official(request, pk, form)


@open_to("stores.strike_official_account")
@require_POST
def decide_revocation(request: SignedIn, pk: int) -> HttpResponse:
    """Strike an account as somebody else asked, or leave it protected with the reason."""
    judge_revocation(request, pk)
    return redirect("listings:official_account", pk)


def judge_revocation(request: SignedIn, pk: int) -> TransitionRefused | None:
    """Do what the form of a request to strike says, and leave the person a message; what refused it, if anything."""
    account = _account(request, pk)
    try:
        if chosen_act(request, "strike", "decline") == "strike":
            workflow.revoke_official_account(account=account, actor=request.user)
            messages.success(
                request,
                _("The account is revoked: its store may be named like any other."),
            )
        else:
            workflow.decline_revocation(
                account=account,
                actor=request.user,
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("The account stays protected."))
    except TransitionRefused as refused:
        return refused
    return None


def _account(request: SignedIn, pk: int) -> OfficialAccount:
    accounts = OfficialAccount.objects.visible_to(request.user).select_related(
        "firm", "platform"
    )
    return get_object_or_404(accounts, pk=pk)


def _official(request: SignedIn, pk: int, form: RevocationForm) -> HttpResponse:
    context = protection(request.user, _account(request, pk)) | {"form": form}
    return render(request, "listings/official_account.html", context)


def protection(user: User, account: OfficialAccount) -> dict[str, Any]:
    """What a page says of an official account: what it keeps from notices, and the last request to strike it."""
    said = Approval.objects.about(account).select_related("requested_by", "decided_by")
    last = said.order_by("-attempt").first()
    touched = touched_by(account) if account.is_proposed else []
    return {
        "account": account,
        "approval": last,
        "registration": said.order_by("attempt").first(),
        "touched": touched,
        "touches": touched_version(touched),
        "may_confirm": may(user, "stores.confirm_official_account"),
        "is_open": last is not None and last.state == Approval.State.OPEN,
        "own": last is not None and last.requested_by_id == user.pk,
        "may_decide": may(user, "stores.strike_official_account"),
        "freed": freed_by(account) if account.confirmed_at else [],
        "protected": protected_by(account)
        if account.confirmed_at and not account.revoked_at
        else 0,
    }
