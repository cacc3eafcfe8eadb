"""Liaisons' answers: item by item, each accepted or refused by itself, written with a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Target
from cases.states import Claim, TargetState
from corps.access import permissions
from corps.access.past_events import AHEAD, accept_at
from corps.audit.last_acts import last_act
from corps.audit.origin import current
from corps.audit.recording import origin, record
from corps.database.copy import ids_among
from corps.database.locking import held, locked
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import Deadline, StoredFile, User
from corps.results import Result
from corps.workflow import Paper, stored
from listings.addresses import read_cell
from listings.sites import platform_of
from notices.models import Notice, NoticeItem
from notices.notifications import announce_notice
from notices.states import (
    ANSWERED_AS,
    AWAITS_ANSWER,
    CLAIMS_GONE,
    ISSUED_NOTICE,
    TAKEN_OUT,
    TARGET_AWAITS_ANSWER,
    ItemState,
)
from notices.workflow.arrival import note_opening
from notices.workflow.guards import answers_barred
from notices.workflow.issuing import complete_notices
from notices.workflow.objecting import Appeal, lodge_appeals

LONGEST_REMARK = 300
ANSWERS = frozenset(Claim.values)

WRITE = """
WITH wordings AS (
    SELECT * FROM unnest(
        %(outcome)s::text[], %(remark)s::text[], %(state)s::text[], %(target_state)s::text[], %(fact)s::timestamptz[],
        %(claimed)s::timestamptz[], %(late)s::boolean[], %(deadline)s::bigint[]
    ) WITH ORDINALITY AS wordings (outcome, remark, state, target_state, fact, claimed, late, deadline, wording)
), answered AS (
    SELECT * FROM unnest(%(item)s::bigint[], %(target)s::bigint[], %(wording)s::bigint[])
        AS answered (item, target, wording)
    JOIN wordings USING (wording)
), items AS (
    UPDATE notices_noticeitem item
    SET state = answered.state, outcome = answered.outcome, remark = answered.remark, answered_by_id = %(actor)s,
        answered_at = answered.fact, answer_late = answered.late, check_deadline_id = answered.deadline
    FROM answered WHERE item.id = answered.item AND item.state = ANY(%(asked)s)
), targets AS (
    UPDATE cases_target target
    SET state = answered.target_state, claim = answered.outcome, claim_at = answered.fact,
        claim_remark = answered.remark
    FROM answered WHERE target.id = answered.target AND target.state = ANY(%(noticed)s)
), answers AS (
    INSERT INTO notices_answer (item_id, outcome, remark, by_id, at, claimed_at, is_late, due_on, document_id)
    SELECT item, outcome, remark, %(actor)s, fact, claimed, late, %(due)s::date, %(document)s FROM answered
)
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT fact, %(actor)s, %(role)s, %(channel)s, %(address)s, 'item.answered', 'notices.noticeitem', item, %(thread)s,
       jsonb_build_object('outcome', outcome, 'target', target, 'notice', %(number)s::text)
FROM answered"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of an answer. ref: the caller's own number for it. item: an id, or address: any form of an address.

    outcome: a word of `cases.states.Claim`. at: in a replay the fact, otherwise what the liaison says, kept as a claim.
    objector, objected_on: of an appeal, who objects and when they did, as the platform says.
    """

    ref: Any
    outcome: str
    item: int | None = None
    address: str = ""
    at: datetime | None = None
    remark: str = ""
    objector: str = ""
    objected_on: date | None = None


class Candidate(NamedTuple):
    """An item that a reply may mean, no more of it than judging needs: there may be thousands.

    listed_as: platform, kind and canonical id, or None where every reply names its item by id.
    """

    pk: int
    target: int
    state: str
    target_state: str
    listed_as: tuple[str, str, str] | None = None


Accepted = dict[int, tuple[Candidate, Reply]]


class Wording(NamedTuple):
    """What may be said of thousands of items at once. fact: when it holds; claimed: when it was done, as they say."""

    outcome: str
    remark: str
    fact: datetime
    claimed: datetime | None

    @property
    def is_claim(self) -> bool:
        """Whether it says that something is gone, so that a check is owed."""
        return self.outcome in CLAIMS_GONE

    @property
    def day(self) -> date:
        return shanghai_date(self.fact)


@transaction.atomic
def answer_items(
    *,
    notice: Notice,
    replies: Iterable[Reply],
    actor: User,
    at: datetime | None = None,
    document: Paper | None = None,
) -> list[Result]:
    """Answer items of an issued notice; one Result for each reply, in the order given.

    The first answer to an item stands; whoever comes second is told who answered what when. An officer answers on
    behalf of a liaison with the document it came by, which is kept if any item is answered. Whether an answer is late
    is judged by the moment it is recorded (in a replay by its `at`) and by the due date at that moment; an answer shows
    that the letter arrived. In a suspended case answers are taken; in one that was left or closed each is refused
    ("case-not-open"), and so is one about a target that waits for none ("wrong-state").
    A fixed number of statements, whatever the number of items.
    Raises PermissionDenied; TransitionRefused "notice-not-open".
    """
    _require_answerer(actor, notice, document)
    recorded = accept_at(actor, at, now())
    replies = list(replies)
    held(Case, [notice.case_id])
    items = _lock_candidates(notice, replies)
    notice = Notice.objects.select_related("case__campaign", "platform").get(
        pk=notice.pk
    )
    if notice.state not in ISSUED_NOTICE:
        raise TransitionRefused(
            "notice-not-open",
            _("This notice is not open for answers."),
            state=notice.state,
            **last_act(notice),
        )

    accepted, results = _judge(notice, items, replies, recorded)
    if accepted:
        # Who answers a letter has read it.
        if notice.arrived_at is None:
            note_opening(notice, recorded, actor)
        kept = None
        if document:
            kept = stored(document)
        _write(notice, list(accepted.values()), actor, recorded, kept)
        _lodge_appeals(notice, list(accepted.values()), actor, recorded)
        complete_notices([notice.pk], actor=actor, at=recorded)
        announce_notice("answers.given", notice, actor=actor, count=len(accepted))
    return results


def _moment_of(reply: Reply, recorded: datetime) -> datetime:
    """When an answer holds: in a replay the time it tells, otherwise when it is recorded."""
    if current().is_replay and reply.at:
        return reply.at
    return recorded


def _lodge_appeals(
    notice: Notice,
    accepted: list[tuple[Candidate, Reply]],
    actor: User,
    recorded: datetime,
) -> None:
    """An answer “appealed” opens an objection by itself, or joins the one that is undecided."""
    appeals = [
        Appeal(
            item.pk,
            item.target,
            reply.remark,
            _moment_of(reply, recorded),
            reply.objector,
            reply.objected_on,
        )
        for item, reply in accepted
        if reply.outcome == Claim.APPEALED
    ]
    if appeals:
        lodge_appeals(notice=notice, appeals=appeals, actor=actor)


def foresee_answers(
    *, notice: Notice, replies: Iterable[Reply], actor: User
) -> list[Result]:
    """What `answer_items` would say to these replies now, one Result for each; nothing is locked or written.

    Raises PermissionDenied.
    """
    permissions.require(actor, "notices.answer", notice)
    replies = list(replies)
    candidates = _candidates(replies, _items_meant(notice, replies))
    _accepted, results = _judge(notice, candidates, replies, now())
    return results


def _judge(
    notice: Notice,
    candidates: list[Candidate],
    replies: list[Reply],
    recorded: datetime,
) -> tuple[Accepted, list[Result]]:
    """Which items are answered by which reply, and one Result for each reply."""
    answerable = Answerable(notice, candidates)
    results: list[Result] = []
    for reply in replies:
        refusal = judge_wording(reply, recorded) or answerable.accept(reply)
        results.append(refusal or Result(reply.ref))
    return answerable.accepted, results


class Answerable:
    """The items that replies may mean. Each takes the first reply that may answer it; `accepted` holds which."""

    def __init__(self, notice: Notice, candidates: list[Candidate]) -> None:
        self.accepted: Accepted = {}
        self.notice = notice
        self.by_id = {item.pk: item for item in candidates}
        self.by_listing = {item.listed_as: item for item in candidates}
        closed = [item.pk for item in candidates if item.state != ItemState.OPEN]
        self.closed: dict[int, NoticeItem] = {}
        if closed:
            self.closed = notice.items.select_related("answered_by").in_bulk(closed)
        self.barred = answers_barred(notice.case)

    def accept(self, reply: Reply) -> Result | None:
        """Let a reply answer the item that it means, or say why it does not."""
        if reply.item is not None:
            item = self.by_id.get(reply.item)
        else:
            item, refusal = self._by_address(reply)
            if refusal is not None:
                return refusal
        if item is None:
            return Result(
                reply.ref, False, "not-in-notice", _("This is not in this notice.")
            )
        refusal = self._refusal(item, reply)
        if refusal is None:
            self.accepted[item.pk] = (item, reply)
        return refusal

    def _by_address(self, reply: Reply) -> tuple[Candidate | None, Result | None]:
        """The item whose address a reply gives, if any, or what is wrong with the address."""
        address = read_cell(reply.address)
        if address.kind not in (Target.Kind.LISTING, Target.Kind.STORE):
            unreadable = _("This is no address of a listing or store.")
            return None, Result(reply.ref, False, "unreadable-address", unreadable)
        platform = platform_of(address.site)
        item = self.by_listing.get((platform, address.kind, address.canonical_id))
        if item is None and platform != self.notice.platform.slug:
            elsewhere = _("This address is another platform's.")
            return None, Result(reply.ref, False, "other-platform", elsewhere)
        return item, None

    def _refusal(self, item: Candidate, reply: Reply) -> Result | None:
        """Why an item of this notice takes no answer now, if so."""
        if item.pk in self.accepted:
            earlier = _("It is answered by an earlier line.")
            return Result(reply.ref, False, "already-answered", earlier)
        if item.pk in self.closed:
            first_answer = _first_answer(self.closed[item.pk])
            return Result(reply.ref, False, "already-answered", first_answer)
        if self.barred is not None:
            return Result(reply.ref, False, *self.barred)
        if item.target_state != TargetState.NOTICED:
            not_asked = _("Nothing is asked about it any more.")
            return Result(reply.ref, False, "wrong-state", not_asked)
        return None


def _require_answerer(actor: User, notice: Notice, document: Paper | None) -> None:
    """A liaison answers for the own platform; an officer on behalf, with a document."""
    if permissions.may(actor, "notices.answer"):
        permissions.require(actor, "notices.answer", notice)
    else:
        permissions.require(actor, "notices.answer_on_behalf", notice)
        if document is None:
            raise PermissionDenied(
                _("An answer on behalf of a liaison needs the document it came by.")
            )


def _lock_candidates(notice: Notice, replies: list[Reply]) -> list[Candidate]:
    """The items that replies may mean, only those named where all are named by id; their targets locked first, then
    they, both in the order of ids, as in every verb that moves items."""
    items = _items_meant(notice, replies)
    targets = Target.objects.filter(pk__in=items.values("target_id")).order_by("pk")
    list(locked(targets).values_list("pk"))
    return _candidates(replies, locked(items.order_by("pk")))


def _all_by_id(replies: list[Reply]) -> bool:
    return all(reply.item is not None for reply in replies)


def _items_meant(notice: Notice, replies: list[Reply]) -> QuerySet[NoticeItem]:
    items = notice.items.exclude(state=ItemState.DRAFT)
    if _all_by_id(replies):
        return items.filter(pk__in=ids_among(reply.item for reply in replies))
    return items


def _candidates(replies: list[Reply], items: QuerySet[NoticeItem]) -> list[Candidate]:
    """The items as candidates, with their platform, kind and canonical id if a reply names an address."""
    columns = ("pk", "target_id", "state", "target__state")
    if _all_by_id(replies):
        return [Candidate(*row) for row in items.values_list(*columns)]
    rows = items.values_list(
        *columns,
        "target__platform__slug",
        "target__kind",
        Coalesce("target__listing__canonical_id", "target__store__canonical_id"),
    )
    return [
        Candidate(pk, target, state, target_state, tuple(listed_as))
        for pk, target, state, target_state, *listed_as in rows
    ]


def judge_wording(reply: Reply, recorded: datetime) -> Result | None:
    """Why a reply is refused whatever it is about, if it is."""
    if reply.outcome not in ANSWERS:
        unknown = _("This is not one of the outcomes.")
        return Result(reply.ref, False, "unknown-outcome", unknown)
    if len(reply.remark) > LONGEST_REMARK:
        too_long = _("The remark is longer than %(count)d characters.") % {
            "count": LONGEST_REMARK
        }
        return Result(reply.ref, False, "remark-too-long", too_long)
    if reply.at and reply.at > recorded + AHEAD and not current().is_replay:
        return Result(reply.ref, False, "at-ahead", _("The time given lies ahead."))
    return None


def _first_answer(item: NoticeItem) -> Any:
    """Who answered an item with what and when, or that it was taken out."""
    is_taken_out = item.state in TAKEN_OUT
    if is_taken_out or not item.answered_at:
        return _("This item is closed: %(state)s.") % {
            "state": item.get_state_display()
        }
    return _("%(who)s answered “%(outcome)s” at %(when)s.") % {
        "who": item.answered_by,
        "outcome": item.get_outcome_display(),
        "when": date_format(timezone.localtime(item.answered_at), "m-d H:i"),
    }


def _write(
    notice: Notice,
    accepted: list[tuple[Candidate, Reply]],
    actor: User,
    recorded: datetime,
    document: StoredFile | None,
) -> None:
    """Write what was accepted; thousands of answers in the same words go over the line as one."""
    numbers: dict[Wording, int] = {}
    wording_of_item = [
        numbers.setdefault(_wording_of(reply, recorded), len(numbers) + 1)
        for _item, reply in accepted
    ]
    parameters = {
        **origin(actor, recorded),
        **_wording_columns(notice, list(numbers)),
        "item": [item.pk for item, _reply in accepted],
        "target": [item.target for item, _reply in accepted],
        "wording": wording_of_item,
        "asked": list(AWAITS_ANSWER),
        "noticed": list(TARGET_AWAITS_ANSWER),
        "due": notice.reply_due_on,
        "document": document and document.pk,
        "thread": notice.case.thread,
        "number": notice.number,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, parameters)
    if document:
        record(
            actor,
            "notice.answered_on_behalf",
            notice,
            at=recorded,
            thread=notice.case.thread,
            document=document.sha256,
        )


def _wording_of(reply: Reply, recorded: datetime) -> Wording:
    """What a reply says, apart from which item it is about. In a replay the time it tells is the fact, no claim."""
    claimed = reply.at
    if current().is_replay:
        claimed = None
    return Wording(reply.outcome, reply.remark, _moment_of(reply, recorded), claimed)


def _wording_columns(notice: Notice, wordings: list[Wording]) -> dict[str, list[Any]]:
    """The wordings as columns for WRITE: what they say, the states that follow, whether they are late, and by when a
    check is owed. Two statements at most, when something is claimed to be gone."""
    due_on = notice.reply_due_on or date.max
    days = [wording.day for wording in wordings]
    kinds = [ANSWERED_AS[Claim(wording.outcome)] for wording in wordings]
    return {
        "outcome": [wording.outcome for wording in wordings],
        "remark": [wording.remark for wording in wordings],
        "state": [str(kind.item) for kind in kinds],
        "target_state": [str(kind.target) for kind in kinds],
        "fact": [wording.fact for wording in wordings],
        "claimed": [wording.claimed for wording in wordings],
        "late": [day > due_on for day in days],
        "deadline": _check_deadlines(notice, wordings),
    }


def _check_deadlines(notice: Notice, wordings: list[Wording]) -> list[int | None]:
    """The deadline of the check that each wording makes due, None where it claims nothing."""
    starts = {wording.day for wording in wordings if wording.is_claim}
    if not starts:
        return [None] * len(wordings)
    length = None
    if notice.case.campaign is not None:
        length = notice.case.campaign.check_working_days
    deadlines = Deadline.objects.ensure_many("PT_FH", starts, length=length)
    ids: list[int | None] = []
    for wording in wordings:
        deadline = None
        if wording.is_claim:
            deadline = deadlines[wording.day].pk
        ids.append(deadline)
    return ids
