"""The worker and the sink that a replay brings along."""

import pytest

from cases.models import SheetImport
from cases.workflow import submit_complaint
from corps.audit.origin import audit_origin
from corps.deadlines.clock import today
from corps.mail.outbox import replaying
from corps.workflow import store_file
from demo import services as parts
from demo.services import MachineryError, machinery
from tests.notices.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = "商品链接,店铺名称\nhttps://item.taobao.com/item.htm?id=712345678901,日化小店\n".encode()


def submit(world: World, mark: str, content: bytes = SHEET) -> SheetImport:
    with audit_origin(channel="replay", replay=mark):
        _complaint, sheet_import = submit_complaint(
            actor=world.officer,
            firm=world.firm,
            subject="违规链接",
            received_on=today(),
            sheet=store_file(content, "text/csv"),
            sheet_name="CXT-01.csv",
            needs_review=False,
        )
    return sheet_import


def test_a_worker_that_was_killed_is_replaced_and_its_bell_rung_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(parts, "RING_SECONDS", 0.5)
    world = make_world()
    with replaying() as mark, machinery(mark) as mine:
        mine.worker.kill()
        mine.worker.wait()
        done = mine.await_import(submit(world, mark), 60)
    assert (done.state, done.rows) == (SheetImport.State.DONE, 1)


def test_a_sheet_that_cannot_be_read_ends_the_wait_with_its_name():
    world = make_world()
    unreadable = pytest.raises(MachineryError, match=r"CXT-01\.csv could not be read")
    with replaying() as mark, machinery(mark) as mine, unreadable:
        mine.await_import(submit(world, mark, b"\x00\x01\x02" * 50), 60)


def test_both_processes_are_gone_at_the_end():
    with replaying() as mark, machinery(mark) as mine:
        assert mine.worker.poll() is None
        assert mine.sink.poll() is None
    assert mine.worker.poll() is not None
    assert mine.sink.poll() is not None
