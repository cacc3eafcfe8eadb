"""What becomes of notices, letters, pending checks and objections when their case leaves or is suspended."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.extensions import Leaving, Waiting
from cases.models import Case, Target
from cases.states import CaseState
from corps.access.permissions import who_may
from corps.audit.origin import current
from corps.audit.recording import entry, record_many
from corps.database.copy import update_many
from corps.database.locking import locked
from corps.deadlines.calendar import Span, parse_spans
from corps.models import Deadline, Delivery, User
from corps.workflow import cancel_unsent, notify_many, void_approval
from notices import letters
from notices.models import (
    Notice,
    NoticeItem,
    Objection,
    PendingApproval,
    PendingCheck,
)
from notices.models.withdrawals import Cause
from notices.states import (
    HAS_CLOCK,
    ISSUED_NOTICE,
    NOT_ISSUED,
    NOTICE_STATES,
    UNDECIDED,
    WITH_ITS_DRAFTER,
    ItemState,
    NoticeState,
)
from notices.workflow.objecting import propose_correction
from notices.workflow.submissions import take_back, void_pending
from notices.workflow.withdrawing import (
    end_items,
    end_notices,
    lapse_objections,
    lock_items,
)

CAUSES = {
    CaseState.WITHDRAWN: Cause.CASE_WITHDRAWN,
    CaseState.TRANSFERRED: Cause.CASE_TRANSFERRED,
}

# What becomes of what waits, by its code: when the case leaves, and when it is suspended.
ENDED = {
    "drafts": ngettext_lazy(
        "%(count)s draft of a notice is given up.",
        "%(count)s drafts of notices are given up.",
        "count",
    ),
    "submitted": ngettext_lazy(
        "%(count)s notice that waits for approval is given up; its drafter and the approvers are told.",
        "%(count)s notices that wait for approval are given up; their drafters and the approvers are told.",
        "count",
    ),
    "open-items": ngettext_lazy(
        "%(count)s item that a platform is asked about is withdrawn, by letter where its own has left.",
        "%(count)s items that platforms are asked about are withdrawn, by letter where their own have left.",
        "count",
    ),
    "claimed-items": ngettext_lazy(
        "%(count)s answer that waits for its check is checked no more; its item is withdrawn.",
        "%(count)s answers that wait for their checks are checked no more; their items are withdrawn.",
        "count",
    ),
    "unsent-letters": ngettext_lazy(
        "%(count)s letter that has not left is cancelled.",
        "%(count)s letters that have not left are cancelled.",
        "count",
    ),
    "verdicts": ngettext_lazy(
        "%(count)s check that does not count yet is dropped, and its officer told.",
        "%(count)s checks that do not count yet are dropped, and their officers told.",
        "count",
    ),
    "objections": ngettext_lazy(
        "%(count)s undecided objection to what counts nothing is closed.",
        "%(count)s undecided objections to what counts nothing are closed.",
        "count",
    ),
    "counted": ngettext_lazy(
        "%(count)s result stays counted, unless it is chosen below.",
        "%(count)s results stay counted, unless they are chosen below.",
        "count",
    ),
}
HELD = {
    "drafts": ngettext_lazy(
        "%(count)s draft of a notice stays, and cannot be submitted until the case is resumed.",
        "%(count)s drafts of notices stay, and cannot be submitted until the case is resumed.",
        "count",
    ),
    "submitted": ngettext_lazy(
        "%(count)s notice that waits for approval is a draft again, and its drafter told.",
        "%(count)s notices that wait for approval are drafts again, and their drafters told.",
        "count",
    ),
    "open-items": ngettext_lazy(
        "%(count)s item waits at a platform; the days until the case is resumed do not count.",
        "%(count)s items wait at platforms; the days until the case is resumed do not count.",
        "count",
    ),
    "claimed-items": ngettext_lazy(
        "%(count)s answer waits for its check; the days until the case is resumed do not count.",
        "%(count)s answers wait for their checks; the days until the case is resumed do not count.",
        "count",
    ),
    "unsent-letters": ngettext_lazy(
        "%(count)s letter that has not left waits until the case is resumed.",
        "%(count)s letters that have not left wait until the case is resumed.",
        "count",
    ),
}
SUSPENDED = _("Its case is suspended; that can be done once it is resumed.")
KEPT = _("Results that were counted stay counted.")


def what_waits(case: Case, after: str) -> Iterator[Waiting]:
    """What waits in a case that is to leave or to be suspended, and what becomes of it; a handful of statements."""
    sentences = ENDED
    if after == CaseState.SUSPENDED:
        sentences = HELD
    if after == CaseState.SUSPENDED:
        ended = {"submitted"}
    else:
        ended = ENDED.keys() - {"counted"}
    for code, count in _counts(case).items():
        if not count or code not in sentences:
            continue
        text: Any = sentences[code] % {"count": count}
        if code == "counted" and after == CaseState.TRANSFERRED:
            text = KEPT
        yield Waiting(code, count, text, is_ended=code in ended)


def _counts(case: Case) -> dict[str, int]:
    states = dict(case.notices.order_by().values_list("state").annotate(Count("pk")))
    unfinished = NoticeItem.objects.filter(notice__case=case).unfinished().order_by()
    items = dict(unfinished.values_list("state").annotate(Count("pk")))
    claimed = items.pop(ItemState.CLAIMED, 0)
    return {
        "drafts": sum(states.get(state, 0) for state in WITH_ITS_DRAFTER),
        "submitted": states.get(NoticeState.SUBMITTED, 0),
        "open-items": sum(items.values()),
        "claimed-items": claimed,
        "unsent-letters": _unsent(case).count(),
        "verdicts": PendingCheck.objects.filter(item__notice__case=case).count(),
        "objections": _moot(case).count(),
        "counted": case.targets.filter(is_counted=True).count(),
    }


def _unsent(case: Case) -> Any:
    """The letters of the case's notices that have not left; those of withdrawal are not among them."""
    return Delivery.objects.filter(
        message__subject_type=Notice._meta.label_lower,
        message__subject_id__in=case.notices.values("pk"),
        message__purpose=letters.PURPOSE,
        state=Delivery.State.PENDING,
    )


def _moot(case: Case) -> Any:
    """Undecided objections to targets that count nothing: once the case leaves, nothing is asked of them any more."""
    return Objection.objects.filter(
        case=case, state__in=UNDECIDED, target__is_counted=False
    )


def end_work(leaving: Leaving) -> None:
    """Hook of the cases app, in the transaction in which a case leaves or is suspended."""
    if leaving.after == CaseState.SUSPENDED:
        _return_submitted(leaving)
    elif leaving.after in CAUSES:
        _end_all(leaving)


def _end_all(leaving: Leaving) -> None:
    """Give up what is not issued, withdraw what is asked, close what is moot, propose the corrections asked for.

    Targets are locked by the caller; here items, then notices. One letter for each notice; of a transfer also where
    nothing is unfinished but results stand, since those measures stay until the other authority decides.
    """
    case, actor, at, reason = leaving.case, leaving.actor, leaving.at, leaving.reason
    items = lock_items(NoticeItem.objects.filter(notice__case=case).unfinished())
    related = ("case", "platform", "recipient", "drafted_by", "submitted_by")
    notices = list(locked(case.notices.order_by("pk")).select_related(*related))
    _give_up([notice for notice in notices if notice.state in NOT_ISSUED], leaving)
    cancel_unsent(deliveries=_unsent(case), actor=actor, reason=reason[:300], at=at)
    end_items(
        list(items.values()),
        actor=actor,
        at=at,
        cause=CAUSES[CaseState(leaving.after)],
        reason=reason,
        replace=False,
        also=_told_besides(notices, leaving),
    )
    touched = {item.notice_id for item in items.values()}
    end_notices(
        [notice for notice in notices if notice.pk in touched],
        actor=actor,
        at=at,
        reason=reason,
    )
    lapse_objections(_moot(case), actor=actor, at=at, reason=reason)
    # Chosen by hand, one by one.
    for target in Target.objects.filter(pk__in=leaving.take_back).order_by("pk"):
        propose_correction(target=target, actor=actor, reason=reason, at=at)


def _told_besides(notices: Sequence[Notice], leaving: Leaving) -> list[Notice]:
    """The notices whose platforms get a letter though nothing of them is unfinished."""
    if leaving.after != CaseState.TRANSFERRED:
        return []
    return _with_results(notices)


def _with_results(notices: Sequence[Notice]) -> list[Notice]:
    """Those of the issued notices by which something counts now."""
    counted = NoticeItem.objects.filter(
        notice__in=[notice.pk for notice in notices],
        state=ItemState.VERIFIED,
        target__is_counted=True,
    )
    results = set(counted.values_list("notice_id", flat=True))
    return [
        notice
        for notice in notices
        if notice.pk in results and notice.state in ISSUED_NOTICE
    ]


def _give_up(notices: Sequence[Notice], leaving: Leaving) -> None:
    """Withdraw notices that are not issued; their drafters, and who would have approved those submitted, are told."""
    case, actor, at = leaving.case, leaving.actor, leaving.at
    submitted = [notice for notice in notices if notice.state == NoticeState.SUBMITTED]
    told = {
        pending.by
        for pending in PendingApproval.objects.filter(
            notice__in=submitted
        ).select_related("by")
    }
    for notice in submitted:
        void_approval(subject=notice, actor=actor, at=at)
        void_pending(notice, actor, why=_("Its case has left."))
    ids = [notice.pk for notice in notices]
    drafts = NoticeItem.objects.filter(notice__in=ids, state=ItemState.DRAFT)
    counts = dict(drafts.order_by().values_list("notice").annotate(Count("pk")))
    drafts.delete()
    NOTICE_STATES.move_all(Notice.objects.filter(pk__in=ids), NoticeState.WITHDRAWN)
    record_many(
        entry(
            actor,
            "notice.draft_withdrawn",
            notice,
            at=at,
            thread=case.thread,
            items=counts.get(notice.pk, 0),
        )
        for notice in notices
    )
    if notices and not current().is_replay:
        _tell_given_up(notices, submitted, leaving, told)


def _tell_given_up(
    notices: Sequence[Notice],
    submitted: Sequence[Notice],
    leaving: Leaving,
    but: Collection[User],
) -> None:
    """Tell drafters what is given up, and approvers what does not wait any more. but: who was told already."""
    drafters = {notice.drafted_by for notice in notices}
    drafters |= {
        notice.submitted_by for notice in submitted if notice.submitted_by is not None
    }
    _tell(
        drafters,
        _("Case {case} has left: {count} notices that were not issued are given up."),
        notices,
        leaving,
    )
    if submitted:
        approvers = who_may("notices.approve").filter(
            unit=leaving.case.unit_id, is_active=True
        )
        sentence = _(
            "Case {case} has left: {count} notices do not wait for your approval any more."
        )
        _tell(set(approvers) - drafters - set(but), sentence, submitted, leaving)


def _tell(
    people: set[User], sentence: Any, notices: Sequence[Notice], leaving: Leaving
) -> None:
    body = format_lazy(sentence, case=leaving.case.number, count=len(notices))
    notify_many(people - {leaving.actor}, body, leaving.case.get_absolute_url())


def _return_submitted(leaving: Leaving) -> None:
    """Make drafts again of what waits for approval, and tell who drafted and submitted it."""
    case, actor, at = leaving.case, leaving.actor, leaving.at
    submitted = case.notices.filter(state=NoticeState.SUBMITTED).order_by("pk")
    for notice in locked(submitted).select_related(
        "case", "drafted_by", "submitted_by"
    ):
        take_back(notice, actor=actor, at=at, why=SUSPENDED)


MOVE_CHECKS = """
UPDATE notices_noticeitem item SET check_deadline_id = moved.after
FROM notices_notice notice, unnest(%(before)s::bigint[], %(after)s::bigint[]) AS moved (before, after)
WHERE notice.case_id = %(case)s AND item.notice_id = notice.id AND item.state = 'claimed'
  AND item.check_deadline_id = moved.before"""


def move_deadlines(case: Case, span: Span, actor: User, at: datetime) -> None:
    """Hook of the cases app when a suspended case goes on: the days of the suspension do not count against platforms
    that owe answers, nor against officers who owe checks.

    span: first and last day. Deadlines that had passed before it stay. Few dates, whatever the number of items.
    """
    items = lock_items(
        NoticeItem.objects.filter(notice__case=case, state__in=HAS_CLOCK)
    )
    issued = case.notices.filter(state=NoticeState.ISSUED).select_related("case")
    notices = list(locked(issued.order_by("pk")))
    checks = {
        item.check_deadline_id or 0
        for item in items.values()
        if item.state == ItemState.CLAIMED
    }
    later = _without(checks, span)
    if later:
        after = [deadline.pk for deadline in later.values()]
        ids: dict[str, Any] = {"case": case.pk, "before": list(later), "after": after}
        with connection.cursor() as cursor:
            cursor.execute(MOVE_CHECKS, ids)
    unanswered = {
        item.notice_id for item in items.values() if item.state == ItemState.OPEN
    }
    _move_replies(
        [notice for notice in notices if notice.pk in unanswered], span, actor, at
    )


def _move_replies(
    notices: Sequence[Notice], span: Span, actor: User, at: datetime
) -> None:
    """Put off the dates by which platforms are to answer; none of them is ever earlier than before."""
    later = _without({notice.reply_deadline_id or 0 for notice in notices}, span)
    moved, entries = [], []
    for notice in notices:
        deadline = later.get(notice.reply_deadline_id or 0)
        if deadline is None:
            continue
        before, told = notice.reply_due_on, notice.reply_due_on or deadline.due_on
        notice.reply_deadline, notice.reply_due_on = (
            deadline,
            max(told, deadline.due_on),
        )
        dates = {"before": str(before), "after": str(notice.reply_due_on)}
        entries.append(
            entry(
                actor,
                "notice.due_date_moved",
                notice,
                at=at,
                thread=notice.case.thread,
                **dates,
            )
        )
        moved.append(notice)
    update_many(moved, ["reply_deadline", "reply_due_on"])
    record_many(entries)


def _without(deadlines: set[int], span: Span) -> dict[int, Deadline]:
    """The deadlines, by those that had not passed before a span of days, that leave these days out."""
    running = Deadline.objects.filter(
        pk__in=deadlines, due_on__gte=span[0]
    ).select_related("rule")
    return {
        deadline.pk: Deadline.objects.ensure(
            deadline.rule.code,
            deadline.started_on,
            length=deadline.length,
            extension=deadline.extension,
            excluded=[*parse_spans(deadline.excluded), span],
        )
        for deadline in running
    }
