"""Liaisons' answers: item by item, each accepted or refused by itself, written with a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.models import Target
from cases.states import CLAIMS_GONE, Claim
from corps import access
from corps.acting import current
from corps.audit import origin, record
from corps.clock import AHEAD, accept_at, now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import Deadline, StoredFile, User
from corps.results import Result
from listings.addresses import read_cell
from listings.sites import platform_of
from notices.models import Notice, NoticeItem
from notices.states import ANSWERED_AS, ItemState, NoticeState
from notices.workflow.issuing import complete_notices

LONGEST_REMARK = 300

WRITE = """
WITH said AS (
    SELECT * FROM unnest(
        %(item)s::bigint[], %(target)s::bigint[], %(outcome)s::text[], %(remark)s::text[], %(state)s::text[],
        %(target_state)s::text[], %(fact)s::timestamptz[], %(claimed)s::timestamptz[], %(late)s::boolean[],
        %(deadline)s::bigint[]
    ) AS said (item, target, outcome, remark, state, target_state, fact, claimed, late, deadline)
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
    INSERT INTO notices_answer (item_id, outcome, remark, by_id, at, claimed_at, is_late, document_id)
    SELECT item, outcome, remark, %(actor)s, fact, claimed, late, %(document)s FROM said
)
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT fact, %(actor)s, %(role)s, %(channel)s, %(address)s, 'item.answered', 'notices.noticeitem', item, %(thread)s,
       jsonb_build_object('outcome', outcome, 'target', target, 'notice', %(number)s::text)
FROM said"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One line of an answer. ref: the caller's own number for it. item: an id, or address: any form of an address.

    outcome: a word of `cases.states.Claim`. at: in a replay the fact, otherwise what the liaison says, kept as a claim.
    """

    ref: Any
    outcome: str
    item: int | None = None
    address: str = ""
    at: datetime | None = None
    remark: str = ""


@transaction.atomic
def answer_items(
    *,
    notice: Notice,
    replies: Iterable[Reply],
    actor: User,
    at: datetime | None = None,
    document: StoredFile | None = None,
) -> list[Result]:
    """Answer items of an issued notice; one Result for each reply, in the order given.

    The first answer to an item stands; whoever comes second is told who answered what when. An officer answers on
    behalf of a liaison with the document it came by. Whether an answer is late is judged by the moment it is recorded
    (in a replay by its `at`). A fixed number of statements, whatever the number of items.
    Raises PermissionDenied; TransitionRefused "notice-not-open".
    """
    _require_answerer(actor, notice, document)
    recorded = accept_at(actor, at, now())
    replies = list(replies)
    items = _lock_named_items(notice, replies)
    notice = Notice.objects.select_related("case__campaign", "platform", "reply_deadline").get(pk=notice.pk)
    if notice.state not in (NoticeState.ISSUED, NoticeState.COMPLETED):
        raise TransitionRefused("notice-not-open", _("This notice is not open for answers."), state=notice.state)

    by_id = {item.pk: item for item in items}
    by_address = {(item.target.platform.slug, item.target.kind, item.target.thing.canonical_id): item for item in items}
    results: list[Result] = []
    accepted: dict[int, tuple[NoticeItem, Reply]] = {}
    for reply in replies:
        found, refusal = _judge(reply, notice, by_id, by_address, accepted, recorded)
        if found is not None and refusal is None:
            accepted[found.pk] = (found, reply)
        results.append(refusal or Result(reply.ref))
    if accepted:
        _write(notice, list(accepted.values()), actor, recorded, document)
        complete_notices([notice.pk], actor=actor, at=recorded)
    return results


def _require_answerer(actor: User, notice: Notice, document: StoredFile | None) -> None:
    """A liaison answers for the own platform; an officer on behalf, with a document."""
    if access.may(actor, "notices.answer"):
        access.require(actor, "notices.answer", notice)
    else:
        access.require(actor, "notices.answer_on_behalf", notice)
        if document is None:
            raise PermissionDenied(_("An answer on behalf of a liaison needs the document it came by."))


def _lock_named_items(notice: Notice, replies: list[Reply]) -> list[NoticeItem]:
    """The items that replies may mean, only those named where all are named by id; their targets locked first, then
    they, both in the order of ids, as in every verb that moves items."""
    items = notice.items.exclude(state=ItemState.DRAFT)
    if all(reply.item is not None for reply in replies):
        items = items.filter(pk__in=[reply.item for reply in replies])
    list(Target.objects.lock_in_order(items.values_list("target_id", flat=True)).values_list("pk"))
    return list(
        items.select_related("target__platform", "target__listing", "target__store", "answered_by")
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def _judge(
    reply: Reply,
    notice: Notice,
    by_id: dict[int, NoticeItem],
    by_address: dict[tuple[str, str, str], NoticeItem],
    accepted: dict[int, Any],
    recorded: datetime,
) -> tuple[NoticeItem | None, Result | None]:
    """The item a reply means, and why it is refused if it is."""
    if reply.outcome not in Claim.values:
        return None, Result(reply.ref, False, "unknown-outcome", _("This is not one of the outcomes."))
    if len(reply.remark) > LONGEST_REMARK:
        said = _("The remark is longer than %(count)d characters.") % {"count": LONGEST_REMARK}
        return None, Result(reply.ref, False, "remark-too-long", said)
    if reply.at and reply.at > recorded + AHEAD and not current().is_replay:
        return None, Result(reply.ref, False, "at-ahead", _("The time given lies ahead."))
    if reply.item is not None:
        item = by_id.get(reply.item)
    else:
        address = read_cell(reply.address)
        if address.kind not in (Target.Kind.LISTING, Target.Kind.STORE):
            return None, Result(reply.ref, False, "unreadable-address", _("This is no address of a listing or store."))
        platform = platform_of(address.site)
        item = by_address.get((platform, address.kind, address.canonical_id))
        if item is None and platform != notice.platform.slug:
            return None, Result(reply.ref, False, "other-platform", _("This address is another platform's."))
    if item is None:
        return None, Result(reply.ref, False, "not-in-notice", _("This is not in this notice."))
    if item.pk in accepted:
        return item, Result(reply.ref, False, "already-answered", _("It is answered by an earlier line."))
    if item.state != ItemState.OPEN:
        return item, Result(reply.ref, False, "already-answered", _already(item))
    return item, None


def _already(item: NoticeItem) -> Any:
    """Who answered an item with what and when, or that it was taken out."""
    if item.state in (ItemState.WITHDRAWN, ItemState.CARRIED_OVER, ItemState.HANDED_OVER) or not item.answered_at:
        return _("This item is closed: %(state)s.") % {"state": item.get_state_display()}
    return _("%(who)s answered “%(outcome)s” at %(when)s.") % {
        "who": item.answered_by,
        "outcome": item.get_outcome_display(),
        "when": date_format(timezone.localtime(item.answered_at), "m-d H:i"),
    }


def _write(
    notice: Notice,
    accepted: list[tuple[NoticeItem, Reply]],
    actor: User,
    recorded: datetime,
    document: StoredFile | None,
) -> None:
    replay = current().is_replay
    facts = [reply.at if replay and reply.at else recorded for _item, reply in accepted]
    due = notice.reply_deadline.due_on if notice.reply_deadline else date.max
    states = [ANSWERED_AS[reply.outcome] for _item, reply in accepted]
    length = notice.case.campaign.check_working_days if notice.case.campaign else None
    gone = [reply.outcome in CLAIMS_GONE for _item, reply in accepted]
    starts = {shanghai_date(fact) for fact, claims in zip(facts, gone, strict=True) if claims}
    deadlines = Deadline.objects.ensure_many("PT_FH", starts, length=length) if starts else {}
    said = origin(actor, recorded) | {
        "item": [item.pk for item, _reply in accepted],
        "target": [item.target_id for item, _reply in accepted],
        "outcome": [reply.outcome for _item, reply in accepted],
        "remark": [reply.remark for _item, reply in accepted],
        "state": [str(state) for state, _target in states],
        "target_state": [str(target) for _state, target in states],
        "fact": facts,
        "claimed": [None if replay else reply.at for _item, reply in accepted],
        "late": [shanghai_date(fact) > due for fact in facts],
        "deadline": [
            deadlines[shanghai_date(fact)].pk if claims else None for fact, claims in zip(facts, gone, strict=True)
        ],
        "document": document.pk if document else None,
        "thread": notice.case.thread,
        "number": notice.number,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, said)
    if document:
        record(
            actor, "notice.answered_on_behalf", notice, at=recorded, thread=notice.case.thread, document=document.sha256
        )
