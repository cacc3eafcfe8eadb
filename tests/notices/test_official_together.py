"""An official account is registered while its store is about to be named: whoever comes first, nothing names it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from cases.models import Target
from corps.errors import TransitionRefused
from notices import workflow
from notices.models import Notice, NoticeItem
from stores.workflow import register_official_account
from tests.notices.world import World, add_targets, make_world

ROUNDS = 8


def submitted(world: World, store: Target) -> Notice:
    """A notice that waits for approval and names the store among others."""
    others = add_targets(world, 300)
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[store.pk, *(target.pk for target in others)]
    )
    return workflow.submit_notice(notice=composed.notices[0], actor=world.officer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["approve", "compose"])
def test_naming_and_registering_at_once_neither_deadlocks_nor_lets_the_account_through(act: str):
    world = make_world()
    for turn in range(ROUNDS):
        [store] = add_targets(world, 1, kind="store")
        notice = submitted(world, store) if act == "approve" else None
        gate = Barrier(2)

        def name(notice: Notice | None = notice, store: Target = store, gate: Barrier = gate) -> None:
            gate.wait()
            try:
                if notice is None:
                    workflow.compose_notices(case=world.case, actor=world.officer, targets=[store.pk])
                else:
                    workflow.approve_notice(notice=notice, actor=world.supervisor, version=notice.version)
            except TransitionRefused:
                pass  # it came second and was told
            finally:
                connections.close_all()

        def register(turn: int = turn, store: Target = store, gate: Barrier = gate) -> None:
            gate.wait()
            try:
                register_official_account(
                    firm=world.firm,
                    platform=world.platform,
                    site="taobao",
                    canonical_id=store.store.canonical_id,
                    url="-",
                    name=f"官方店{turn}",
                    actor=world.officer,
                )
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(name), pool.submit(register)):
                done.result()
        assert not NoticeItem.objects.filter(target=store).exclude(state="withdrawn").exists()
