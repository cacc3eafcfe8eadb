"""The outbox: everything that changes a delivery.

A worker claims what is due, commits `sending` with its own name before the first byte of a message leaves, sends it,
and commits the server's answer; the answer to one message and the `sending` of the next are one commit. While it works
it holds an advisory lock that PostgreSQL lets go when the worker's session dies: whatever is still `sending` under a
name without a lock is uncertain, and no code sends it again. What a person decides about a delivery, and how many are
stopped together, stands in `corps.workflow`.
"""

import os
import random
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.backends.utils import CursorWrapper
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from corps.audit.origin import current
from corps.audit.recording import record
from corps.database.locking import locked
from corps.installation.identity import may_send
from corps.mail.extensions import (
    arrival_hooks,
    failure_hooks,
    holding_checks,
    sending_checks,
    stopped_hooks,
)
from corps.mail.smtp import Answer, Line, Verdict
from corps.models import Delivery, Installation
from corps.models.messages import DELIVERY_STATES

log = structlog.get_logger(__name__)

BATCH = 100
READ_AT_ONCE = 50
# Of one process to the mail server. While one waits for the server's answer or for a commit to reach the disk, the
# others go on, and what they commit meanwhile reaches it together.
LINES = 4
LEASE = timedelta(minutes=5)
MOST_TRIES = 16
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
HELD_FOR = timedelta(minutes=10)
# What waits, or what nobody has decided, for longer than this is an alarm.
ALARM_AFTER = timedelta(hours=1)
# After so many broken lines in a row the fault lies with the server, and the rest had better wait.
BROKEN_IN_A_ROW = 2
WORKER_LOCKS, REPLAY_LOCKS = 0x0B0, 0x0B1
REPLAY_MARK = "replay:"

CLAIM = """
UPDATE corps_delivery
SET worker = %(worker)s, claimed_at = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT id FROM corps_delivery
    WHERE state = 'pending' AND replay = %(replay)s AND due_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND (released_at IS NOT NULL OR NOT EXISTS (SELECT FROM corps_installation WHERE outbox_quarantined))
    ORDER BY due_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
RETURNING id"""

# One commit: the answer to the last message, its audit entry, and the `sending` of the next. What a replay's own sink
# took is called sent in a demonstration alone. Prepared once for each worker, which halves its time. `|| ''` keeps the
# planner from walking through a partial index instead of going by id.
STEP = """
PREPARE {name} (text, text, bigint, text, bigint) AS
WITH ended AS (
    UPDATE corps_delivery SET state = 'sent', answer = $4, finished_at = clock_timestamp(), lease_until = NULL
    WHERE id = $3 AND worker = $1 AND state || '' = 'sending' RETURNING id, message_id, tries, replay
), noted AS (
    INSERT INTO corps_auditentry (at, role, channel, address, verb, subject_type, subject_id, thread, detail)
    SELECT CASE WHEN ended.replay = '' THEN clock_timestamp() ELSE coalesce(said.at, clock_timestamp()) END,
           '', $2, '',
           CASE WHEN ended.replay <> '' AND (SELECT demonstration FROM corps_installation) = 'none'
                THEN 'delivery.replayed' ELSE 'delivery.sent' END,
           'corps.delivery', ended.id, said.thread,
           jsonb_build_object('purpose', said.purpose, 'step', said.step, 'tries', ended.tries)
    FROM ended JOIN corps_message said ON said.id = ended.message_id
), begun AS (
    UPDATE corps_delivery SET state = 'sending', sending_at = clock_timestamp(), tries = tries + 1
    WHERE id = $5 AND worker = $1 AND state || '' = 'pending'
      AND (released_at IS NOT NULL OR NOT EXISTS (SELECT FROM corps_installation WHERE outbox_quarantined))
    RETURNING id
)
SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM begun)"""

# A message that may not be sent before a later time does not wait until then. What a replay left is nobody's to send.
BACKLOG = """
WITH waiting AS (
    SELECT delivery.state, clock_timestamp() - message.created_at AS age
    FROM corps_delivery delivery JOIN corps_message message ON message.id = delivery.message_id
    WHERE delivery.state IN ('pending', 'sending') AND delivery.replay = ''
      AND (delivery.tries > 0 OR delivery.due_at <= clock_timestamp())
    UNION ALL
    SELECT state, clock_timestamp() - finished_at FROM corps_delivery WHERE state IN ('failed', 'uncertain')
)
SELECT (SELECT outbox_quarantined FROM corps_installation),
       (SELECT NOT %s AND demonstration = 'none' FROM corps_installation),
       count(*) FILTER (WHERE state IN ('pending', 'sending')),
       max(age) FILTER (WHERE state IN ('pending', 'sending')),
       count(*) FILTER (WHERE state = 'uncertain'),
       count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE age > make_interval(secs => %s) AND state <> 'failed')
FROM waiting"""

# The number that ends a worker's or a replay's name is not among the locks held in this database.
DEAD = """
split_part({name}, ':', {place}) <> ALL (
    SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND classid = {locks} AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
DEAD_WORKER = DEAD.format(name="worker", place=3, locks=WORKER_LOCKS)
DEAD_REPLAY = f"replay LIKE '{REPLAY_MARK}%%' AND " + DEAD.format(
    name="replay", place=2, locks=REPLAY_LOCKS
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not left the system. is_held: nothing is sent until somebody releases the outbox. lacks_server: nothing
    is sent, for there is no mail server and no demonstration. unsent: how many wait or are being sent, oldest: how long
    the first of them has. uncertain, failed: how many a person has to decide about. overdue: how many have been unsent
    or uncertain for longer than ALARM_AFTER.
    """

    is_held: bool
    lacks_server: bool
    unsent: int
    oldest: timedelta | None
    uncertain: int
    failed: int
    overdue: int


def backlog() -> Backlog:
    """What has not left, in one statement that reads only such deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(BACKLOG, [settings.HAS_MAIL_SERVER, ALARM_AFTER.total_seconds()])
        return Backlog(*cursor.fetchone())


def send_due(
    *, replay: str = "", call_for_help: Callable[[], Any] | None = None
) -> int:
    """Send what is due, until nothing is or the server cannot be talked to; the number of messages sent.

    Where there is a full batch and the server takes its first message, more lines are opened, each in a thread with a
    worker's name and a database connection of its own.
    Without a mail server, and on a copy that was never enrolled, nothing is; maintenance says so
    (`corps.installation.identity`).
    replay: the mark of a replay, for its own worker and sink alone; the ordinary worker leaves marked deliveries lying.
    call_for_help: called then too, to bring another process; several may work at once.
    Raises TransactionManagementError inside a transaction.
    """
    if connection.in_atomic_block:
        raise TransactionManagementError("Nothing is sent inside a transaction.")
    if not Delivery.objects.due(timezone.now()).filter(replay=replay).exists():
        return 0
    if not replay and not may_send(Installation.objects.get()):
        return 0
    beside: list[Future[int]] = []
    with ThreadPoolExecutor(LINES) as lines:

        def bring_help() -> None:
            for _line in range(1, LINES):
                beside.append(lines.submit(copy_context().run, _send_beside, replay))
            if call_for_help:
                call_for_help()

        sent = _send_on_a_line(replay, bring_help)
    return sent + sum(line.result() for line in beside)


def _send_beside(replay: str) -> int:
    """The same on a further line, in a thread of its own."""
    try:
        return _send_on_a_line(replay)
    finally:
        connection.close()


def _send_on_a_line(replay: str, bring_help: Callable[[], Any] | None = None) -> int:
    """Claim and send, batch after batch, on one line; the number of messages sent."""
    sent = 0
    with _at_work() as worker, Line(settings.EMAIL_CONFIG) as line:
        while claimed := _claim(worker, replay):
            turn = _Turn(worker, line)
            if bring_help and len(claimed) == BATCH:
                turn.when_going, bring_help = bring_help, None
            turn.send(claimed)
            sent += len(turn.taken)
            if turn.is_cut_short:
                break
    return sent


def clean_up() -> int:
    """Look after what the dead left. The number of deliveries made uncertain.

    What a dead worker was sending becomes uncertain, what it had claimed is let go, and what a dead replay has not sent
    is cancelled. A worker that lives is never misjudged: its lock is held until its last answer is committed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        uncertain = _put_away(
            cursor, Delivery.State.UNCERTAIN, f"state = 'sending' AND {DEAD_WORKER}"
        )
        _put_away(
            cursor, Delivery.State.CANCELLED, f"state = 'pending' AND {DEAD_REPLAY}"
        )
        cursor.execute(
            f"""UPDATE corps_delivery SET worker = '', lease_until = NULL
            WHERE state = 'pending' AND worker <> '' AND {DEAD_WORKER}"""
        )
    if uncertain:
        log.warning("outbox.uncertain", deliveries=uncertain)
    return len(uncertain)


@contextmanager
def replaying() -> Iterator[str]:
    """A replay's mark for its deliveries, such as "replay:123", good for the length of a `with` block.

    Only `send_due(replay=mark)` sends them. A connection of its own holds the mark's lock: once the process is gone, by
    whatever way, the next sweep cancels what it left; so does the end of the block.
    """
    number = secrets.randbelow(2**31)
    lock_connection = connection.copy()
    try:
        with lock_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [REPLAY_LOCKS, number])
        yield f"{REPLAY_MARK}{number}"
    finally:
        with lock_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [REPLAY_LOCKS, number])
        lock_connection.close()
        clean_up()


def _put_away(cursor: CursorWrapper, state: str, condition: str) -> list[int]:
    """End the deliveries that meet an SQL condition, each with its audit entry; their ids."""
    change = "state = %s, finished_at = clock_timestamp(), lease_until = NULL"
    cursor.execute(
        f"UPDATE corps_delivery SET {change} WHERE {condition} RETURNING id", [state]
    )
    ids = [pk for (pk,) in cursor.fetchall()]
    for delivery in (
        Delivery.objects.filter(pk__in=ids).select_related("message").order_by("pk")
    ):
        _note(delivery, f"delivery.{state}", worker=delivery.worker)
    return ids


@contextmanager
def _at_work() -> Iterator[str]:
    """A worker's name for as long as its lock is held; in the end it lets go of what it has claimed and not sent."""
    number = secrets.randbelow(2**31)
    worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{number}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [WORKER_LOCKS, number])
        cursor.execute(STEP.format(name=_step(worker)))
    try:
        yield worker
    finally:
        try:
            Delivery.objects.filter(worker=worker, state=Delivery.State.PENDING).update(
                worker="", lease_until=None
            )
            with connection.cursor() as cursor:
                cursor.execute(f"DEALLOCATE {_step(worker)}")
                cursor.execute(
                    "SELECT pg_advisory_unlock(%s, %s)", [WORKER_LOCKS, number]
                )
        except (OperationalError, InterfaceError) as lost:
            # With the session the lock is gone too, so that the sweep sees what was left.
            log.warning(
                "outbox.database_lost", worker=worker, error=type(lost).__name__
            )


def _step(worker: str) -> str:
    """The name of a worker's prepared statement."""
    return f"outbox_step_{worker.rpartition(':')[2]}"


def _claim(worker: str, replay: str) -> list[int]:
    """The ids of up to a hundred due deliveries, now leased to this worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "worker": worker,
                "lease": LEASE.total_seconds(),
                "replay": replay,
                "batch": BATCH,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


class _Turn:
    """A worker's way through one claimed batch.

    taken: the deliveries that the server has taken. is_cut_short: the server cannot be talked to; the rest was put off.
    when_going: called once, when the server has taken a message.
    """

    def __init__(self, worker: str, line: Line) -> None:
        self.worker = worker
        self.line = line
        self.taken: list[int] = []  # by the server, and committed
        self.is_cut_short = False
        self.when_going: Callable[[], Any] | None = None
        self.answered: tuple[Delivery, Answer] | None = (
            None  # taken by the server, not yet committed
        )

    def send(self, claimed: Iterable[int]) -> None:
        broken = 0
        try:
            for delivery, reason, until_later in self._read(sorted(claimed)):
                if reason:
                    self._stop(delivery, reason)
                    continue
                if until_later:
                    self._hold(delivery, until_later)
                    continue
                verdict = self._send_one(delivery)
                broken = broken + 1 if verdict is Verdict.UNCERTAIN else 0
                if verdict is Verdict.UNREACHABLE or broken >= BROKEN_IN_A_ROW:
                    self.is_cut_short = True
                    break
        finally:
            self._commit(None)
        _tell_arrivals(self.taken)
        if self.is_cut_short:
            due_at = timezone.now() + _pause(3)
            mine = Delivery.objects.filter(
                worker=self.worker, state=Delivery.State.PENDING
            )
            mine.update(worker="", lease_until=None, due_at=due_at)

    def _read(self, ids: list[int]) -> Iterator[tuple[Delivery, str, str]]:
        """The claimed deliveries, read and checked a few at a time, each with the reasons why it must not go, and why
        it must not go yet, or ""."""
        for start in range(0, len(ids), READ_AT_ONCE):
            mine = Delivery.objects.filter(
                pk__in=ids[start : start + READ_AT_ONCE], worker=self.worker
            )
            some = list(
                mine.filter(state=Delivery.State.PENDING)
                .select_related("message")
                .order_by("due_at", "id")
            )
            reasons = _asked(sending_checks, some)
            held = _asked(holding_checks, some)
            for delivery in some:
                yield (
                    delivery,
                    str(reasons.get(delivery.pk, "")),
                    str(held.get(delivery.pk, "")),
                )

    def _send_one(self, delivery: Delivery) -> Verdict | None:
        """The verdict, or None if it was not tried: cancelled meanwhile, or no longer this worker's."""
        if not self._commit(delivery):
            return None
        answer = self.line.say(
            sender=settings.MAIL_FROM,
            recipient=delivery.message.recipient,
            content=bytes(delivery.content),
        )
        if answer.verdict is not Verdict.SENT:
            self._conclude(delivery, answer)
            return answer.verdict
        self.answered = delivery, answer
        if self.when_going:
            self.when_going()
            self.when_going = None
        return answer.verdict

    def _commit(self, begun: Delivery | None) -> bool:
        """Commit the last message's answer, if any, and that the next one begins; whether it may."""
        if self.answered is None and begun is None:
            return False
        last, self.answered = self.answered, None
        ended, answer = (last[0].pk, last[1].text) if last else (None, None)
        values = [
            self.worker,
            current().channel,
            ended,
            answer,
            begun.pk if begun else None,
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"EXECUTE {_step(self.worker)} (%s, %s, %s, %s, %s)", values)
            has_ended, has_begun = cursor.fetchone()
        if has_ended and last:
            self.taken.append(last[0].pk)
        elif last:
            self._tell_late(*last)
        if begun:
            begun.tries += has_begun
        return bool(has_begun)

    def _conclude(self, delivery: Delivery, answer: Answer) -> None:
        """Commit an answer that is not "taken": try later, failed for good, or uncertain."""
        change: dict[str, Any] = {"answer": answer.text, "lease_until": None}
        if answer.verdict is Verdict.UNCERTAIN:
            state = Delivery.State.UNCERTAIN
            change["finished_at"] = timezone.now()
        elif answer.verdict is Verdict.REFUSED or delivery.tries >= MOST_TRIES:
            state = Delivery.State.FAILED
            change["finished_at"] = timezone.now()
        else:
            state = Delivery.State.PENDING
            change |= {"worker": "", "due_at": timezone.now() + _pause(delivery.tries)}
        with transaction.atomic():
            mine = Delivery.objects.filter(
                pk=delivery.pk, worker=self.worker, state=Delivery.State.SENDING
            )
            if not DELIVERY_STATES.move_all(mine, state, **change):
                self._tell_late(delivery, answer)
                return
            for name, value in (change | {"state": state}).items():
                setattr(delivery, name, value)
            verb = (
                "postponed"
                if delivery.state == Delivery.State.PENDING
                else str(delivery.state)
            )
            _note(
                delivery,
                f"delivery.{verb}",
                answer=answer.text[:500],
                tries=delivery.tries,
            )
            if delivery.state == Delivery.State.FAILED:
                for hook in failure_hooks:
                    hook(delivery)

    def _stop(self, delivery: Delivery, reason: str) -> None:
        with transaction.atomic():
            mine = Delivery.objects.filter(
                pk=delivery.pk, worker=self.worker, state=Delivery.State.PENDING
            )
            if DELIVERY_STATES.move_all(
                mine,
                Delivery.State.CANCELLED,
                answer=reason,
                finished_at=timezone.now(),
                lease_until=None,
            ):
                _note(delivery, "delivery.cancelled", reason=reason)
                for hook in stopped_hooks:
                    hook(delivery, reason)

    def _hold(self, delivery: Delivery, reason: str) -> None:
        """Put a delivery off that must not go yet; its tries are not counted, and it is noted once."""
        due_at = timezone.now() + HELD_FOR
        with transaction.atomic():
            mine = Delivery.objects.filter(
                pk=delivery.pk, worker=self.worker, state=Delivery.State.PENDING
            )
            if (
                mine.update(worker="", lease_until=None, due_at=due_at, answer=reason)
                and delivery.answer != reason
            ):
                _note(delivery, "delivery.held", reason=reason)

    def _tell_late(self, delivery: Delivery, answer: Answer) -> None:
        """The row was taken from this worker while it sent: leave its answer as evidence for whoever decides."""
        log.warning(
            "outbox.answer_came_late",
            delivery=delivery.pk,
            verdict=answer.verdict.name,
            answer=answer.text,
        )
        with transaction.atomic():
            theirs = locked(Delivery.objects).filter(pk=delivery.pk, worker=self.worker)
            for row in theirs.filter(state=Delivery.State.UNCERTAIN).only("answer"):
                row.answer = "\n".join(
                    filter(None, [row.answer, f"{answer.verdict.name}: {answer.text}"])
                )
                row.save(update_fields=["answer"])


def _tell_arrivals(deliveries: Sequence[int]) -> None:
    """Let the higher apps know what was taken. That it was is committed, whatever comes of this."""
    try:
        for hook in arrival_hooks if deliveries else ():
            hook(deliveries)
    except DatabaseError as lost:
        log.warning(
            "outbox.arrivals_not_told",
            deliveries=len(deliveries),
            error=type(lost).__name__,
        )


def _asked(
    checks: Iterable[Callable[[Sequence[Delivery]], Mapping[int, str]]],
    some: Sequence[Delivery],
) -> dict[int, str]:
    """What all checks say of some deliveries, by id."""
    said: dict[int, str] = {}
    for check in checks if some else ():
        said |= check(some)
    return said


def _pause(tries: int) -> timedelta:
    """How long to wait after so many tries: doubling, with jitter so that not all come back at once."""
    longest = min(FIRST_PAUSE * 2 ** min(max(tries - 1, 0), 20), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)


def _note(delivery: Delivery, verb: str, **detail: Any) -> None:
    said = delivery.message
    record(
        None,
        verb,
        delivery,
        at=timezone.now(),
        thread=said.thread,
        purpose=said.purpose,
        step=said.step,
        **detail,
    )
