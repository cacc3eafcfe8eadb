"""Campaigns: the list, opening one, and correcting one."""

from copy import copy

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases import workflow
from cases.forms import CampaignForm
from cases.models import Campaign, Case, Complaint
from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.deadlines.clock import today
from corps.forms import posted
from corps.ui.refusals import refusals_go_to


@open_to("cases.view_campaigns")
@require_GET
def list_campaigns(request: SignedIn) -> HttpResponse:
    """Campaigns, the latest first, with how many complaints and cases each has among those the person may see."""
    campaigns = Campaign.objects.visible_to(request.user)
    complaints = _by_campaign(Complaint.objects.visible_to(request.user))
    cases = _by_campaign(Case.objects.visible_to(request.user))
    on = today()
    context = {
        "rows": [
            (
                campaign,
                campaign.opens_on <= on <= campaign.closes_on,
                complaints.get(campaign.pk, 0),
                cases.get(campaign.pk, 0),
            )
            for campaign in campaigns
        ],
        "may_open": may(request.user, "cases.open_campaign"),
    }
    return render(request, "cases/campaign_list.html", context)


def _by_campaign(found: QuerySet) -> dict[int, int]:
    return dict(
        found.order_by()
        .exclude(campaign=None)
        .values_list("campaign")
        .annotate(Count("pk"))
    )


@open_to("cases.manage_campaigns")
def new_campaign(request: SignedIn) -> HttpResponse:
    """Open a campaign; complaints can name it from then on."""
    form = CampaignForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            campaign = workflow.open_campaign(actor=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s is open.") % {"name": campaign})
            return redirect("cases:campaigns")
    return render(request, "cases/campaign_new.html", {"form": form})


@open_to("cases.manage_campaigns")
def change_campaign(request: SignedIn, pk: int) -> HttpResponse:
    """Correct a campaign; deadlines that run keep the length they began with."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    form = CampaignForm(posted(request), instance=copy(campaign))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            changed = workflow.change_campaign(
                campaign=campaign, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("%(name)s was changed.") % {"name": changed})
            return redirect("cases:campaigns")
    return render(
        request, "cases/campaign_change.html", {"campaign": campaign, "form": form}
    )
