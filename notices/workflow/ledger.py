"""Writing the ledger. Nothing else writes to the ledger; it is called by verification, objections and corrections."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from cases.models import Case, Target
from notices.models import Check, LedgerEntry, NoticeItem, Objection, Recurrence
from stores.models import OfficialAccount


@dataclass(frozen=True, slots=True)
class CheckedTarget:
    """A target that was checked through one of its items, at a time, with the check that proves it."""

    target: Target
    item: NoticeItem
    check: Check
    at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A target that counts no longer, the item by which it counted, and why."""

    target: Target
    item: NoticeItem
    reason: str
    objection: Objection | None = None


def count_verified(checked: Iterable[CheckedTarget]) -> None:
    """Write what verified removals are worth: +1 for a target that does not count now, a repeat removal otherwise.

    The targets are locked by the caller, who sets `is_counted`. Three statements at most. The database refuses an
    ledger entry that does not follow the one before it.
    """
    checked = list(checked)
    fresh = [one for one in checked if not one.target.is_counted]
    last = _last_nth(one.target.pk for one in fresh)
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                target=one.target,
                nth=last.get(one.target.pk, 0) + 1,
                kind=_kind(one.target),
                sign=1,
                cause=LedgerEntry.Cause.VERIFICATION,
                at=one.at,
                case=_case(one.target),
                firm_id=one.target.firm_id,
                platform_id=one.target.platform_id,
                item=one.item,
                check_row=one.check,
            )
            for one in fresh
        ],
        batch_size=5000,
    )
    _recur(
        Recurrence.Kind.REPEAT_REMOVAL,
        (one for one in checked if one.target.is_counted),
    )


def note_relistings(checked: Iterable[CheckedTarget]) -> None:
    """Write that counted targets were seen live again; it takes nothing out of the count."""
    _recur(Recurrence.Kind.RELISTING, checked)


def take_back(
    *,
    target: Target,
    item: NoticeItem,
    cause: str,
    at: datetime,
    reason: str,
    objection: Objection | None = None,
) -> LedgerEntry:
    """Write the −1 of a target that counts now; the caller holds its lock and clears `is_counted`."""
    return take_back_many(
        [TakenBack(target, item, reason, objection)], cause=cause, at=at
    )[0]


def take_back_many(
    taken: Iterable[TakenBack], *, cause: str, at: datetime
) -> list[LedgerEntry]:
    """Write the −1 of targets that count now, with two statements; the caller holds their locks and clears
    `is_counted`."""
    taken = list(taken)
    last = _last_nth(one.target.pk for one in taken)
    return LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                target=one.target,
                nth=last[one.target.pk] + 1,
                kind=_kind(one.target),
                sign=-1,
                cause=cause,
                at=at,
                case=_case(one.target),
                firm_id=one.target.firm_id,
                platform_id=one.target.platform_id,
                item=one.item,
                objection=one.objection,
                reason=one.reason[:300],
            )
            for one in taken
        ],
        batch_size=5000,
    )


def counted_items(targets: Iterable[int]) -> dict[int, NoticeItem]:
    """The items whose verification made the targets count, by target; one statement."""
    rows = (
        LedgerEntry.objects.filter(target__in=list(targets))
        .select_related("item")
        .order_by("target", "nth")
    )
    return {entry.target_id: entry.item for entry in rows}


def take_back_official(
    targets: Iterable[Target], *, account: OfficialAccount, at: datetime, reason: str
) -> None:
    """Write the −1 of each of these targets, which count now and are an official account's. Two statements.

    The caller holds their locks and clears `is_counted`.
    """
    counted = {target.pk: target for target in targets}
    last = (
        LedgerEntry.objects.filter(target__in=counted)
        .order_by("target", "-nth")
        .distinct("target")
    )
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                target=counted[entry.target_id],
                nth=entry.nth + 1,
                kind=entry.kind,
                sign=-1,
                cause=LedgerEntry.Cause.OFFICIAL,
                at=at,
                case_id=entry.case_id,
                firm_id=entry.firm_id,
                platform_id=entry.platform_id,
                item_id=entry.item_id,
                account=account,
                reason=reason[:300],
            )
            for entry in last
        ],
        batch_size=5000,
    )


def _recur(kind: str, checked: Iterable[CheckedTarget]) -> None:
    Recurrence.objects.bulk_create(
        [
            Recurrence(
                target=one.target,
                kind=kind,
                at=one.at,
                case=_case(one.target),
                firm_id=one.target.firm_id,
                platform_id=one.target.platform_id,
                item=one.item,
                check_row=one.check,
            )
            for one in checked
        ],
        batch_size=5000,
    )


def _last_nth(targets: Iterable[int]) -> dict[int, int]:
    rows = (
        LedgerEntry.objects.filter(target__in=list(targets))
        .values("target")
        .annotate(last=Max("nth"))
    )
    return dict(rows.values_list("target", "last"))


def _kind(target: Target) -> str:
    """Which of the two numbers a target belongs to: by what it is, not by the word of the reply."""
    if target.kind == Target.Kind.STORE:
        return LedgerEntry.Kind.STORE_SHUT
    return LedgerEntry.Kind.LISTING_REMOVED


def _case(target: Target) -> Case:
    """The case a ledger entry belongs to. Nothing is noticed, and so nothing counted, without one."""
    if target.case is None:
        raise ValueError(f"target {target.pk} has no case")
    return target.case
