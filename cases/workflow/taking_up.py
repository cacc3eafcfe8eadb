"""A sheet that was looked at, taken up in one act: its complaint accepted and in a case, its rows registered."""

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.models import Case, Complaint, SheetImport
from cases.states import ComplaintState
from cases.workflow.cases import add_complaints, open_case
from cases.workflow.complaints import accept_complaint
from cases.workflow.imports import register_import
from corps.access.past_events import accept_at
from corps.deadlines.clock import now
from corps.models import User
from listings.workflow import lock_registry


@transaction.atomic
def take_up_sheet(
    *,
    sheet_import: SheetImport,
    actor: User,
    case: Case | None = None,
    at: datetime | None = None,
    **opening: Any,
) -> Case:
    """Accept the complaint of a sheet unless it is accepted, make a case of it, and have the sheet's rows registered.

    case: an open one of the firm into which it is taken instead. opening: title, ground and the rest of a new case, as
    `open_case` takes them. All of it is done or nothing; targets come into the case as they are registered.
    Raises as `accept_complaint`, `open_case` or `add_complaints`, and `register_import`.
    """
    at = accept_at(actor, at, now())
    lock_registry()
    complaint = Complaint.objects.get(pk=sheet_import.of_complaint.pk)
    if complaint.state == ComplaintState.RECEIVED:
        complaint = accept_complaint(complaint=complaint, actor=actor, at=at)
    if case is not None:
        case = add_complaints(case=case, complaints=[complaint], actor=actor, at=at)
    else:
        case = open_case(actor=actor, complaints=[complaint], at=at, **opening)
    register_import(sheet_import=sheet_import, actor=actor, at=at)
    return case
