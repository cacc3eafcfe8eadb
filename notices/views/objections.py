"""Objections and corrections: pages to lodge, to take up, and to decide."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.models import Target
from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act, posted, ticked_ids
from corps.models import User
from corps.ui.list_export import exported
from corps.ui.refusals import refusals_go_to, send_back, status_of
from notices import workflow
from notices.forms import DecisionForm, ObjectionForm, ReasonForm
from notices.models import Objection
from notices.states import DECIDED_OBJECTION, UNDECIDED, ObjectionState
from notices.tables import ObjectionList

MOST_AT_ONCE = 2000


def waiting(user: User) -> int:
    """How many objections are not decided, for the sidebar."""
    return Objection.objects.visible_to(user).filter(state__in=UNDECIDED).count()


@open_to("notices.view_objections")
@ObjectionList.reads()
@require_GET
def list_objections(request: SignedIn) -> HttpResponse:
    """Objections, newest first."""
    context = ObjectionList(request).context() | {
        "may_take_up": may(request.user, "notices.lodge_objection"),
        "may_decide": may(request.user, "notices.decide_objection"),
    }
    return render(request, "notices/objection_list.html", context)


export_objections = open_to("notices.view_objections")(exported(ObjectionList))


@open_to("notices.view_objections")
def show_objection(request: SignedIn, number: str) -> HttpResponse:
    """One objection, with what upholding it would change; a supervisor who did not lodge it decides here."""
    objections = Objection.objects.visible_to(request.user).select_related(
        "target__listing",
        "target__store",
        "target__platform",
        "case",
        "lodged_by",
        "decided_by",
        "item__notice",
    )
    objection = get_object_or_404(objections, number=number)
    form = DecisionForm(posted(request))
    decision = request.POST.get("decision")
    undecided = request.method == "POST" and decision not in DECIDED_OBJECTION
    if undecided:
        form.add_error(None, _("Uphold it or dismiss it."))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.decide_objection(
                objection=objection,
                actor=request.user,
                upheld=decision == ObjectionState.UPHELD,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The decision is recorded."))
            return redirect(_back(request, number))
    context = {
        "objection": objection,
        "form": form,
        "may_decide": may_decide(request.user, objection),
    }
    status = 200
    if undecided:
        status = 400
    return render(request, "notices/objection.html", context, status=status)


def may_decide(user: User, objection: Objection) -> bool:
    """Whether a person may decide an objection as it stands: taken up, and lodged by somebody else."""
    return (
        objection.state == ObjectionState.ACCEPTED
        and may(user, "notices.decide_objection")
        and objection.lodged_by_id != user.pk
    )


def _back(request: SignedIn, number: str) -> str:
    """To where an act was asked for: the inbox of approvals, or the page of the objection."""
    if request.POST.get("inbox"):
        inbox = reverse("notices:approvals")
        if Objection.objects.filter(number=number, state__in=UNDECIDED).exists():
            return f"{inbox}?objection={number}"
        return inbox
    return reverse("notices:objection", args=[number])


@open_to("notices.lodge_objection")
@require_POST
def accept(request: SignedIn, number: str) -> HttpResponse:
    """Take an objection up for decision."""
    objection = get_object_or_404(
        Objection.objects.visible_to(request.user), number=number
    )
    try:
        workflow.accept_objection(objection=objection, actor=request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, _back(request, number))
    return redirect(_back(request, number))


@open_to("notices.lodge_objection")
@require_POST
def decide_many(request: SignedIn) -> HttpResponse:
    """Take the ticked objections up, or uphold or dismiss them for one reason; with a result for each."""
    act, ids = (
        chosen_act(request, "accept", *DECIDED_OBJECTION),
        ticked_ids(request.POST)[:MOST_AT_ONCE],
    )
    back = f"{reverse('notices:objections')}?{request.GET.urlencode()}"
    if not ids:
        messages.warning(request, _("Select objections first."))
        return redirect(back)
    try:
        if act == "accept":
            results = workflow.accept_objections(objections=ids, actor=request.user)
        else:
            results = workflow.decide_objections(
                objections=ids,
                actor=request.user,
                upheld=act == ObjectionState.UPHELD,
                reason=request.POST.get("reason", ""),
            )
    except TransitionRefused as refused:
        return send_back(request, refused, back)
    if all(result.ok for result in results):
        sentence = ngettext(
            "%(count)d objection done.", "%(count)d objections done.", len(results)
        )
        messages.success(request, sentence % {"count": len(results)})
        return redirect(back)
    names = {
        objection.pk: (
            objection.number,
            reverse("notices:objection", args=[objection.number]),
        )
        for objection in Objection.objects.visible_to(request.user).filter(pk__in=ids)
    }
    context = {"results": results, "names": names, "back": back}
    return render(
        request, "notices/objection_result.html", context, status=status_of(results)
    )


@open_to("notices.lodge_objection")
def lodge(request: SignedIn, pk: int) -> HttpResponse:
    """Take in an objection against a target."""
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
    form = ObjectionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            objection = workflow.lodge_objection(
                target=target, actor=request.user, **form.cleaned_data
            )
            return redirect("notices:objection", objection.number)
    return render(
        request, "notices/objection_new.html", {"target": target, "form": form}
    )


@open_to("notices.propose_correction")
def propose_correction(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a counted target to be taken out of the numbers; somebody else decides."""
    target = get_object_or_404(Target.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.propose_correction(
                target=target, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("A second person is asked to decide."))
            return redirect("cases:target", pk)
    return render(
        request, "notices/correction_new.html", {"target": target, "form": form}
    )
