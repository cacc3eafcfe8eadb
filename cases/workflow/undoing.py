"""Acts on many things, kept for ten minutes with what was there before, and undone as a whole.

What nobody built on is undone; of the rest each is refused with who did what to it meanwhile.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.extensions import undo_checks
from cases.models import BulkAct, Case, Complaint, Target
from cases.models.acts import UNDO_FOR
from cases.states import (
    CASE_STATES,
    TARGET_STATES,
    UNDER_WAY_CASE,
    CaseState,
    ComplaintState,
    TargetState,
)
from cases.workflow.carrying_over import carry_over
from cases.workflow.guards import hold_cases, lock_case
from cases.workflow.moving import move_locked, stays_of
from cases.workflow.official_targets import record_each
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit import labels
from corps.audit.recording import record
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from corps.results import Result
from listings.workflow import lock_registry

Verb = BulkAct.Verb

GROUNDS_AS_BEFORE = """
UPDATE cases_target target SET ground_id = old.ground
FROM unnest(%s::bigint[], %s::bigint[]) AS old (target, ground) WHERE target.id = old.target"""


@transaction.atomic
def undo_act(*, act: BulkAct, actor: User, at: datetime | None = None) -> list[Result]:
    """Undo one's own act as a whole, up to ten minutes after it; one Result for each thing that it was done to.

    Dropped targets are what they were, grounds those from before, complaints out of the case they were taken into; a
    case that was opened with them is withdrawn once none is left in it. Refused with its code: "built-on" with who did
    what to it meanwhile, "case-not-open". Raises PermissionDenied for the act of another; TransitionRefused
    "undone-already", "undo-late".
    """
    at = accept_at(actor, at, now())
    if act.verb in (Verb.JOIN, Verb.OPEN):
        lock_registry()
    act = locked(BulkAct.objects).get(pk=act.pk)
    require(actor, "cases.undo_act", act)
    if act.undone_at is not None:
        message = _("You undid this already, at %(when)s.") % {
            "when": _clock(act.undone_at)
        }
        raise TransitionRefused("undone-already", message)
    if now() > act.recorded_at + UNDO_FOR:
        late = _("This can be undone for ten minutes only; that was until %(when)s.")
        raise TransitionRefused("undo-late", late % {"when": _clock(act.undo_until)})
    undo = {
        Verb.DROP: _undo_drop,
        Verb.GROUND: _undo_ground,
        Verb.JOIN: _undo_join,
        Verb.OPEN: _undo_join,
    }
    results = undo[Verb(act.verb)](act, actor, at)
    act.undone_at = at
    act.save(update_fields=["undone_at"])
    return [results[pk] for pk in act.subjects]


def _undo_drop(act: BulkAct, actor: User, at: datetime) -> dict[int, Result]:
    found, results = _judged(act)
    for pk in _done(results):
        if found[pk].state != TargetState.DROPPED:
            message = _("It is not among the dropped any more.")
            results[pk] = Result(pk, False, "built-on", message)
    before = dict(zip(act.subjects, act.before, strict=True))
    by_state: dict[str, list[int]] = defaultdict(list)
    for pk in _done(results):
        by_state[before[pk]].append(pk)
    for state, ids in by_state.items():
        TARGET_STATES.move_all(
            Target.objects.filter(pk__in=ids), state, dropped_reason=""
        )
    record_each(actor, "target.drop_undone", [found[pk] for pk in _done(results)], at)
    carry_over(
        _done(results), actor=actor, at=at, wait=False
    )  # its complaint may have ended meanwhile
    return results


def _undo_ground(act: BulkAct, actor: User, at: datetime) -> dict[int, Result]:
    found, results = _judged(act)
    before = dict(zip(act.subjects, act.before, strict=True))
    ids = _done(results)
    with connection.cursor() as cursor:
        cursor.execute(GROUNDS_AS_BEFORE, [ids, [before[pk] for pk in ids]])
    record_each(actor, "target.ground_undone", [found[pk] for pk in ids], at)
    return results


def _judged(act: BulkAct) -> tuple[dict[int, Target], dict[int, Result]]:
    """The targets of an act, locked, and for each whether it can be as it was; their cases held."""
    hold_cases(act.subjects)
    found = {
        target.pk: target
        for target in locked_in_order(
            Target.objects.select_related("case"), act.subjects
        )
    }
    built_on = _later_acts(Target, act)
    for check in undo_checks:
        for pk, sentence in check(act.subjects, act.recorded_at).items():
            built_on.setdefault(pk, sentence)
    results = {}
    for pk, target in found.items():
        case = target.case
        if pk in built_on:
            results[pk] = Result(pk, False, "built-on", built_on[pk])
        elif case is not None and case.state not in UNDER_WAY_CASE:
            results[pk] = Result(pk, False, "case-not-open", _("Its case is not open."))
        else:
            results[pk] = Result(pk)
    return found, results


def _undo_join(act: BulkAct, actor: User, at: datetime) -> dict[int, Result]:
    """Take complaints out of the case again; one whose targets a notice names stays in it."""
    assert act.case is not None  # complaints are taken into one
    case = lock_case(act.case)
    complaints = list(
        locked_in_order(Complaint.objects.select_related("firm"), act.subjects)
    )
    built_on = _later_acts(Complaint, act)
    if act.verb == Verb.OPEN and (later := _later_act_on(case, act)):
        built_on = dict.fromkeys(act.subjects, later)
    results = {
        complaint.pk: _may_come_out(complaint, case, built_on)
        for complaint in complaints
    }
    for complaint in complaints:
        if results[complaint.pk].ok:
            move_locked(complaint, case, None, actor=actor, at=at, reason="")
    if act.verb == Verb.OPEN and all(result.ok for result in results.values()):
        _take_back_opening(case, actor, at)
    return results


def _may_come_out(
    complaint: Complaint, case: Case, built_on: Mapping[int, Any]
) -> Result:
    if complaint.pk in built_on:
        return Result(complaint.pk, False, "built-on", built_on[complaint.pk])
    if complaint.case_id != case.pk or complaint.state != ComplaintState.IN_CASE:
        return Result(
            complaint.pk, False, "built-on", _("It is not in this case any more.")
        )
    stays = stays_of(complaint, case)
    if stays:
        return Result(complaint.pk, False, "built-on", stays[0].message)
    return Result(complaint.pk)


def _take_back_opening(case: Case, actor: User, at: datetime) -> None:
    """Withdraw a case that was opened by mistake and in which nothing was done."""
    before = CASE_STATES.move(case, CaseState.WITHDRAWN)
    case.save(update_fields=["state"])
    record(actor, "case.opening_undone", case, at=at, thread=case.thread, before=before)


def _done(results: Mapping[int, Result]) -> list[int]:
    return [pk for pk, result in results.items() if result.ok]


def _later_acts(model: type[Target | Complaint], act: BulkAct) -> dict[int, Any]:
    """What befell subjects of an act after it, the last of each in words; two statements."""
    entries = AuditEntry.objects.filter(
        subject_type=model._meta.label_lower,
        subject_id__in=act.subjects,
        pk__gt=act.last_entry,
    )
    # How its sheet went on is nothing that was done to it.
    entries = entries.exclude(verb__startswith="import.")
    latest = (
        entries.select_related("actor")
        .order_by("subject_id", "-pk")
        .distinct("subject_id")
    )
    return {
        entry.subject_id: _told(entry)
        for entry in latest
        if entry.subject_id is not None
    }


def _later_act_on(case: Case, act: BulkAct) -> Any:
    """What was last done to a case itself after an act; empty if nothing was."""
    entries = (
        AuditEntry.objects.about(case)
        .filter(pk__gt=act.last_entry)
        .select_related("actor")
    )
    last = entries.order_by("-pk").first()
    return _told(last) if last else ""


def _told(entry: AuditEntry) -> Any:
    """Who did what when: `officer2: 目标放弃, 10:42`."""
    said = {
        "who": entry.actor or _("the system"),
        "what": labels.act_words(entry.verb),
        "when": _clock(entry.at),
    }
    return _("%(who)s at %(when)s: %(what)s.") % said


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")
