"""Claims of belonging: what sheets say of stores that belong to firms themselves, judged together after a look."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases import workflow
from cases.filters import claims_touching, handled_by
from cases.models import Complaint, Target
from cases.tables import AnsweredTargetList, ClaimList, accounts_of, answered_for
from cases.workflow import claims_for
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter
from corps.errors import TransitionRefused
from corps.forms import chosen_act, ticked_ids
from corps.models import User
from corps.results import Result
from corps.ui.extensions import Need
from corps.ui.formats import thousands
from corps.ui.home import one_key
from corps.ui.list_export import exported
from corps.ui.refusals import send_back, status_of
from corps.ui.stream import Need as StreamNeed
from corps.ui.stream import Subject
from firms.models import Firm
from listings.models import Belonging, BelongingCorrection, Listing
from stores.models import Platform

MOST_AT_ONCE = 10_000
# All claims are one row of a home page.
CLAIMS = ("claims", 0)
# Only what touches the cases that one handles.
MINE = Parameter("mine", ("1",))
# What a platform said of an official account's target: an officer decides, nothing follows by itself.


@open_to("cases.judge_claims")
@ClaimList.reads()
@require_GET
def list_claims(request: SignedIn) -> HttpResponse:
    """Claims that wait: grouped by sheet and official account, and those of one group, or of a filter, one by one."""
    claims = ClaimList(request)
    corrections = BelongingCorrection.objects.filter(
        state=BelongingCorrection.State.PROPOSED,
        listing__in=Listing.objects.visible_to(request.user).values("pk"),
    )
    context = claims.context() | {
        "groups": [],
        "query": request.GET.urlencode(),
        "corrections": corrections.select_related("listing__platform"),
        "answered": answered_for(request.user).count(),
    }
    if not request.GET.get("store"):
        context["groups"] = _groups(claims.found)
    return render(request, "cases/claims.html", context)


export_claims = open_to("cases.judge_claims")(exported(ClaimList))


@open_to("cases.judge_claims")
@require_POST
def judge(request: SignedIn) -> HttpResponse:
    """Confirm the selected claims after a look, refuse them with the reason, or let them take effect."""
    ids = ticked_ids(request.POST)
    if request.POST.get("all_matching"):
        ids = list(ClaimList(request).found.values_list("pk", flat=True)[:MOST_AT_ONCE])
    back = f"{reverse('cases:claims')}?{request.GET.urlencode()}"
    if not ids:
        messages.warning(request, _("Select the claims that are meant."))
        return redirect(back)
    try:
        results = _judge(request, ids)
    except TransitionRefused as refused:
        return send_back(request, refused, back)
    failed = [result for result in results if not result.ok]
    done = len(results) - len(failed)
    if done:
        said = ngettext("%(count)s claim judged.", "%(count)s claims judged.", done) % {
            "count": thousands(done)
        }
        messages.success(request, said)
    if failed:
        context = {"results": results, "names": _names(failed), "back": back}
        return render(
            request, "cases/claims_result.html", context, status=status_of(results)
        )
    return redirect(back)


def _judge(request: SignedIn, ids: list[int]) -> list[Result]:
    act, reason = (
        chosen_act(request, "admit", "confirm", "refuse"),
        request.POST.get("reason", ""),
    )
    if act == "admit":
        return workflow.admit_claims(claims=ids, actor=request.user)
    return workflow.judge_claims(
        claims=ids, actor=request.user, confirm=act == "confirm", reason=reason
    )


def _names(results: list[Result]) -> dict[Any, tuple[str, str]]:
    claims = Belonging.objects.filter(
        pk__in=[result.ref for result in results]
    ).select_related("platform")
    return {
        claim.pk: (f"{claim.platform.label} {claim.listing_id}", "") for claim in claims
    }


def _mine_chip(request: SignedIn) -> tuple[str, str, Any]:
    """The condition MINE as the chips above a list name it."""
    return "mine", _("Handled by"), lambda _value: request.user.name


def _groups(claims: QuerySet[Belonging]) -> list[dict[str, Any]]:
    """Claims by sheet and official account, with how many there are and how many take no effect; four statements."""
    keys = ("complaint", "firm", "platform", "store_id")
    counted = (
        claims.order_by()
        .values(*keys)
        .annotate(
            count=Count("pk"),
            idle=Count("pk", filter=Q(in_effect=False)),
            since=Min("recorded_at"),
        )
    )
    groups = list(counted.order_by("since"))
    complaints = Complaint.objects.in_bulk(
        [group["complaint"] for group in groups if group["complaint"]]
    )
    firms = Firm.objects.in_bulk([group["firm"] for group in groups if group["firm"]])
    platforms = Platform.objects.in_bulk()
    accounts = accounts_of({group["store_id"] for group in groups})
    for group in groups:
        complaint = complaints.get(group["complaint"])
        platform = platforms[group["platform"]]
        store = f"{platform.slug}/{group['store_id']}"
        group |= {
            "complaint": complaint,
            "firm": firms.get(group["firm"]),
            "platform": platform,
            "account": accounts.get((platform.pk, group["store_id"])),
            "url": f"?store={store}"
            + (f"&complaint={complaint.number}" if complaint else ""),
        }
    return groups


@open_to("cases.judge_claims")
@AnsweredTargetList.reads()
@require_GET
def list_answered(request: SignedIn) -> HttpResponse:
    """The same, one by one: their items are withdrawn, their results corrected, on their own pages."""
    context = AnsweredTargetList(request).context()
    return render(request, "cases/claims_answered.html", context)


export_answered = open_to("cases.judge_claims")(exported(AnsweredTargetList))


def answered_of_mine(user: User) -> QuerySet[Target]:
    """What `answered_for` gives, of the cases that the person handles."""
    return answered_for(user).filter(case__in=handled_by(user).values("pk"))


def to_judge(user: User) -> Iterator[StreamNeed]:
    """For the home page: claims that touch the person's cases, by sheet, and what was answered of official accounts."""
    for group in _groups(claims_touching(user)):
        account = group["account"] or group["store_id"]
        yield StreamNeed(
            CLAIMS,
            _("said to be in %(account)s") % {"account": account},
            group["count"],
            f"{reverse('cases:claims')}{group['url']}&mine=1",
            verb=_("Judge"),
            since=group["since"],
            act=f"{reverse('cases:claims')}?mine=1",
        )
    if count := answered_of_mine(user).count():
        url = f"{reverse('cases:claims_answered')}?mine=1"
        yield StreamNeed(
            CLAIMS,
            _("answered or counted, and an official account's"),
            count,
            url,
            verb=_("Decide"),
        )


def claims_keys(user: User) -> list[QuerySet[Any]]:
    """Whether there are any, for the sidebar: they stand in one row."""
    return [
        one_key(claims_touching(user), CLAIMS[0]),
        one_key(answered_of_mine(user), CLAIMS[0]),
    ]


def claims_subject(_user: User, _ids: Collection[int]) -> dict[int, Subject]:
    """The row in which all claims stand."""
    note = _("judge them after a look; nothing is protected before")
    return {
        CLAIMS[1]: Subject(_("Claims of belonging"), reverse("cases:claims"), (note,))
    }


def waiting(user: User) -> int:
    """How many claims wait, for the sidebar."""
    return claims_for(user).filter(state=Belonging.State.UNJUDGED).count()


def without_effect(user: User) -> Iterator[Need]:
    """For the administrator's home page: firms some of whose claims take no effect, and why. Three statements."""
    idle = Belonging.objects.waiting().filter(in_effect=False, firm__isnull=False)
    counts = dict(idle.order_by().values_list("firm").annotate(Count("pk")))
    for firm in Firm.objects.filter(pk__in=counts):
        note = _("more than a firm may have waiting; an officer judges or admits them")
        if workflow.is_barred(firm.pk):
            note = _("refused twice in 90 days; an officer admits them")
        yield Need(
            colour="amber",
            mark=_("claims"),
            text=_("Claims of belonging of %(firm)s that take no effect: %(count)s")
            % {"firm": firm.label, "count": thousands(counts[firm.pk])},
            note=note,
            url=reverse("firms:firm", args=[firm.code]),
            verb=_("The firm"),
        )
