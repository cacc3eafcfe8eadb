"""Complaints: the list, handing one in, taking one up."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases import workflow
from cases.forms import (
    ComplaintCorrectionForm,
    ComplaintForm,
    MoveForm,
    NewSheetForm,
    ReasonForm,
    ReceiptForm,
)
from cases.guessing import guess
from cases.intake import require_capacity_for_sheet
from cases.models import Complaint
from cases.states import (
    MAY_CARRY_OVER,
    OPEN_COMPLAINT,
)
from cases.tables import ComplaintList
from cases.views.complaint_page import complaint_page
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import reads
from corps.errors import TransitionRefused
from corps.files.downloads import hand_out, name_by_type
from corps.forms import chosen_act, posted
from corps.models import User
from corps.request_bodies import takes
from corps.results import Result
from corps.ui.list_export import exported
from corps.ui.refusals import refusals_go_to, send_back
from corps.workflow import Upload
from firms.models import Firm

SPREADSHEET = "application/octet-stream"
# Where the refusals of a complaint's verbs are said.
MOST_TOLD = 100
REFUSED_AT = {
    "sheet-too-large": "sheet",
    "received-ahead": "received_on",
    "receipt-reason-missing": "receipt_reason",
}
RECEIPT_REFUSED_AT = {
    "received-ahead": "received_on",
    "receipt-reason-missing": "reason",
    "reason-too-long": "reason",
}


def waiting(user: User) -> int:
    """How many complaints are not in a case yet, for the sidebar."""
    return Complaint.objects.visible_to(user).filter(state__in=OPEN_COMPLAINT).count()


@open_to("cases.view_complaints")
@ComplaintList.reads()
@require_GET
def list_complaints(request: SignedIn) -> HttpResponse:
    """Complaints, newest first; those accepted can be made a case of."""
    complaints = ComplaintList(request)
    context = complaints.context() | {"may_open": complaints.may_open}
    return render(request, "cases/complaint_list.html", context)


export_complaints = open_to("cases.view_complaints")(exported(ComplaintList))


@open_to("cases.submit_complaint")
@takes("body.sheet")
def new_complaint(request: SignedIn) -> HttpResponse:
    """Hand a complaint in; its sheet is read at once and shown for a look."""
    form = ComplaintForm(posted(request), request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        if upload := fields.pop("sheet"):
            require_capacity_for_sheet(request.user, fields["firm"], upload.size)
            fields["sheet"] = Upload(upload, SPREADSHEET)
            fields["sheet_name"] = upload.name
        with refusals_go_to(form, REFUSED_AT):
            complaint, sheet_import = workflow.submit_complaint(
                actor=request.user, **fields
            )
            if sheet_import:
                return redirect("cases:import_sheet", sheet_import.pk)
            return redirect(complaint)
    return render(request, "cases/complaint_new.html", {"form": form})


@open_to("cases.submit_complaint")
@reads("name", "firm", "subject", "guessed_firm", "guessed_subject")
@require_GET
def guess_complaint(request: SignedIn) -> HttpResponse:
    """A fragment: the fields for firm and subject, with what the name of the chosen file tells of them. What a person
    chose or typed stays. Changes nothing."""
    typed = request.GET
    guessed = guess(
        typed.get("name", "")[:200],
        Firm.objects.visible_to(request.user).prefetch_related("brands"),
    )
    firm, subject = typed.get("firm", ""), typed.get("subject", "")[:200]
    initial: dict[str, Any] = {"firm": firm, "subject": subject}
    context: dict[str, Any] = {"guessed_firm": None, "guessed_subject": False}
    if not subject or subject == typed.get("guessed_subject"):
        initial |= {"subject": guessed.subject, "guessed_subject": guessed.subject}
        context["guessed_subject"] = guessed.subject
    if guessed.firm and (not firm or firm == typed.get("guessed_firm")):
        initial["firm"] = guessed.firm.pk
        context["guessed_firm"] = guessed.firm
    context["form"] = ComplaintForm(user=request.user, initial=initial)
    return render(request, "cases/_complaint_guess.html", context)


@open_to("cases.correct_complaint")
def correct(request: SignedIn, number: str) -> HttpResponse:
    """Put right whose complaint it is and what it is about, before anything of it is registered."""
    complaint = _visible(request, number)
    initial = {"firm": complaint.firm_id, "subject": complaint.subject}
    form = ComplaintCorrectionForm(
        request.POST or None, user=request.user, initial=initial
    )
    sheet_import = getattr(complaint, "sheet_import", None)
    back = complaint.get_absolute_url()
    if sheet_import:
        back = reverse("cases:import_sheet", args=[sheet_import.pk])
    if form.is_valid():
        with refusals_go_to(form):
            workflow.correct_complaint(
                complaint=complaint, actor=request.user, **form.cleaned_data
            )
            return redirect(back)
    return render(
        request,
        "cases/complaint_correct.html",
        {"complaint": complaint, "form": form, "back": back},
    )


@open_to("cases.view_complaints")
@require_GET
def show_complaint(request: SignedIn, number: str) -> HttpResponse:
    """A complaint: who, when, its sheet and what came of it."""
    return complaint_page(request, _visible(request, number), ReasonForm())


@open_to("cases.accept_complaint")
@require_POST
def set_receipt(request: SignedIn, number: str) -> HttpResponse:
    """Set the date of receipt; what is wrong is said beside its field, and what was typed stays."""
    complaint = _visible(request, number)
    form = ReceiptForm(request.POST)
    if form.is_valid():
        with refusals_go_to(form, RECEIPT_REFUSED_AT):
            complaint = workflow.set_received_on(
                complaint=complaint, actor=request.user, **form.cleaned_data
            )
            messages.success(
                request,
                _("Received on %(day)s.") % {"day": complaint.received_on.isoformat()},
            )
            return redirect(complaint)
    return complaint_page(request, complaint, ReasonForm(), form)


@open_to("cases.view_complaints")
@require_safe
def open_sheet(request: SignedIn, number: str) -> HttpResponseBase:
    """The sheet of a complaint as it was handed in."""
    complaint = _visible(request, number)
    if complaint.sheet is None:
        raise Http404
    name = complaint.sheet_name or name_by_type(complaint.number, complaint.sheet)
    return hand_out(
        request,
        complaint.sheet,
        kind="sheet",
        name=name,
        subject=complaint,
        thread=complaint.thread,
    )


@open_to("cases.hand_in_sheet")
@takes("body.sheet")
@require_POST
def hand_in_sheet(request: SignedIn, number: str) -> HttpResponse:
    """Hand in the sheet of a complaint that has none; it is read at once and shown for a look."""
    complaint = _visible(request, number)
    form = NewSheetForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["sheet"]
        require_capacity_for_sheet(request.user, complaint.firm, upload.size)
        with refusals_go_to(form, REFUSED_AT):
            sheet_import = workflow.hand_in_sheet(
                complaint=complaint,
                actor=request.user,
                sheet=Upload(upload, SPREADSHEET),
                sheet_name=upload.name,
            )
            return redirect("cases:import_sheet", sheet_import.pk)
    return complaint_page(request, complaint, ReasonForm(), sheet_form=form)


@open_to("cases.view_complaints")
@require_POST
def decide(request: SignedIn, number: str) -> HttpResponse:
    """Accept, refuse or take back a complaint. What is wrong with the reason is said beside it; the text stays."""
    complaint, act = (
        _visible(request, number),
        chosen_act(request, "accept", "refuse", "withdraw"),
    )
    if act == "accept":
        try:
            workflow.accept_complaint(complaint=complaint, actor=request.user)
        except TransitionRefused as refused:
            return send_back(request, refused, complaint)
        return redirect(complaint)
    verbs: dict[str, Any] = {
        "refuse": workflow.refuse_complaint,
        "withdraw": workflow.withdraw_complaint,
    }
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_go_to(form):
            verbs[act](complaint=complaint, actor=request.user, **form.cleaned_data)
            return redirect(complaint)
    return complaint_page(request, complaint, form)


@open_to("cases.move_complaint")
def move(request: SignedIn, number: str) -> HttpResponse:
    """Move a complaint out of a case that it was taken into by mistake, after a page that says how much goes along."""
    complaint = _visible(request, number)
    if complaint.case is None:
        messages.warning(request, _("This complaint is in no case."))
        return redirect(complaint)
    stays = workflow.stays_of(complaint, complaint.case)
    form = MoveForm(
        posted(request),
        user=request.user,
        complaint=complaint,
    )
    if form.is_valid():
        with refusals_go_to(
            form,
            {"several-firms": "case", "case-not-open": "case", "same-case": "case"},
        ):
            left = workflow.move_complaint(
                complaint=complaint,
                to=form.cleaned_data["case"],
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _moved(complaint, left))
            return redirect(complaint)
    held = complaint.targets.filter(
        case=complaint.case, state__in=MAY_CARRY_OVER
    ).count()
    drafted = sum(result.code != "under-way" for result in stays)
    context = {
        "complaint": complaint,
        "form": form,
        "goes": held - drafted,
        "stays": stays[:MOST_TOLD],
        "stay": len(stays),
    }
    return render(request, "cases/complaint_move.html", context)


def _moved(complaint: Complaint, left: list[Result]) -> str:
    if not left:
        return _("Complaint %(number)s was moved with all its unfinished targets.") % {
            "number": complaint.number
        }
    words = ngettext(
        "Complaint %(number)s was moved; %(count)d target stays, since a notice names it.",
        "Complaint %(number)s was moved; %(count)d targets stay, since notices name them.",
        len(left),
    )
    return words % {"number": complaint.number, "count": len(left)}


def _visible(request: SignedIn, number: str) -> Complaint:
    complaints = Complaint.objects.visible_to(request.user).select_related(
        "firm", "case", "campaign", "submitted_by", "verify_deadline", "sheet_import"
    )
    return get_object_or_404(complaints, number=number)
