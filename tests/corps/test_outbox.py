"""The outbox against a real SMTP server that refuses, hangs and drops the line."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from corps.audit.origin import audit_origin
from corps.mail import outbox, smtp
from corps.mail.compose import compose
from corps.models import AuditEntry, Delivery, Installation, Unit
from corps.task_queue import enqueue
from corps.workflow import cancel_replay, cancel_unsent
from runtime.child_processes import start_bound
from tests.corps.conftest import NOW
from tests.put_into import put_into
from tests.sink import Behaviour

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State


@pytest.fixture
def unit(transactional_db: None) -> Unit:
    return Unit.objects.create(name="执法一支队")


@pytest.fixture
def queue(unit: Unit) -> Callable[..., list[Delivery]]:
    """Puts so many messages into the outbox."""

    def put(number: int = 1, **changes: object) -> list[Delivery]:
        words = {
            "purpose": "notice",
            "title": "通知",
            "text": "请处理。",
            "thread": "case:1",
        } | changes
        with transaction.atomic():
            return [
                compose(unit, recipient=f"liaison{n}@platform.example", **words)
                for n in range(number)
            ]

    return put


@pytest.fixture(autouse=True)
def no_checks_or_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "sending_checks", [])
    monkeypatch.setattr(outbox, "failure_hooks", [])


@contextmanager
def in_background(act: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread, on a connection of its own, while the block runs."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(20)
    assert not thread.is_alive()


def until(holds: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.02)


def states() -> dict[str, int]:
    found = list(Delivery.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_a_due_message_arrives_once_as_it_was_finished_and_the_servers_answer_is_kept(
    queue, smtp_sink
):
    (delivery,) = queue()
    assert outbox.send_due() == 1
    (kept,) = smtp_sink.kept
    assert kept.content == bytes(delivery.content)
    assert (kept.message_id, kept.recipients) == (
        delivery.mail_id,
        ("liaison0@platform.example",),
    )
    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer, delivery.tries) == (
        State.SENT,
        "250 2.0.0 Kept",
        1,
    )
    assert delivery.sending_at <= delivery.finished_at
    entry = AuditEntry.objects.get(verb="delivery.sent")
    assert (entry.subject_id, entry.thread, entry.detail["purpose"]) == (
        delivery.pk,
        "case:1",
        "notice",
    )
    assert outbox.send_due() == 0
    assert len(smtp_sink.kept) == 1


def test_nothing_is_sent_inside_a_transaction(queue, smtp_sink):
    queue()
    with pytest.raises(TransactionManagementError), transaction.atomic():
        outbox.send_due()
    assert not smtp_sink.kept


def test_one_connection_carries_many_messages_each_to_one_recipient(queue, smtp_sink):
    queue(30)
    assert outbox.send_due() == 30
    assert all(len(kept.recipients) == 1 for kept in smtp_sink.kept)


def test_a_line_that_begins_with_a_dot_arrives_as_it_was_written(queue, smtp_sink):
    [delivery] = queue(text="Dear all,\n.\n..and more\n.\nThe end\n", title="dots")
    assert b"\r\n.\r\n" in bytes(delivery.content)
    assert outbox.send_due() == 1
    assert smtp_sink.kept[0].content.rstrip() == bytes(delivery.content).rstrip()


def test_a_message_is_not_sent_before_it_is_due(queue, smtp_sink):
    queue(due_at=timezone.now() + timedelta(hours=1))
    assert outbox.send_due() == 0
    assert states() == {"pending": 1}


@pytest.mark.parametrize("behaviour", [Behaviour.REFUSE, Behaviour.REFUSE_RECIPIENT])
def test_a_permanent_refusal_fails_calls_the_hooks_and_does_not_hold_up_the_rest(
    queue, smtp_sink, behaviour
):
    first, second = queue(2)
    told = []
    outbox.failure_hooks.append(
        lambda delivery: told.append((delivery.pk, delivery.state))
    )
    smtp_sink.then(behaviour)
    assert outbox.send_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.FAILED, State.SENT)
    assert first.answer.startswith("550")
    assert told == [(first.pk, State.FAILED)]
    assert (
        AuditEntry.objects.about(first).get(verb="delivery.failed").detail["tries"] == 1
    )


def test_what_a_failure_causes_stands_in_the_same_transaction(queue, smtp_sink, unit):
    queue()
    outbox.failure_hooks.append(
        lambda delivery: compose(
            unit,
            recipient="backup@platform.example",
            purpose="notice",
            title="t",
            text="t",
        )
    )
    smtp_sink.then(Behaviour.REFUSE_RECIPIENT)
    assert outbox.send_due() == 1
    assert [kept.recipients for kept in smtp_sink.kept] == [
        ("backup@platform.example",)
    ]


def test_a_refusal_for_now_is_tried_again_later_with_the_same_bytes(queue, smtp_sink):
    (delivery,) = queue()
    smtp_sink.then(Behaviour.REFUSE_LATER)
    assert outbox.send_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.worker) == (State.PENDING, 1, "")
    assert delivery.due_at > timezone.now()
    Delivery.objects.update(due_at=timezone.now())
    assert outbox.send_due() == 1
    assert [kept.content for kept in smtp_sink.kept] == [bytes(delivery.content)]


def test_trying_again_stops_after_the_most_tries(queue, smtp_sink):
    (delivery,) = queue()
    Delivery.objects.update(tries=outbox.MOST_TRIES - 1)
    smtp_sink.then(Behaviour.REFUSE_LATER)
    outbox.send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (State.FAILED, outbox.MOST_TRIES)


def test_pauses_double_and_end_at_the_longest():
    assert outbox._pause(1) <= outbox.FIRST_PAUSE
    assert outbox.FIRST_PAUSE <= outbox._pause(3) <= outbox.FIRST_PAUSE * 4
    assert outbox._pause(500) <= outbox.LONGEST_PAUSE


def test_with_the_server_away_everything_waits_and_only_the_one_that_was_tried_counts_it(
    queue, settings
):
    queue(5)
    settings.EMAIL_CONFIG = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": 9,
        "EMAIL_TIMEOUT": 2,
    }
    assert outbox.send_due() == 0
    assert states() == {"pending": 5}
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]
    assert not Delivery.objects.due(timezone.now()).exists()
    assert not Delivery.objects.exclude(worker="").exists()


def test_a_line_that_breaks_before_the_message_left_is_opened_again_and_nothing_is_uncertain(
    queue, smtp_sink
):
    queue(3)
    smtp_sink.then(Behaviour.ACCEPT, Behaviour.DROP_BEFORE_DATA)
    assert outbox.send_due() == 3
    assert set(smtp_sink.counts().values()) == {1}


def test_a_line_that_breaks_after_the_message_left_makes_it_uncertain_and_no_code_sends_it_again(
    queue, smtp_sink
):
    first, *_rest = queue(3)
    smtp_sink.then(Behaviour.DROP_AFTER_DATA)
    assert outbox.send_due() == 2
    first.refresh_from_db()
    assert first.state == State.UNCERTAIN
    assert "Disconnected" in first.answer
    outbox.clean_up()
    outbox.send_due()
    assert set(smtp_sink.counts().values()) == {1}
    assert len(smtp_sink.kept) == 3


def test_a_server_that_does_not_answer_in_time_makes_the_message_uncertain(
    queue, smtp_sink, settings
):
    queue()
    settings.EMAIL_CONFIG["EMAIL_TIMEOUT"] = 0.3
    smtp_sink.then(Behaviour.HANG)
    assert outbox.send_due() == 0
    assert states() == {"uncertain": 1}


def test_a_server_that_breaks_every_line_does_not_make_everything_uncertain(
    queue, smtp_sink
):
    queue(20)
    smtp_sink.otherwise = Behaviour.DROP_AFTER_DATA
    outbox.send_due()
    assert states() == {
        "uncertain": outbox.BROKEN_IN_A_ROW,
        "pending": 20 - outbox.BROKEN_IN_A_ROW,
    }


def test_a_check_stops_a_delivery_just_before_it_is_sent(queue, smtp_sink):
    first, second = queue(2)
    outbox.sending_checks.append(
        lambda deliveries: {first.pk: "names an official account"}
    )
    assert outbox.send_due() == 1
    first.refresh_from_db()
    assert (first.state, first.answer) == (State.CANCELLED, "names an official account")
    assert [kept.message_id for kept in smtp_sink.kept] == [second.mail_id]


def test_what_was_cancelled_meanwhile_is_not_sent_by_the_worker_that_has_claimed_it(
    queue, smtp_sink
):
    first, second = queue(2)

    def cancel_the_other(deliveries: Sequence[Delivery]) -> dict[int, str]:
        assert {delivery.pk for delivery in deliveries} == {first.pk, second.pk}
        assert cancel_unsent(
            deliveries=[second.pk], actor=None, reason="withdrawn", at=NOW
        ) == [second.pk]
        return {}

    outbox.sending_checks.append(cancel_the_other)
    assert outbox.send_due() == 1
    assert [kept.message_id for kept in smtp_sink.kept] == [first.mail_id]
    assert states() == {"sent": 1, "cancelled": 1}


def test_a_quarantined_outbox_sends_nothing(queue, smtp_sink):
    queue(2)
    Installation.objects.update(outbox_quarantined=True)
    assert outbox.send_due() == 0
    Installation.objects.update(outbox_quarantined=False)
    assert outbox.send_due() == 2


def test_a_quarantine_holds_for_what_is_already_claimed(queue, smtp_sink, monkeypatch):
    first, _second = queue(2)
    monkeypatch.setattr(outbox, "READ_AT_ONCE", 1)

    def quarantine_after_the_first(deliveries: Sequence[Delivery]) -> dict[int, str]:
        Installation.objects.update(outbox_quarantined=deliveries[0].pk != first.pk)
        return {}

    outbox.sending_checks.append(quarantine_after_the_first)
    assert outbox.send_due() == 1
    assert states() == {"sent": 1, "pending": 1}


def test_two_workers_send_two_hundred_messages_each_exactly_once(queue, smtp_sink):
    deliveries = queue(200)
    with in_background(outbox.send_due), in_background(outbox.send_due):
        pass
    assert smtp_sink.counts() == {delivery.mail_id: 1 for delivery in deliveries}
    assert states() == {"sent": 200}
    assert len(set(Delivery.objects.values_list("worker", flat=True))) >= 2


def test_much_to_send_goes_over_several_lines_once_the_server_has_taken_a_message(
    queue, smtp_sink
):
    deliveries = queue(outbox.BATCH * 3)
    called = []
    assert (
        outbox.send_due(call_for_help=lambda: called.append(len(smtp_sink.kept)))
        == outbox.BATCH * 3
    )
    assert called == [1]
    assert smtp_sink.counts() == {delivery.mail_id: 1 for delivery in deliveries}
    assert (
        1 < len(set(Delivery.objects.values_list("worker", flat=True))) <= outbox.LINES
    )
    assert not locks_held()


def test_a_server_that_takes_nothing_gets_no_further_lines(queue, smtp_sink):
    queue(outbox.BATCH)
    smtp_sink.otherwise = Behaviour.REFUSE_LATER
    assert outbox.send_due(call_for_help=lambda: pytest.fail("help was called")) == 0
    assert states() == {"pending": outbox.BATCH}


def locks_held() -> int:
    """How many workers' locks are held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
            [outbox.WORKER_LOCKS],
        )
        return cursor.fetchone()[0]


SEND = "import django; django.setup(); from corps.mail import outbox; outbox.send_due()"
# The same, but the power fails when the server has answered and the answer is not yet committed.
SEND_AND_DIE = """
import django, os
django.setup()
from corps.mail import outbox, smtp
say = smtp.Line.say
def say_and_die(*args, **words):
    say(*args, **words)
    os.kill(os.getpid(), 9)
smtp.Line.say = say_and_die
outbox.send_due()
"""


@pytest.mark.parametrize(("due", "calls"), [(3, 0), (9, 1)])
def test_a_worker_with_much_to_send_calls_for_help_once(
    queue, smtp_sink, monkeypatch, due, calls
):
    monkeypatch.setattr(outbox, "BATCH", 4)
    called = []
    queue(due)
    assert outbox.send_due(call_for_help=lambda: called.append(1)) == due
    assert len(called) == calls


def test_a_bell_brings_the_celery_worker_to_send_what_is_due(
    queue, smtp_sink, celery_worker_process
):
    deliveries = queue(130)
    enqueue("corps.tasks.send_due")
    smtp_sink.await_messages(130)
    until(lambda: states() == {"sent": 130})
    assert smtp_sink.counts() == {delivery.mail_id: 1 for delivery in deliveries}


def start_sender(words: str = SEND) -> subprocess.Popen[bytes]:
    """A worker in a process of its own, which sends what is due and ends."""
    return start_bound(
        [sys.executable, "-c", words], env=os.environ, stdin=subprocess.DEVNULL
    )


def test_a_worker_killed_while_it_sends_leaves_one_uncertain_and_no_code_sends_that_again(
    queue, smtp_sink
):
    deliveries = queue(6)
    smtp_sink.then(Behaviour.ACCEPT, Behaviour.HANG)
    sender = start_sender()
    # The second letter hangs: nothing else would meet that when its sender is gone.
    until(lambda: states().get("sending") and not smtp_sink.coming)
    assert outbox.clean_up() == 0, "a living worker was misjudged"
    sender.kill()
    sender.wait()
    until(outbox.clean_up)
    assert states() == {"sent": 1, "uncertain": 1, "pending": 4}
    assert not Delivery.objects.filter(state="pending").exclude(worker="").exists()
    assert outbox.send_due() == 4
    assert outbox.clean_up() == outbox.send_due() == 0
    lost = Delivery.objects.get(state="uncertain").mail_id
    assert smtp_sink.counts() == {
        delivery.mail_id: 1 for delivery in deliveries if delivery.mail_id != lost
    }


def test_a_worker_killed_between_the_answer_and_its_commit_leaves_one_uncertain_that_arrived_once(
    queue, smtp_sink
):
    deliveries = queue(3)
    assert start_sender(SEND_AND_DIE).wait(20) == -signal.SIGKILL
    until(outbox.clean_up)
    assert states() == {"uncertain": 1, "pending": 2}
    assert outbox.send_due() == 2
    assert smtp_sink.counts() == {delivery.mail_id: 1 for delivery in deliveries}
    assert AuditEntry.objects.filter(verb="delivery.uncertain").count() == 1


def test_a_worker_killed_before_sending_loses_nothing(queue, smtp_sink):
    queue(3)
    Delivery.objects.update(
        worker="gone:1:17", lease_until=timezone.now() + timedelta(minutes=5)
    )
    assert outbox.send_due() == 0, "the lease was not kept"
    assert outbox.clean_up() == 0
    assert outbox.send_due() == 3


def test_a_lease_that_ran_out_lets_another_worker_claim(queue, smtp_sink):
    queue(1)
    Delivery.objects.update(
        worker="slow:1:17", lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert outbox.send_due() == 1


def test_what_another_worker_has_claimed_meanwhile_is_left_to_it(queue, smtp_sink):
    first, second = queue(2)

    def let_another_claim_it(deliveries: Sequence[Delivery]) -> dict[int, str]:
        Delivery.objects.filter(pk=second.pk).update(worker="other:1:17")
        return {}

    outbox.sending_checks.append(let_another_claim_it)
    assert outbox.send_due() == 1
    assert [kept.message_id for kept in smtp_sink.kept] == [first.mail_id]
    second.refresh_from_db()
    assert (second.state, second.worker, second.tries) == (
        State.PENDING,
        "other:1:17",
        0,
    )


def test_a_delivery_about_which_somebody_decides_just_now_holds_up_no_other(
    queue, smtp_sink
):
    first, second = queue(2)
    with closing(connection.copy()) as other, connection.cursor() as cursor:
        other.set_autocommit(False)
        with other.cursor() as deciding:
            deciding.execute(
                "SELECT FROM corps_delivery WHERE id = %s FOR NO KEY UPDATE", [first.pk]
            )
        cursor.execute("SET lock_timeout = '5s'")
        try:
            assert outbox.send_due() == 1
        finally:
            cursor.execute("RESET lock_timeout")
        other.rollback()
    assert [kept.message_id for kept in smtp_sink.kept] == [second.mail_id]
    assert outbox.send_due() == 1


def test_an_answer_that_comes_after_the_row_was_taken_away_is_kept_as_evidence_only(
    queue, smtp_sink
):
    (delivery,) = queue()
    smtp_sink.then(Behaviour.HANG)
    with in_background(outbox.send_due):
        until(lambda: states() == {"sending": 1})
        put_into(Delivery.objects, State.UNCERTAIN)
        smtp_sink.release()
    delivery.refresh_from_db()
    assert delivery.state == State.UNCERTAIN
    assert "SENT: 250" in delivery.answer


@pytest.mark.parametrize("behaviour", [Behaviour.ACCEPT, Behaviour.REFUSE])
@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
def test_an_answer_says_nothing_of_what_another_worker_sends_by_now(
    queue, smtp_sink, monkeypatch, state, behaviour
):
    (delivery,) = queue()
    smtp_sink.then(behaviour)
    say = smtp.Line.say

    def lose_it_meanwhile(line: smtp.Line, **letter) -> smtp.Answer:
        answer = say(line, **letter)
        put_into(Delivery.objects, state, worker="other:1:17")
        return answer

    monkeypatch.setattr(smtp.Line, "say", lose_it_meanwhile)
    assert outbox.send_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.worker, delivery.answer) == (
        state,
        "other:1:17",
        "",
    )


def test_a_check_stops_nothing_that_another_worker_has_claimed_meanwhile(
    queue, smtp_sink
):
    (delivery,) = queue()

    def let_another_claim_it(deliveries: Sequence[Delivery]) -> dict[int, str]:
        Delivery.objects.update(worker="other:1:17")
        return {delivery.pk: "names an official account"}

    outbox.sending_checks.append(let_another_claim_it)
    assert outbox.send_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.worker) == (State.PENDING, "other:1:17")


def test_only_a_workers_own_lock_says_that_it_lives(queue):
    queue()
    put_into(Delivery.objects, State.SENDING, worker="gone:1:17")
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 17)", [outbox.REPLAY_LOCKS])
        assert outbox.clean_up() == 1
        put_into(Delivery.objects, State.SENDING)
        cursor.execute("SELECT pg_advisory_lock(%s, 17)", [outbox.WORKER_LOCKS])
        assert outbox.clean_up() == 0


def test_only_its_own_worker_sends_a_replays_deliveries_and_what_it_leaves_is_cancelled(
    queue, smtp_sink
):
    with outbox.replaying() as mark:
        with audit_origin(channel="replay", replay=mark):
            queue(2)
        assert outbox.send_due() == 0
        queue(1, step=3)
        assert outbox.send_due() == 1
        assert outbox.clean_up() == 0
        assert states() == {"pending": 2, "sent": 1}
        assert outbox.send_due(replay=mark) == 2
        with audit_origin(channel="replay", replay=mark):
            queue(1, step=2)
    assert states() == {"sent": 3, "cancelled": 1}


def test_what_a_killed_replay_left_is_cancelled_by_the_next_sweep(queue, smtp_sink):
    with audit_origin(channel="replay", replay="replay:4711"):
        queue(2)
    outbox.clean_up()
    outbox.send_due()
    assert states() == {"cancelled": 2}
    assert not smtp_sink.kept


def test_a_replay_with_a_mark_of_its_own_is_cancelled_by_name(queue):
    with audit_origin(channel="replay", replay="campaign-1"):
        queue(2)
    outbox.clean_up()
    assert states() == {"pending": 2}
    assert cancel_replay("campaign-1", at=NOW) == 2
    assert states() == {"cancelled": 2}


def test_a_claimed_batch_is_read_with_few_queries(
    queue, smtp_sink, django_assert_max_num_queries
):
    queue(100)
    with django_assert_max_num_queries(
        125
    ):  # one commit for each message, and a handful for the batch
        assert outbox.send_due() == 100
