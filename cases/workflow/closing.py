"""The end of a case and its side exits: concluded, closed, reopened, suspended, transferred, withdrawn."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.extensions import (
    Leaving,
    Missing,
    Waiting,
    closing_checks,
    leaving_checks,
    leaving_hooks,
    resuming_hooks,
)
from cases.models import Case, Complaint
from cases.states import (
    CASE_STATES,
    COMPLAINT_STATES,
    MAY_CARRY_OVER,
    CaseState,
    ComplaintState,
    TargetState,
    case_before,
)
from cases.workflow.carrying_over import carry_over, held_by
from cases.workflow.guards import given, lock_case, require_way
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import entry, record, record_many
from corps.database.locking import locked
from corps.deadlines.calendar import parse_spans
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import Deadline, User
from listings.workflow import lock_registry

OPEN_TARGETS = {
    TargetState.REPORTED: ngettext_lazy(
        "%(count)s target is in no notice and was not dropped",
        "%(count)s targets are in no notice and were not dropped",
        "count",
    ),
    TargetState.NOTICED: ngettext_lazy(
        "%(count)s target waits for the platform's answer",
        "%(count)s targets wait for the platform's answer",
        "count",
    ),
    TargetState.CLAIMED: ngettext_lazy(
        "%(count)s target waits to be checked",
        "%(count)s targets wait to be checked",
        "count",
    ),
    TargetState.REFUSED: ngettext_lazy(
        "%(count)s target was not acted on by the platform and must be noticed again or dropped",
        "%(count)s targets were not acted on by the platform and must be noticed again or dropped",
        "count",
    ),
    TargetState.NEEDS_INFORMATION: ngettext_lazy(
        "%(count)s target waits for information that the platform asked for",
        "%(count)s targets wait for information that the platform asked for",
        "count",
    ),
    TargetState.RELISTED: ngettext_lazy(
        "%(count)s target was relisted",
        "%(count)s targets were relisted",
        "count",
    ),
}


def open_targets(case: Case) -> list[Missing]:
    """Targets on which something is still to be done, by state; official ones that no notice names do not count."""
    waiting = case.targets.filter(state__in=OPEN_TARGETS.keys())
    waiting = waiting.exclude(is_official=True, state__in=MAY_CARRY_OVER)
    counts = dict(waiting.values_list("state").annotate(count=Count("pk")))
    return [
        Missing(f"targets-{state}", counts[state], text % {"count": counts[state]})
        for state, text in OPEN_TARGETS.items()
        if state in counts
    ]


def what_waits(case: Case, after: str) -> list[Waiting]:
    """What waits in a case that is to leave, or to be suspended, and what would become of it; after: the new state."""
    return [thing for check in leaving_checks for thing in check(case, after)]


def missing(case: Case, *, to_close: bool) -> list[Missing]:
    """What must be done before a case can be concluded, or closed."""
    checks: list[Callable[[Case], Iterable[Missing] | None]] = [open_targets]
    if to_close:
        checks += closing_checks
    return [thing for check in checks for thing in _asked(check, case)]


@transaction.atomic
def conclude_case(*, case: Case, actor: User, at: datetime | None = None) -> Case:
    """Say that nothing is left to do on the targets of a case, so that it can be closed.

    Raises PermissionDenied; TransitionRefused "wrong-state", "not-ready" with what is `missing`.
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.conclude_case", case)
    require_way(case, case_before(CaseState.CONCLUDING))
    _require_nothing(missing(case, to_close=False))
    before = CASE_STATES.move(case, CaseState.CONCLUDING)
    case.concluding_at = at
    case.save(update_fields=["state", "concluding_at"])
    record(actor, "case.concluding", case, at=at, thread=case.thread, before=before)
    return case


@transaction.atomic
def close_case(
    *, case: Case, actor: User, conclusion: str, at: datetime | None = None
) -> Case:
    """Close a case with its conclusion; its complaints count as answered.

    conclusion: 1 to 4,000 characters. Two who close at once get one closure and one refusal. Raises PermissionDenied;
    TransitionRefused "wrong-state", "reason-missing", "reason-too-long", "not-ready" with what is `missing`.
    Source: 市场监督管理行政处罚程序规定, art. 77.
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.close_case", case)
    require_way(case, case_before(CaseState.CLOSED))
    conclusion = given(conclusion)
    _require_nothing(missing(case, to_close=True))

    CASE_STATES.move(case, CaseState.CLOSED)
    case.conclusion, case.closed_at = conclusion, at
    case.save(update_fields=["state", "conclusion", "closed_at"])
    record(actor, "case.closed", case, at=at, thread=case.thread, conclusion=conclusion)
    _pass_complaints_on(
        case, ComplaintState.IN_CASE, ComplaintState.ANSWERED, actor, at
    )
    return case


@transaction.atomic
def archive_case(*, case: Case, actor: User, at: datetime | None = None) -> Case:
    """Put a closed case into the archive; a relisting that nobody took up passes to the next complaint that names it.

    Raises PermissionDenied; TransitionRefused "wrong-state".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.close_case", case)
    _move(case, CaseState.ARCHIVED, actor, at)
    _pass_complaints_on(case, ComplaintState.ANSWERED, ComplaintState.CLOSED, actor, at)
    carry_over(held_by(case=case), actor=actor, at=at)
    return case


@transaction.atomic
def reopen_case(
    *, case: Case, actor: User, reason: str, at: datetime | None = None
) -> Case:
    """Take a closed case up again, such as for a relisting.

    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long".
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.reopen_case", case)
    return _move(case, CaseState.REOPENED, actor, at, reason=given(reason))


@transaction.atomic
def suspend_case(
    *,
    case: Case,
    actor: User,
    reason: str,
    at: datetime | None = None,
    confirmed: Mapping[str, int] | None = None,
) -> Case:
    """Suspend a case (中止); the days until it is resumed are not counted, for the corps and for platforms.

    No letter is sent of it, and none can be made until it is resumed: what waits for approval is a draft again, and its
    drafter told. Letters of notices that are issued already wait.
    confirmed: as `withdraw_case`. Raises PermissionDenied; TransitionRefused "wrong-state", "not-confirmed",
    "reason-missing", "reason-too-long".
    Source: 市场监督管理行政处罚程序规定, art. 46 and 64.
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.suspend_case", case)
    require_way(case, case_before(CaseState.SUSPENDED))
    reason = given(reason)
    counts = _confirm(case, CaseState.SUSPENDED, confirmed)
    case.suspended_at, case.suspended_from = at, case.state
    fields = ("suspended_at", "suspended_from")
    case = _move(case, CaseState.SUSPENDED, actor, at, *fields, reason=reason, **counts)
    for hook in leaving_hooks:
        hook(Leaving(case, CaseState.SUSPENDED, actor, at, reason))
    return case


@transaction.atomic
def resume_case(*, case: Case, actor: User, at: datetime | None = None) -> Case:
    """Go on with a suspended case where it was; the days of its suspension move its deadline, and those by which
    platforms are to answer and officers to check.

    Raises PermissionDenied; TransitionRefused "not-suspended".
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.suspend_case", case)
    if case.state != CaseState.SUSPENDED or case.suspended_at is None:
        raise TransitionRefused(
            "not-suspended",
            _("This case is not suspended."),
            state=case.state,
            **last_act(case),
        )
    deadline = case.handling_deadline
    span = shanghai_date(case.suspended_at), shanghai_date(at) - timedelta(days=1)
    if deadline is not None and span[0] <= span[1]:
        case.handling_deadline = Deadline.objects.ensure(
            deadline.rule.code,
            deadline.started_on,
            length=deadline.length,
            extension=deadline.extension,
            excluded=[*parse_spans(deadline.excluded), span],
        )
    if span[0] <= span[1]:
        for hook in resuming_hooks:
            hook(case, span, actor, at)
    before, case.suspended_at, case.suspended_from = case.suspended_from, None, ""
    return _put(
        case, before, actor, at, "suspended_at", "suspended_from", "handling_deadline"
    )


@transaction.atomic
def transfer_case(
    *,
    case: Case,
    actor: User,
    reason: str,
    at: datetime | None = None,
    confirmed: Mapping[str, int] | None = None,
) -> Case:
    """Hand a case to another authority; what others name as well passes to their cases. reason: to whom and why.

    What is not issued is given up, what platforms are asked is withdrawn; they are told that the matter is with the
    other authority, and that what they did stays until it decides. What was counted stays counted.
    confirmed: as `withdraw_case`, whose codes it raises.
    """
    return _leave(case, CaseState.TRANSFERRED, actor, reason, at, confirmed)


@transaction.atomic
def withdraw_case(
    *,
    case: Case,
    actor: User,
    reason: str,
    at: datetime | None = None,
    confirmed: Mapping[str, int] | None = None,
    take_back: Iterable[int] = (),
) -> Case:
    """Give a case up (撤销案件).

    What is not issued is given up, what platforms are asked is withdrawn with letters. What was counted stays counted,
    unless it is named in take_back: then a correction is proposed, which a second person decides.
    confirmed: the counts by code that the person was shown of what the act ends (`what_waits`); none are needed where
    nothing waits. take_back: ids of counted targets of the case.
    Raises PermissionDenied; TransitionRefused "wrong-state", "not-confirmed" (details: waiting), "not-counted",
    "reason-missing", "reason-too-long".
    """
    return _leave(case, CaseState.WITHDRAWN, actor, reason, at, confirmed, take_back)


def _leave(
    case: Case,
    after: str,
    actor: User,
    reason: str,
    at: datetime | None,
    confirmed: Mapping[str, int] | None,
    take_back: Iterable[int] = (),
) -> Case:
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.leave_case", case)
    require_way(case, case_before(after))
    reason = given(reason)
    # Every verb that moves an item, or counts one, locks its target first: from here on nothing of it moves.
    targets = locked(case.targets.order_by("pk")).values_list("pk", "is_counted")
    counted = {pk for pk, is_counted in targets if is_counted}
    chosen = tuple(sorted(set(take_back)))
    if not counted.issuperset(chosen):
        raise TransitionRefused(
            "not-counted", _("Only a counted target of this case can be taken back.")
        )
    counts = _confirm(case, after, confirmed)
    case = _move(
        case,
        after,
        actor,
        at,
        reason=reason,
        kept=len(counted) - len(chosen),
        taken_back=len(chosen),
        **counts,
    )
    for hook in leaving_hooks:
        hook(Leaving(case, after, actor, at, reason, chosen))
    carry_over(held_by(case=case), actor=actor, at=at)
    return case


def _confirm(
    case: Case, after: str, confirmed: Mapping[str, int] | None
) -> dict[str, int]:
    """The counts of what the act ends, as the audit keeps them. Raises TransitionRefused "not-confirmed", naming what
    waits, unless they are those that were confirmed."""
    waiting = what_waits(case, after)
    ended = {thing.code: thing.count for thing in waiting if thing.is_ended}
    if ended != dict(confirmed or {}):
        named = " ".join(str(thing.text) for thing in waiting if thing.is_ended)
        said = _("Look at what waits in this case, and confirm it: %(waiting)s") % {
            "waiting": named
        }
        raise TransitionRefused("not-confirmed", said, waiting=waiting)
    return {code.replace("-", "_"): count for code, count in ended.items()}


def _asked(
    check: Callable[[Case], Iterable[Missing] | None], case: Case
) -> list[Missing]:
    try:
        return list(check(case) or ())
    except TransitionRefused as refused:
        return [
            Missing(
                refused.code,
                sum(n for n in refused.details.values() if isinstance(n, int)),
                refused.message,
            )
        ]


def _require_nothing(things: list[Missing]) -> None:
    """Raise TransitionRefused "not-ready" naming everything that is missing."""
    if things:
        named = "; ".join(str(thing.text) for thing in things)
        raise TransitionRefused(
            "not-ready",
            _("Not everything is done: %(missing)s.") % {"missing": named},
            missing=things,
        )


def _move(
    case: Case, after: str, actor: User, at: datetime, *fields: str, **said: Any
) -> Case:
    require_way(case, case_before(after))
    return _put(case, after, actor, at, *fields, **said)


def _put(
    case: Case, after: str, actor: User, at: datetime, *fields: str, **said: Any
) -> Case:
    before = CASE_STATES.move(case, after)
    case.save(update_fields=["state", *fields])
    record(
        actor, f"case.{after}", case, at=at, thread=case.thread, before=before, **said
    )
    return case


def _pass_complaints_on(
    case: Case, before: str, after: str, actor: User, at: datetime
) -> None:
    complaints = list(
        locked(Complaint.objects).filter(case=case, state=before).order_by("pk")
    )
    ids = [complaint.pk for complaint in complaints]
    COMPLAINT_STATES.move_all(Complaint.objects.filter(pk__in=ids), after)
    record_many(
        entry(actor, f"complaint.{after}", complaint, at=at, thread=case.thread)
        for complaint in complaints
    )
