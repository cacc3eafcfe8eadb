"""A complaint that was taken into the wrong case: moved to another of its firm, or out of any."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.extensions import drop_checks
from cases.models import Case, Complaint, Target
from cases.states import (
    COMPLAINT_STATES,
    DECIDED_CASE,
    MAY_CARRY_OVER,
    UNFINISHED,
    ComplaintState,
)
from cases.workflow.carrying_over import carry_over, held_by, named_by
from cases.workflow.guards import given, last_act, require_open
from cases.workflow.notifications import tell_officers
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.recording import record
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from listings.workflow import lock_registry


@transaction.atomic
def move_complaint(
    *,
    complaint: Complaint,
    to: Case | None,
    actor: User,
    reason: str,
    at: datetime | None = None,
) -> list[Result]:
    """Move a complaint out of the case it was taken into, to another of the same firm, or to none.

    Its unfinished targets go with it, but for those that a notice names: they stay until they are free again, and
    there is a Result for each, refused with code "in-draft" or "under-way". Finished ones stay and are linked.
    to: an open case that the actor may see; None leaves the complaint accepted, in no case.
    Raises PermissionDenied; TransitionRefused "not-in-a-case", "case-decided", "same-case", "several-firms",
    "case-not-open", "reason-missing", "reason-too-long".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    reason = given(reason)
    cases = _lock_cases(complaint, to)
    complaint = locked(Complaint.objects).select_related("firm").get(pk=complaint.pk)
    require(actor, "cases.move_complaint", complaint)
    if complaint.state != ComplaintState.IN_CASE or complaint.case_id not in cases:
        message = _("This complaint is in no case: it is “%(state)s”.") % {
            "state": complaint.get_state_display()
        }
        raise TransitionRefused("not-in-a-case", message, **last_act(complaint))
    old = cases[complaint.case_id]
    if old.state in DECIDED_CASE:
        decided = _("Its case is “%(state)s”; that stands for this complaint too.")
        raise TransitionRefused(
            "case-decided",
            decided % {"state": old.get_state_display()},
            **last_act(old),
        )
    new = None
    if to is not None:
        new = cases[to.pk]
        _require_fitting(complaint, old, new, actor)
    stays = stays_of(complaint, old)
    move_locked(complaint, old, new, actor=actor, at=at, reason=reason)
    return stays


def _lock_cases(complaint: Complaint, to: Case | None) -> dict[int | None, Case]:
    """The case that a complaint is in and the one it goes to, locked in the order of ids."""
    ids = []
    if complaint.case_id is not None:
        ids.append(complaint.case_id)
    if to is not None:
        ids.append(to.pk)
    return {
        case.pk: case
        for case in locked_in_order(Case.objects.select_related("firm", "unit"), ids)
    }


def _require_fitting(complaint: Complaint, old: Case, new: Case, actor: User) -> None:
    if not Case.objects.visible_to(actor).filter(pk=new.pk).exists():
        raise TransitionRefused(
            "case-not-open", _("There is no such case among those that you may see.")
        )
    if new.pk == old.pk:
        raise TransitionRefused("same-case", _("It is in this case already."))
    if new.firm_id != complaint.firm_id:
        raise TransitionRefused(
            "several-firms",
            _("A case holds the complaints of one firm."),
            firm=new.firm.code,
        )
    require_open(new)


def stays_of(complaint: Complaint, case: Case) -> list[Result]:
    """Those of a complaint's targets that stay in its case since a notice names them, each with the reason."""
    held = Target.objects.filter(
        complaint=complaint, case=case, state__in=UNFINISHED
    ).order_by("pk")
    targets = {target.pk: target for target in held}
    drafted: dict[int, tuple[str, Any]] = {}
    for check in drop_checks:
        drafted |= check(targets.keys())
    under_way = _(
        "It is “%(state)s” and stays in case %(case)s until that notice is done with it."
    )
    stays = []
    for pk, target in targets.items():
        if pk in drafted:
            stays.append(Result(pk, False, *drafted[pk]))
        elif target.state not in MAY_CARRY_OVER:
            detail = {"state": target.get_state_display(), "case": case.number}
            stays.append(Result(pk, False, "under-way", under_way % detail))
    return stays


def move_locked(
    complaint: Complaint,
    old: Case,
    new: Case | None,
    *,
    actor: User,
    at: datetime,
    reason: str,
) -> None:
    """Put a locked complaint from one locked case into another or none, with what may go; told in both threads."""
    complaint.case = new
    goes_to = complaint.number
    if new is not None:
        goes_to = new.number
    else:
        COMPLAINT_STATES.move(complaint, ComplaintState.ACCEPTED)
    complaint.save(update_fields=["case", "state"])
    way = f"{old.number} → {goes_to}"
    said: dict[str, Any] = {"reason": reason} if reason else {}
    for thread in dict.fromkeys((old.thread, complaint.thread)):
        record(
            actor,
            "complaint.moved",
            complaint,
            at=at,
            thread=thread,
            way=way,
            number=complaint.number,
            **said,
        )
    carry_over(
        {*held_by(complaint=complaint), *named_by([complaint])}, actor=actor, at=at
    )
    told = format_lazy(
        _("Complaint {number} was moved: {way}."), number=complaint.number, way=way
    )
    for case in filter(None, (old, new)):
        tell_officers(case, actor, told)
