"""Answers taken back, or changed, by the platform that gave them, as long as nobody has checked them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Target
from cases.states import Claim
from corps.access import permissions
from corps.access.past_events import accept_at
from corps.audit.last_acts import last_act
from corps.audit.recording import origin
from corps.database.locking import held, locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from notices.models import Answer, Check, Notice, NoticeItem, PendingCheck
from notices.notifications import announce_notice
from notices.states import (
    ANSWERED_AS,
    ISSUED_NOTICE,
    ITEM_STATES,
    RETRACTABLE,
    ItemState,
)
from notices.workflow.answering import Reply, answer_items, judge_wording
from notices.workflow.guards import answers_barred
from notices.workflow.issuing import complete_notices
from notices.workflow.withdrawing import withdraw_objections

# The item, and the target's claim, say again what was answered before: to this item, to any item of the target.
RETRACT = """
WITH retracted AS (
    SELECT * FROM unnest(%(items)s::bigint[], %(targets)s::bigint[], %(answers)s::bigint[])
        AS retracted (item, target, answer)
), noted AS (
    INSERT INTO notices_answerretraction (answer_id, by_id, at)
    SELECT answer, %(actor)s, %(at)s FROM retracted
), items AS (
    UPDATE notices_noticeitem item
    SET state = 'open', outcome = coalesce(earlier.outcome, ''), remark = coalesce(earlier.remark, ''),
        answered_by_id = earlier.by_id, answered_at = earlier.at, answer_late = earlier.is_late,
        check_deadline_id = NULL
    FROM retracted LEFT JOIN LATERAL (
        SELECT outcome, remark, by_id, at, is_late FROM notices_answer answer
        WHERE answer.item_id = retracted.item AND answer.id <> retracted.answer
          AND NOT EXISTS (SELECT FROM notices_answerretraction back WHERE back.answer_id = answer.id)
        ORDER BY answer.id DESC LIMIT 1
    ) earlier ON true
    WHERE item.id = retracted.item AND item.state = ANY(%(retractable)s)
), targets AS (
    UPDATE cases_target target
    SET state = 'noticed', claim = coalesce(earlier.outcome, ''), claim_at = earlier.at,
        claim_remark = coalesce(earlier.remark, '')
    FROM retracted LEFT JOIN LATERAL (
        SELECT answer.outcome, answer.remark, answer.at
        FROM notices_answer answer JOIN notices_noticeitem item ON item.id = answer.item_id
        WHERE item.target_id = retracted.target AND answer.id <> retracted.answer
          AND NOT EXISTS (SELECT FROM notices_answerretraction back WHERE back.answer_id = answer.id)
        ORDER BY answer.id DESC LIMIT 1
    ) earlier ON true
    WHERE target.id = retracted.target AND target.state = ANY(%(answered)s)
)
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT %(at)s, %(actor)s, %(role)s, %(channel)s, %(address)s, 'item.answer_retracted', 'notices.noticeitem',
       retracted.item, %(thread)s,
       jsonb_build_object('outcome', answer.outcome, 'target', retracted.target, 'notice', %(number)s::text)
FROM retracted JOIN notices_answer answer ON answer.id = retracted.answer"""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides whether answers may be taken back, by item, read once the items are locked."""

    items: dict[int, NoticeItem]
    answers: dict[int, Answer]
    checks: dict[int, Check]
    pending: dict[int, PendingCheck]


@transaction.atomic
def retract_answers(
    *, notice: Notice, items: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Take answers to items of a notice back, so that the items are open again; one Result for each id, in order.

    An answer stands from the first check of it, and from the click of one that may still be undone. A liaison
    takes back what the own platform answered, an officer what officers recorded on its behalf. The answer stays in the
    history; the item, and the target's claim, say what was answered before. A completed notice is open again, its due
    date as it was. A fixed number of statements, whatever the number of items.
    Refused with their code: "not-in-notice", "not-answered", "closed", "checked", "being-checked", "not-on-behalf",
    "wrong-state" where the target has moved on;
    details: by whom, when, and until when a check can be undone.
    Raises PermissionDenied; TransitionRefused "notice-not-open", "case-not-open".
    """
    permissions.require(actor, _verb_of(actor), notice)
    at = accept_at(actor, at, now())
    asked = list(dict.fromkeys(items))
    notice, items_by_id = _lock(notice, asked)
    _require_open(notice)
    facts = _facts(items_by_id)
    results = [_judge(pk, facts, actor) for pk in asked]
    accepted = [
        items_by_id[result.ref]
        for result in results
        if result.ok and isinstance(result.ref, int)
    ]
    if accepted:
        _write(notice, accepted, facts, actor, at)
    return results


@transaction.atomic
def change_answers(
    *,
    notice: Notice,
    replies: Iterable[Reply],
    replaced: Collection[int],
    actor: User,
    at: datetime | None = None,
) -> list[Result]:
    """Answer items as `answer_items` does, where the answers to those in `replaced` are taken back first.

    replaced: ids of items whose present answer the person has seen and means to change. One Result for each reply; an
    answer that cannot be taken back any more stands, and who checked it when is said. Raises as `answer_items`.
    """
    replies = list(replies)
    moment = now()
    changing = {
        reply.item
        for reply in replies
        if reply.item is not None
        and reply.item in replaced
        and judge_wording(reply, moment) is None
    }
    refused: dict[Any, Result] = {}
    if changing:
        taken_back = retract_answers(
            notice=notice, items=sorted(changing), actor=actor, at=at
        )
        refused = {result.ref: result for result in taken_back if not result.ok}
    results = answer_items(notice=notice, replies=replies, actor=actor, at=at)
    judged = zip(replies, results, strict=True)
    return [_with_reason(result, refused.get(reply.item)) for reply, result in judged]


def _with_reason(result: Result, retraction: Result | None) -> Result:
    """The result of an answer; of one refused, the reason why the answer before it could not be taken back."""
    if result.ok or retraction is None:
        return result
    return Result(
        result.ref, False, retraction.code, retraction.message, retraction.details
    )


def foresee_retractions(
    *, notice: Notice, items: Iterable[int], actor: User
) -> list[Result]:
    """What `retract_answers` would say to these items now, one Result for each; nothing is locked or written.

    Raises PermissionDenied.
    """
    permissions.require(actor, _verb_of(actor), notice)
    asked = list(items)
    facts = _facts(notice.items.exclude(state=ItemState.DRAFT).in_bulk(asked))
    return [_judge(pk, facts, actor) for pk in asked]


def _lock(notice: Notice, asked: list[int]) -> tuple[Notice, dict[int, NoticeItem]]:
    """The notice and its items of these ids, locked after their targets, each in the order of ids; the case held."""
    held(Case, [notice.case_id])
    theirs = notice.items.exclude(state=ItemState.DRAFT)
    targets = theirs.filter(pk__in=asked).values_list("target_id", flat=True)
    list(locked_in_order(Target.objects, targets).values_list("pk"))
    items_by_id = {
        item.pk: item
        for item in locked_in_order(theirs.select_related("target"), asked)
    }
    return locked(Notice.objects).select_related("case", "platform").get(
        pk=notice.pk
    ), items_by_id


def _require_open(notice: Notice) -> None:
    """Raise TransitionRefused "notice-not-open" or "case-not-open" unless answers may be given or taken back."""
    if notice.state not in ISSUED_NOTICE:
        sentence = _("This notice is not open for answers.")
        raise TransitionRefused(
            "notice-not-open", sentence, state=notice.state, **last_act(notice)
        )
    if barred := answers_barred(notice.case):
        raise TransitionRefused(*barred)


def _verb_of(actor: User) -> str:
    """What a person's role lets them do with answers: give the own platform's, or record them on its behalf."""
    if permissions.may(actor, "notices.answer"):
        return "notices.answer"
    return "notices.answer_on_behalf"


def _facts(items: dict[int, NoticeItem]) -> _Facts:
    answers = (
        Answer.objects.not_retracted()
        .filter(item__in=items)
        .select_related("by")
        .order_by("item", "pk")
    )
    checks = (
        Check.objects.filter(item__in=items).select_related("by").order_by("item", "pk")
    )
    pending = PendingCheck.objects.filter(item__in=items).select_related("by")
    return _Facts(
        items=items,
        answers={answer.item_id: answer for answer in answers},
        checks={check.item_id: check for check in checks},
        pending={check.item_id: check for check in pending},
    )


def _judge(pk: int, facts: _Facts, actor: User) -> Result:
    """Whether the last answer to an item may be taken back, and if not, why."""
    item, answer, pending = (
        facts.items.get(pk),
        facts.answers.get(pk),
        facts.pending.get(pk),
    )
    if item is None:
        return Result(pk, False, "not-in-notice", _("This is not in this notice."))
    if item.state == ItemState.OPEN or answer is None:
        return Result(
            pk,
            False,
            "not-answered",
            _("It is not answered; there is nothing to take back."),
        )
    check = facts.checks.get(pk)
    if check is not None and check.recorded_at >= answer.recorded_at:
        return _checked(pk, check)
    if not ITEM_STATES.allows(item.state, ItemState.OPEN):
        message = _("This item is closed: %(state)s.") % {
            "state": item.get_state_display()
        }
        return Result(pk, False, "closed", message, {"state": item.state})
    if item.target.state != ANSWERED_AS[Claim(answer.outcome)].target:
        return Result(
            pk, False, "wrong-state", _("Nothing is asked about it any more.")
        )
    if pending is not None:
        return _being_checked(pk, pending)
    if _verb_of(actor) != "notices.answer" and answer.document_id is None:
        own = _(
            "The platform gave this answer itself; only its liaison can take it back."
        )
        return Result(
            pk, False, "not-on-behalf", own, {"by": str(answer.by), "at": answer.at}
        )
    return Result(pk)


def _being_checked(pk: int, pending: PendingCheck) -> Result:
    message = _(
        "%(who)s has just checked it; unless that is undone by %(until)s, the answer stands."
    )
    values = {"who": pending.by, "until": _clock(pending.due_at, "H:i:s")}
    details = {"by": str(pending.by), "at": pending.at, "until": pending.due_at}
    return Result(pk, False, "being-checked", message % values, details)


def _checked(pk: int, check: Check) -> Result:
    message = _("%(who)s checked it at %(when)s: %(seen)s. The answer stands.")
    values = {
        "who": check.by,
        "when": _clock(check.at, "m-d H:i"),
        "seen": check.get_seen_display(),
    }
    return Result(
        pk, False, "checked", message % values, {"by": str(check.by), "at": check.at}
    )


def _clock(moment: datetime, how: str) -> str:
    """A moment as people in Shanghai read it."""
    return date_format(timezone.localtime(moment), how)


def _write(
    notice: Notice, items: list[NoticeItem], facts: _Facts, actor: User, at: datetime
) -> None:
    written = origin(actor, at) | {
        "items": [item.pk for item in items],
        "targets": [item.target_id for item in items],
        "answers": [facts.answers[item.pk].pk for item in items],
        "retractable": list(RETRACTABLE),
        "answered": list({answered.target for answered in ANSWERED_AS.values()}),
        "thread": notice.case.thread,
        "number": notice.number,
    }
    with connection.cursor() as cursor:
        cursor.execute(RETRACT, written)
    withdraw_objections(items=written["items"], actor=actor, at=at)
    complete_notices([notice.pk], actor=actor, at=at)
    announce_notice("answers.taken_back", notice, actor=actor, count=len(items))


def require_one(results: list[Result]) -> None:
    """For an act on a single item. Raises TransitionRefused, or PermissionDenied where the answer is not one's own."""
    [result] = results
    if result.code == "not-on-behalf":
        raise PermissionDenied(result.message)
    if not result.ok:
        raise TransitionRefused(result.code, result.message, **result.details)
