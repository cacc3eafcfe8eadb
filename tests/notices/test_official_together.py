"""An official account is registered while its store is about to be named: whoever comes first, nothing names it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Barrier

import pytest
from django.db import OperationalError, connection, connections

from cases.models import Target
from cases.workflow import add_targets as name_targets
from corps.errors import TransitionRefused
from notices import workflow
from notices.models import Notice, NoticeItem
from stores.official_account_lock import OFFICIAL_LOCK
from stores.workflow import propose_revocation, revoke_official_account
from tests.accounts import register_official_account
from tests.notices.official_accounts import FORMS, LISTING, protect
from tests.notices.world import World, add_targets, make_world

ROUNDS = 8


def submitted(world: World, store: Target) -> Notice:
    """A notice that waits for approval and names the store among others."""
    others = add_targets(world, 300)
    composed = workflow.compose_notices(
        case=world.case,
        actor=world.officer,
        targets=[store.pk, *(target.pk for target in others)],
    )
    return workflow.submit_notice(notice=composed.notices[0], actor=world.officer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["approve", "compose"])
def test_naming_and_registering_at_once_neither_deadlocks_nor_lets_the_account_through(
    act: str,
):
    world = make_world()
    for turn in range(ROUNDS):
        [store] = add_targets(world, 1, kind="store")
        notice = submitted(world, store) if act == "approve" else None
        gate = Barrier(2)

        def name(
            notice: Notice | None = notice, store: Target = store, gate: Barrier = gate
        ) -> None:
            gate.wait()
            try:
                if notice is None:
                    workflow.compose_notices(
                        case=world.case, actor=world.officer, targets=[store.pk]
                    )
                else:
                    workflow.approve_notice(
                        notice=notice, actor=world.supervisor, version=notice.version
                    )
            except TransitionRefused:
                pass  # it came second and was told
            finally:
                connections.close_all()

        def register(
            turn: int = turn, store: Target = store, gate: Barrier = gate
        ) -> None:
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
        assert (
            not NoticeItem.objects.filter(target=store)
            .exclude(state="withdrawn")
            .exists()
        )


@contextmanager
def at_work_elsewhere(lock: str) -> Iterator[None]:
    """Somebody else holds the lock on official accounts; who has to wait for it gives up at once."""
    with closing(connection.copy()) as other, connection.cursor() as cursor:
        other.set_autocommit(False)
        with other.cursor() as theirs:
            theirs.execute(f"SELECT {lock}(%s)", [OFFICIAL_LOCK])
        cursor.execute("SET lock_timeout = '100ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
            other.rollback()


@pytest.mark.django_db(transaction=True)
def test_no_target_is_named_while_somebody_changes_the_accounts():
    world = make_world()
    addresses = [f"https://item.taobao.com/item.htm?id={LISTING}", FORMS[0]]
    with at_work_elsewhere("pg_advisory_xact_lock"), pytest.raises(OperationalError):
        name_targets(case=world.case, addresses=addresses, actor=world.officer)
    assert all(
        result.ok
        for result in name_targets(
            case=world.case, addresses=addresses, actor=world.officer
        )
    )


@pytest.mark.django_db(transaction=True)
def test_no_account_changes_while_somebody_names_targets():
    world = make_world()
    with (
        at_work_elsewhere("pg_advisory_xact_lock_shared"),
        pytest.raises(OperationalError),
    ):
        protect(world)
    account = protect(world)
    propose_revocation(account=account, actor=world.officer, reason="误登记")
    with (
        at_work_elsewhere("pg_advisory_xact_lock_shared"),
        pytest.raises(OperationalError),
    ):
        revoke_official_account(account=account, actor=world.supervisor)
    assert revoke_official_account(account=account, actor=world.supervisor).revoked_at
