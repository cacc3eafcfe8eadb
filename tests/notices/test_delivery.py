"""Letters of approved notices through the real parts: a Celery worker, Valkey, an SMTP server. Whatever dies, no letter
is sent twice, lost or changed."""

import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from corps import tasks
from corps.mail import outbox
from corps.models import Delivery, Notification
from corps.workflow import resend
from notices import letters
from notices.models import Notice
from tests.machinery import CeleryWorker
from tests.notices.broker import own_broker
from tests.notices.deliveries import (
    State,
    arrived_as_stored,
    settled,
    states,
    sweep_until_settled,
    until,
)
from tests.notices.world import World, file_another, issue, make_world
from tests.sink import Behaviour

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., CeleryWorker]


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def issue_many(world: World, count: int) -> list[Notice]:
    """So many notices, each of a case of its own with one target, approved as always."""
    return [notice for _number in range(count) for notice in issue(file_another(world))]


proof = pytest.mark.proof


@pytest.mark.parametrize(
    ("step", "uncertain", "arrived"),
    [
        pytest.param("before the claim", 0, 3, marks=proof),
        pytest.param("after the claim", 0, 3, marks=proof),
        pytest.param("sending", 1, 2, marks=proof),
        ("on the line", 1, 3),
        pytest.param("answered", 1, 3, marks=proof),
    ],
)
def test_a_worker_killed_at_any_step_of_sending_sends_no_letter_twice_and_loses_none(
    world, smtp_sink, start_worker: Start, step, uncertain, arrived
):
    worker = start_worker("tests.notices.dying", DIE_AT=step)
    issue_many(world, 3)
    worker.process.wait(40)
    sweep_until_settled()
    assert states() == {"sent": 3 - uncertain} | (
        {"uncertain": uncertain} if uncertain else {}
    )
    assert len(smtp_sink.await_messages(arrived)) == arrived
    assert arrived_as_stored(smtp_sink)

    Delivery.objects.update(lease_until=None)
    tasks.sweep()
    assert len(smtp_sink.kept) == arrived, "code has sent an uncertain letter again"
    for lost in Delivery.objects.filter(state=State.UNCERTAIN):
        resend(
            delivery=lost, actor=world.officer, reason="平台称未收到", at=timezone.now()
        )
    sweep_until_settled()
    assert states() == {"sent": 3}
    assert {kept.content for kept in smtp_sink.kept} == {
        bytes(d.content) for d in Delivery.objects.all()
    }


def test_without_the_broker_approval_is_done_and_the_sweep_delivers(
    world, smtp_sink, start_worker: Start, monkeypatch
):
    with own_broker(monkeypatch) as broker:
        worker = start_worker()
        broker.kill()
        began = time.monotonic()
        [notice] = issue_many(world, 1)
        assert time.monotonic() - began < 3, "a person waited for the broker"
        assert notice.state == "issued"
        assert states() == {"pending": 1}
        tasks.sweep()
        assert states() == {"sent": 1}
        broker.revive()
        issue_many(world, 1)
        until(settled)
        assert worker.process.poll() is None
        assert sorted(smtp_sink.counts().values()) == [1, 1]
        assert arrived_as_stored(smtp_sink)
        worker.kill()


def test_whatever_the_server_says_each_letter_goes_the_way_that_is_right_for_it(
    world, smtp_sink, start_worker: Start, monkeypatch
):
    monkeypatch.setenv("EMAIL_URL", f"{smtp_sink.url}?timeout=1")
    later, refused, dropped, taken, hung = issue_many(world, 5)
    smtp_sink.then(
        Behaviour.REFUSE_LATER,
        Behaviour.REFUSE,
        Behaviour.DROP_AFTER_DATA,
        Behaviour.ACCEPT,
        Behaviour.HANG,
    )
    start_worker()
    until(lambda: states() == {"failed": 1, "pending": 1, "sent": 2, "uncertain": 2})
    smtp_sink.release()
    assert {notice: state_of(notice) for notice in (later, dropped, taken, hung)} == {
        later: ["pending"],
        dropped: ["uncertain"],
        taken: ["sent"],
        hung: ["uncertain"],
    }
    first, second = letters.deliveries_of(refused).select_related("message")
    assert (first.state, first.message.recipient) == (
        State.FAILED,
        "liaison@taobao.example",
    )
    assert (second.state, second.message.recipient) == (
        State.SENT,
        "liaison-b@taobao.example",
    )
    assert (
        Notification.objects.filter(
            user=world.officer, event="delivery.failed", subject_id=first.pk
        ).count()
        == 1
    )

    Delivery.objects.filter(state=State.PENDING).update(due_at=timezone.now())
    tasks.sweep.delay()
    until(lambda: states() == {"failed": 1, "sent": 3, "uncertain": 2})
    assert letters.deliveries_of(later).get().tries == 2
    tasks.sweep()
    counts = smtp_sink.counts()
    assert set(counts.values()) == {1}
    assert first.mail_id not in counts
    assert arrived_as_stored(smtp_sink)
    assert outbox.clean_up() == 0


def state_of(notice: Notice) -> list[str]:
    return list(letters.deliveries_of(notice).values_list("state", flat=True))
