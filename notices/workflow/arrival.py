"""When a letter arrived, and until when it is to be answered.

The reply clock starts on the Shanghai day on which the letter arrived, of all ways the first: a mail server took it for
any of its recipients, it was served in another way, or the liaison opened the notice. A replay counts from the issue.
Each way is a fact of its own (a sent delivery, `served_at`, `opened_at`); here the first of them becomes the arrival,
and the arrival a due date. A due date once told is never brought forward; that of a notice that is over never moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.origin import current
from corps.audit.recording import entry, record_many
from corps.database.copy import update_many
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Deadline, Delivery, User
from corps.workflow.calendar import Move
from notices import letters
from notices.models import Notice
from notices.states import NOTICE_STATES, NoticeState
from notices.workflow.periods import REPLY_RULE, reply_period

CLOCK = ("arrived_at", "arrived_by", "reply_deadline", "reply_due_on", "first_due_on")


class First(NamedTuple):
    """The first arrival of a letter: when, and by what it is known."""

    at: datetime
    by: str


def begin(notice: Notice, at: datetime) -> None:
    """Give a notice that is being issued its period, and in a replay its due date too; the caller saves it."""
    issued_on = shanghai_date(at)
    notice.reply_period = reply_period(notice.case, issued_on).length
    if current().is_replay:
        deadline = Deadline.objects.ensure(
            REPLY_RULE, issued_on, length=notice.reply_period
        )
        _set(notice, First(at, Notice.Arrival.ISSUED), deadline)


@transaction.atomic
def open_notice(*, notice: Notice, actor: User, at: datetime | None = None) -> bool:
    """Note that a liaison opened an issued notice for the first time; whether this was the first time.

    It is a fact about reading. Raises PermissionDenied; TransitionRefused "not-issued".
    """
    require(actor, "notices.answer", notice)
    return note_opening(notice, at or now(), actor)


def note_opening(notice: Notice, at: datetime, actor: User) -> bool:
    """The same without asking: for whatever shows that the platform has read the letter, such as its answer."""
    if notice.opened_at is not None:
        return False
    row = locked(Notice.objects).get(pk=notice.pk)
    if row.issued_at is None:
        raise TransitionRefused(
            "not-issued", _("Only an issued notice can be opened."), state=row.state
        )
    if row.opened_at is None:
        Notice.objects.filter(pk=notice.pk).update(opened_at=at)
        settle([notice.pk], actor=actor)
    notice.refresh_from_db(fields=["opened_at", *CLOCK])
    return row.opened_at is None


def settle_deliveries(deliveries: Sequence[int]) -> None:
    """Hook of the outbox: what became of these deliveries bears on when letters arrived."""
    about = Delivery.objects.filter(
        pk__in=deliveries,
        message__subject_type=Notice._meta.label_lower,
        message__purpose=letters.PURPOSE,
    )
    settle(about.order_by().values_list("message__subject_id", flat=True).distinct())


def find_arrivals() -> int:
    """For maintenance: start the clocks of letters that arrived while nobody noted it, as when a worker died; how many.

    One statement where there is nothing to do.
    """
    missing = Notice.objects.filter(arrived_at=None, issued_at__isnull=False).values(
        "pk"
    )
    arrived = (
        _sent()
        .filter(message__subject_id__in=missing)
        .values_list("message__subject_id", flat=True)
    )
    return settle(set(arrived))


@transaction.atomic
def settle(notices: Iterable[int], *, actor: User | None = None) -> int:
    """Make the first of what is known of each issued notice's arrival its arrival; the number of notices changed.

    Where nothing is known any more, as after a bounce, the date is void. A fixed number of statements, and three for
    each length of period among them.
    """
    rows = list(
        locked_in_order(
            Notice.objects.filter(issued_at__isnull=False), notices
        ).select_related("case")
    )
    if not rows:
        return 0
    accepted = dict(
        _sent()
        .filter(message__subject_id__in=[row.pk for row in rows])
        .values_list("message__subject_id")
        .annotate(Min("finished_at"))
    )
    firsts = {row.pk: _first(row, accepted.get(row.pk)) for row in rows}
    changed = [row for row in rows if _is_news(row, firsts[row.pk])]
    deadlines = _deadlines(changed, firsts)
    entries: list[AuditEntry] = []
    for notice in changed:
        first, deadline = firsts[notice.pk], None
        if first:
            deadline = deadlines[notice.reply_period, shanghai_date(first.at)]
        _set(notice, first, deadline)
        entries.append(_told(notice, actor))
    update_many(changed, CLOCK)
    record_many(entries)
    return len(changed)


def follow_calendar(moves: Iterable[Move]) -> None:
    """Hook of the calendar: notices that are still to be answered get the later date, none an earlier one."""
    moved = [move.deadline for move in moves]
    later = Notice.objects.filter(
        state=NoticeState.ISSUED,
        reply_deadline__in=moved,
        reply_due_on__lt=F("reply_deadline__due_on"),
    )
    rows = list(locked(later.order_by("pk")).select_related("reply_deadline", "case"))
    entries = []
    for notice in rows:
        assert notice.reply_deadline is not None
        before, notice.reply_due_on = notice.reply_due_on, notice.reply_deadline.due_on
        dates = {"before": str(before), "after": str(notice.reply_due_on)}
        entries.append(
            entry(
                None,
                "notice.due_date_moved",
                notice,
                at=now(),
                thread=notice.case.thread,
                **dates,
            )
        )
    update_many(rows, ["reply_due_on"])
    record_many(entries)


def _sent() -> QuerySet[Delivery]:
    """Letters of notices that a mail server took."""
    return Delivery.objects.filter(
        state=Delivery.State.SENT,
        message__subject_type=Notice._meta.label_lower,
        message__purpose=letters.PURPOSE,
    ).order_by()


def _first(notice: Notice, accepted_at: datetime | None) -> First | None:
    """What is known of a notice's arrival, the earliest of it."""
    ways = {
        Notice.Arrival.MAIL: accepted_at,
        Notice.Arrival.SERVED: notice.served_at,
        Notice.Arrival.OPENED: notice.opened_at,
    }
    known = [First(at, way) for way, at in ways.items() if at is not None]
    return min(known, default=None)


def _is_news(notice: Notice, first: First | None) -> bool:
    """Whether it changes what stands on the notice. What is counted from its issue, or over, stays as it is."""
    if notice.arrived_by == Notice.Arrival.ISSUED:
        return False
    if notice.state in NOTICE_STATES.finished() and notice.reply_due_on is not None:
        return False
    if first:
        return (first.at, first.by) != (notice.arrived_at, notice.arrived_by)
    return notice.arrived_at is not None


def _deadlines(
    notices: Iterable[Notice], firsts: Mapping[int, First | None]
) -> dict[tuple[int | None, date], Deadline]:
    """The deadlines of these arrivals, by period and day."""
    starts: dict[int | None, set[date]] = {}
    for notice in notices:
        first = firsts[notice.pk]
        if first:
            starts.setdefault(notice.reply_period, set()).add(shanghai_date(first.at))
    return {
        (period, start): deadline
        for period, days in starts.items()
        for start, deadline in Deadline.objects.ensure_many(
            REPLY_RULE, days, length=period
        ).items()
    }


def _set(notice: Notice, first: First | None, deadline: Deadline | None) -> None:
    """Write arrival and due date into a notice that is not saved yet."""
    if first is None or deadline is None:
        (
            notice.arrived_at,
            notice.arrived_by,
            notice.reply_deadline,
            notice.reply_due_on,
        ) = None, "", None, None
        return
    notice.arrived_at, notice.arrived_by, notice.reply_deadline = (
        first.at,
        first.by,
        deadline,
    )
    notice.first_due_on = notice.first_due_on or deadline.due_on
    told = notice.reply_due_on or notice.first_due_on
    notice.reply_due_on = max(deadline.due_on, told)


def _told(notice: Notice, actor: User | None) -> AuditEntry:
    if notice.arrived_at is None:
        return entry(
            actor, "notice.arrival_void", notice, at=now(), thread=notice.case.thread
        )
    return entry(
        actor,
        "notice.arrived",
        notice,
        at=notice.arrived_at,
        thread=notice.case.thread,
        arrival=notice.arrived_by,
        due_on=notice.reply_due_on,
    )
