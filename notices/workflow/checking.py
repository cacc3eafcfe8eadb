"""Checks: what an officer saw decides whether a platform's claim becomes an outcome."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cases import workflow as casework
from cases.models import Case, Complaint, Target
from cases.states import Claim, Seen, TargetState
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
from notices.states import UNDECIDED, ItemState, NoticeState
from notices.workflow import ledger
from notices.workflow.checkers import check_refusals
from notices.workflow.guards import checks_barred
from notices.workflow.issuing import complete_notices

UNKNOWN_SEEN = _("Say what was seen: gone, live, or did not open.")

SETTLE = """
UPDATE notices_noticeitem item SET state = said.state
FROM unnest(%(item)s::bigint[], %(state)s::text[]) AS said (item, state)
WHERE item.id = said.item"""

SETTLE_TARGETS = """
UPDATE cases_target target
SET state = said.state, seen = said.seen, seen_at = said.at, is_counted = said.counted
FROM unnest(%(target)s::bigint[], %(state)s::text[], %(seen)s::text[], %(at)s::timestamptz[], %(counted)s::boolean[])
    AS said (target, state, seen, at, counted)
WHERE target.id = said.target"""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at the address of an item. at: when the verdict was given; looked_at: when they say they looked."""

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
        looks=[Look(item, seen, at, looked_at, note) for item in items], actor=actor
    )


@transaction.atomic
def check_items(*, looks: Iterable[Look], actor: User) -> list[Result]:
    """Judge claimed items by what was seen; one Result for each look, in the order given.

    `gone` verifies: a claim of removal becomes an outcome (or a repeat removal), a claim that it was gone before the
    notice ends in its own bucket. `live` sends the item back to the platform. `unreachable` leaves it claimed.
    A fixed number of statements for looks at different items; a second look at an item in one call takes as many again.
    Whoever drafted the notice or answered in the platform's stead is refused row by row (`checkers`).
    Raises PermissionDenied; TransitionRefused "at-past", "at-ahead".
    """
    require(actor, "notices.check")
    moment = now()
    looks = [
        Look(
            look.item,
            look.seen,
            accept_at(actor, look.at, moment),
            look.looked_at,
            look.note,
        )
        for look in looks
    ]
    return judge_looks(looks, actor)


def judge_looks(looks: list[Look], actor: User) -> list[Result]:
    """`check_items` for times that are accepted already: those of a click in the browser ten seconds ago."""
    results: dict[int, Result] = {}
    waiting = list(enumerate(looks))
    while waiting:
        wave: list[tuple[int, Look]] = []
        later: list[tuple[int, Look]] = []
        named: set[int] = set()
        for index, look in waiting:
            (later if look.item in named else wave).append((index, look))
            named.add(look.item)
        results.update(
            zip(
                (index for index, _look in wave),
                _judge([look for _i, look in wave], actor),
                strict=True,
            )
        )
        waiting = later
    return [results[index] for index in range(len(looks))]


def _judge(looks: list[Look], actor: User) -> list[Result]:
    found = lock_items([look.item for look in looks], actor)
    refused = refuse_checks(found, [look.item for look in looks], actor)
    accepted, results = [], []
    for look in looks:
        item = found.get(look.item)
        refusal = refused.get(look.item) or _unknown_seen(look)
        results.append(refusal or Result(look.item))
        if item is not None and refusal is None:
            accepted.append((item, look))
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
    found: dict[int, NoticeItem], asked: Iterable[int], actor: User
) -> dict[int, Result]:
    """Why a person cannot judge some of the items asked for, by their ids: not among what they may see, not theirs to
    check, judged or moved on meanwhile, and then by whom and when, or not to be checked as case and target stand.

    found: of `lock_items`. Four statements at most for an officer.
    """
    refused = check_refusals(
        [item for item in found.values() if item.state == ItemState.CLAIMED], actor
    )
    moved_on = [item for item in found.values() if item.state != ItemState.CLAIMED]
    refused |= _moved_on(moved_on) if moved_on else {}
    for item in found.values():
        if item.pk not in refused and (barred := _barred(item)):
            refused[item.pk] = barred
    free = [item for item in found.values() if item.pk not in refused]
    refused |= _objected(free)
    for pk in asked:
        if pk not in found:
            refused[pk] = Result(
                pk, False, "unknown", _("There is no such item among what you may see.")
            )
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
        said: Any = _("It does not wait for a check: %(state)s.") % {
            "state": item.get_state_display()
        }
        if check is not None and act.get("verb") in ("item.checked", None):
            said = _("%(who)s saw “%(seen)s” at %(when)s.") % {
                "who": check.by,
                "seen": check.get_seen_display(),
                "when": in_short(check.at),
            }
        else:
            said = told_by_whom(said, act.get("by", ""), act.get("at"))
        refused[item.pk] = Result(item.pk, False, "not-claimed", said, act)
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
        said = told_by_whom(_("An objection to it has to be decided first."), who, at)
        refused[pk] = Result(pk, False, "objection-open", said, {"by": who, "at": at})
    return refused


def _unknown_seen(look: Look) -> Result | None:
    if look.seen in Seen.values:
        return None
    return Result(look.item, False, "unknown-seen", UNKNOWN_SEEN)


def _barred(item: NoticeItem) -> Result | None:
    """Why an item that waits for a check is not checked as its case and its target stand, if so."""
    if barred := checks_barred(item.notice.case):
        return Result(item.pk, False, *barred)
    if item.notice.state not in (NoticeState.ISSUED, NoticeState.COMPLETED):
        said = _("Its notice is “%(state)s”.") % {
            "state": item.notice.get_state_display()
        }
        return Result(item.pk, False, "notice-not-open", said)
    if item.target.is_official:
        return Result(
            item.pk,
            False,
            "official",
            _("It is, or is in, an official account and is never counted."),
        )
    if item.target.state != TargetState.CLAIMED:
        said = _("The target is “%(state)s” now and waits for no check.") % {
            "state": item.target.get_state_display()
        }
        return Result(item.pk, False, "wrong-state", said)
    return None


def _write(accepted: list[tuple[NoticeItem, Look]], actor: User) -> None:
    checks = Check.objects.bulk_create(
        [
            Check(
                item=item,
                seen=look.seen,
                note=look.note[:300],
                by=actor,
                at=look.at,
                looked_at=look.looked_at,
                due_on=item.check_deadline.due_on if item.check_deadline else None,
            )
            for item, look in accepted
        ],
        batch_size=5000,
    )
    seen = [
        ledger.Seen(item.target, item, check, look.at)
        for (item, look), check in zip(accepted, checks, strict=True)
    ]
    removed = [
        s
        for s in seen
        if s.check.seen == Seen.GONE and s.item.outcome != Claim.ALREADY_GONE
    ]
    ledger.count_verified(removed)
    counted = {s.target.pk for s in removed}
    moves = [_move(item, look) for item, look in accepted]
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {
                "item": [item.pk for item, _look in accepted],
                "state": [str(item) for item, _target in moves],
            },
        )
        cursor.execute(
            SETTLE_TARGETS,
            {
                "target": [item.target_id for item, _look in accepted],
                "state": [str(target) for _item, target in moves],
                "seen": [look.seen for _item, look in accepted],
                "at": [look.at for _item, look in accepted],
                "counted": [
                    item.target.is_counted or item.target_id in counted
                    for item, _look in accepted
                ],
            },
        )
    record_many(
        entry(
            actor,
            "item.checked",
            item,
            at=look.at,
            thread=item.notice.case.thread,
            seen=look.seen,
            outcome=item.outcome,
            target=item.target_id,
            notice=item.notice.number,
        )
        for item, look in accepted
    )
    latest = max(look.at for _item, look in accepted)
    complete_notices(
        {item.notice_id for item, _look in accepted}, actor=actor, at=latest
    )
    live = Counter(item.notice for item, look in accepted if look.seen == Seen.LIVE)
    for notice, count in live.items():
        announce_notice("item.reopened", notice, actor=actor, count=count)


def _move(item: NoticeItem, look: Look) -> tuple[str, str]:
    """The states an item and its target go to."""
    if look.seen == Seen.LIVE:
        return ItemState.OPEN, TargetState.NOTICED
    if look.seen == Seen.UNREACHABLE:
        return ItemState.CLAIMED, TargetState.CLAIMED
    gone_before = item.outcome == Claim.ALREADY_GONE
    return (
        ItemState.VERIFIED,
        TargetState.GONE_BEFORE if gone_before else TargetState.VERIFIED,
    )


def may_look_at(targets: Collection[int], user: User) -> set[int]:
    """Which of these targets a person may look at again: those that they see, and those of other units' cases that a
    complaint which they see names as well. Two statements at most."""
    if not user.is_corps:
        return set()
    seen = set(
        Target.objects.visible_to(user)
        .filter(pk__in=targets)
        .values_list("pk", flat=True)
    )
    if not (others := set(targets) - seen):
        return seen
    complaints = Complaint.objects.visible_to(user).values("pk")
    named = Target.objects.named_by(
        target__in=others, sheet_import__complaint__in=complaints
    )
    return seen | set(named.values_list("pk", flat=True))


@transaction.atomic
def look_again(
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
    ended it passes to the next that names it. Anything else is only noted as seen. Who may look: `may_look_at`.
    Raises PermissionDenied; TransitionRefused "at-past", "at-ahead".
    """
    require(actor, "notices.check")
    at = accept_at(actor, at, now())
    targets = list(targets)
    if seen not in Seen.values:
        return [Result(pk, False, "unknown-seen", UNKNOWN_SEEN) for pk in targets]
    lookable = locked_in_order(
        Target.objects, may_look_at(targets, actor)
    ).select_related("case")
    found = {target.pk: target for target in lookable}
    verified = NoticeItem.objects.filter(
        target__in=found, state=ItemState.VERIFIED
    ).select_related("notice__case")
    last_items = {item.target_id: item for item in verified.order_by("pk")}
    refused = check_refusals(last_items.values(), actor)
    results, accepted = [], []
    for pk in targets:
        target, item = found.get(pk), last_items.get(pk)
        refusal = _not_looked_at(pk, target, item, refused)
        results.append(refusal or Result(pk))
        if target is not None and refusal is None:
            accepted.append(target)
            del found[pk]
    if accepted:
        _write_second_looks(
            accepted, last_items, Look(0, seen, at, looked_at, note), actor
        )
    return results


def _not_looked_at(
    pk: int, target: Target | None, item: NoticeItem | None, refused: dict[int, Result]
) -> Result | None:
    """Why a target is not looked at again, if so. item: its verified one. refused: items not this person's to check."""
    if target is None or item is None:
        return Result(
            pk,
            False,
            "unknown",
            _("There is no such verified target among what you may see."),
        )
    if item.pk in refused:
        return Result(pk, False, refused[item.pk].code, refused[item.pk].message)
    if target.state in (TargetState.VERIFIED, TargetState.GONE_BEFORE):
        return None
    act = last_act(target)
    said: Any = _("It is not verified now: %(state)s.") % {
        "state": target.get_state_display()
    }
    return Result(
        pk, False, "not-verified", told_by_whom(said, act.get("by", ""), act.get("at"))
    )


def _write_second_looks(
    targets: list[Target], items: dict[int, NoticeItem], look: Look, actor: User
) -> None:
    checks = Check.objects.bulk_create(
        Check(
            item=items[target.pk],
            seen=look.seen,
            note=look.note[:300],
            by=actor,
            at=look.at,
            looked_at=look.looked_at,
        )
        for target in targets
    )
    back = look.seen == Seen.LIVE
    if back:
        ledger.note_relistings(
            ledger.Seen(target, items[target.pk], check, look.at)
            for target, check in zip(targets, checks, strict=True)
            if target.is_counted
        )
    changes: dict[str, Any] = {"seen": look.seen, "seen_at": look.at}
    Target.objects.filter(pk__in=[target.pk for target in targets]).update(
        **changes, **({"state": TargetState.RELISTED} if back else {})
    )
    record_many(
        entry(
            actor,
            "target.relisted" if back else "target.seen",
            target,
            at=look.at,
            thread=target.case.thread if target.case else "",
            seen=look.seen,
        )
        for target in targets
    )
    if back:
        casework.pass_on(
            (target.pk for target in targets), actor=actor, at=look.at, wait=False
        )
