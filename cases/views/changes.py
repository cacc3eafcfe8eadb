"""Verbs on a case that need a page: who handles it, its ground, a reason, a conclusion, and what each one brings."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import workflow
from cases.forms import (
    AddressesForm,
    GroundForm,
    LeavingForm,
    OfficersForm,
    ReasonForm,
    TextForm,
    TitleForm,
    WithdrawalForm,
)
from cases.models import Case
from cases.states import CaseState, ComplaintState
from cases.views.casework import verbs_on, visible_case
from corps.access.decorators import SignedIn, open_to
from corps.access.permissions import require
from corps.models import User
from corps.ui.formats import thousands
from corps.ui.refusals import refusals_go_to, say_of_lines

WITH_A_REASON: dict[str, Callable[..., Case]] = {
    "decline": workflow.decline_case,
    "reconsider": workflow.reconsider_case,
    "reopen": workflow.reopen_case,
    "suspend": workflow.suspend_case,
    "transfer": workflow.transfer_case,
    "withdraw": workflow.withdraw_case,
}
WITHOUT_A_WORD: dict[str, Callable[..., Case]] = {
    "conclude": workflow.conclude_case,
    "resume": workflow.resume_case,
    "archive": workflow.archive_case,
}
TITLES = {
    "officers": gettext_lazy("Assign the officers"),
    "ground": gettext_lazy("Give the case its legal ground"),
    "title": gettext_lazy("Correct the title"),
    "addresses": gettext_lazy("Add targets"),
    "close": gettext_lazy("Close the case"),
    "decline": gettext_lazy("Do not file the case"),
    "reopen": gettext_lazy("Reopen the case"),
    "suspend": gettext_lazy("Suspend the case"),
    "reconsider": gettext_lazy("Reconsider the case"),
    "transfer": gettext_lazy("Transfer the case"),
    "withdraw": gettext_lazy("Withdraw the case"),
    "conclude": gettext_lazy("Conclude the case"),
    "resume": gettext_lazy("Resume the case"),
    "archive": gettext_lazy("Archive the case"),
}
# Which of a person's verbs on a case (`verbs_on`) opens which form, and its place in the access table.
GATES = {
    "officers": ("assign", "cases.assign_officers"),
    "ground": ("ground", "cases.give_ground"),
    "title": ("ground", "cases.retitle_case"),
    "addresses": ("ground", "cases.add_targets"),
    "close": ("close", "cases.close_case"),
    "decline": ("file", "cases.file_case"),
    "reopen": ("reopen", "cases.reopen_case"),
    "suspend": ("suspend", "cases.suspend_case"),
    "reconsider": ("reconsider", "cases.file_case"),
    "transfer": ("leave", "cases.leave_case"),
    "withdraw": ("leave", "cases.leave_case"),
    "conclude": ("conclude", "cases.conclude_case"),
    "resume": ("resume", "cases.suspend_case"),
    "archive": ("archive", "cases.close_case"),
}
# What leaves, or rests, and the state it goes to: these say first what waits.
LEAVING = {
    "transfer": CaseState.TRANSFERRED,
    "withdraw": CaseState.WITHDRAWN,
    "suspend": CaseState.SUSPENDED,
}
COUNTED_SHOWN = 200
CANNOT_BE_UNDONE = ("transfer", "withdraw", "archive")
DANGEROUS = ("decline", "transfer", "withdraw")


@open_to("cases.view_cases")
def change(request: SignedIn, number: str, what: str) -> HttpResponse:
    """One verb's form: what it brings, what is missing for it, and its fields.

    A verb that the state of the case does not allow leads back to the case; one that the role does not include is
    refused.
    """
    case = visible_case(request.user, number)
    if what not in TITLES:
        raise Http404
    gate, verb = GATES[what]
    require(request.user, verb)
    if request.method != "POST" and not verbs_on(request.user, case)[gate]:
        messages.warning(
            request,
            _("This cannot be done now: it is “%(state)s”.")
            % {"state": case.get_state_display()},
        )
        return redirect(case)
    form = _form(request, case, what)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            if answer := _done(request, case, what, form):
                return answer
    word_to_type = ""
    if what in CANNOT_BE_UNDONE:
        word_to_type = case.number
    context = {
        "case": case,
        "form": form,
        "title": TITLES[what],
        "consequence": _consequence(case, what),
        "missing": _missing(case, what),
        "danger": what in DANGEROUS,
        "word": word_to_type,
    } | _left_behind(case, what, form)
    return render(request, "cases/case_change.html", context)


def _done(request: SignedIn, case: Case, what: str, form: Any) -> HttpResponse | None:
    """Do what a valid form asks for, and where that leads; None where it was done in part and the form stays."""
    if what == "addresses":
        return _add(request, case, form)
    _change(case, request.user, what, form.cleaned_data)
    return redirect(case)


def _form(request: SignedIn, case: Case, what: str) -> Any:
    data = request.POST if request.method == "POST" else None
    match what:
        case "officers":
            return OfficersForm(data, case=case, user=request.user)
        case "ground":
            return GroundForm(
                data, user=request.user, initial={"ground": case.ground_id}
            )
        case "title":
            return TitleForm(data, initial={"title": case.title})
        case "addresses":
            return AddressesForm(data)
        case "close":
            return TextForm(data, label=_("Conclusion"))
        case "transfer":
            return LeavingForm(data, label=_("To whom, and why"))
        case "withdraw":
            return WithdrawalForm(data)
        case "suspend":
            return LeavingForm(data)
        case _ if what in WITHOUT_A_WORD:
            return forms.Form(data)
    return ReasonForm(data)


def _left_behind(case: Case, what: str, form: Any) -> dict[str, Any]:
    """What waits in a case that is to leave or to be suspended, whose counts the form confirms when it is sent; and of
    one that is given up the results, of which some may be chosen to be taken back: none is unless it is ticked."""
    if what not in LEAVING:
        return {}
    waiting = workflow.what_waits(case, LEAVING[what])
    form.show_counts({thing.code: thing.count for thing in waiting if thing.is_ended})
    context: dict[str, Any] = {"waiting": [thing.text for thing in waiting]}
    if what == "withdraw":
        counted = (
            case.targets.filter(is_counted=True)
            .select_related("listing", "store", "platform")
            .order_by("pk")
        )
        chosen = form.cleaned_data.get("take_back", []) if form.is_bound else []
        context |= {
            "counted": counted[:COUNTED_SHOWN],
            "counted_total": counted.count(),
            "chosen": chosen,
        }
    return context


def _change(case: Case, user: User, what: str, said: dict[str, Any]) -> None:
    match what:
        case "officers":
            workflow.assign_officers(case=case, actor=user, **said)
        case "ground":
            workflow.give_ground(case=case, actor=user, **said)
        case "title":
            workflow.retitle_case(case=case, actor=user, **said)
        case "close":
            workflow.close_case(case=case, actor=user, conclusion=said["text"])
        case _:
            (WITH_A_REASON | WITHOUT_A_WORD)[what](case=case, actor=user, **said)


def _add(request: SignedIn, case: Case, form: Any) -> HttpResponse | None:
    """Add targets by their addresses, with a result for each line; None, with the form saying why, if none was."""
    addresses = form.cleaned_data["addresses"]
    results = workflow.add_targets(case=case, actor=request.user, addresses=addresses)
    if not any(result.ok for result in results):
        say_of_lines(form, "addresses", zip(addresses, results, strict=True))
        return None
    names = {i: (line, "") for i, line in enumerate(addresses, start=1)}
    back = f"{case.get_absolute_url()}?sort=-id"
    return render(
        request,
        "cases/result.html",
        {"case": case, "results": results, "names": names, "back": back},
    )


def _consequence(case: Case, what: str) -> str:
    """What follows from the verb, with its count; empty where the form says it all."""
    match what:
        case "ground":
            count = case.targets.filter(ground=None).count()
            text = ngettext(
                "It holds for %(count)s target without a ground of its own; letters already sent stay.",
                "It holds for the %(count)s targets without a ground of their own; letters already sent stay.",
                count,
            )
        case "close":
            count = case.complaints.filter(state=ComplaintState.IN_CASE).count()
            text = ngettext(
                "%(count)s complaint counts as answered. No target or notice can be added; it can be reopened.",
                "%(count)s complaints count as answered. No target or notice can be added; it can be reopened.",
                count,
            )
        case "archive":
            count = case.complaints.filter(state=ComplaintState.ANSWERED).count()
            text = ngettext(
                "%(count)s complaint is closed with it. An archived case cannot be changed or reopened.",
                "%(count)s complaints are closed with it. An archived case cannot be changed or reopened.",
                count,
            )
        case "transfer" | "withdraw":
            count = case.targets.count()
            text = ngettext(
                "Its %(count)s target is no longer worked on here. This cannot be taken back.",
                "Its %(count)s targets are no longer worked on here. This cannot be taken back.",
                count,
            )
        case _:
            return str(CONSEQUENCES.get(what, ""))
    return text % {"count": thousands(count)}


CONSEQUENCES = {
    "title": gettext_lazy(
        "It is for the corps alone: letters name the case by its document number."
    ),
    "conclude": gettext_lazy(
        "No target can be added or dropped afterwards; the next step is to close the case."
    ),
    "decline": gettext_lazy(
        "No notice can be sent. It can be reconsidered later, and is then a lead again."
    ),
    "reconsider": gettext_lazy(
        "The case is a lead again; the number of the decision not to file it is given up."
    ),
    "reopen": gettext_lazy(
        "Targets and notices can be added again. What was counted stays counted."
    ),
    "suspend": gettext_lazy(
        "The days until it is resumed do not count, neither in its handling period nor for answers and checks."
    ),
    "resume": gettext_lazy(
        "The case goes on where it was; the days of its suspension move its handling period."
    ),
}


def _missing(case: Case, what: str) -> list[tuple[Any, str]]:
    """(words, address of the rows) of what must be done before."""
    if what not in ("conclude", "close"):
        return []
    base = case.get_absolute_url()
    found = []
    for thing in workflow.missing(case, to_close=what == "close"):
        kind, _dash, state = thing.code.partition("-")
        found.append(
            (
                thing.text,
                f"{base}?state={state}" if kind == "targets" else f"{base}?tab=notices",
            )
        )
    return found
