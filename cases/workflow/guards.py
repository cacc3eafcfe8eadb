"""Guards that several verbs share, and what a refused person is told."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Complaint, LegalGround, SheetImport, Target
from cases.states import (
    ENDED_CASE,
    OPEN_CASE,
    TAKES_ROWS,
)
from corps.audit.last_acts import last_act
from corps.database.locking import held, locked
from corps.deadlines.clock import shanghai_date
from corps.errors import TransitionRefused

REASON = 4000


def require_way(subject: Case | Complaint, before: Collection[str]) -> None:
    """Raise TransitionRefused "wrong-state", with the last act, unless the thing is in one of these states.

    before: of `cases.states.case_before` or `complaint_before`.
    """
    if subject.state not in before:
        message = _("This cannot be done now: it is “%(state)s”.") % {
            "state": subject.get_state_display()
        }
        raise TransitionRefused(
            "wrong-state", message, state=subject.state, **last_act(subject)
        )


def require_open(case: Case) -> None:
    """Raise TransitionRefused "case-not-open" unless things can be added to the case."""
    if case.state not in OPEN_CASE:
        message = _("The case is not open: it is “%(state)s”.") % {
            "state": case.get_state_display()
        }
        raise TransitionRefused(
            "case-not-open", message, state=case.state, **last_act(case)
        )


def intake_barred(complaint: Complaint) -> tuple[str, Any] | None:
    """Code and sentence for why nothing that a complaint names is registered any more, if so: "complaint-not-open",
    "case-not-open". The caller holds the complaint, and its case or the registry."""
    if complaint.state not in TAKES_ROWS:
        said = _(
            "The complaint is “%(state)s”; nothing that it names is registered any more."
        )
        return "complaint-not-open", said % {"state": complaint.get_state_display()}
    if complaint.case is not None and complaint.case.state in ENDED_CASE:
        said = _(
            "The complaint's case is “%(state)s”; nothing that it names is registered any more."
        )
        return "case-not-open", said % {"state": complaint.case.get_state_display()}
    return None


def given(reason: str) -> str:
    """A reason without the space around it. Raises TransitionRefused "reason-missing", "reason-too-long"."""
    reason = reason.strip()
    if not reason:
        raise TransitionRefused("reason-missing", _("Enter a reason."))
    if len(reason) > REASON:
        raise TransitionRefused(
            "reason-too-long",
            _("The reason is longer than %(limit)s characters.") % {"limit": REASON},
        )
    return reason


def require_valid_ground(ground: LegalGround, at: datetime) -> None:
    """Raise TransitionRefused "ground-not-valid" unless the ground may be given at that time."""
    if (
        not LegalGround.objects.valid_on(shanghai_date(at))
        .filter(pk=ground.pk)
        .exists()
    ):
        raise TransitionRefused(
            "ground-not-valid",
            _("This legal ground is not in force."),
            ground=ground.code,
        )


def hold_cases(targets: Collection[int]) -> None:
    """Keep the cases of these targets as they are until the transaction ends; the caller locks the targets next."""
    held(
        Case,
        Target.objects.filter(pk__in=targets, case__isnull=False).values_list(
            "case", flat=True
        ),
    )


def lock_case(case: Case) -> Case:
    """The case as it stands, locked."""
    return (
        locked(Case.objects)
        .select_related("firm", "unit", "ground", "handling_deadline")
        .get(pk=case.pk)
    )


def lock_import(sheet_import: SheetImport) -> tuple[Complaint, SheetImport]:
    """A complaint and its import, or one of it that was undone, locked in this order."""
    pk = sheet_import.complaint_id or sheet_import.undone_complaint_id
    assert pk is not None  # every import is, or was, of a complaint
    complaint = locked(Complaint.objects).select_related("case").get(pk=pk)
    imports = locked(SheetImport.objects).select_related(
        "started_by", "claims_confirmed_by"
    )
    return complaint, imports.get(pk=sheet_import.pk)
