"""Withdrawing what an issued notice asks: item by item or as a whole, with the letter that says so.

Whatever ends an item after its letter left comes through `tell_withdrawn`: one letter for each notice and act.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from cases import workflow as casework
from cases.models import Target
from cases.states import TARGET_STATES, TargetState
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act, tell_second_comers
from corps.audit.recording import entry, record_many
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused, told_by_whom
from corps.models import Delivery, User
from corps.models.messages import MAY_HAVE_LEFT, NOT_ARRIVED
from corps.results import Result
from corps.workflow import cancel_unsent, document_number, store_file, take_number
from notices import letters, withdrawal_letters
from notices.models import (
    Notice,
    NoticeItem,
    Objection,
    PendingCheck,
    WithdrawalLetter,
    WithdrawnItem,
)
from notices.models.withdrawals import RESTORING, Cause
from notices.notifications import announce_notice, announce_voided
from notices.states import (
    ISSUED_NOTICE,
    ITEM_STATES,
    NOTICE_STATES,
    OBJECTION_STATES,
    UNDECIDED,
    UNFINISHED,
    ItemState,
    NoticeState,
    ObjectionState,
)
from notices.workflow.issuing import complete_notices

# What a letter about an item says, beside the item.
NEEDED = (
    "target__listing",
    "target__store",
    "notice__case",
    "notice__platform",
    "notice__recipient",
)

# Items by the notice whose letter named them.
Lots = dict[Notice, list[NoticeItem]]


@dataclass(frozen=True, slots=True)
class Act:
    """Who withdraws, when, and why: cause is for the platform, reason the officer's and stays inside."""

    actor: User | None
    at: datetime
    cause: str
    reason: str


@transaction.atomic
def withdraw_items(
    *,
    items: Iterable[int],
    actor: User | None,
    reason: str,
    at: datetime | None = None,
    cause: str = Cause.ITEMS_WITHDRAWN,
) -> list[Result]:
    """Withdraw unfinished items, singly judged; their targets are as before the notice: reported, or relisted.

    Whoever got the letter that names them gets one that withdraws them; a letter that has not left is replaced.
    actor: None when an official account was found. reason: the officer's, which stays inside; cause: all that the
    platform is told. A fixed number of statements for each notice, whatever the number of items.
    Raises PermissionDenied; TransitionRefused "reason-missing".
    """
    moment = now()
    items = list(items)
    if actor is not None:
        require(actor, "notices.withdraw")
    at = accept_at(actor, at, moment)
    require_reason(reason)
    if actor is not None:
        visible = NoticeItem.objects.visible_to(actor)
    else:
        visible = NoticeItem.objects.all()
    visible_items = lock_items(visible.filter(pk__in=items))
    results = [_withdrawable(pk, visible_items.get(pk)) for pk in items]
    withdrawn = [
        visible_items[pk]
        for pk, result in zip(items, results, strict=True)
        if result.ok
    ]
    end_items(withdrawn, actor=actor, at=at, cause=cause, reason=reason.strip())
    complete_notices({item.notice_id for item in withdrawn}, actor=actor, at=at)
    casework.carry_over(
        (item.target_id for item in withdrawn), actor=actor, at=at, wait=False
    )
    return tell_second_comers(results, NoticeItem, {"finished"})


@transaction.atomic
def withdraw_notice(
    *,
    notice: Notice,
    actor: User,
    reason: str,
    at: datetime | None = None,
    confirmed: int | None = None,
) -> Notice:
    """Withdraw an issued notice as a whole: all its unfinished items, with one letter.

    It ends as withdrawn, or, where something of it was verified, as completed. confirmed: how many items the person was
    shown; another number is refused, None asks for no confirmation.
    Raises PermissionDenied; TransitionRefused "not-issued", "nothing-to-withdraw", "count-changed", "reason-missing".
    """
    moment = now()
    require(actor, "notices.withdraw", notice)
    at = accept_at(actor, at, moment)
    require_reason(reason)
    unfinished = NoticeItem.objects.filter(notice=notice).unfinished()
    items = list(lock_items(unfinished).values())
    notice = locked(Notice.objects).select_related("case").get(pk=notice.pk)
    _require_withdrawable(notice, len(items), confirmed)
    reason = reason.strip()
    end_items(
        items,
        actor=actor,
        at=at,
        cause=Cause.ITEMS_WITHDRAWN,
        reason=reason,
        replace=False,
    )
    end_notices([notice], actor=actor, at=at, reason=reason)
    targets = [item.target_id for item in items]
    casework.carry_over(targets, actor=actor, at=at, wait=False)
    notice.refresh_from_db()
    return notice


def _require_withdrawable(
    notice: Notice, unfinished: int, confirmed: int | None
) -> None:
    """Raise TransitionRefused unless a notice can be withdrawn as a whole. unfinished: how many of its items are."""
    if notice.state not in ISSUED_NOTICE:
        not_issued = _(
            "Only an issued notice can be withdrawn as a whole; it is “%(state)s”."
        )
        raise TransitionRefused(
            "not-issued",
            not_issued % {"state": notice.get_state_display()},
            state=notice.state,
            **last_act(notice),
        )
    if not unfinished:
        raise TransitionRefused(
            "nothing-to-withdraw", _("Every item of this notice is finished already.")
        )
    if confirmed is not None and confirmed != unfinished:
        changed = _(
            "Meanwhile %(count)d items are unfinished, not %(shown)d; look at it again."
        )
        raise TransitionRefused(
            "count-changed",
            changed % {"count": unfinished, "shown": confirmed},
            count=unfinished,
        )


def end_notices(
    notices: Sequence[Notice], *, actor: User, at: datetime, reason: str
) -> None:
    """Finish issued notices of which no item is unfinished any more: withdrawn, or completed where one is verified.

    The caller holds the locks of targets, items and notices. Three statements.
    """
    ids = [notice.pk for notice in notices]
    verified = set(
        NoticeItem.objects.filter(notice__in=ids, state=ItemState.VERIFIED).values_list(
            "notice_id", flat=True
        )
    )
    whole = [notice for notice in notices if notice.pk not in verified]
    NOTICE_STATES.move_all(
        Notice.objects.filter(pk__in=[notice.pk for notice in whole]),
        NoticeState.WITHDRAWN,
    )
    record_many(
        entry(
            actor,
            "notice.withdrawn",
            notice,
            at=at,
            thread=notice.case.thread,
            number=notice.number,
            reason=reason,
        )
        for notice in whole
    )
    complete_notices(verified, actor=actor, at=at)


def lock_items(items: Any) -> dict[int, NoticeItem]:
    """Items by id with notice, case and target; their targets locked first, then they, both in the order of ids."""
    targets = items.order_by().values_list("target_id", flat=True)
    list(locked_in_order(Target.objects, list(targets)).values_list("pk"))
    rows = locked_in_order(items, list(items.order_by().values_list("pk", flat=True)))
    return {item.pk: item for item in rows.select_related(*NEEDED)}


def with_notices(items: Iterable[int]) -> list[NoticeItem]:
    """Items by id with all that a letter about them says."""
    return list(NoticeItem.objects.filter(pk__in=list(items)).select_related(*NEEDED))


def end_items(
    items: Sequence[NoticeItem],
    *,
    actor: User | None,
    at: datetime,
    cause: str,
    reason: str,
    replace: bool = True,
    also: Sequence[Notice] = (),
    restored: Sequence[NoticeItem] = (),
) -> list[WithdrawalLetter]:
    """Withdraw unfinished items with their targets, pending checks and letters; the caller holds the locks and judged.

    An appeal to what counts nothing is withdrawn with its item, for nothing is asked any more. replace: whether a
    letter that has not left is replaced by one without the items. also: as `tell_withdrawn`. restored: verified
    items that the same letters ask to restore.
    """
    if items:
        _end(items, actor=actor, at=at, reason=reason)
    told = [*items, *restored]
    return tell_withdrawn(
        told, actor=actor, at=at, cause=cause, reason=reason, replace=replace, also=also
    )


def _end(
    items: Sequence[NoticeItem], *, actor: User | None, at: datetime, reason: str
) -> None:
    """Withdraw items, give their targets back, and withdraw the appeals that are about nothing now."""
    ids = [item.pk for item in items]
    ITEM_STATES.move_all(NoticeItem.objects.filter(pk__in=ids), ItemState.WITHDRAWN)
    for item in items:
        ITEM_STATES.move(item, ItemState.WITHDRAWN)
    relisted = [item.target_id for item in items if item.target.is_counted]
    reported = [item.target_id for item in items if not item.target.is_counted]
    # One that its platform was asked to restore stays so, whatever becomes of its item.
    targets = Target.objects.exclude(state=TargetState.RESTORED)
    TARGET_STATES.move_all(targets.filter(pk__in=reported), TargetState.REPORTED)
    TARGET_STATES.move_all(targets.filter(pk__in=relisted), TargetState.RELISTED)
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
        for item in items
    )
    moot = [item.pk for item in items if not item.target.is_counted]
    withdraw_objections(items=moot, actor=actor, at=at, reason=reason)


def tell_withdrawn(
    items: Sequence[NoticeItem],
    *,
    actor: User | None,
    at: datetime,
    cause: str,
    reason: str = "",
    replace: bool = True,
    also: Sequence[Notice] = (),
) -> list[WithdrawalLetter]:
    """Write down that items are asked for no longer, and tell the platforms whose letters named them.

    items: locked, with notice (case, platform, recipient) and target; withdrawn, or verified where the ground itself
    fell: then their platforms are asked to restore them. also: notices that get a letter though nothing of them is
    unfinished. Items that a letter withdrew before are passed over. A letter that has not left and names a withdrawn
    item is cancelled, and, with `replace`, replaced if the notice still names something.
    """
    by_notice: Lots = {notice: [] for notice in also}
    for item in _not_told(items):
        by_notice.setdefault(item.notice, []).append(item)
    if not by_notice:
        return []
    act = Act(actor, at, cause, reason or str(Cause(cause).label))
    withdrawn = [item.pk for named in by_notice.values() for item in named]
    drop_pending_checks(withdrawn, actor=actor, at=at)
    stopped = _stop_requests(by_notice, act)
    written = _write(by_notice, _owed(by_notice), act)
    if replace:
        _send_again(stopped, at)
    return written


def _not_told(items: Sequence[NoticeItem]) -> list[NoticeItem]:
    """Those items that no letter withdrew before, each once, by notice and in the order of the letter."""
    ids = [item.pk for item in items]
    told = set(
        WithdrawnItem.objects.filter(item__in=ids).values_list("item_id", flat=True)
    )
    untold: dict[int, NoticeItem] = {}
    for item in items:
        if item.pk not in told:
            untold.setdefault(item.pk, item)
    return sorted(untold.values(), key=lambda item: (item.notice_id, item.position))


def _send_again(notices: Sequence[Notice], at: datetime) -> None:
    """Put the right letters into the outbox in place of cancelled ones, where a notice still names something."""
    for notice in notices:
        if notice.items.named().exists() and notice.recipient is not None:
            letters.queue(notice, letters.render(notice), at=at)


def _stop_requests(by_notice: Lots, act: Act) -> list[Notice]:
    """Cancel the unsent letters that name withdrawn items; the notices of which a right letter is owed in their place.

    One that is just being sent, or of which nobody knows, may have left; whoever gets it gets the right one too.
    """
    changed = [
        notice
        for notice, lot in by_notice.items()
        if any(item.state == ItemState.WITHDRAWN for item in lot)
    ]
    ids = [notice.pk for notice in changed]
    requests = Delivery.objects.filter(
        message__subject_type=Notice._meta.label_lower,
        message__subject_id__in=ids,
        message__purpose=letters.PURPOSE,
        state__in=NOT_ARRIVED,
    )
    hanging = set(requests.values_list("message__subject_id", flat=True))
    if hanging:
        cancel_unsent(
            deliveries=requests, actor=act.actor, reason=act.reason[:300], at=act.at
        )
    return [notice for notice in changed if notice.pk in hanging]


def _owed(by_notice: Lots) -> set[int]:
    """The notices of which somebody outside has the letter, or knows it: sent, served in another way, or answered."""
    left = Delivery.objects.filter(
        message__subject_type=Notice._meta.label_lower,
        message__subject_id__in=[notice.pk for notice in by_notice],
        message__purpose=letters.PURPOSE,
        state__in=MAY_HAVE_LEFT,
    )
    owed = set(left.values_list("message__subject_id", flat=True))
    for notice, lot in by_notice.items():
        if notice.served_otherwise or any(item.answered_at for item in lot):
            owed.add(notice.pk)
    return owed


def _write(by_notice: Lots, owed: set[int], act: Act) -> list[WithdrawalLetter]:
    """Write the letters that are owed and a row for each item, and queue the mails."""
    ours = [notice for notice in by_notice if notice.pk in owed]
    written = {}
    if ours:
        written = _write_letters({notice: by_notice[notice] for notice in ours}, act)
    WithdrawnItem.objects.bulk_create(
        [
            WithdrawnItem(
                item=item,
                letter=written.get(notice),
                cause=act.cause,
                at=act.at,
                by=act.actor,
            )
            for notice, lot in by_notice.items()
            for item in lot
        ],
        batch_size=5000,
    )
    restoring = [notice for notice, letter in written.items() if letter.asks_restoring]
    asked = [item.target_id for notice in restoring for item in by_notice[notice]]
    Target.objects.filter(pk__in=asked).update(restoring_asked_at=act.at)
    record_many(
        entry(
            act.actor,
            "notice.withdrawal_sent",
            notice,
            at=act.at,
            thread=notice.case.thread,
            document_number=letter.document_number,
            cause=letter.cause,
            restoring=letter.asks_restoring,
            items=len(by_notice[notice]),
        )
        for notice, letter in written.items()
    )
    return list(written.values())


def _write_letters(by_notice: Lots, act: Act) -> dict[Notice, WithdrawalLetter]:
    """The letters of notices, rendered, stored and queued for whoever is to get them."""
    recipients = withdrawal_letters.recipients_of(list(by_notice))
    earlier = WithdrawalLetter.objects.filter(notice__in=list(by_notice)).values_list(
        "notice"
    )
    last = dict(earlier.annotate(last=Max("nth")))
    written = {}
    for notice, lot in by_notice.items():
        letter = WithdrawalLetter(
            number=take_number("W", act.at),
            document_number=document_number(
                withdrawal_letters.series_of(act.cause), act.at
            ),
            notice=notice,
            nth=last.get(notice.pk, 0) + 1,
            cause=act.cause,
            asks_restoring=act.cause in RESTORING and bool(lot),
            issued_at=act.at,
            issued_by=act.actor,
        )
        paper = withdrawal_letters.render(letter, lot)
        _keep(letter, paper)
        withdrawal_letters.queue(letter, paper, recipients[notice.pk])
        announce_notice(
            "notice.withdrawn",
            notice,
            about=letter,
            actor=None,
            url=letter.get_absolute_url(),
            count=len(lot),
            letter=letter.document_number,
        )
        written[notice] = letter
    return written


def _keep(letter: WithdrawalLetter, paper: withdrawal_letters.Paper) -> None:
    """Store a letter as it was rendered."""
    letter.letter_html = store_file(paper.html.encode(), "text/html; charset=utf-8")
    letter.letter_text = store_file(paper.text.encode(), "text/plain; charset=utf-8")
    if paper.sheet:
        letter.attachment = store_file(paper.sheet, letters.XLSX)
    letter.save(force_insert=True)


@transaction.atomic
def withdraw_objections(
    *, items: Iterable[int], actor: User | None, at: datetime, reason: str = ""
) -> list[Objection]:
    """Withdraw the undecided objections that these items' appeals opened; those withdrawn.

    One that somebody else lodged stays, without the item that was joined to it. For the verbs that take the answer
    back, or end what the appeal was about: they hold the locks of targets and items and have asked their own rule.
    items: ids. A fixed number of statements.
    """
    named = Objection.objects.filter(item__in=list(items), state__in=UNDECIDED)
    list(locked(named.order_by("pk")).values_list("pk"))
    named.filter(is_appeal=False).update(item=None)
    return lapse_objections(
        named.filter(is_appeal=True), actor=actor, at=at, reason=reason
    )


def lapse_objections(
    objections: Any, *, actor: User | None, at: datetime, reason: str
) -> list[Objection]:
    """Withdraw these undecided objections, whoever lodged them; those withdrawn. Three statements."""
    lapsed = list(locked(objections.order_by("pk")).select_related("case"))
    OBJECTION_STATES.move_all(
        Objection.objects.filter(pk__in=[objection.pk for objection in lapsed]),
        ObjectionState.WITHDRAWN,
    )
    record_many(
        entry(
            actor,
            "objection.withdrawn",
            objection,
            at=at,
            thread=objection.case.thread,
            target=objection.target_id,
            reason=reason,
        )
        for objection in lapsed
    )
    return lapsed


def drop_pending_checks(
    items: Iterable[int], *, actor: User | None, at: datetime
) -> int:
    """Drop pending checks of items that are judged no longer, and tell their officers who withdrew them when; how many.

    Those that are being settled at this moment are left to who settles them: they come too late there.
    """
    waiting = PendingCheck.objects.filter(item__in=list(items)).select_related(
        "by", "item__notice"
    )
    pending = list(locked(waiting.order_by("pk"), skip_locked=True))
    PendingCheck.objects.filter(pk__in=[check.pk for check in pending]).delete()
    why = told_by_whom(_("Their items were withdrawn."), str(actor or ""), at)
    announce_voided(dict.fromkeys(pending, why))
    return len(pending)


def _withdrawable(pk: int, item: NoticeItem | None) -> Result:
    if item is None:
        return Result(
            pk, False, "unknown", _("There is no such item among what you may see.")
        )
    if item.state in UNFINISHED:
        return Result(pk)
    sentence = _("It is finished already: %(state)s.") % {
        "state": item.get_state_display()
    }
    return Result(pk, False, "finished", sentence)


def withdrawal_counts(notice: Notice) -> dict[str, Any]:
    """What withdrawing a notice as a whole would touch: its unfinished items by state, and what stays of it."""
    counts = dict(notice.items.order_by().values_list("state").annotate(Count("pk")))
    unfinished = {state: counts[state] for state in UNFINISHED if state in counts}
    return {
        "unfinished": sum(unfinished.values()),
        "states": [
            (ItemState(state).label, count) for state, count in unfinished.items()
        ],
        "verified": counts.get(ItemState.VERIFIED, 0),
        "undecided": notice.items.filter(objections__state__in=UNDECIDED)
        .distinct()
        .count(),
    }


def require_reason(reason: str) -> None:
    """Raise TransitionRefused "reason-missing" unless there is one."""
    if not reason.strip():
        raise TransitionRefused("reason-missing", _("Enter a reason."))
