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
from cases.states import CLAIMS_GONE, Claim, TargetState
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
from notices.states import ANSWERED_AS, ItemState, NoticeState
from notices.workflow.arrival import note_opening
from notices.workflow.guards import answers_barred
from notices.workflow.issuing import complete_notices
from notices.workflow.objecting import Appeal, lodge_appeals

LONGEST_REMARK = 300
OUTCOMES = frozenset(Claim.values)
# Answers by which nothing is removed: whoever gives one by hand says why.
OWE_REASON = (Claim.REFUSED, Claim.NEEDS_INFORMATION, Claim.NOT_OURS, Claim.APPEALED)

WRITE = """
WITH words AS (
    SELECT * FROM unnest(
        %(outcome)s::text[], %(remark)s::text[], %(state)s::text[], %(target_state)s::text[], %(fact)s::timestamptz[],
        %(claimed)s::timestamptz[], %(late)s::boolean[], %(deadline)s::bigint[]
    ) WITH ORDINALITY AS words (outcome, remark, state, target_state, fact, claimed, late, deadline, words)
), said AS (
    SELECT * FROM unnest(%(item)s::bigint[], %(target)s::bigint[], %(words)s::bigint[]) AS said (item, target, words)
    JOIN words USING (words)
), items AS (
    UPDATE notices_noticeitem item
    SET state = said.state, outcome = said.outcome, remark = said.remark, answered_by_id = %(actor)s,
        answered_at = said.fact, answer_late = said.late, check_deadline_id = said.deadline
    FROM said WHERE item.id = said.item AND item.state = 'open'
), targets AS (
    UPDATE cases_target target
    SET state = said.target_state, claim = said.outcome, claim_at = said.fact, claim_remark = said.remark
    FROM said WHERE target.id = said.target
), answers AS (
    INSERT INTO notices_answer (item_id, outcome, remark, by_id, at, claimed_at, is_late, due_on, document_id)
    SELECT item, outcome, remark, %(actor)s, fact, claimed, late, %(due)s::date, %(document)s FROM said
)
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT fact, %(actor)s, %(role)s, %(channel)s, %(address)s, 'item.answered', 'notices.noticeitem', item, %(thread)s,
       jsonb_build_object('outcome', outcome, 'target', target, 'notice', %(number)s::text)
FROM said"""


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


class Named(NamedTuple):
    """An item that a reply may mean, no more of it than judging needs: there may be thousands.

    place: platform, kind and canonical id, or None where every reply names its item by id.
    """

    pk: int
    target: int
    state: str
    target_state: str
    place: tuple[str, str, str] | None = None


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
    items = _lock_named_items(notice, replies)
    notice = Notice.objects.select_related("case__campaign", "platform").get(
        pk=notice.pk
    )
    if notice.state not in (NoticeState.ISSUED, NoticeState.COMPLETED):
        said = _("This notice is not open for answers.")
        raise TransitionRefused(
            "notice-not-open", said, state=notice.state, **last_act(notice)
        )

    accepted, results = _judge(notice, items, replies, recorded)
    if accepted:
        # Who answers a letter has read it.
        if notice.arrived_at is None:
            note_opening(notice, recorded, actor)
        kept = stored(document) if document else None
        _write(notice, list(accepted.values()), actor, recorded, kept)
        _lodge_appeals(notice, list(accepted.values()), actor, recorded)
        complete_notices([notice.pk], actor=actor, at=recorded)
        announce_notice("answers.given", notice, actor=actor, count=len(accepted))
    return results


def _lodge_appeals(
    notice: Notice, accepted: list[tuple[Named, Reply]], actor: User, recorded: datetime
) -> None:
    """An answer “appealed” opens an objection by itself, or joins the one that is undecided."""
    replay = current().is_replay
    appeals = [
        Appeal(
            item.pk,
            item.target,
            reply.remark,
            (replay and reply.at) or recorded,
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
    return _judge(notice, _named(notice, replies), replies, now())[1]


def _judge(
    notice: Notice, items: list[Named], replies: list[Reply], recorded: datetime
) -> tuple[dict[int, tuple[Named, Reply]], list[Result]]:
    """Which items are answered by which reply, and one Result for each reply."""
    by_id = {item.pk: item for item in items}
    by_place = {item.place: item for item in items if item.place}
    closed = [item.pk for item in items if item.state != ItemState.OPEN]
    told = notice.items.select_related("answered_by").in_bulk(closed) if closed else {}
    barred = answers_barred(notice.case)
    results: list[Result] = []
    accepted: dict[int, tuple[Named, Reply]] = {}
    for reply in replies:
        refusal = judge_words(reply, recorded)
        item = None
        if refusal is None:
            item, refusal = _find(reply, notice, by_id, by_place)
        if item is not None and item.pk in accepted:
            refusal = Result(
                reply.ref,
                False,
                "already-answered",
                _("It is answered by an earlier line."),
            )
        elif item is not None and item.pk in told:
            refusal = Result(
                reply.ref, False, "already-answered", _already(told[item.pk])
            )
        elif item is not None and barred is not None:
            refusal = Result(reply.ref, False, *barred)
        elif item is not None and item.target_state != TargetState.NOTICED:
            refusal = Result(
                reply.ref,
                False,
                "wrong-state",
                _("Nothing is asked about it any more."),
            )
        elif item is not None:
            accepted[item.pk] = (item, reply)
        results.append(refusal or Result(reply.ref))
    return accepted, results


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


def _lock_named_items(notice: Notice, replies: list[Reply]) -> list[Named]:
    """The items that replies may mean, only those named where all are named by id; their targets locked first, then
    they, both in the order of ids, as in every verb that moves items."""
    items = _meant(notice, replies)
    targets = Target.objects.filter(pk__in=items.values("target_id")).order_by("pk")
    list(locked(targets).values_list("pk"))
    return _named(notice, replies, locked(items.order_by("pk")))


def _meant(notice: Notice, replies: list[Reply]) -> QuerySet[NoticeItem]:
    items = notice.items.exclude(state=ItemState.DRAFT)
    if all(reply.item is not None for reply in replies):
        return items.filter(pk__in=ids_among(reply.item for reply in replies))
    return items


def _named(
    notice: Notice, replies: list[Reply], items: QuerySet[NoticeItem] | None = None
) -> list[Named]:
    """The items that replies may mean, with their places if one of them names an address."""
    items = _meant(notice, replies) if items is None else items
    if all(reply.item is not None for reply in replies):
        return [
            Named(*row)
            for row in items.values_list("pk", "target_id", "state", "target__state")
        ]
    thing = Coalesce("target__listing__canonical_id", "target__store__canonical_id")
    place = ("target__platform__slug", "target__kind", thing)
    rows = items.values_list("pk", "target_id", "state", "target__state", *place)
    return [
        Named(pk, target, state, then, tuple(where))
        for pk, target, state, then, *where in rows
    ]


def judge_words(reply: Reply, recorded: datetime) -> Result | None:
    """Why a reply is refused whatever it is about, if it is."""
    if reply.outcome not in OUTCOMES:
        return Result(
            reply.ref, False, "unknown-outcome", _("This is not one of the outcomes.")
        )
    if len(reply.remark) > LONGEST_REMARK:
        said = _("The remark is longer than %(count)d characters.") % {
            "count": LONGEST_REMARK
        }
        return Result(reply.ref, False, "remark-too-long", said)
    if reply.at and reply.at > recorded + AHEAD and not current().is_replay:
        return Result(reply.ref, False, "at-ahead", _("The time given lies ahead."))
    return None


def _find(
    reply: Reply,
    notice: Notice,
    by_id: dict[int, Named],
    by_place: dict[tuple[str, str, str], Named],
) -> tuple[Named | None, Result | None]:
    """The item a reply means, or why there is none."""
    if reply.item is not None:
        item = by_id.get(reply.item)
    else:
        address = read_cell(reply.address)
        if address.kind not in (Target.Kind.LISTING, Target.Kind.STORE):
            return None, Result(
                reply.ref,
                False,
                "unreadable-address",
                _("This is no address of a listing or store."),
            )
        platform = platform_of(address.site)
        item = by_place.get((platform, address.kind, address.canonical_id))
        if item is None and platform != notice.platform.slug:
            return None, Result(
                reply.ref,
                False,
                "other-platform",
                _("This address is another platform's."),
            )
    if item is None:
        return None, Result(
            reply.ref, False, "not-in-notice", _("This is not in this notice.")
        )
    return item, None


def _already(item: NoticeItem) -> Any:
    """Who answered an item with what and when, or that it was taken out."""
    if (
        item.state
        in (ItemState.WITHDRAWN, ItemState.CARRIED_OVER, ItemState.HANDED_OVER)
        or not item.answered_at
    ):
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
    accepted: list[tuple[Named, Reply]],
    actor: User,
    recorded: datetime,
    document: StoredFile | None,
) -> None:
    """Write what was accepted; thousands of answers in the same words go over the line as one."""
    replay = current().is_replay
    words: dict[tuple[str, str, datetime, datetime | None], int] = {}
    numbers = [
        words.setdefault(
            (
                reply.outcome,
                reply.remark,
                (replay and reply.at) or recorded,
                None if replay else reply.at,
            ),
            len(words) + 1,
        )
        for _item, reply in accepted
    ]
    due = notice.reply_due_on or date.max
    length = notice.case.campaign.check_working_days if notice.case.campaign else None
    days = [shanghai_date(fact) for _outcome, _remark, fact, _claimed in words]
    gone = [outcome in CLAIMS_GONE for outcome, *_rest in words]
    starts = {day for day, claims in zip(days, gone, strict=True) if claims}
    deadlines = (
        Deadline.objects.ensure_many("PT_FH", starts, length=length) if starts else {}
    )
    said = origin(actor, recorded) | {
        "item": [item.pk for item, _reply in accepted],
        "target": [item.target for item, _reply in accepted],
        "words": numbers,
        "outcome": [outcome for outcome, *_rest in words],
        "remark": [remark for _outcome, remark, *_rest in words],
        "state": [str(ANSWERED_AS[outcome][0]) for outcome, *_rest in words],
        "target_state": [str(ANSWERED_AS[outcome][1]) for outcome, *_rest in words],
        "fact": [fact for _outcome, _remark, fact, _claimed in words],
        "claimed": [claimed for *_rest, claimed in words],
        "late": [day > due for day in days],
        "due": notice.reply_due_on,
        "deadline": [
            deadlines[day].pk if claims else None
            for day, claims in zip(days, gone, strict=True)
        ],
        "document": document.pk if document else None,
        "thread": notice.case.thread,
        "number": notice.number,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, said)
    if document:
        record(
            actor,
            "notice.answered_on_behalf",
            notice,
            at=recorded,
            thread=notice.case.thread,
            document=document.sha256,
        )
