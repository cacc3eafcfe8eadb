"""Checks: what an officer saw decides whether a platform's claim becomes a ledger entry."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cases import workflow as casework
from cases.models import Case, Complaint, Target
from cases.states import CHECKED_GONE, TARGET_STATES, Claim, Seen, TargetState
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act, last_acts
from corps.audit.recording import entry, record_many
from corps.database.locking import held, locked_in_order
from corps.deadlines.clock import now
from corps.errors import in_short, told_by_whom
from corps.models import User
from corps.results import Result
from notices.models import Check, NoticeItem, Objection
from notices.notifications import announce_notice
from notices.states import ISSUED_NOTICE, ITEM_STATES, UNDECIDED, ItemState
from notices.workflow import ledger
from notices.workflow.checkers import check_refusals
from notices.workflow.guards import checks_barred
from notices.workflow.issuing import complete_notices

UNKNOWN_SEEN = _("Say what was seen: gone, live, or did not open.")

MOVE_ITEMS = """
UPDATE notices_noticeitem item SET state = checked.state
FROM unnest(%(item)s::bigint[], %(item_state)s::text[]) AS checked (item, state)
WHERE item.id = checked.item AND item.state = ANY(%(checked)s)"""

MOVE_TARGETS = """
UPDATE cases_target target
SET state = checked.state, seen = checked.seen, seen_at = checked.at, is_counted = checked.counted
FROM unnest(
    %(target)s::bigint[], %(target_state)s::text[], %(seen)s::text[], %(at)s::timestamptz[], %(counted)s::boolean[]
) AS checked (target, state, seen, at, counted)
WHERE target.id = checked.target AND target.state = ANY(%(target_checked)s)"""


@dataclass(frozen=True, slots=True)
class ItemCheck:
    """What was seen at the address of an item. at: when it was recorded; looked_at: when they say they looked."""

    item: int
    seen: str
    at: datetime
    looked_at: datetime | None = None
    note: str = ""


def verify_items(
    *,
    items: Iterable[int],
    seen: str,
    actor: User,
    at: datetime | None = None,
    looked_at: datetime | None = None,
    note: str = "",
) -> list[Result]:
    """Judge claimed items by one and the same thing seen; see `check_items`."""
    at = at or now()
    return check_items(
        checks=[ItemCheck(item, seen, at, looked_at, note) for item in items],
        actor=actor,
    )


@transaction.atomic
def check_items(*, checks: Iterable[ItemCheck], actor: User) -> list[Result]:
    """Judge claimed items by what was seen; one Result for each check, in the order given.

    `gone` verifies: a claim of removal becomes an entry (or a repeat removal), a claim that it was gone before the
    notice ends in its own bucket. `live` sends the item back to the platform. `unreachable` leaves it claimed.
    A fixed number of statements for checks of different items; a second one of an item in one call takes as many again.
    Whoever drafted the notice or answered in the platform's stead is refused row by row (`checkers`).
    Raises PermissionDenied; TransitionRefused "at-past", "at-ahead".
    """
    require(actor, "notices.check")
    moment = now()
    accepted_times = [
        replace(check, at=accept_at(actor, check.at, moment)) for check in checks
    ]
    return judge_checks(accepted_times, actor)


def judge_checks(checks: list[ItemCheck], actor: User) -> list[Result]:
    """`check_items` for times that are accepted already: those of a click in the browser ten seconds ago."""
    results: dict[int, Result] = {}
    waiting = list(enumerate(checks))
    while waiting:
        first_of_item: dict[int, tuple[int, ItemCheck]] = {}
        later: list[tuple[int, ItemCheck]] = []
        for index, check in waiting:
            if check.item in first_of_item:
                later.append((index, check))
            else:
                first_of_item[check.item] = (index, check)
        indexes, distinct = zip(*first_of_item.values(), strict=True)
        results.update(zip(indexes, _judge(distinct, actor), strict=True))
        waiting = later
    return [results[index] for index in range(len(checks))]


def _judge(checks: Sequence[ItemCheck], actor: User) -> list[Result]:
    """Judge checks of different items."""
    ids = [check.item for check in checks]
    items = lock_items(ids, actor)
    refused = refuse_checks(items, ids, actor)
    accepted, results = [], []
    for check in checks:
        refusal = refused.get(check.item) or _unknown_seen(check)
        if refusal is None:
            accepted.append((items[check.item], check))
        results.append(refusal or Result(check.item))
    if accepted:
        _write(accepted, actor)
    return results


def lock_items(ids: list[int], actor: User) -> dict[int, NoticeItem]:
    """The items a person may see, and their targets, both locked in the order of ids; their cases held."""
    visible = list(
        NoticeItem.objects.visible_to(actor)
        .filter(pk__in=ids)
        .values_list("target_id", "notice__case_id")
    )
    held(Case, (case for _target, case in visible))
    list(
        locked_in_order(
            Target.objects, [target for target, _case in visible]
        ).values_list("pk")
    )
    items = locked_in_order(NoticeItem.objects.visible_to(actor), ids)
    items = items.select_related(
        "target__case", "notice__case", "notice__platform", "check_deadline"
    )
    return {item.pk: item for item in items}


def refuse_checks(
    items: dict[int, NoticeItem], asked: Iterable[int], actor: User
) -> dict[int, Result]:
    """Why a person cannot judge some of the items asked for, by their ids: not among what they may see, not theirs to
    check, judged or moved on meanwhile, and then by whom and when, or not to be checked as case and target stand.

    items: of `lock_items`. Four statements at most for an officer.
    """
    claimed = [item for item in items.values() if item.state == ItemState.CLAIMED]
    moved_on = [item for item in items.values() if item.state != ItemState.CLAIMED]
    refused = check_refusals(claimed, actor)
    if moved_on:
        refused |= _moved_on(moved_on)
    for item in items.values():
        if item.pk not in refused and (barred := _barred(item)):
            refused[item.pk] = barred
    refused |= _objected([item for item in items.values() if item.pk not in refused])
    unknown = _("There is no such item among what you may see.")
    for pk in asked:
        if pk not in items:
            refused[pk] = Result(pk, False, "unknown", unknown)
    return refused


def _moved_on(items: list[NoticeItem]) -> dict[int, Result]:
    """Who judged these items last, and what they saw when; or who did what else to them."""
    ids = [item.pk for item in items]
    checks = (
        Check.objects.filter(item__in=ids)
        .select_related("by")
        .order_by("item", "-pk")
        .distinct("item")
    )
    last_checks = {check.item_id: check for check in checks}
    acts = last_acts(NoticeItem, ids)
    refused = {}
    for item in items:
        act, check = acts.get(item.pk, {}), last_checks.get(item.pk)
        reason: Any
        if check is not None and act.get("verb") in ("item.checked", None):
            reason = _("%(who)s saw “%(seen)s” at %(when)s.") % {
                "who": check.by,
                "seen": check.get_seen_display(),
                "when": in_short(check.at),
            }
        else:
            state = _("It does not wait for a check: %(state)s.") % {
                "state": item.get_state_display()
            }
            reason = told_by_whom(state, act.get("by", ""), act.get("at"))
        refused[item.pk] = Result(item.pk, False, "not-claimed", reason, act)
    return refused


def _objected(items: list[NoticeItem]) -> dict[int, Result]:
    """Those whose target somebody objects to: whether it counts hangs on that decision. Who lodged it when is said."""
    by_target = {item.target_id: item for item in items}
    objections = Objection.objects.filter(
        target__in=by_target, state__in=UNDECIDED
    ).select_related("lodged_by")
    refused = {}
    for objection in objections:
        pk = by_target[objection.target_id].pk
        who, at = str(objection.lodged_by), objection.lodged_at
        reason = told_by_whom(_("An objection to it has to be decided first."), who, at)
        refused[pk] = Result(pk, False, "objection-open", reason, {"by": who, "at": at})
    return refused


def _unknown_seen(check: ItemCheck) -> Result | None:
    if check.seen in Seen.values:
        return None
    return Result(check.item, False, "unknown-seen", UNKNOWN_SEEN)


def _barred(item: NoticeItem) -> Result | None:
    """Why an item that waits for a check is not checked as its case and its target stand, if so."""
    if barred := checks_barred(item.notice.case):
        return Result(item.pk, False, *barred)
    if item.notice.state not in ISSUED_NOTICE:
        not_open = _("Its notice is “%(state)s”.") % {
            "state": item.notice.get_state_display()
        }
        return Result(item.pk, False, "notice-not-open", not_open)
    if item.target.is_official:
        official = _("It is, or is in, an official account and is never counted.")
        return Result(item.pk, False, "official", official)
    if item.target.state != TargetState.CLAIMED:
        moved_on = _("The target is “%(state)s” now and waits for no check.") % {
            "state": item.target.get_state_display()
        }
        return Result(item.pk, False, "wrong-state", moved_on)
    return None


def _write(accepted: list[tuple[NoticeItem, ItemCheck]], actor: User) -> None:
    """Record the checks, count what is gone, move items and targets, and say so to audit and platforms."""
    rows = Check.objects.bulk_create(
        [_check_row(item, check, actor) for item, check in accepted], batch_size=5000
    )
    removals = [
        ledger.CheckedTarget(item.target, item, row, row.at)
        for (item, _check), row in zip(accepted, rows, strict=True)
        if _is_removal(item, row.seen)
    ]
    ledger.count_verified(removals)
    _move(accepted, counted={removal.target.pk for removal in removals})
    record_many(
        entry(
            actor,
            "item.checked",
            item,
            at=check.at,
            thread=item.notice.case.thread,
            seen=check.seen,
            outcome=item.outcome,
            target=item.target_id,
            notice=item.notice.number,
        )
        for item, check in accepted
    )
    complete_notices(
        {item.notice_id for item, _check in accepted},
        actor=actor,
        at=max(check.at for _item, check in accepted),
    )
    reopened = Counter(
        item.notice for item, check in accepted if check.seen == Seen.LIVE
    )
    for notice, count in reopened.items():
        announce_notice("item.reopened", notice, actor=actor, count=count)


def _check_row(item: NoticeItem, check: ItemCheck, actor: User) -> Check:
    due_on = None
    if item.check_deadline is not None:
        due_on = item.check_deadline.due_on
    return Check(
        item=item,
        seen=check.seen,
        note=check.note[:300],
        by=actor,
        at=check.at,
        looked_at=check.looked_at,
        due_on=due_on,
    )


def _is_removal(item: NoticeItem, seen: str) -> bool:
    """Whether what was seen proves that the platform acted: what was gone before the notice does not count."""
    return seen == Seen.GONE and item.outcome != Claim.ALREADY_GONE


def _move(accepted: list[tuple[NoticeItem, ItemCheck]], counted: set[int]) -> None:
    """Put items and their targets into the states that follow from the checks; two statements.

    counted: targets that count from now on, besides those that do already.
    """
    moves = [_states_after(item, check.seen) for item, check in accepted]
    targets = [item.target for item, _check in accepted]
    parameters: dict[str, Any] = {
        "item": [item.pk for item, _check in accepted],
        "item_state": [str(item_state) for item_state, _target_state in moves],
        "target": [target.pk for target in targets],
        "target_state": [str(target_state) for _item_state, target_state in moves],
        "seen": [check.seen for _item, check in accepted],
        "at": [check.at for _item, check in accepted],
        "counted": [target.is_counted or target.pk in counted for target in targets],
        "checked": list(ITEM_STATES.before(ItemState.VERIFIED)),
        "target_checked": list(TARGET_STATES.before(TargetState.VERIFIED)),
    }
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ITEMS, parameters)
        cursor.execute(MOVE_TARGETS, parameters)


def _states_after(item: NoticeItem, seen: str) -> tuple[ItemState, TargetState]:
    """The states an item and its target go to."""
    if seen == Seen.LIVE:
        return ItemState.OPEN, TargetState.NOTICED
    if seen == Seen.UNREACHABLE:
        return ItemState.CLAIMED, TargetState.CLAIMED
    if item.outcome == Claim.ALREADY_GONE:
        return ItemState.VERIFIED, TargetState.GONE_BEFORE
    return ItemState.VERIFIED, TargetState.VERIFIED


def may_check_again(targets: Collection[int], user: User) -> set[int]:
    """Which of these targets a person may look at again: those that they see, and those of other units' cases that a
    complaint which they see names as well. Two statements at most."""
    if not user.is_corps:
        return set()
    visible = set(
        Target.objects.visible_to(user)
        .filter(pk__in=targets)
        .values_list("pk", flat=True)
    )
    others = set(targets) - visible
    if not others:
        return visible
    complaints = Complaint.objects.visible_to(user).values("pk")
    named = Target.objects.named_by(
        target__in=others, sheet_import__complaint__in=complaints
    )
    return visible | set(named.values_list("pk", flat=True))


@transaction.atomic
def check_again(
    *,
    targets: Iterable[int],
    seen: str,
    actor: User,
    at: datetime | None = None,
    looked_at: datetime | None = None,
    note: str = "",
) -> list[Result]:
    """Look again at targets that were verified; one Result for each, in the order given.

    `live` is a relisting: the target waits for the next notice, and nothing is taken out of the count; from a case that
    ended it passes to the next that names it. Anything else is only noted as seen. Who may look: `may_check_again`.
    Raises PermissionDenied; TransitionRefused "at-past", "at-ahead".
    """
    require(actor, "notices.check")
    at = accept_at(actor, at, now())
    targets = list(targets)
    if seen not in Seen.values:
        return [Result(pk, False, "unknown-seen", UNKNOWN_SEEN) for pk in targets]
    lookable = locked_in_order(
        Target.objects, may_check_again(targets, actor)
    ).select_related("case")
    unchecked = {target.pk: target for target in lookable}
    last_items = _last_verified_items(unchecked)
    refused = check_refusals(last_items.values(), actor)
    results, accepted = [], []
    for pk in targets:
        refusal = _not_looked_at(pk, unchecked.get(pk), last_items.get(pk), refused)
        results.append(refusal or Result(pk))
        if refusal is None:
            accepted.append(unchecked.pop(pk))
    if accepted:
        check = ItemCheck(0, seen, at, looked_at, note)
        _write_later_checks(accepted, last_items, check, actor)
    return results


def _last_verified_items(targets: Iterable[int]) -> dict[int, NoticeItem]:
    """The last verified item of each target that has one, by target."""
    verified = NoticeItem.objects.filter(
        target__in=targets, state=ItemState.VERIFIED
    ).select_related("notice__case")
    return {item.target_id: item for item in verified.order_by("pk")}


def _not_looked_at(
    pk: int, target: Target | None, item: NoticeItem | None, refused: dict[int, Result]
) -> Result | None:
    """Why a target is not looked at again, if so. item: its verified one. refused: items not this person's to check."""
    if target is None or item is None:
        unknown = _("There is no such verified target among what you may see.")
        return Result(pk, False, "unknown", unknown)
    if item.pk in refused:
        return Result(pk, False, refused[item.pk].code, refused[item.pk].message)
    if target.state in CHECKED_GONE:
        return None
    act = last_act(target)
    state = _("It is not verified now: %(state)s.") % {
        "state": target.get_state_display()
    }
    return Result(
        pk, False, "not-verified", told_by_whom(state, act.get("by", ""), act.get("at"))
    )


def _write_later_checks(
    targets: list[Target], items: dict[int, NoticeItem], check: ItemCheck, actor: User
) -> None:
    """Record one and the same check of each target; those found live wait for the next notice."""
    rows = Check.objects.bulk_create(
        Check(
            item=items[target.pk],
            seen=check.seen,
            note=check.note[:300],
            by=actor,
            at=check.at,
            looked_at=check.looked_at,
        )
        for target in targets
    )
    changes: dict[str, Any] = {"seen": check.seen, "seen_at": check.at}
    verb = "target.seen"
    is_relisted = check.seen == Seen.LIVE
    if is_relisted:
        verb = "target.relisted"
        ledger.note_relistings(
            ledger.CheckedTarget(target, items[target.pk], row, check.at)
            for target, row in zip(targets, rows, strict=True)
            if target.is_counted
        )
    ids = [target.pk for target in targets]
    seen = Target.objects.filter(pk__in=ids)
    if is_relisted:
        TARGET_STATES.move_all(seen, TargetState.RELISTED, **changes)
    else:
        seen.update(**changes)
    record_many(
        entry(
            actor,
            verb,
            target,
            at=check.at,
            thread=_thread_of(target),
            seen=check.seen,
        )
        for target in targets
    )
    if is_relisted:
        casework.carry_over(ids, actor=actor, at=check.at, wait=False)


def _thread_of(target: Target) -> str:
    """The audit thread of a target's case; empty without one."""
    if target.case is None:
        return ""
    return target.case.thread
