"""Objections, corrections and withdrawals: how something named is taken out again."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases import workflow as casework
from cases.models import Target
from cases.states import TargetState
from corps import workflow as ground
from corps.access import require
from corps.audit import entry, record, record_many
from corps.clock import accept_at, now
from corps.errors import TransitionRefused
from corps.last_acts import last_act, tell_second_comers
from corps.locking import locked, locked_in_order
from corps.models import Approval, User
from corps.results import Result
from notices.models import NoticeItem, Objection, Outcome
from notices.states import OBJECTION_STATES, UNFINISHED, ItemState, ObjectionState
from notices.workflow import ledger
from notices.workflow.issuing import complete_notices

NOTHING_TO_CORRECT = _("This target does not count now; there is nothing to correct.")


@transaction.atomic
def lodge_objection(*, target: Target, actor: User, reason: str, at: datetime | None = None) -> Objection:
    """Take in an objection against a target that was noticed at least once.

    Raises PermissionDenied; TransitionRefused "not-noticed", "reason-missing", "objection-open".
    """
    target = _locked(target)
    require(actor, "notices.lodge_objection", target)
    at = accept_at(actor, at, now())
    _require_reason(reason)
    if target.case is None or not target.items.exclude(state=ItemState.DRAFT).exists():
        raise TransitionRefused("not-noticed", _("Nothing was ever asked about this target."))
    undecided = target.objections.filter(state__in=(ObjectionState.LODGED, ObjectionState.ACCEPTED)).first()
    if undecided is not None:
        said = _("An objection to this target is being decided already.")
        raise TransitionRefused("objection-open", said, **last_act(undecided))
    objection = Objection.objects.create(
        number=ground.take_number("O", at),
        target=target,
        case=target.case,
        reason=reason.strip(),
        lodged_by=actor,
        lodged_at=at,
    )
    record(
        actor, "objection.lodged", objection, at=at, thread=target.case.thread, target=target.pk, reason=reason.strip()
    )
    return objection


@transaction.atomic
def accept_objection(*, objection: Objection, actor: User, at: datetime | None = None) -> Objection:
    """Take an objection up for decision. Raises PermissionDenied; TransitionRefused "already-decided"."""
    objection = locked(Objection.objects).select_related("case").get(pk=objection.pk)
    require(actor, "notices.lodge_objection", objection)
    at = accept_at(actor, at, now())
    _move(objection, ObjectionState.ACCEPTED)
    objection.save(update_fields=["state"])
    record(actor, "objection.accepted", objection, at=at, thread=objection.case.thread)
    return objection


@transaction.atomic
def decide_objection(
    *, objection: Objection, actor: User, upheld: bool, reason: str, at: datetime | None = None
) -> Objection:
    """Uphold or dismiss an accepted objection; whoever lodged it does not decide.

    Upheld: what was counted is taken back at `at`, the unfinished item is withdrawn, the target marked restored.
    Dismissed: an item that waited for it is open again; nothing else changes.
    Raises PermissionDenied; TransitionRefused "already-decided", "own-objection", "reason-missing".
    """
    target = _locked(Target.objects.get(objections=objection))
    objection = locked(Objection.objects).select_related("case").get(pk=objection.pk)
    require(actor, "notices.decide_objection", objection)
    at = accept_at(actor, at, now())
    _require_reason(reason)
    if objection.lodged_by_id == actor.pk:
        raise TransitionRefused("own-objection", _("Whoever lodged an objection does not decide it."))
    _move(objection, ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED)
    objection.decided_by, objection.decided_at, objection.decision_reason = actor, at, reason.strip()
    objection.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    if upheld:
        _restore(target, objection, actor, at)
    else:
        appealed = NoticeItem.objects.filter(target=target, state=ItemState.APPEALED)
        touched = list(appealed.values_list("notice_id", flat=True))
        appealed.update(state=ItemState.OPEN)
        complete_notices(touched, actor=actor, at=at)
    record(
        actor,
        f"objection.{objection.state}",
        objection,
        at=at,
        thread=objection.case.thread,
        target=target.pk,
        reason=reason.strip(),
    )
    return objection


def _restore(target: Target, objection: Objection, actor: User, at: datetime) -> None:
    if target.is_counted:
        ledger.take_back(
            target=target,
            item=_counted_item(target),
            cause=Outcome.Cause.OBJECTION,
            at=at,
            reason=objection.reason,
            objection=objection,
        )
    unfinished = list(locked_in_order(NoticeItem.objects, _unfinished(target)).values_list("pk", "notice_id"))
    NoticeItem.objects.filter(pk__in=[pk for pk, _n in unfinished]).update(state=ItemState.WITHDRAWN)
    before, target.state, target.is_counted = target.state, TargetState.RESTORED, False
    target.save(update_fields=["state", "is_counted"])
    complete_notices({notice for _pk, notice in unfinished}, actor=actor, at=at)
    record(actor, "target.restored", target, at=at, thread=objection.case.thread, before=before)


@transaction.atomic
def withdraw_items(
    *, items: Iterable[int], actor: User | None, reason: str, at: datetime | None = None
) -> list[Result]:
    """Withdraw unfinished items, singly judged; their targets are as before the notice: reported, or relisted.

    actor: None when an official account was found. Raises PermissionDenied; TransitionRefused "reason-missing".
    """
    moment = now()
    items = list(items)
    if actor is not None:
        require(actor, "notices.withdraw")
    at = accept_at(actor, at, moment)
    _require_reason(reason)
    visible = NoticeItem.objects.visible_to(actor) if actor is not None else NoticeItem.objects.all()
    named = visible.filter(pk__in=items).values_list("target_id", flat=True)
    list(locked_in_order(Target.objects, named).values_list("pk"))
    found = {item.pk: item for item in locked_in_order(visible, items).select_related("target", "notice__case")}
    results = [_withdrawable(pk, found.get(pk)) for pk in items]
    gone = [found[pk] for pk, result in zip(items, results, strict=True) if result.ok]
    NoticeItem.objects.filter(pk__in=[item.pk for item in gone]).update(state=ItemState.WITHDRAWN)
    targets: dict[bool, list[int]] = {True: [], False: []}
    for item in gone:
        targets[item.target.is_counted].append(item.target_id)
    Target.objects.filter(pk__in=targets[False]).update(state=TargetState.REPORTED)
    Target.objects.filter(pk__in=targets[True]).update(state=TargetState.RELISTED)
    record_many(
        entry(
            actor,
            "item.withdrawn",
            item,
            at=at,
            thread=item.notice.case.thread,
            reason=reason,
            target=item.target_id,
            notice=item.notice.number,
        )
        for item in gone
    )
    complete_notices({item.notice_id for item in gone}, actor=actor, at=at)
    casework.pass_on((item.target_id for item in gone), actor=actor, at=at, wait=False)
    return tell_second_comers(results, NoticeItem, {"finished"})


def _withdrawable(pk: int, item: NoticeItem | None) -> Result:
    if item is None:
        return Result(pk, False, "unknown", _("There is no such item among what you may see."))
    if item.state not in UNFINISHED:
        said = _("It is finished already: %(state)s.") % {"state": item.get_state_display()}
        return Result(pk, False, "finished", said)
    return Result(pk)


@transaction.atomic
def propose_correction(*, target: Target, actor: User, reason: str, at: datetime | None = None) -> Approval:
    """Ask for a counted outcome to be taken back; somebody else decides (`correct_outcome`).

    Raises PermissionDenied; TransitionRefused "not-counted", "reason-missing", "already-submitted".
    """
    target = _locked(target)
    require(actor, "notices.propose_correction", target)
    at = accept_at(actor, at, now())
    _require_reason(reason)
    if not target.is_counted:
        raise TransitionRefused("not-counted", NOTHING_TO_CORRECT, **last_act(target))
    approval = ground.request_approval(subject=target, version=_standing(target), actor=actor, at=at)
    record(actor, "outcome.correction_proposed", target, at=at, thread=_thread(target), reason=reason.strip())
    return approval


@transaction.atomic
def correct_outcome(*, target: Target, actor: User, reason: str, at: datetime | None = None) -> Outcome:
    """Take a counted outcome back, as a second person proposed: a −1 at `at`; the target is reported again.

    Verified anew later, it counts again at the time of the new check.
    Raises PermissionDenied; TransitionRefused "not-proposed", "not-counted", "reason-missing", and those of
    `corps.workflow.decide_approval` ("own-draft" for the proposer).
    """
    target = _locked(target)
    require(actor, "notices.correct_outcome", target)
    at = accept_at(actor, at, now())
    _require_reason(reason)
    approval = ground.open_approval(target)
    if approval is None:
        raise TransitionRefused("not-proposed", _("Nobody proposed to correct this."), **last_act(target))
    if not target.is_counted:
        raise TransitionRefused("not-counted", NOTHING_TO_CORRECT, **last_act(target))
    ground.decide_approval(
        approval=approval, actor=actor, version=_standing(target), approve=True, reason=reason, at=at
    )
    outcome = ledger.take_back(
        target=target, item=_counted_item(target), cause=Outcome.Cause.CORRECTION, at=at, reason=reason
    )
    target.is_counted = False
    if target.state in (TargetState.VERIFIED, TargetState.GONE_BEFORE, TargetState.RELISTED):
        target.state = TargetState.REPORTED
    target.save(update_fields=["state", "is_counted"])
    record(actor, "outcome.corrected", target, at=at, thread=_thread(target), reason=reason.strip())
    casework.pass_on([target.pk], actor=actor, at=at, wait=False)
    return outcome


@transaction.atomic
def decline_correction(*, target: Target, actor: User, reason: str, at: datetime | None = None) -> Approval:
    """Leave a counted outcome as it is, though somebody proposed to take it back; they are owed the reason.

    Raises PermissionDenied; TransitionRefused "not-proposed", and those of `corps.workflow.decide_approval`
    ("own-draft" for the proposer, "reason-missing").
    """
    target = _locked(target)
    require(actor, "notices.correct_outcome", target)
    at = accept_at(actor, at, now())
    approval = ground.open_approval(target)
    if approval is None:
        raise TransitionRefused("not-proposed", _("Nobody proposed to correct this."), **last_act(target))
    approval = ground.decide_approval(
        approval=approval, actor=actor, version=approval.version, approve=False, reason=reason, at=at
    )
    record(actor, "outcome.correction_declined", target, at=at, thread=_thread(target), reason=reason.strip())
    return approval


def _locked(target: Target) -> Target:
    return locked(Target.objects).select_related("case", "listing", "store", "platform").get(pk=target.pk)


def _unfinished(target: Target) -> list[int]:
    return list(NoticeItem.objects.filter(target=target).unfinished().values_list("pk", flat=True))


def _counted_item(target: Target) -> NoticeItem:
    """The item whose verification made the target count."""
    return target.outcomes.select_related("item").order_by("-nth")[0].item


def _thread(target: Target) -> str:
    """The audit thread of a target's case."""
    return target.case.thread if target.case else ""


def _standing(target: Target) -> str:
    """SHA-256 of what a correction would take back: the last outcome of the target."""
    last = target.outcomes.order_by("-nth").values_list("pk", flat=True).first()
    return hashlib.sha256(f"{target.pk}/{last}".encode()).hexdigest()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise TransitionRefused("reason-missing", _("Give the reason."))


def _move(objection: Objection, state: str) -> None:
    if not OBJECTION_STATES.allows(objection.state, state):
        said = _("This objection is not open to that any more.")
        raise TransitionRefused("already-decided", said, state=objection.state, **last_act(objection))
    objection.state = state
