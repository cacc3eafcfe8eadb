"""Drafting notices: composing them from a case's targets, changing a draft, submitting it for approval."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import workflow as casework
from cases.models import Campaign, Case, LegalGround, Target
from cases.states import WAITS_FOR_NOTICE, TargetState
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.database.locking import held, locked
from corps.deadlines.clock import now, today
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from corps.ui.formats import clock_time
from corps.workflow import request_approval, take_number, void_approval
from notices.models import Notice, NoticeItem, Objection
from notices.notifications import announce_notice
from notices.states import NOT_ISSUED, NOTICE_STATES, ItemState, NoticeState
from notices.versions import parts_of, whole
from notices.workflow.guards import (
    HANDLED_CASE,
    NO_LIAISON,
    Screened,
    hold_platforms_of,
    hold_recipient,
    in_words,
    lock_targets_of,
    require_open_for_notices,
    screen,
)
from notices.workflow.submissions import (
    is_reachable,
    primary_of,
    take_back,
    void_pending,
)
from stores.models import Platform
from stores.official_account_lock import lock_official_accounts
from stores.workflow.platforms import require_taking_part

NUMBER_ANEW = """
UPDATE notices_noticeitem item SET position = -fresh.position
FROM (
    SELECT id, row_number() OVER (PARTITION BY notice_id ORDER BY position) AS position
    FROM notices_noticeitem WHERE notice_id = ANY(%s)
) fresh
WHERE item.id = fresh.id AND item.position <> fresh.position AND item.state = 'draft'"""

GROUND_AS_ISSUED = """
UPDATE notices_noticeitem item SET ground_id = coalesce(target.ground_id, %(ground)s)
FROM cases_target target
WHERE item.notice_id = %(notice)s AND item.state = 'draft' AND target.id = item.target_id
  AND item.ground_id IS DISTINCT FROM coalesce(target.ground_id, %(ground)s)"""


@dataclass(frozen=True, slots=True)
class Composed:
    """The drafts made, one for each platform, and for each target that could not go, why."""

    notices: list[Notice] = field(default_factory=list)
    blocked: list[Result] = field(default_factory=list)


@transaction.atomic
def compose_notices(
    *,
    case: Case,
    actor: User,
    at: datetime | None = None,
    targets: Iterable[int] | None = None,
    platform: Platform | None = None,
) -> Composed:
    """Draft one notice for each platform from targets of a case; a target that cannot go does not hold up the rest.

    targets: ids; None takes all that wait for a notice (`waiting_targets`). platform: the one that they are handed
    over to, in place of their own. A handful of statements for each platform, whatever the number of targets.
    Raises PermissionDenied; TransitionRefused "case-not-filed", "case-not-open".
    """
    lock_official_accounts()  # before any row: whoever registers one holds it alone and then locks targets
    case = locked(Case.objects).select_related("ground").get(pk=case.pk)
    require(actor, "notices.compose", case)
    at = accept_at(actor, at, now())
    require_open_for_notices(case)
    hold_platforms_of(case)
    chosen = waiting_targets(case)
    if targets is not None:
        chosen = Target.objects.filter(pk__in=list(targets))
    candidates = list(locked(chosen.select_related("ground").order_by("pk")))
    candidates.sort(key=lambda target: (target.platform_id, target.kind, target.pk))
    screened = screen(case, candidates, handing_over=platform is not None)

    notices = [
        _draft(case, recipient, named, actor, at)
        for recipient, named in _by_recipient(screened, platform).items()
    ]
    return Composed(notices, screened.blocked)


def _by_recipient(
    screened: Screened, platform: Platform | None
) -> dict[int, list[tuple[Target, LegalGround]]]:
    """The targets that may enter a notice, by the platform that it goes to: `platform`, or each target's own."""
    by_recipient: dict[int, list[tuple[Target, LegalGround]]] = {}
    for target, legal_ground in screened.free:
        recipient = target.platform_id
        if platform is not None:
            recipient = platform.pk
        by_recipient.setdefault(recipient, []).append((target, legal_ground))
    return by_recipient


def waiting_targets(case: Case) -> QuerySet[Target]:
    """The targets of a case that wait for a notice: never noticed, refused, sent back, relisted, or left unanswered
    past the due date, in no draft and no official account's."""
    return _waiting(case=case)


def waiting_among(cases: QuerySet[Case]) -> QuerySet[Target]:
    """The same of all those among these cases that are open for notices."""
    return _waiting(case__in=cases.filter(state__in=HANDLED_CASE).values("pk"))


def _waiting(**of: Any) -> QuerySet[Target]:
    """The targets that wait. of: the lookup on a target's case."""
    items = NoticeItem.objects.filter(
        **{f"target__{name}": value for name, value in of.items()}
    )
    past_due = Q(notice__reply_due_on__lt=today()) | Q(answered_at__isnull=False)
    unanswered = items.filter(past_due, state=ItemState.OPEN)
    waiting = Q(state__in=WAITS_FOR_NOTICE)
    noticed = Q(state=TargetState.NOTICED, pk__in=unanswered.values("target"))
    in_draft = items.filter(state=ItemState.DRAFT).values("target")
    return Target.objects.filter(waiting | noticed, is_official=False, **of).exclude(
        pk__in=in_draft
    )


def _draft(
    case: Case,
    platform: int,
    named: list[tuple[Target, LegalGround]],
    actor: User,
    at: datetime,
) -> Notice:
    rounds = Notice.objects.filter(case=case, platform=platform).exclude(
        state=NoticeState.WITHDRAWN
    )
    notice = Notice.objects.create(
        number=take_number("N", at),
        case=case,
        platform_id=platform,
        round=(rounds.aggregate(last=Max("round"))["last"] or 0) + 1,
        recipient=primary_of(platform),
        drafted_by=actor,
        drafted_at=at,
    )
    NoticeItem.objects.bulk_create(
        [
            NoticeItem(
                notice=notice, target=target, position=position, ground=legal_ground
            )
            for position, (target, legal_ground) in enumerate(named, start=1)
        ],
        batch_size=5000,
    )
    record(
        actor,
        "notice.drafted",
        notice,
        at=at,
        thread=case.thread,
        number=notice.number,
        items=len(named),
    )
    return notice


@transaction.atomic
def remove_items(
    *, notice: Notice, items: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Take items out of a notice that is not issued yet; a submitted one becomes a draft again, its approval void.

    Raises PermissionDenied; TransitionRefused "already-issued".
    """
    notice, at = _lock_draft(notice, actor, at)
    items = list(items)
    drafted = notice.items.filter(pk__in=items, state=ItemState.DRAFT)
    freed = dict(drafted.values_list("pk", "target_id"))
    removed = freed.keys()
    notice.items.filter(pk__in=removed).delete()
    close_gaps([notice.pk])
    take_back(notice, actor=actor, at=at)
    record(
        actor,
        "notice.items_removed",
        notice,
        at=at,
        thread=notice.case.thread,
        items=len(removed),
    )
    casework.carry_over(freed.values(), actor=actor, at=at, wait=False)
    missing = _("It is not in this notice.")
    results = []
    for pk in items:
        if pk in removed:
            results.append(Result(pk))
        else:
            results.append(Result(pk, False, "not-in-notice", missing))
    return results


@transaction.atomic
def change_request(
    *,
    notice: Notice,
    actor: User,
    ask_preserve: bool,
    ask_operator: bool,
    at: datetime | None = None,
) -> Notice:
    """Say what is asked besides removal: preserving transaction data, naming the operator. Voids an approval asked for.

    Raises PermissionDenied; TransitionRefused "already-issued".
    """
    notice, at = _lock_draft(notice, actor, at)
    notice.ask_preserve, notice.ask_operator = ask_preserve, ask_operator
    notice.save(update_fields=["ask_preserve", "ask_operator"])
    take_back(notice, actor=actor, at=at)
    record(
        actor,
        "notice.changed",
        notice,
        at=at,
        thread=notice.case.thread,
        preserve=ask_preserve,
        operator=ask_operator,
    )
    return notice


@transaction.atomic
def recall_notice(*, notice: Notice, actor: User, at: datetime | None = None) -> Notice:
    """Make a draft again of a notice that was put forward, before it is decided on; whoever just approved it is told.

    Raises PermissionDenied; TransitionRefused "already-issued", "not-submitted".
    """
    notice, at = _lock_draft(notice, actor, at)
    if notice.state != NoticeState.SUBMITTED:
        sentence = _("This notice does not wait for approval.")
        raise TransitionRefused(
            "not-submitted", sentence, state=notice.state, **last_act(notice)
        )
    take_back(notice, actor=actor, at=at)
    record(actor, "notice.recalled", notice, at=at, thread=notice.case.thread)
    return notice


@transaction.atomic
def withdraw_draft(
    *, notice: Notice, actor: User, at: datetime | None = None
) -> Notice:
    """Give up a notice that is not issued; its number stays used, its targets are free again.

    Raises PermissionDenied; TransitionRefused "already-issued".
    """
    notice, at = _lock_draft(notice, actor, at)
    void_pending(notice, actor, why=_("It was withdrawn."))
    void_approval(subject=notice, actor=actor, at=at)
    drafts = notice.items.filter(state=ItemState.DRAFT)
    freed = list(drafts.values_list("target_id", flat=True))
    count = drafts.delete()[0]
    NOTICE_STATES.move(notice, NoticeState.WITHDRAWN)
    notice.save(update_fields=["state"])
    record(
        actor,
        "notice.draft_withdrawn",
        notice,
        at=at,
        thread=notice.case.thread,
        items=count,
    )
    casework.carry_over(freed, actor=actor, at=at, wait=False)
    return notice


@transaction.atomic
def submit_notice(*, notice: Notice, actor: User, at: datetime | None = None) -> Notice:
    """Put a notice forward for approval, as it stands now; it is addressed to the platform's primary liaison.

    Raises PermissionDenied; TransitionRefused "already-issued", "not-a-draft", "case-not-filed", "case-not-open",
    "no-liaison", "platform-retired", "no-items", "blocked" (details: blocked).
    """
    held(Case, [notice.case_id])
    held(Platform, [notice.platform_id])
    recipient = primary_of(notice.platform_id)
    hold_recipient(recipient)
    lock_targets_of(notice)
    notice, at = _lock_draft(notice, actor, at)
    if not NOTICE_STATES.allows(notice.state, NoticeState.SUBMITTED):
        raise TransitionRefused(
            "not-a-draft",
            _("This notice is not a draft any more."),
            state=notice.state,
            **last_act(notice),
        )
    require_open_for_notices(notice.case)
    if not is_reachable(recipient):
        raise TransitionRefused("no-liaison", NO_LIAISON)
    notice.recipient = recipient
    refuse_blocked(notice)
    _save_as_submitted(notice, actor, at)
    request_approval(subject=notice, version=notice.version, actor=actor, at=at)
    record(
        actor,
        "notice.submitted",
        notice,
        at=at,
        thread=notice.case.thread,
        version=notice.version,
    )
    announce_notice("notice.submitted", notice, actor=actor)
    return notice


def _save_as_submitted(notice: Notice, actor: User, at: datetime) -> None:
    """Fix each item's legal ground and what the approval will be about."""
    with connection.cursor() as cursor:
        cursor.execute(
            GROUND_AS_ISSUED, {"notice": notice.pk, "ground": notice.case.ground_id}
        )
    NOTICE_STATES.move(notice, NoticeState.SUBMITTED)
    notice.submitted_by, notice.submitted_at = actor, at
    notice.put_forward = parts_of(notice)
    notice.version = whole(notice.put_forward)
    notice.save(
        update_fields=[
            "state",
            "submitted_by",
            "submitted_at",
            "version",
            "put_forward",
            "recipient",
        ]
    )


def submit_notices(
    *, notices: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Submit several drafts; each is judged by itself. See `submit_notice`."""
    results = []
    for notice in (
        Notice.objects.visible_to(actor).filter(pk__in=list(notices)).order_by("pk")
    ):
        try:
            submit_notice(notice=notice, actor=actor, at=at)
            results.append(Result(notice.pk))
        except TransitionRefused as refused:
            results.append(Result(notice.pk, False, refused.code, refused.message))
    return results


def nothing_submitted(campaign: Campaign) -> None:
    """Asked by the cases app before a campaign gets another length for answers: who approves a notice has seen the day
    on which it would be due. Raises TransitionRefused "notices-submitted".
    """
    count = Notice.objects.filter(
        case__campaign=campaign, state=NoticeState.SUBMITTED
    ).count()
    if count:
        sentence = _(
            "Notices of this campaign wait for approval with the present length (%(count)d); decide them first."
        )
        raise TransitionRefused(
            "notices-submitted", sentence % {"count": count}, count=count
        )


def close_gaps(notices: Collection[int]) -> None:
    """Number the items of notices not yet issued 1 to n again after some left; the caller holds the notices' locks.

    Once issued, a number stands: the platform has it. Two statements: a number is never there twice, not even in
    between.
    """
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_ANEW, [list(notices)])
    NoticeItem.objects.filter(notice__in=notices, position__lt=0).update(
        position=-F("position")
    )


def named_in_drafts(targets: Collection[int]) -> dict[int, tuple[str, Any]]:
    """Asked by the cases app before targets are dropped: those that stand in a notice which is not issued yet, each
    with a code and a sentence that names the notice."""
    items = NoticeItem.objects.filter(target__in=targets, state=ItemState.DRAFT)
    reasons = {}
    for target, number, state in items.values_list(
        "target", "notice__number", "notice__state"
    ):
        if state == NoticeState.SUBMITTED:
            sentence = _(
                "It stands in notice %(number)s, which waits for approval; have that returned first."
            )
        else:
            sentence = _(
                "It stands in draft %(number)s; take it out there, or give up the draft, first."
            )
        reasons[target] = ("in-draft", sentence % {"number": number})
    return reasons


def named_since(targets: Collection[int], since: datetime) -> dict[int, Any]:
    """Asked by the cases app before an act on targets is undone: those that a notice names which was drafted,
    submitted or issued since, each with a sentence that says by whom and when. One statement."""
    after = (
        Q(notice__recorded_at__gt=since)
        | Q(notice__submitted_at__gt=since)
        | Q(notice__issued_at__gt=since)
    )
    items = NoticeItem.objects.filter(after, target__in=targets).exclude(
        state=ItemState.WITHDRAWN
    )
    people = ("notice__drafted_by", "notice__submitted_by", "notice__issued_by")
    return {
        item.target_id: _built_on_by(item.notice)
        for item in items.select_related("notice", *people)
    }


def ever_named(targets: Collection[int]) -> dict[int, Any]:
    """Asked by the cases app before an import is undone: those of the targets that a notice names or has named, and
    those that somebody objected to, each with a sentence that says which. Two statements."""
    objections = Objection.objects.filter(target__in=targets).order_by("-pk")
    sentence = _("Objection %(number)s was lodged against it.")
    reasons: dict[int, Any] = {
        item.target_id: sentence % {"number": item.number} for item in objections
    }
    # What was taken out of a draft, or given up with it, has never left.
    never_left = Q(state=ItemState.WITHDRAWN, notice__issued_at__isnull=True)
    items = (
        NoticeItem.objects.filter(target__in=targets)
        .exclude(never_left)
        .select_related("notice")
        .order_by("pk")
    )
    sentence = _("It is in notice %(number)s, “%(state)s”.")
    for item in items:
        facts = {"number": item.notice.number, "state": item.notice.get_state_display()}
        reasons[item.target_id] = sentence % facts
    return reasons


def _built_on_by(notice: Notice) -> Any:
    """Who did the last of drafting, submitting and issuing a notice, and when."""
    values: dict[str, Any] = {"number": notice.number}
    if notice.issued_at is not None:
        values |= {"who": notice.issued_by, "when": clock_time(notice.issued_at)}
        return (
            _("It is in notice %(number)s already, issued by %(who)s at %(when)s.")
            % values
        )
    if notice.submitted_at is not None and notice.state == NoticeState.SUBMITTED:
        values |= {"who": notice.submitted_by, "when": clock_time(notice.submitted_at)}
        return (
            _("It is in notice %(number)s already, submitted by %(who)s at %(when)s.")
            % values
        )
    values |= {"who": notice.drafted_by, "when": clock_time(notice.drafted_at)}
    return (
        _("It is in notice %(number)s already, drafted by %(who)s at %(when)s.")
        % values
    )


def refuse_blocked(notice: Notice) -> None:
    """Raise TransitionRefused "platform-retired", "no-items", or "blocked" naming what is in the way, unless all of a
    draft may go now."""
    require_taking_part(notice.platform)
    targets = (
        Target.objects.filter(items__notice=notice)
        .select_related("ground")
        .order_by("pk")
    )
    screened = screen(
        notice.case, targets, drafted_in=notice, handing_over=_is_handover(notice)
    )
    if screened.blocked:
        sentence = ngettext(
            "%(count)d item cannot be sent yet; remove it, or correct what blocks it.",
            "%(count)d items cannot be sent yet; remove them, or correct what blocks them.",
            len(screened.blocked),
        )
        count = len(screened.blocked)
        named = f"{sentence % {'count': count}} {in_words(screened.blocked)}"
        raise TransitionRefused("blocked", named, blocked=screened.blocked)
    if not screened.free:
        raise TransitionRefused("no-items", _("There is nothing in this notice."))


def _is_handover(notice: Notice) -> bool:
    """Whether the notice goes to a platform that is not its targets' own."""
    return notice.items.exclude(target__platform=notice.platform_id).exists()


def _lock_draft(
    notice: Notice, actor: User, at: datetime | None
) -> tuple[Notice, datetime]:
    held(Case, [notice.case_id])
    notice = (
        locked(Notice.objects)
        .select_related(
            "case__ground",
            "case__campaign",
            "platform",
            "recipient",
            "drafted_by",
            "submitted_by",
        )
        .get(pk=notice.pk)
    )
    require(actor, "notices.compose", notice)
    at = accept_at(actor, at, now())
    if notice.state not in NOT_ISSUED:
        sentence = _("This notice was issued or withdrawn; it cannot be changed.")
        raise TransitionRefused(
            "already-issued", sentence, state=notice.state, **last_act(notice)
        )
    return notice, at


def draft_counts(notice: Notice) -> dict[str, int]:
    """How many listings and stores a notice names."""
    return notice.items.aggregate(
        listings=Count("pk", filter=Q(target__kind=Target.Kind.LISTING)),
        stores=Count("pk", filter=Q(target__kind=Target.Kind.STORE)),
    )
