"""Handing items over to another platform, and keeping official accounts out of what is on its way."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Target
from cases.workflow import targets_of
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import Delivery, User
from corps.results import Result
from notices import letters
from notices.models import Notice, NoticeItem
from notices.models.withdrawals import Cause
from notices.states import ItemState, NoticeState
from notices.workflow import ledger
from notices.workflow.drafting import close_gaps, compose_notices, submit_notice
from notices.workflow.issuing import complete_notices
from notices.workflow.submissions import take_back
from notices.workflow.withdrawing import end_items, lock_items, with_notices
from stores.models import OfficialAccount, Platform
from stores.workflow.platforms import require_taking_part

OFFICIAL = _("It is, or is in, an official account.")
WITHDRAWN = _("It names items that were withdrawn.")


@transaction.atomic
def hand_over(
    *, items: Iterable[int], platform: Platform, actor: User, at: datetime | None = None
) -> list[Result]:
    """Send items that a platform says are not its own to the right platform: a notice to it is drafted and submitted.

    When that is issued, the old items are closed as handed over and the new ones' clock begins anew; target and
    ledger entry keep the platform of the address. One Result for each item.
    Raises PermissionDenied; TransitionRefused "same-desk", "platform-retired", "case-not-filed", and those of
    `submit_notice`.
    """
    require(actor, "notices.compose")
    at = accept_at(actor, at, now())
    require_taking_part(platform)
    ids = list(items)
    handed_over = {item.pk: item for item in _not_ours(ids, actor)}
    if any(item.notice.platform_id == platform.pk for item in handed_over.values()):
        raise TransitionRefused(
            "same-desk",
            _(
                "These items are with this platform already; choose the one they belong to."
            ),
        )
    refused: dict[int, Result] = {}
    for case, case_items in _by_case(handed_over.values()).items():
        refused |= _draft_for(platform, case, case_items, actor, at)
    unknown = _("It is not answered “not ours”, or not among what you may see.")
    for pk in ids:
        if pk not in handed_over:
            refused[pk] = Result(pk, False, "not-not-ours", unknown)
    return [refused.get(pk) or Result(pk) for pk in ids]


def _not_ours(ids: list[int], actor: User) -> QuerySet[NoticeItem]:
    """Those of the items that the person may see and a platform says are not its own."""
    return (
        NoticeItem.objects.visible_to(actor)
        .filter(pk__in=ids, state=ItemState.NOT_OURS)
        .select_related("notice__case")
        .order_by("pk")
    )


def _by_case(items: Iterable[NoticeItem]) -> dict[Case, list[NoticeItem]]:
    """Items by their case, cases in the order of ids, as every verb holds them."""
    by_case: dict[Case, list[NoticeItem]] = {}
    for item in sorted(items, key=lambda item: (item.notice.case_id, item.pk)):
        by_case.setdefault(item.notice.case, []).append(item)
    return by_case


def _draft_for(
    platform: Platform,
    case: Case,
    items: Iterable[NoticeItem],
    actor: User,
    at: datetime,
) -> dict[int, Result]:
    """Draft and submit what items of one case ask of a platform; the items that are blocked, with why."""
    item_of: dict[Any, int] = {item.target_id: item.pk for item in items}
    composed = compose_notices(
        case=case, actor=actor, at=at, targets=list(item_of), platform=platform
    )
    for notice in composed.notices:
        submit_notice(notice=notice, actor=actor, at=at)
    blocked = {}
    for result in composed.blocked:
        pk = item_of[result.ref]
        blocked[pk] = Result(pk, False, result.code, result.message)
    return blocked


def withdraw_official(
    account: OfficialAccount, actor: User | None, at: datetime
) -> None:
    """Hook of the stores app, in the confirming transaction: nothing may name this account any more."""
    withdraw_named(
        [pk for lot in targets_of(account) for pk in lot.values_list("pk", flat=True)],
        actor,
        at,
    )


def withdraw_named(
    targets: Iterable[int], actor: User | None, at: datetime, *, answered: bool = True
) -> None:
    """Take targets that turned out official out of every draft and open notice, and cancel or replace unsent letters.

    answered: whether items that a platform answered already are withdrawn as well, and what is counted is taken back in
    the same act, or both stay for an officer to decide on.

    An unsent letter that named one is cancelled, and a new one without it takes its place in the outbox; who got one
    gets a letter of withdrawal, which asks to restore what was removed because of it.
    """
    targets = list(targets)
    drafts = NoticeItem.objects.filter(target__in=targets, state=ItemState.DRAFT)
    drafted = sorted(set(drafts.values_list("notice", flat=True)))
    put_forward = Notice.objects.filter(pk__in=drafted, state=NoticeState.SUBMITTED)
    for notice in locked(
        put_forward.select_related("case", "drafted_by", "submitted_by").order_by("pk")
    ):
        take_back(notice, actor=actor, at=at, why=OFFICIAL)
    drafts.delete()
    if drafted:
        close_gaps(drafted)
    to_withdraw = NoticeItem.objects.filter(target__in=targets)
    if answered:
        to_withdraw = to_withdraw.unfinished()
    else:
        to_withdraw = to_withdraw.filter(state=ItemState.OPEN)
    items = lock_items(to_withdraw)
    counted = Target.objects.filter(pk__in=targets, is_counted=True).values_list(
        "pk", flat=True
    )
    removed = {}
    if answered:
        removed = ledger.counted_items(list(counted))
    restored = with_notices(item.pk for item in removed.values())
    cause = Cause.OFFICIAL_ACCOUNT
    end_items(
        list(items.values()),
        actor=None,
        at=at,
        cause=cause,
        reason=str(OFFICIAL),
        restored=restored,
    )
    complete_notices({item.notice_id for item in items.values()}, actor=None, at=at)


def names_withdrawn(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Asked by the outbox just before sending: why letters that ask for something must not leave, by delivery's id.

    A letter that was put off, or that an officer sends again, may be older than its items' withdrawal: where a notice
    has such items, or official ones, what counts is what the letter itself names.
    """
    letters_of = {
        delivery.pk: delivery.message.subject_id
        for delivery in deliveries
        if delivery.message.subject_type == Notice._meta.label_lower
        and delivery.message.purpose == letters.PURPOSE
    }
    if not letters_of:
        return {}
    official = Q(target__is_official=True)
    items = NoticeItem.objects.filter(
        official | Q(state=ItemState.WITHDRAWN), notice__in=set(letters_of.values())
    )
    reasons: dict[int, dict[str, str]] = {}
    for item in items.select_related("target__listing", "target__store"):
        why = WITHDRAWN
        if item.target.is_official:
            why = OFFICIAL
        reasons.setdefault(item.notice_id, {})[item.target.thing.canonical_id] = str(
            why
        )
    refused: dict[int, str] = {}
    for delivery in deliveries:
        of_notice = reasons.get(letters_of.get(delivery.pk, 0))
        if of_notice is None:
            continue
        named = letters.ids_in(delivery) & of_notice.keys()
        if named:
            refused[delivery.pk] = of_notice[min(named)]
    return refused
