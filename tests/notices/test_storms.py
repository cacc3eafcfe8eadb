"""Storms: people who do anything at once, and letters while everything that can fail does."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from cases.models import Target
from cases.states import Claim, Seen
from cases.workflow import drop_targets
from corps import tasks
from corps.errors import TransitionRefused
from corps.mail import outbox
from corps.models import Delivery, Notification
from dashboards.workflow import compare
from notices import workflow
from notices.models import Notice, NoticeItem, Objection, PendingCheck
from tests.accounts import register_official_account
from tests.machinery import CeleryWorker
from tests.notices.broker import own_broker
from tests.notices.deliveries import (
    arrived_as_stored,
    settled,
    states,
    sweep_until_settled,
)
from tests.notices.world import World, add_targets, file_another, issue, make_world
from tests.proofs import seconds
from tests.sink import Behaviour, Sink

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, TARGETS = 4, 30


class Person:
    """Does verbs at random on the targets of a case; what is refused is no fault, anything else that is raised is."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.done: dict[str, int] = {}
        self.acts: list[Callable[[], Any]] = [
            *[self.notify] * 4, *[self.answer] * 6, *[self.check] * 5, self.judge, self.settle, self.check_again,
            self.withdraw, self.hand_over, self.object, self.decide, self.propose, self.correct, self.drop,
        ]  # fmt: skip

    def act_until(self, end: float) -> None:
        try:
            while time.monotonic() < end:
                act = self.dice.choice(self.acts)
                try:
                    act()
                except (TransitionRefused, PermissionDenied):
                    continue
                self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
        finally:
            connections.close_all()

    def some(self, rows: Any, most: int = 12) -> list[int]:
        """Some of the rows' keys, in any order."""
        keys = list(rows.values_list("pk", flat=True))
        return self.dice.sample(keys, min(len(keys), self.dice.randint(1, most)))

    def one(self, rows: Any) -> Any:
        found = list(rows)
        if not found:
            raise TransitionRefused("nothing", "")
        return self.dice.choice(found)

    def notify(self) -> None:
        composed = workflow.compose_notices(
            case=self.world.case,
            actor=self.world.officer,
            targets=self.some(Target.objects.all()),
        )
        for notice in composed.notices:
            notice = workflow.submit_notice(notice=notice, actor=self.world.officer)
            workflow.approve_notice(
                notice=notice, actor=self.world.supervisor, version=notice.version
            )

    def answer(self) -> None:
        notice = self.one(Notice.objects.filter(state="issued"))
        mine = notice.platform_id == self.world.platform.pk
        workflow.answer_items(
            notice=notice,
            replies=[
                workflow.Reply(
                    pk,
                    self.dice.choice([*[Claim.REMOVED.value] * 6, *Claim.values]),
                    item=pk,
                )
                for pk in self.some(notice.items)
            ],
            actor=self.world.liaison if mine else self.world.other_liaison,
        )

    def check(self) -> None:
        seen = self.dice.choice([Seen.GONE, Seen.GONE, *Seen.values])
        officer = self.dice.choice([self.world.officer, self.world.officer2])
        workflow.verify_items(
            items=self.some(NoticeItem.objects.filter(state="claimed")),
            seen=seen,
            actor=officer,
        )

    def judge(self) -> None:
        claimed = NoticeItem.objects.filter(state="claimed")
        workflow.propose_checks(
            items=self.some(claimed), seen=Seen.GONE, actor=self.world.officer2
        )
        PendingCheck.objects.filter(
            pk__in=self.some(PendingCheck.objects.all())
        ).update(due_at=timezone.now())

    def settle(self) -> None:
        workflow.settle_pending_checks()

    def check_again(self) -> None:
        gone = Target.objects.filter(state__in=("verified", "gone_before_notice"))
        workflow.check_again(
            targets=self.some(gone, 5),
            seen=self.dice.choice(Seen.values),
            actor=self.world.officer2,
        )

    def withdraw(self) -> None:
        workflow.withdraw_items(
            items=self.some(NoticeItem.objects.all(), 3),
            actor=self.world.officer,
            reason="撤",
        )

    def hand_over(self) -> None:
        items = self.some(NoticeItem.objects.filter(state="not_ours"))
        workflow.hand_over(
            items=items, platform=self.world.other_platform, actor=self.world.officer
        )

    def object(self) -> None:
        objection = workflow.lodge_objection(
            target=self.one(Target.objects.all()), actor=self.world.officer, reason="误"
        )
        workflow.accept_objection(objection=objection, actor=self.world.officer)

    def decide(self) -> None:
        workflow.decide_objection(
            objection=self.one(Objection.objects.filter(state="accepted")),
            actor=self.world.supervisor2,
            upheld=self.dice.random() < 0.5,
            reason="查",
        )

    def propose(self) -> None:
        counted = self.one(Target.objects.filter(is_counted=True))
        workflow.propose_correction(
            target=counted, actor=self.world.supervisor, reason="错"
        )

    def correct(self) -> None:
        counted = self.one(Target.objects.filter(is_counted=True))
        workflow.correct_outcome(
            target=counted, actor=self.world.supervisor2, reason="错"
        )

    def drop(self) -> None:
        drop_targets(
            targets=self.some(Target.objects.filter(state="reported"), 2),
            actor=self.world.officer,
            reason="退",
        )

    def protect(self) -> None:
        """Now and then a store turns out to be an official account."""
        store = self.one(Target.objects.filter(kind="store", is_official=False)).store
        register_official_account(
            firm=self.world.firm,
            platform=self.world.platform,
            site="taobao",
            canonical_id=store.canonical_id,
            url=store.url,
            name="官方店",
            actor=self.world.officer,
        )


@pytest.mark.parametrize(
    "length", [3.0, pytest.param(seconds(0.2), marks=pytest.mark.proof)]
)
def test_whatever_people_do_at_once_nobody_deadlocks_and_the_numbers_are_those_of_the_rows(
    length: float,
):
    world = make_world()
    add_targets(world, TARGETS)
    add_targets(world, 6, kind="store")
    people = [Person(world, seed) for seed in range(THREADS)]
    people[0].acts.append(people[0].protect)
    end = time.monotonic() + length
    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(person.act_until, end) for person in people]:
            future.result()
    assert compare() == []
    assert sum(sum(person.done.values()) for person in people) > 20 * length / 3
    named = NoticeItem.objects.filter(target__is_official=True).unfinished()
    assert not named.exists()


BEHAVIOURS = [
    *[Behaviour.ACCEPT] * 6,
    Behaviour.REFUSE_LATER,
    Behaviour.REFUSE_LATER,
    Behaviour.REFUSE,
    Behaviour.REFUSE_RECIPIENT,
    Behaviour.DROP_BEFORE_DATA,
    Behaviour.DROP_AFTER_DATA,
    Behaviour.HANG,
]


class Weather:
    """What goes wrong at the sink, without end: each message meets something else."""

    def __init__(self, sink: Sink, dice: random.Random) -> None:
        self.sink, self.dice, self.over = sink, dice, threading.Event()
        self.thread = threading.Thread(target=self._blow)

    def __enter__(self) -> "Weather":
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join()
        self.sink.coming.clear()
        self.sink.release()

    def _blow(self) -> None:
        while not self.over.wait(0.05):
            while len(self.sink.coming) < 20:
                self.sink.coming.append(self.dice.choice(BEHAVIOURS))
            if self.dice.random() < 0.1:
                self.sink.release()


# A storm brings at least so many, however slow the machine is.
LETTERS = 1_400


@pytest.mark.proof
def test_letters_in_a_storm_are_none_lost_none_twice_none_changed(
    smtp_sink: Sink, start_worker: Callable[..., CeleryWorker], monkeypatch
):
    dice = random.Random(20261124)
    world = make_world()
    monkeypatch.setenv("EMAIL_URL", f"{smtp_sink.url}?timeout=1")
    monkeypatch.setattr(outbox, "FIRST_PAUSE", outbox.FIRST_PAUSE / 50)
    notices: list[Notice] = []
    with own_broker(monkeypatch) as broker, Weather(smtp_sink, dice):
        end = time.monotonic() + seconds(0.3)
        for round_ in _rounds(end, notices):
            worker = start_worker()
            for _number in range(dice.randint(1, 60)):
                notices += issue(file_another(world))
            time.sleep(dice.uniform(0, 1.5))
            if round_ % 4 == 3:
                broker.kill()
                notices += issue(file_another(world))
                broker.revive()
            worker.kill()
            Delivery.objects.filter(state="pending", worker="").update(
                due_at=timezone.now()
            )
            if dice.random() < 0.5:
                tasks.sweep()
    sweep_until_settled()
    assert settled()
    assert arrived_as_stored(smtp_sink)
    counts = smtp_sink.counts()
    for delivery in Delivery.objects.all():
        arrived = counts[delivery.mail_id]
        wanted = {"sent": (1,), "failed": (0,), "uncertain": (0, 1)}[delivery.state]
        assert arrived in wanted, (delivery.state, arrived, delivery.answer, states())
    for failed in Delivery.objects.filter(state="failed").select_related("message"):
        notice = Notice.objects.get(pk=failed.message.subject_id)
        assert Notification.objects.filter(text__contains=notice.number).exists()
    assert {
        d.message.subject_id for d in Delivery.objects.select_related("message")
    } == {n.pk for n in notices}


def _rounds(end: float, notices: list[Notice]) -> Iterator[int]:
    """The rounds of a storm: until a moment, and until it has brought enough letters."""
    number = 0
    while time.monotonic() < end or len(notices) < LETTERS:
        yield number
        number += 1
