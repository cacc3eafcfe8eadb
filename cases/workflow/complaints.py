"""Complaints: taken in with their sheet, accepted, refused, withdrawn."""

from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Campaign, Case, Complaint, SheetImport
from cases.states import (
    COMPLAINT_STATES,
    IMPORT_REGISTERED,
    IMPORT_UNREGISTERED,
    OPEN_COMPLAINT,
    CaseState,
    ComplaintState,
    complaint_before,
)
from cases.workflow.carrying_over import carry_over, held_by, named_by
from cases.workflow.guards import given, intake_barred, require_way
from cases.workflow.imports import enqueue_import, give_up, read_again
from cases.workflow.notifications import tell_officers
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.origin import current
from corps.audit.recording import record
from corps.database.locking import held, locked
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import Deadline, User
from corps.workflow import Paper, announce, stored, take_number
from firms.models import Firm
from listings.workflow import lock_registry

RECEIPT_REASON = 300
# Fields of a complaint that nobody types.
NOT_TYPED = ("number", "verify_deadline", "firm", "campaign", "sheet", "submitted_by")
# From here on rows of a sheet stand in the registry.


@transaction.atomic
def submit_complaint(
    *,
    actor: User,
    firm: Firm,
    subject: str,
    received_on: date,
    sheet: Paper | None = None,
    sheet_name: str = "",
    campaign: Campaign | None = None,
    needs_review: bool = True,
    is_subject_guessed: bool = False,
    receipt_reason: str = "",
    only_proposes_receipt: bool = False,
    claims_confirmed_by: User | None = None,
    at: datetime | None = None,
) -> tuple[Complaint, SheetImport | None]:
    """Take in what a firm complains about; a task reads its sheet.

    received_on: Shanghai date of receipt, from which the period for verification runs (rule HC). A day before that of
    `at` is a proposal where a firm's representative, or a program (only_proposes_receipt), says it; an officer's
    stands with a receipt_reason of 1 to 300 characters. sheet: one that is kept already, or an upload, which is kept
    only if the complaint is taken in. sheet_name: the file's own name, which says what it claims to be. needs_review:
    whether a person looks at the rows before they are registered. is_subject_guessed: whether the subject was made of
    the file's name, so that the title in the sheet may take its place. claims_confirmed_by: in a replay alone, who
    confirms as they are read what rows say of stores.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "received-ahead", "receipt-reason-missing",
    "sheet-too-large".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.submit_complaint", firm)
    handed_in_on = shanghai_date(at)
    only_proposes = only_proposes_receipt or not actor.is_corps
    receipt = _receipt_of(received_on, handed_in_on, receipt_reason, only_proposes)
    if sheet is not None:
        _require_size(sheet)
    complaint = Complaint(
        firm=firm,
        campaign=campaign,
        subject=subject.strip(),
        is_subject_guessed=is_subject_guessed,
        received_on=receipt.received_on,
        proposed_received_on=receipt.proposed,
        receipt_reason=receipt.reason,
        sheet_name=_short_name(sheet_name),
        submitted_by=actor,
        submitted_at=at,
    )
    complaint.clean_fields(exclude=NOT_TYPED)
    if sheet:
        complaint.sheet = stored(sheet)
    complaint.verify_deadline = Deadline.objects.ensure("HC", receipt.received_on)
    complaint.number = take_number("T", at)
    complaint.save()

    sheet_import = None
    if complaint.sheet is not None:
        sheet_import = _begin_import(
            complaint, actor, at, needs_review, claims_confirmed_by
        )
    _note_submitted(complaint, actor, at)
    return complaint, sheet_import


def _note_submitted(complaint: Complaint, actor: User, at: datetime) -> None:
    """Write down that a complaint came in, and tell who is to know of it."""
    sha256 = ""
    if complaint.sheet is not None:
        sha256 = complaint.sheet.sha256
    record(
        actor,
        "complaint.submitted",
        complaint,
        at=at,
        thread=complaint.thread,
        number=complaint.number,
        firm=complaint.firm.code,
        received_on=complaint.received_on,
        proposed=complaint.proposed_received_on,
        sheet=sha256,
    )
    announce(
        "complaint.received",
        complaint,
        actor=actor,
        url=complaint.get_absolute_url(),
        number=complaint.number,
    )


class Receipt(NamedTuple):
    """From when the period for verification runs. proposed: the earlier day that somebody else than an officer says."""

    received_on: date
    proposed: date | None
    reason: str


def _receipt_of(
    received_on: date, handed_in_on: date, reason: str, only_proposes: bool
) -> Receipt:
    """The date of receipt of a complaint that is handed in. Raises TransitionRefused."""
    if received_on > handed_in_on:
        raise TransitionRefused(
            "received-ahead", _("The day of receipt has not come yet.")
        )
    proposed = None
    if received_on < handed_in_on and only_proposes:
        proposed, received_on = received_on, handed_in_on
    reason = _judge_receipt(received_on, handed_in_on, reason)
    return Receipt(received_on, proposed, reason)


@transaction.atomic
def hand_in_sheet(
    *,
    complaint: Complaint,
    actor: User,
    sheet: Paper,
    sheet_name: str,
    at: datetime | None = None,
) -> SheetImport:
    """Take in the sheet of a complaint that has none: it came without one, or its import was undone. A task reads it.

    Raises PermissionDenied; TransitionRefused "complaint-not-open", "case-not-open", "has-a-sheet", "sheet-too-large".
    """
    at = accept_at(actor, at, now())
    # The case before its complaint, as who closes it locks them.
    held(
        Case,
        Complaint.objects.filter(pk=complaint.pk, case__isnull=False).values_list(
            "case", flat=True
        ),
    )
    complaint = _locked(complaint)
    require(actor, "cases.hand_in_sheet", complaint)
    if barred := intake_barred(complaint):
        raise TransitionRefused(*barred, state=complaint.state, **last_act(complaint))
    if SheetImport.objects.filter(complaint=complaint).exists():
        raise TransitionRefused(
            "has-a-sheet",
            _("This complaint has a sheet already."),
            **last_act(complaint),
        )
    _require_size(sheet)
    complaint.sheet, complaint.sheet_name = stored(sheet), _short_name(sheet_name)
    complaint.save(update_fields=["sheet", "sheet_name"])
    record(
        actor,
        "complaint.sheet_handed_in",
        complaint,
        at=at,
        thread=complaint.thread,
        number=complaint.number,
        sheet=complaint.sheet.sha256,
    )
    return _begin_import(complaint, actor, at, True, None)


def _require_size(sheet: Paper) -> None:
    """Raise TransitionRefused "sheet-too-large" for more than is read."""
    if sheet.size <= settings.SHEET_MAX_BYTES:
        return
    message = _(
        "The file is larger than %(megabytes)s MB. Split it into smaller sheets."
    ) % {"megabytes": settings.SHEET_MAX_BYTES // 2**20}
    raise TransitionRefused("sheet-too-large", message, size=sheet.size)


@transaction.atomic
def set_received_on(
    *,
    complaint: Complaint,
    actor: User,
    received_on: date,
    reason: str = "",
    at: datetime | None = None,
) -> Complaint:
    """Set the day from which the period for verification runs (rule HC), until the lead is decided on.

    reason: 1 to 300 characters, owed for a day before the complaint was handed in. Raises PermissionDenied;
    TransitionRefused "decided", "received-ahead", "receipt-reason-missing", "reason-too-long".
    """
    at = accept_at(actor, at, now())
    # The case before its complaint, as who closes it locks them.
    held(
        Case,
        Complaint.objects.filter(pk=complaint.pk, case__isnull=False).values_list(
            "case", flat=True
        ),
    )
    complaint = _locked(complaint)
    require(actor, "cases.accept_complaint", complaint)
    if complaint.state in COMPLAINT_STATES.finished():
        raise TransitionRefused(
            "decided", _("This complaint is decided; its date of receipt stands.")
        )
    if complaint.case and complaint.case.state != CaseState.LEAD:
        raise TransitionRefused(
            "decided",
            _("Whether its case is filed is decided; the date of receipt stands."),
        )
    if received_on > shanghai_date(at):
        raise TransitionRefused(
            "received-ahead", _("The day of receipt has not come yet.")
        )
    before = complaint.received_on
    complaint.receipt_reason = _judge_receipt(
        received_on, shanghai_date(complaint.submitted_at), reason
    )
    complaint.received_on = received_on
    complaint.verify_deadline = Deadline.objects.ensure("HC", received_on)
    complaint.save(update_fields=["received_on", "receipt_reason", "verify_deadline"])
    record(
        actor,
        "complaint.receipt_set",
        complaint,
        at=at,
        thread=complaint.thread,
        before=before,
        after=received_on,
        reason=complaint.receipt_reason,
        due_on=complaint.verify_deadline.due_on,
    )
    return complaint


@transaction.atomic
def correct_complaint(
    *,
    complaint: Complaint,
    actor: User,
    firm: Firm,
    subject: str,
    at: datetime | None = None,
) -> Complaint:
    """Put right whose complaint it is and what it is about, as long as nothing of it is registered. A sheet that waits
    to be looked at is read again where the firm changes, for each firm's sheets are read as was remembered of them.

    subject: 1 to 200 characters. Raises PermissionDenied; ValidationError by field; TransitionRefused "wrong-state",
    "already-registered".
    """
    at = accept_at(actor, at, now())
    complaint = _locked(complaint)
    require(actor, "cases.correct_complaint", complaint)
    require(actor, "cases.submit_complaint", firm)
    sheet_import = locked(SheetImport.objects).filter(complaint=complaint).first()
    _require_correctable(complaint, sheet_import)

    before = f"{complaint.firm.code} {complaint.subject}"
    changes_firm = complaint.firm_id != firm.pk
    complaint.firm, complaint.subject, complaint.is_subject_guessed = (
        firm,
        subject.strip(),
        False,
    )
    complaint.clean_fields(
        exclude=[
            "number",
            "verify_deadline",
            "firm",
            "campaign",
            "sheet",
            "submitted_by",
        ]
    )
    complaint.save(update_fields=["firm", "subject", "is_subject_guessed"])
    after = f"{firm.code} {complaint.subject}"
    record(
        actor,
        "complaint.corrected",
        complaint,
        at=at,
        thread=complaint.thread,
        before=before,
        after=after,
    )
    if changes_firm and sheet_import is not None and sheet_import.can_be_corrected:
        read_again(sheet_import, actor, at)
    return complaint


def _require_correctable(
    complaint: Complaint, sheet_import: SheetImport | None
) -> None:
    """Raise TransitionRefused "wrong-state" or "already-registered" unless whose complaint it is, and what it is about,
    can still be corrected."""
    if complaint.state not in OPEN_COMPLAINT:
        message = _("This cannot be done now: it is “%(state)s”.") % {
            "state": complaint.get_state_display()
        }
        raise TransitionRefused(
            "wrong-state", message, state=complaint.state, **last_act(complaint)
        )
    if sheet_import is not None and sheet_import.state in IMPORT_REGISTERED:
        raise TransitionRefused(
            "already-registered",
            _("Its sheet is registered; firm and subject stand as they are."),
        )


def _judge_receipt(received_on: date, handed_in_on: date, reason: str) -> str:
    """The reason to be kept with a date of receipt. Raises TransitionRefused unless the date may be set so."""
    reason = reason.strip()
    if len(reason) > RECEIPT_REASON:
        too_long = _("The reason is longer than %(limit)s characters.") % {
            "limit": RECEIPT_REASON
        }
        raise TransitionRefused("reason-too-long", too_long)
    if received_on < handed_in_on and not reason:
        message = _(
            "It was submitted on %(day)s. To count from an earlier day, say why."
        )
        raise TransitionRefused(
            "receipt-reason-missing", message % {"day": handed_in_on.isoformat()}
        )
    if received_on < handed_in_on:
        return reason
    return ""


def _begin_import(
    complaint: Complaint,
    actor: User,
    at: datetime,
    needs_review: bool,
    claims_confirmed_by: User | None,
) -> SheetImport:
    """Have the sheet of a complaint read. Raises PermissionDenied where claims are confirmed outside a replay."""
    replay = current().replay
    if claims_confirmed_by is not None and not replay:
        raise PermissionDenied(
            _("Outside a replay a person judges claims after a look.")
        )
    sheet_import = SheetImport.objects.create(
        complaint=complaint,
        needs_review=needs_review,
        claims_confirmed_by=claims_confirmed_by,
        replay=replay,
        started_by=actor,
        at=at,
    )
    enqueue_import(sheet_import)
    return sheet_import


@transaction.atomic
def accept_complaint(
    *, complaint: Complaint, actor: User, at: datetime | None = None
) -> Complaint:
    """Take a complaint up; one that was refused gets what it names and nobody else living does.

    Raises PermissionDenied; TransitionRefused "wrong-state".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    complaint = _locked(complaint)
    require(actor, "cases.accept_complaint", complaint)
    was_refused = complaint.state == ComplaintState.REFUSED
    complaint = _move(complaint, ComplaintState.ACCEPTED, actor, at, reason="")
    if was_refused:
        carry_over(named_by([complaint]), actor=actor, at=at)
    return complaint


@transaction.atomic
def refuse_complaint(
    *, complaint: Complaint, actor: User, reason: str, at: datetime | None = None
) -> Complaint:
    """Do not take a complaint up; what its sheet brought and is not registered is given up, and what it named passes
    to the next complaint that names it.

    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long", "being-registered".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    complaint = _locked(complaint)
    require(actor, "cases.refuse_complaint", complaint)
    complaint = _move(
        complaint, ComplaintState.REFUSED, actor, at, reason=given(reason)
    )
    _give_up_sheet(complaint, actor, at)
    _pass_targets_on(complaint, actor, at)
    return complaint


@transaction.atomic
def withdraw_complaint(
    *, complaint: Complaint, actor: User, reason: str, at: datetime | None = None
) -> Complaint:
    """Note that the firm takes its complaint back.

    What it named is carried over to the next complaint that names it (`cases.workflow.carrying_over`). Targets that a
    notice names stay: the case decides on them, and they are carried over once they are free again. So do those that
    nobody else names.
    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long", "being-registered".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    complaint = _locked(complaint)
    require(actor, "cases.withdraw_complaint", complaint)
    complaint = _move(
        complaint, ComplaintState.WITHDRAWN, actor, at, reason=given(reason)
    )
    _give_up_sheet(complaint, actor, at)
    gone = _pass_targets_on(complaint, actor, at)
    if complaint.case:
        told = format_lazy(
            _(
                "{firm} took back complaint {number}; {count} of its targets went to other complaints."
            ),
            firm=complaint.firm,
            number=complaint.number,
            count=gone,
        )
        tell_officers(complaint.case, actor, told)
    return complaint


def _short_name(name: str) -> str:
    """A file's name, cut in the middle of nothing that says what it is: its ending stays."""
    name = name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    if len(name) <= 200:
        return name
    return name[:190] + name[-10:]


def _locked(complaint: Complaint) -> Complaint:
    return locked(Complaint.objects).select_related("firm").get(pk=complaint.pk)


def _move(
    complaint: Complaint, after: str, actor: User, at: datetime, *, reason: str
) -> Complaint:
    require_way(complaint, complaint_before(after))
    before = COMPLAINT_STATES.move(complaint, after)
    complaint.reason = reason
    complaint.save(update_fields=["state", "reason"])
    said = {"reason": reason} if reason else {}
    record(
        actor,
        f"complaint.{after}",
        complaint,
        at=at,
        thread=complaint.thread,
        before=before,
        **said,
    )
    return complaint


def _pass_targets_on(complaint: Complaint, actor: User, at: datetime) -> int:
    """Pass on what an ended complaint held; how many."""
    return carry_over(held_by(complaint=complaint), actor=actor, at=at)


def _give_up_sheet(complaint: Complaint, actor: User, at: datetime) -> None:
    """Abandon the complaint's import if none of its rows is registered yet."""
    sheet_import = locked(SheetImport.objects).filter(complaint=complaint).first()
    if sheet_import is None:
        return
    if sheet_import.state == SheetImport.State.REGISTERING:
        raise TransitionRefused(
            "being-registered",
            _("Its sheet is being registered. Try again when that is done."),
        )
    if sheet_import.state in IMPORT_UNREGISTERED:
        give_up(sheet_import, complaint=complaint, actor=actor, at=at)
