"""A complaint on a page of its own: who, when, its sheet and what came of it, and what may be done."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import timeline, workflow
from cases.forms import (
    NewSheetForm,
    ReasonForm,
    ReceiptForm,
)
from cases.models import Complaint, ImportRow, SheetImport
from cases.models.complaints import MOST_SAME_SHEETS
from cases.states import (
    COMPLAINT_STATES,
    DECIDED_CASE,
    TAKES_ROWS,
    CaseState,
    ComplaintState,
    complaint_before,
)
from corps.access.decorators import SignedIn
from corps.access.permissions import may
from corps.models import AuditEntry, User

MOST_TOLD = 100


def complaint_page(
    request: SignedIn,
    complaint: Complaint,
    form: ReasonForm,
    receipt: ReceiptForm | None = None,
    sheet_form: NewSheetForm | None = None,
) -> HttpResponse:
    """The page of a complaint. form, receipt, sheet_form: with what was sent, where that could not be done."""
    earlier = Complaint.objects.visible_to(request.user).with_sheet_of(complaint)
    context: dict[str, Any] = {
        "complaint": complaint,
        "form": form,
        "receipt": receipt or _receipt_form(request.user, complaint),
        "same_sheet": earlier[:MOST_SAME_SHEETS],
        "targets": complaint.targets.count(),
        "sheet": _sheet_of(complaint, sheet_form),
        "may": _permissions(request.user, complaint),
    }
    if request.user.is_corps:
        entries = AuditEntry.objects.about(complaint).select_related("actor")
        newest = entries.order_by("-at", "-pk")[:MOST_TOLD]
        context["days"] = timeline.days_of_each(newest)
    return render(request, "cases/complaint.html", context)


class ComplaintSheet(NamedTuple):
    """The sheet of a complaint: its import, and how the rows came out; where it has none, the form to hand one in.

    undone: imports of the complaint that were undone, the latest first. cells: rows by result.
    """

    undone: QuerySet[SheetImport]
    form: NewSheetForm | None = None
    sheet_import: SheetImport | None = None
    cells: Sequence[dict[str, Any]] = ()

    @property
    def to_review(self) -> bool:
        """Whether a person is to look at the rows."""
        if self.sheet_import is None:
            return False
        return self.sheet_import.state == SheetImport.State.REVIEW

    @property
    def unregistered(self) -> int:
        """How many rows are given up with the complaint."""
        if self.sheet_import is None or not self.to_review:
            return 0
        return self.sheet_import.rows


def _sheet_of(complaint: Complaint, form: NewSheetForm | None) -> ComplaintSheet:
    """form: to hand in a sheet where there is none, with what was sent; None for an empty one."""
    undone = complaint.undone_imports.select_related("undone_by").order_by("-undone_at")
    sheet_import = getattr(complaint, "sheet_import", None)
    if sheet_import is None:
        return ComplaintSheet(undone, form=form or NewSheetForm())
    return ComplaintSheet(undone, sheet_import=sheet_import, cells=_cells(sheet_import))


class Permissions(NamedTuple):
    """What a person may do with a complaint now."""

    accept: bool
    refuse: bool
    withdraw: bool
    open_case: bool
    move: bool
    hand_in: bool


def _permissions(user: User, complaint: Complaint) -> Permissions:
    state, takes_in = complaint.state, may(user, "cases.accept_complaint")
    may_withdraw = may(user, "cases.withdraw_complaint")
    return Permissions(
        accept=takes_in and state in complaint_before(ComplaintState.ACCEPTED),
        refuse=takes_in and state in complaint_before(ComplaintState.REFUSED),
        withdraw=may_withdraw and state in complaint_before(ComplaintState.WITHDRAWN),
        open_case=state == ComplaintState.ACCEPTED and may(user, "cases.open_case"),
        move=_may_move(user, complaint),
        hand_in=state in TAKES_ROWS and may(user, "cases.hand_in_sheet"),
    )


def _receipt_form(user: User, complaint: Complaint) -> ReceiptForm | None:
    """The form for the date of receipt, as long as this person may set it."""
    is_decided = complaint.case is not None and complaint.case.state != CaseState.LEAD
    if (
        is_decided
        or complaint.state in COMPLAINT_STATES.finished()
        or not may(user, "cases.accept_complaint")
    ):
        return None
    proposed = complaint.proposed_received_on or complaint.received_on
    return ReceiptForm(
        initial={"received_on": proposed, "reason": complaint.receipt_reason}
    )


def _may_move(user: User, complaint: Complaint) -> bool:
    """Whether a complaint can be moved out of the case that it is in."""
    if complaint.state != ComplaintState.IN_CASE or complaint.case is None:
        return False
    return complaint.case.state not in DECIDED_CASE and may(
        user, "cases.move_complaint"
    )


def _cells(sheet_import: SheetImport) -> list[dict[str, Any]]:
    """The strip of a sheet's rows by result; each leads to its rows."""
    counts = workflow.rows_by_result(sheet_import)
    rows = reverse("cases:import", args=[sheet_import.pk])
    whole = {
        "value": sheet_import.rows,
        "label": _("Rows"),
        "kind": "grey",
        "url": f"{rows}?show=all",
        "whole": True,
    }
    return [
        whole,
        *(
            {
                "value": counts[word],
                "label": label,
                "kind": word,
                "url": f"{rows}?show={word}",
            }
            for word, label in ImportRow.Result.choices
            if counts[word]
        ),
    ]
