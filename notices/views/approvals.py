"""The approval inbox: what changes if I say yes, on one screen."""

from collections.abc import Callable
from math import ceil
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import workflow as casework
from cases.models import Case, Target
from cases.views.filing import filing_context, to_be_filed
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import number, reads
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.forms import chosen_act
from corps.models import Approval, AuditEntry, User
from corps.ui.refusals import send_back
from corps.workflow import open_approval
from listings.models import BelongingCorrection, Listing
from listings.views import judge_registration, judge_revocation, protection
from notices import letters, workflow
from notices.forms import DecisionForm
from notices.models import Notice, Objection, PendingApproval
from notices.states import UNDECIDED
from notices.versions import parts_of
from notices.views.consequences import Consequences
from notices.views.objections import may_decide
from notices.workflow.submissions import changed_since, recipient_gone
from stores.models import OfficialAccount

# Of a session: the number of the notice that was approved last.
APPROVED = "approved"
OBJECTIONS_SHOWN = 20
# Comparing renders the whole letter: of what waits longest so many notices, of so many items together, are compared.
COMPARED, ITEMS_COMPARED = 20, 3000


def waiting(user: User) -> int:
    """How many decisions wait for a supervisor, for the sidebar."""
    notices = Notice.objects.visible_to(user).to_approve().count()
    others = (
        to_be_filed(user),
        objections_for(user),
        corrections_for(user),
        revocations_for(user),
        belongings_for(user),
    )
    return notices + sum(objects.count() for objects in others)


@open_to("notices.view_approvals")
@reads("notice", "filing", number("correction"), "objection", number("strike"))
@require_GET
def inbox(request: SignedIn) -> HttpResponse:
    """Everything that waits for a decision; the one in hand beside it."""
    waiting_ones = _waiting_ones(request.user)
    kind, chosen = _chosen(request.GET, waiting_ones)
    notices, objections = waiting_ones["notice"], waiting_ones["objection"]
    context: dict[str, Any] = {
        "notices": notices,
        "objections": objections,
        "more_objections": objections_for(request.user).count() - len(objections),
        "corrections": waiting_ones["correction"],
        "strikes": waiting_ones["strike"],
        "leads": waiting_ones["filing"],
        "belongings": belongings_for(request.user).select_related("listing__platform"),
        "waiting": waiting(request.user),
        "changed_ones": _changed_ones(notices),
        "is_over": bool(kind) and chosen is None,
        "undo": _undoable(request),
    }
    if chosen is not None and kind == "notice":
        context |= _current(request.user, chosen, notices)
    elif chosen is not None:
        context |= IN_HAND[kind](request.user, chosen)
    elif kind == "notice":
        context["over"] = (
            Notice.objects.visible_to(request.user)
            .filter(number=request.GET["notice"])
            .first()
        )
    return render(request, "notices/approvals.html", context)


def _waiting_ones(user: User) -> dict[str, list[Any]]:
    """What waits for a decision and can be in hand, by kind; the first kind that has any comes first."""
    notices = (
        Notice.objects.visible_to(user).to_approve().annotate(item_count=Count("items"))
    )
    objections = objections_for(user).select_related(
        "target__listing",
        "target__store",
        "target__platform",
        "case",
        "lodged_by",
        "item__notice",
    )
    return {
        "notice": list(
            notices.select_related(
                "case__ground",
                "case__campaign",
                "platform",
                "recipient",
                "drafted_by",
                "submitted_by",
                "reply_deadline",
            ).order_by("submitted_at", "pk")
        ),
        "filing": list(to_be_filed(user)),
        "correction": list(
            corrections_for(user).select_related("listing", "store", "platform", "case")
        ),
        "objection": list(objections[:OBJECTIONS_SHOWN]),
        "strike": list(revocations_for(user).select_related("platform", "firm")),
    }


def _current(user: User, notice: Notice, notices: list[Notice]) -> dict[str, Any]:
    """The notice in hand: the one that waits next after it, and what a yes would change."""
    following = notices[notices.index(notice) + 1 :]
    return letters.letter_context(notice) | {
        "current": notice,
        "following": next(iter(following), None),
        "consequences": Consequences(user, notice),
    }


def _objection(user: User, objection: Objection) -> dict[str, Any]:
    """The objection in hand, with the form to decide it."""
    return {
        "objection": objection,
        "may_decide": may_decide(user, objection),
        "form": DecisionForm(),
    }


def _changed_ones(notices: list[Any]) -> set[int]:
    """Those of the notices whose letter, or who gets it, is not what was put forward any more, by their ids.

    Only the first are compared; the others are when they are opened, and in any case before they are issued.
    """
    total, changed = 0, set()
    for notice in notices[:COMPARED]:
        total += notice.item_count
        if total > ITEMS_COMPARED:
            break
        if changed_since(notice, parts_of(notice)) or recipient_gone(notice):
            changed.add(notice.pk)
    return changed


def _chosen(params: QueryDict, waiting_ones: dict[str, list[Any]]) -> tuple[str, Any]:
    """What is in hand, with its kind: what the address names, otherwise the first that waits.

    What is named but waits no longer is None, never another in its place: a key pressed again would decide that one.
    """
    for kind, objects in waiting_ones.items():
        if name := params.get(kind):
            return kind, next(
                (one for one in objects if str(getattr(one, "number", one.pk)) == name),
                None,
            )
    return next(
        ((kind, objects[0]) for kind, objects in waiting_ones.items() if objects),
        ("", None),
    )


@open_to("notices.view_approvals")
@require_POST
def decide(request: SignedIn, number: str) -> HttpResponse:
    """Approve the version on the screen, which is issued in ten seconds, or return it with a reason; then the next."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), number=number)
    try:
        if chosen_act(request, "approve", "return") == "approve":
            workflow.propose_approval(
                notice=notice,
                actor=request.user,
                version=request.POST.get("version", ""),
            )
            request.session[APPROVED] = number
        else:
            workflow.return_notice(
                notice=notice, actor=request.user, reason=request.POST.get("reason", "")
            )
            messages.success(
                request,
                _("Notice %(number)s was returned.") % {"number": notice.number},
            )
    except TransitionRefused as refused:
        return send_back(
            request, refused, f"{reverse('notices:approvals')}?notice={number}"
        )
    return redirect("notices:approvals")


@open_to("notices.view_approvals")
@require_POST
def undo_approval(request: SignedIn, number: str) -> HttpResponse:
    """Take back one's own approval of the last ten seconds; then that notice again."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), number=number)
    if workflow.undo_approval(notice=notice, actor=request.user):
        messages.success(
            request,
            _("The approval of notice %(number)s was taken back.") % {"number": number},
        )
        return redirect(f"{reverse('notices:approvals')}?notice={number}")
    messages.warning(
        request,
        _("It is issued already; from now on it can only be withdrawn, by a letter."),
    )
    return redirect(notice)


def _undoable(request: SignedIn) -> dict[str, Any] | None:
    """The last approval of this session that can still be taken back, with the seconds left for it."""
    approved = PendingApproval.objects.filter(
        notice__number=request.session.get(APPROVED, ""), by=request.user
    )
    pending = approved.select_related("notice__platform").first()
    if pending is None or pending.due_at <= now():
        return None
    return {
        "notice": pending.notice,
        "seconds": ceil((pending.due_at - now()).total_seconds()),
    }


@open_to("notices.correct_outcome")
@require_POST
def decide_correction(request: SignedIn, pk: int) -> HttpResponse:
    """Take back what counts, which a colleague proposed to correct, or leave it as it is; with the reason."""
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    try:
        if chosen_act(request, "correct", "decline") == "decline":
            workflow.decline_correction(
                target=target, actor=request.user, reason=reason
            )
            messages.success(request, _("The outcome stays as it is."))
        else:
            workflow.correct_outcome(target=target, actor=request.user, reason=reason)
            messages.success(request, _("The outcome was taken back."))
    except TransitionRefused as refused:
        return send_back(
            request, refused, f"{reverse('notices:approvals')}?correction={pk}"
        )
    return redirect("notices:approvals")


@open_to("notices.view_approvals")
@require_POST
def decide_revocation(request: SignedIn, pk: int) -> HttpResponse:
    """Decide about registering or striking an official account, and stay in the inbox."""
    judge = judge_revocation
    if request.POST.get("about") == "registration":
        judge = judge_registration
    if refused := judge(request, pk):
        return send_back(
            request, refused, f"{reverse('notices:approvals')}?strike={pk}"
        )
    return redirect("notices:approvals")


@open_to("notices.view_approvals")
@require_POST
def file_case(request: SignedIn, number: str) -> HttpResponse:
    """File a lead from the inbox; then what waits next."""
    case = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    try:
        filed = casework.file_case(case=case, actor=request.user)
        messages.success(
            request, _("Filed as %(number)s.") % {"number": filed.document_number}
        )
    except TransitionRefused as refused:
        return send_back(
            request, refused, f"{reverse('notices:approvals')}?filing={number}"
        )
    return redirect("notices:approvals")


def objections_for(user: User) -> Any:
    open_ones = UNDECIDED
    return (
        Objection.objects.visible_to(user)
        .filter(state__in=open_ones)
        .exclude(lodged_by=user)
        .order_by("lodged_at")
    )


def corrections_for(user: User) -> Any:
    """Targets that somebody else proposes to take out of the numbers."""
    proposed = Approval.objects.open_among(Target)
    return Target.objects.visible_to(user).filter(
        pk__in=proposed.exclude(requested_by=user).values("subject_id")
    )


def revocations_for(user: User) -> Any:
    """Official accounts that somebody else asks to register or to revoke."""
    asked_for = Approval.objects.open_among(OfficialAccount)
    accounts = OfficialAccount.objects.visible_to(user)
    return accounts.filter(
        pk__in=asked_for.exclude(requested_by=user).values("subject_id")
    )


def belongings_for(user: User) -> Any:
    """What a listing belongs to, as somebody else asks to correct it; decided on the listing's page."""
    asked_for = Approval.objects.open_among(BelongingCorrection)
    return BelongingCorrection.objects.filter(
        state=BelongingCorrection.State.PROPOSED,
        listing__in=Listing.objects.visible_to(user).values("pk"),
        pk__in=asked_for.exclude(requested_by=user).values("subject_id"),
    )


def _proposal(user: User, target: Target) -> dict[str, Any]:
    """A proposed correction: who asks for it why, what counts now, and what a yes would change."""
    last = (
        target.ledger_entries.select_related("item__notice", "check_row__by")
        .order_by("-nth")
        .first()
    )
    entry = (
        AuditEntry.objects.about(target)
        .filter(verb="outcome.correction_proposed")
        .order_by("-pk")
    )
    return {
        "target": target,
        "proposed": open_approval(target),
        "proposal": entry.first(),
        "ledger_entry": last,
        "may_correct": may(user, "notices.correct_outcome"),
    }


# What is shown of the one in hand, by kind; a notice needs the others that wait as well (`_current`).
IN_HAND: dict[str, Callable[[User, Any], dict[str, Any]]] = {
    "correction": _proposal,
    "objection": _objection,
    "filing": lambda _user, lead: filing_context(lead),
    "strike": protection,
}
