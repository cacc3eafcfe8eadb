"""Complaints: taken in with their sheet, accepted, refused, withdrawn."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Campaign, Complaint, SheetImport
from cases.states import ComplaintState
from cases.workflow import imports
from cases.workflow.guards import given, require_way
from cases.workflow.telling import tell_officers
from corps.access import require
from corps.acting import current
from corps.audit import record
from corps.clock import accept_at, now, shanghai_date
from corps.errors import TransitionRefused
from corps.locking import locked
from corps.models import Deadline, StoredFile, User
from corps.workflow import take_number
from firms.models import Firm


@transaction.atomic
def submit_complaint(
    *,
    actor: User,
    firm: Firm,
    subject: str,
    received_on: date,
    sheet: StoredFile | None = None,
    sheet_name: str = "",
    campaign: Campaign | None = None,
    needs_review: bool = True,
    at: datetime | None = None,
) -> tuple[Complaint, SheetImport | None]:
    """Take in what a firm complains about; a task reads its sheet.

    received_on: Shanghai date of receipt, from which the period for verification runs (rule HC). sheet_name: the
    file's own name, which says what it claims to be. needs_review: whether a person looks at the rows before they are
    registered. Raises PermissionDenied; ValidationError by field; TransitionRefused "received-ahead",
    "sheet-too-large".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.submit_complaint", firm)
    if received_on > shanghai_date(at):
        raise TransitionRefused("received-ahead", _("The day of receipt has not come yet."))
    if sheet is not None and sheet.size > settings.SHEET_MAX_BYTES:
        megabytes = settings.SHEET_MAX_BYTES // 2**20
        message = _("The file is larger than %(megabytes)s MB. Split it into smaller sheets.") % {
            "megabytes": megabytes
        }
        raise TransitionRefused("sheet-too-large", message, size=sheet.size)
    complaint = Complaint(
        firm=firm,
        campaign=campaign,
        subject=subject.strip(),
        received_on=received_on,
        sheet=sheet,
        sheet_name=_short_name(sheet_name),
        submitted_by=actor,
        submitted_at=at,
    )
    complaint.clean_fields(exclude=["number", "verify_deadline", "firm", "campaign", "sheet", "submitted_by"])
    complaint.verify_deadline = Deadline.objects.ensure("HC", received_on)
    complaint.number = take_number("T", at)
    complaint.save()

    sheet_import = None
    if sheet is not None:
        sheet_import = SheetImport.objects.create(
            complaint=complaint, needs_review=needs_review, replay=current().replay, started_by=actor, at=at
        )
        imports.ring_import(sheet_import)
    record(
        actor,
        "complaint.submitted",
        complaint,
        at=at,
        thread=complaint.thread,
        number=complaint.number,
        firm=firm.code,
        received_on=received_on,
        sheet=sheet.sha256 if sheet else "",
    )
    return complaint, sheet_import


@transaction.atomic
def accept_complaint(*, complaint: Complaint, actor: User, at: datetime | None = None) -> Complaint:
    """Take a complaint up. Raises PermissionDenied; TransitionRefused "wrong-state"."""
    at = accept_at(actor, at, now())
    complaint = _locked(complaint)
    require(actor, "cases.accept_complaint", complaint)
    return _move(complaint, ComplaintState.ACCEPTED, actor, at, reason="")


@transaction.atomic
def refuse_complaint(*, complaint: Complaint, actor: User, reason: str, at: datetime | None = None) -> Complaint:
    """Do not take a complaint up; what its sheet brought and is not registered is given up.

    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long", "being-registered".
    """
    at = accept_at(actor, at, now())
    complaint = _locked(complaint)
    require(actor, "cases.refuse_complaint", complaint)
    complaint = _move(complaint, ComplaintState.REFUSED, actor, at, reason=given(reason))
    _give_up_sheet(complaint, actor, at)
    return complaint


@transaction.atomic
def withdraw_complaint(*, complaint: Complaint, actor: User, reason: str, at: datetime | None = None) -> Complaint:
    """Note that the firm takes its complaint back. Targets that are under way stay so: the case decides on them.

    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long", "being-registered".
    """
    at = accept_at(actor, at, now())
    complaint = _locked(complaint)
    require(actor, "cases.withdraw_complaint", complaint)
    complaint = _move(complaint, ComplaintState.WITHDRAWN, actor, at, reason=given(reason))
    _give_up_sheet(complaint, actor, at)
    if complaint.case:
        told = format_lazy(_("{firm} took back complaint {number}."), firm=complaint.firm, number=complaint.number)
        tell_officers(complaint.case, actor, told)
    return complaint


def _short_name(name: str) -> str:
    """A file's name, cut in the middle of nothing that says what it is: its ending stays."""
    name = name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    return name if len(name) <= 200 else name[:190] + name[-10:]


def _locked(complaint: Complaint) -> Complaint:
    return locked(Complaint.objects).select_related("firm").get(pk=complaint.pk)


def _move(complaint: Complaint, after: str, actor: User, at: datetime, *, reason: str) -> Complaint:
    require_way(complaint, after)
    before, complaint.state, complaint.reason = complaint.state, after, reason
    complaint.save(update_fields=["state", "reason"])
    said = {"reason": reason} if reason else {}
    record(actor, f"complaint.{after}", complaint, at=at, thread=complaint.thread, before=before, **said)
    return complaint


def _give_up_sheet(complaint: Complaint, actor: User, at: datetime) -> None:
    """Abandon the complaint's import if none of its rows is registered yet."""
    sheet_import = locked(SheetImport.objects).filter(complaint=complaint).first()
    if sheet_import is None:
        return
    if sheet_import.state == SheetImport.State.REGISTERING:
        raise TransitionRefused("being-registered", _("Its sheet is being registered. Try again when that is done."))
    if sheet_import.state in (SheetImport.State.READING, SheetImport.State.REVIEW):
        imports.give_up(sheet_import, complaint=complaint, actor=actor, at=at)
