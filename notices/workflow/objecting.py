"""Objections and corrections: how something named is taken out again."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import workflow as casework
from cases.models import Target
from cases.states import REPORTED_AGAIN, TARGET_STATES, Seen, TargetState
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act, tell_second_comers
from corps.audit.recording import entry, record, record_many
from corps.database.copy import update_many
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import Approval, User
from corps.results import Result
from corps.workflow import (
    announce,
    decide_approval,
    open_approval,
    request_approval,
    take_number,
    take_numbers,
)
from firms.models import Firm
from notices.models import LedgerEntry, Notice, NoticeItem, Objection
from notices.models.withdrawals import Cause
from notices.notifications import announce_notice
from notices.states import (
    ITEM_STATES,
    OBJECTION_STATES,
    UNDECIDED,
    ItemState,
    ObjectionState,
)
from notices.workflow import ledger
from notices.workflow.issuing import complete_notices
from notices.workflow.withdrawing import (
    lock_items,
    require_reason,
    tell_withdrawn,
    with_notices,
)


@dataclass(frozen=True, slots=True)
class Appeal:
    """An item that a platform answered “appealed”. words: the objector's, as the platform passed them on. at: when.

    objector, objected_on: who objects and when they did, where the platform says it.
    """

    item: int
    target: int
    words: str
    at: datetime
    objector: str = ""
    objected_on: date | None = None


NOTHING_TO_CORRECT = _("This target does not count now; there is nothing to correct.")


@transaction.atomic
def lodge_objection(
    *, target: Target, actor: User, reason: str, at: datetime | None = None
) -> Objection:
    """Take in an objection against a target that was noticed at least once.

    Raises PermissionDenied; TransitionRefused "not-noticed", "reason-missing", "objection-open".
    """
    target = _locked(target)
    require(actor, "notices.lodge_objection", target)
    at = accept_at(actor, at, now())
    require_reason(reason)
    if target.case is None or not target.items.exclude(state=ItemState.DRAFT).exists():
        raise TransitionRefused(
            "not-noticed", _("Nothing was ever asked about this target.")
        )
    undecided = target.objections.filter(state__in=UNDECIDED).first()
    if undecided is not None:
        sentence = _("An objection to this target is being decided already.")
        raise TransitionRefused("objection-open", sentence, **last_act(undecided))
    objection = Objection.objects.create(
        number=take_number("O", at),
        target=target,
        case=target.case,
        reason=reason.strip(),
        lodged_by=actor,
        lodged_at=at,
    )
    record(
        actor,
        "objection.lodged",
        objection,
        at=at,
        thread=target.case.thread,
        target=target.pk,
        reason=reason.strip(),
    )
    url = reverse("notices:objection", args=[objection.number])
    facts: dict[str, Any] = {"number": objection.number, "case": target.case.number}
    announce("objection.received", objection, actor=actor, url=url, **facts)
    return objection


def lodge_appeals(*, notice: Notice, appeals: Sequence[Appeal], actor: User) -> None:
    """Open an objection for each item that was just answered “appealed”, in the answering transaction.

    Where one to the target is undecided already, the item is joined to it and no second is opened; it then says who
    objects and when, unless it said so before. Both officers of the case and the supervisors who decide are told once.
    The caller holds the locks of targets and items. Statements: a fixed number, whatever the number of appeals.
    """
    open_ones = {
        objection.target_id: objection
        for objection in locked(
            Objection.objects.filter(state__in=UNDECIDED).order_by("pk")
        ).filter(target__in=[appeal.target for appeal in appeals])
    }
    joined = [
        (open_ones[appeal.target], appeal)
        for appeal in appeals
        if appeal.target in open_ones
    ]
    fresh = [appeal for appeal in appeals if appeal.target not in open_ones]
    for objection, appeal in joined:
        objection.item_id = appeal.item
        objection.objector = objection.objector or appeal.objector
        objection.objected_on = objection.objected_on or appeal.objected_on
    update_many(
        [objection for objection, _ in joined], ["item", "objector", "objected_on"]
    )
    lodged = _lodge(notice, fresh, actor)
    record_many(
        entry(
            actor,
            verb,
            objection,
            at=appeal.at,
            thread=notice.case.thread,
            target=appeal.target,
            notice=notice.number,
            reason=appeal.words,
            **_objector(appeal),
        )
        for verb, lot in (("objection.lodged", lodged), ("objection.joined", joined))
        for objection, appeal in lot
    )
    _tell_of_appeals(notice, len(appeals), actor)


def _objector(appeal: Appeal) -> dict[str, str]:
    """Who objects and when, for the audit, as far as the platform said it."""
    when = ""
    if appeal.objected_on:
        when = appeal.objected_on.isoformat()
    return {
        name: value
        for name, value in (("objector", appeal.objector), ("objected_on", when))
        if value
    }


def _lodge(
    notice: Notice, appeals: Sequence[Appeal], actor: User
) -> list[tuple[Objection, Appeal]]:
    if not appeals:
        return []
    numbers = take_numbers("O", appeals[0].at, len(appeals))
    objections = [
        Objection(
            number=number,
            target_id=appeal.target,
            case_id=notice.case_id,
            item_id=appeal.item,
            is_appeal=True,
            objector=appeal.objector,
            objected_on=appeal.objected_on,
            reason=appeal.words,
            lodged_by=actor,
            lodged_at=appeal.at,
        )
        for number, appeal in zip(numbers, appeals, strict=True)
    ]
    return list(
        zip(
            Objection.objects.bulk_create(objections, batch_size=5000),
            appeals,
            strict=True,
        )
    )


def _tell_of_appeals(notice: Notice, count: int, actor: User) -> None:
    """Tell the officers of the case, and the supervisors who decide, that appeals came in."""
    url = f"{reverse('notices:objections')}?notice={notice.number}"
    announce_notice("appeal.given", notice, actor=actor, url=url, count=count)


@transaction.atomic
def accept_objection(
    *, objection: Objection, actor: User, at: datetime | None = None
) -> Objection:
    """Take an objection up for decision. Raises PermissionDenied; TransitionRefused "already-decided"."""
    require(actor, "notices.lodge_objection", objection)
    [result] = accept_objections(objections=[objection.pk], actor=actor, at=at)
    return _as_decided(objection, result)


@transaction.atomic
def accept_objections(
    *, objections: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Take objections up for decision, singly judged; one Result for each id, in the order given.

    Raises PermissionDenied.
    """
    require(actor, "notices.lodge_objection")
    at = accept_at(actor, at, now())
    ids = list(objections)
    visible = _lock_objections(ids, actor)
    results = [_movable(pk, visible.get(pk), ObjectionState.ACCEPTED) for pk in ids]
    accepted = [
        visible[pk] for pk, result in zip(ids, results, strict=True) if result.ok
    ]
    OBJECTION_STATES.move_all(
        Objection.objects.filter(pk__in=[objection.pk for objection in accepted]),
        ObjectionState.ACCEPTED,
    )
    record_many(
        entry(
            actor, "objection.accepted", objection, at=at, thread=objection.case.thread
        )
        for objection in accepted
    )
    return tell_second_comers(results, Objection, {"already-decided"})


@transaction.atomic
def decide_objection(
    *,
    objection: Objection,
    actor: User,
    upheld: bool,
    reason: str,
    at: datetime | None = None,
) -> Objection:
    """Uphold or dismiss one objection; see `decide_objections`.

    Raises PermissionDenied; TransitionRefused "already-decided", "own-objection", "reason-missing".
    """
    require(actor, "notices.decide_objection", objection)
    [result] = decide_objections(
        objections=[objection.pk], actor=actor, upheld=upheld, reason=reason, at=at
    )
    return _as_decided(objection, result)


@transaction.atomic
def decide_objections(
    *,
    objections: Iterable[int],
    actor: User,
    upheld: bool,
    reason: str,
    at: datetime | None = None,
) -> list[Result]:
    """Uphold or dismiss accepted objections for one reason, singly judged; whoever lodged one does not decide it.

    Upheld: what was counted is taken back at `at`, the unfinished item is withdrawn, and the platform gets a letter
    that says so and asks to restore what was removed because of it; one letter for each notice. The target is then
    `restored`: that restoring was asked, not that it happened. Dismissed: an item that waited for it is open again.
    One Result for each id, in the order given. Raises PermissionDenied; TransitionRefused "reason-missing".
    """
    require(actor, "notices.decide_objection")
    at = accept_at(actor, at, now())
    require_reason(reason)
    ids, reason = list(objections), reason.strip()
    state = ObjectionState.DISMISSED
    if upheld:
        state = ObjectionState.UPHELD
    targets = _lock_targets(ids, actor)
    visible = _lock_objections(ids, actor)
    results = [_decidable(pk, visible.get(pk), state, actor) for pk in ids]
    decided = [
        visible[pk] for pk, result in zip(ids, results, strict=True) if result.ok
    ]
    if decided:
        OBJECTION_STATES.move_all(
            Objection.objects.filter(pk__in=[objection.pk for objection in decided]),
            state,
            decided_by=actor,
            decided_at=at,
            decision_reason=reason,
        )
        _carry_out(decided, targets, state, actor, at)
        _note_decision(decided, state, actor, at, reason)
        _tell_of_decision(decided, state, actor)
    return tell_second_comers(results, Objection, {"already-decided"})


def _carry_out(
    decided: list[Objection],
    targets: dict[int, Target],
    state: str,
    actor: User,
    at: datetime,
) -> None:
    """What follows from a decision for targets and items. targets: locked, by id."""
    if state == ObjectionState.UPHELD:
        upheld = [(objection, targets[objection.target_id]) for objection in decided]
        _restore(upheld, actor, at)
    else:
        _open_again([objection.target_id for objection in decided], actor, at)


def _note_decision(
    decided: list[Objection], state: str, actor: User, at: datetime, reason: str
) -> None:
    record_many(
        entry(
            actor,
            f"objection.{state}",
            objection,
            at=at,
            thread=objection.case.thread,
            target=objection.target_id,
            reason=reason,
        )
        for objection in decided
    )


def _lock_targets(objections: list[int], actor: User) -> dict[int, Target]:
    named = (
        Objection.objects.visible_to(actor)
        .filter(pk__in=objections)
        .order_by()
        .values_list("target", flat=True)
    )
    return {
        target.pk: target
        for target in locked_in_order(Target.objects, list(named)).select_related(
            "case"
        )
    }


def _lock_objections(ids: list[int], actor: User) -> dict[int, Objection]:
    rows = locked_in_order(Objection.objects.visible_to(actor), ids)
    return {
        row.pk: row
        for row in rows.select_related("case", "decided_by", "lodged_by", "target")
    }


def _movable(pk: int, objection: Objection | None, state: str) -> Result:
    if objection is None:
        return Result(
            pk,
            False,
            "unknown",
            _("There is no such objection among what you may see."),
        )
    if OBJECTION_STATES.allows(objection.state, state):
        return Result(pk)
    sentence = _("This objection is not open to that any more.")
    return Result(pk, False, "already-decided", sentence)


def _decidable(pk: int, objection: Objection | None, state: str, actor: User) -> Result:
    result = _movable(pk, objection, state)
    if result.ok and objection is not None and objection.lodged_by_id == actor.pk:
        return Result(
            pk,
            False,
            "own-objection",
            _("Whoever lodged an objection does not decide it."),
        )
    return result


def _as_decided(objection: Objection, result: Result) -> Objection:
    """The objection as it is after a verb on it alone; raises what its result says."""
    row = Objection.objects.select_related("case", "decided_by").get(pk=objection.pk)
    if result.code == "already-decided":
        sentence = _("This objection is not open to that any more.")
        raise TransitionRefused(result.code, sentence, state=row.state, **last_act(row))
    if not result.ok:
        raise TransitionRefused(result.code, result.message, state=row.state)
    return row


def _restore(pairs: list[tuple[Objection, Target]], actor: User, at: datetime) -> None:
    """What follows from upheld objections: the count, the items, the letters, the targets."""
    removed = _take_back(pairs, at)
    ids = [target.pk for _objection, target in pairs]
    items = lock_items(NoticeItem.objects.filter(target__in=ids).unfinished())
    ITEM_STATES.move_all(NoticeItem.objects.filter(pk__in=items), ItemState.WITHDRAWN)
    for item in items.values():
        ITEM_STATES.move(item, ItemState.WITHDRAWN)
    TARGET_STATES.move_all(
        Target.objects.filter(pk__in=ids), TargetState.RESTORED, is_counted=False
    )
    told = [*items.values(), *with_notices(removed)]
    tell_withdrawn(told, actor=actor, at=at, cause=Cause.OBJECTION_UPHELD)
    complete_notices({item.notice_id for item in items.values()}, actor=actor, at=at)
    record_many(
        entry(
            actor,
            "target.restored",
            target,
            at=at,
            thread=objection.case.thread,
            before=target.state,
        )
        for objection, target in pairs
    )


def _take_back(pairs: list[tuple[Objection, Target]], at: datetime) -> list[int]:
    """Write the −1 of those that count; the ids of the items by which they did."""
    counted = [(objection, target) for objection, target in pairs if target.is_counted]
    items = ledger.counted_items([target.pk for _objection, target in counted])
    taken = [
        ledger.TakenBack(target, items[target.pk], objection.reason, objection)
        for objection, target in counted
    ]
    ledger.take_back_many(taken, cause=LedgerEntry.Cause.OBJECTION, at=at)
    return [item.pk for item in items.values()]


def _open_again(targets: list[int], actor: User, at: datetime) -> None:
    """Open the items again that waited for objections which were dismissed, and tell their liaisons."""
    appealed = NoticeItem.objects.filter(target__in=targets, state=ItemState.APPEALED)
    touched = dict.fromkeys(appealed.order_by("pk").values_list("notice_id", flat=True))
    ITEM_STATES.move_all(appealed, ItemState.OPEN)
    complete_notices(touched, actor=actor, at=at)
    for notice in Notice.objects.filter(pk__in=touched).select_related("platform"):
        announce_notice("objection.decided", notice, to="liaison", actor=actor)


def _tell_of_decision(
    decided: list[Objection], state: ObjectionState, actor: User
) -> None:
    """Tell the officers of the cases, and the firms whose targets they are about, that objections were decided."""
    by_case: dict[Any, list[Objection]] = {}
    by_firm: dict[int, list[Objection]] = {}
    for objection in decided:
        by_case.setdefault(objection.case, []).append(objection)
        by_firm.setdefault(objection.target.firm_id, []).append(objection)
    for case, lot in by_case.items():
        if len(lot) == 1:
            url = reverse("notices:objection", args=[lot[0].number])
        else:
            url = reverse("notices:objections")
        facts: dict[str, Any] = {
            "count": len(lot),
            "number": case.number,
            "decision": state.label,
        }
        announce(
            "objection.decided", case, to="officers", actor=actor, url=url, **facts
        )
    for firm, lot in by_firm.items():
        facts = {"count": len(lot), "decision": state.label}
        subject, about, url = Firm(pk=firm), lot[0].target, reverse("cases:named")
        announce(
            "objection.decided",
            subject,
            about=about,
            to="firm",
            actor=actor,
            url=url,
            **facts,
        )


@transaction.atomic
def propose_correction(
    *, target: Target, actor: User, reason: str, at: datetime | None = None
) -> Approval:
    """Ask for a counted target to be taken out of the numbers; somebody else decides (`correct_outcome`).

    Raises PermissionDenied; TransitionRefused "not-counted", "reason-missing", "already-submitted".
    """
    target = _locked(target)
    require(actor, "notices.propose_correction", target)
    at = accept_at(actor, at, now())
    require_reason(reason)
    if not target.is_counted:
        raise TransitionRefused("not-counted", NOTHING_TO_CORRECT, **last_act(target))
    approval = request_approval(
        subject=target, version=_version_of_count(target), actor=actor, at=at
    )
    record(
        actor,
        "outcome.correction_proposed",
        target,
        at=at,
        thread=_thread(target),
        reason=reason.strip(),
    )
    return approval


@transaction.atomic
def correct_outcome(
    *, target: Target, actor: User, reason: str, at: datetime | None = None
) -> LedgerEntry:
    """Take a target out of the numbers, as a second person proposed: a −1 at `at`; it is reported again.

    Its platform gets a letter that asks to restore it, unless it was last seen live: then nothing is removed.
    Verified anew later, it counts again at the time of the new check.
    Raises PermissionDenied; TransitionRefused "not-proposed", "not-counted", "reason-missing", and those of
    `corps.workflow.decide_approval` ("own-draft" for the proposer).
    """
    target = _locked(target)
    require(actor, "notices.correct_outcome", target)
    at = accept_at(actor, at, now())
    require_reason(reason)
    approval = open_approval(target)
    if approval is None:
        raise TransitionRefused(
            "not-proposed", _("Nobody proposed to correct this."), **last_act(target)
        )
    if not target.is_counted:
        raise TransitionRefused("not-counted", NOTHING_TO_CORRECT, **last_act(target))
    decide_approval(
        approval=approval,
        actor=actor,
        version=_version_of_count(target),
        approve=True,
        reason=reason,
        at=at,
    )
    entry = ledger.take_back(
        target=target,
        item=_counted_item(target),
        cause=LedgerEntry.Cause.CORRECTION,
        at=at,
        reason=reason,
    )
    target.is_counted = False
    if target.state in REPORTED_AGAIN:
        TARGET_STATES.move(target, TargetState.REPORTED)
    target.save(update_fields=["state", "is_counted"])
    record(
        actor,
        "outcome.corrected",
        target,
        at=at,
        thread=_thread(target),
        reason=reason.strip(),
    )
    if target.seen != Seen.LIVE:
        tell_withdrawn(
            with_notices([entry.item_id]),
            actor=actor,
            at=at,
            cause=Cause.OUTCOME_CORRECTED,
        )
    casework.carry_over([target.pk], actor=actor, at=at, wait=False)
    return entry


@transaction.atomic
def decline_correction(
    *, target: Target, actor: User, reason: str, at: datetime | None = None
) -> Approval:
    """Leave a counted target as it is, though somebody proposed to take it back; they are owed the reason.

    Raises PermissionDenied; TransitionRefused "not-proposed", and those of `corps.workflow.decide_approval`
    ("own-draft" for the proposer, "reason-missing").
    """
    target = _locked(target)
    require(actor, "notices.correct_outcome", target)
    at = accept_at(actor, at, now())
    approval = open_approval(target)
    if approval is None:
        raise TransitionRefused(
            "not-proposed", _("Nobody proposed to correct this."), **last_act(target)
        )
    approval = decide_approval(
        approval=approval,
        actor=actor,
        version=approval.version,
        approve=False,
        reason=reason,
        at=at,
    )
    record(
        actor,
        "outcome.correction_declined",
        target,
        at=at,
        thread=_thread(target),
        reason=reason.strip(),
    )
    return approval


def _locked(target: Target) -> Target:
    return (
        locked(Target.objects)
        .select_related("case", "listing", "store", "platform")
        .get(pk=target.pk)
    )


def _counted_item(target: Target) -> NoticeItem:
    """The item whose verification made the target count."""
    return target.ledger_entries.select_related("item").order_by("-nth")[0].item


def _thread(target: Target) -> str:
    """The audit thread of a target's case."""
    if target.case is None:
        return ""
    return target.case.thread


def _version_of_count(target: Target) -> str:
    """SHA-256 of what a correction would take back: the last ledger entry of the target."""
    last = target.ledger_entries.order_by("-nth").values_list("pk", flat=True).first()
    return hashlib.sha256(f"{target.pk}/{last}".encode()).hexdigest()
