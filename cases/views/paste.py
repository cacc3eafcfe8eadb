"""The box for addresses and rows that somebody pastes: answered line by line, and handed in as a complaint."""

from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from cases import workflow
from cases.forms import PasteForm
from cases.intake import require_capacity_for_sheet
from cases.pasted import PastedLines, look_up_pasted
from corps.access.decorators import SignedIn, open_to
from corps.access.limits import allowance
from corps.deadlines.clock import today
from corps.forms import chosen_act, posted
from corps.models import User
from corps.ui.refusals import refusals_go_to
from corps.workflow import Upload
from firms.models import Firm


def box_of(user: User, firm: Firm | None = None) -> dict[str, Any]:
    """The context of `cases/_paste_box.html`, empty, for any page that includes it. firm: which is proposed."""
    return {"paste_form": PasteForm(user=user, firm=firm)}


@open_to("cases.submit_complaint")
@vary_on_headers("HX-Request")
def paste(request: SignedIn) -> HttpResponse:
    """Answer what is pasted, a fragment for HTMX; with `act` "hand_in" make a complaint of it, read as any sheet."""
    request.sidebar_key = "complaints"
    form = PasteForm(posted(request), user=request.user)
    answers = (
        _answers(request.user, form.cleaned_data["pasted"]) if form.is_valid() else None
    )
    if (
        answers is not None
        and chosen_act(request, "read", "hand_in", default="read") == "hand_in"
    ):
        with refusals_go_to(form):
            if sheet_import := _hand_in(request.user, form, answers):
                return redirect("cases:import_sheet", sheet_import.pk)
    context = {"paste_form": form, "answers": answers}
    if request.headers.get("HX-Request") == "true":
        return render(request, "cases/_pasted.html", context)
    return render(request, "cases/paste.html", context)


def _answers(user: User, text: str) -> PastedLines:
    """The answers; what a firm asks is counted and written down."""
    answers = look_up_pasted(
        text, user, lambda wanted: allowance("addresses.asked", user.pk, wanted)
    )
    if answers.asked:
        firm = Firm.objects.visible_to(user).get()
        workflow.note_addresses_asked(firm=firm, actor=user, addresses=answers.asked)
    return answers


def _hand_in(user: User, form: PasteForm, answers: PastedLines) -> Any:
    """The import of what was pasted, as a CSV; None where the form says what is missing."""
    firm = form.complainant
    if firm is None:
        form.add_error("firm", _("Choose the firm that complains."))
    if not answers.usable:
        form.add_error(
            "pasted",
            _(
                "None of these lines names a listing or a store that could be registered."
            ),
        )
    if firm is None or not answers.usable:
        return None
    name = _("Pasted %(day)s") % {"day": today().isoformat()}
    file = ContentFile(answers.content, name=f"{name}.csv")
    require_capacity_for_sheet(user, firm, file.size)
    _complaint, sheet_import = workflow.submit_complaint(
        actor=user,
        firm=firm,
        subject=form.cleaned_data["subject"] or name,
        received_on=today(),
        sheet=Upload(file, "text/csv"),
        sheet_name=f"{name}.csv",
    )
    return sheet_import
