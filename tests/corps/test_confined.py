"""Work in a child process: what it yields arrives, what befalls it is told, and it leaves nothing behind."""

import os
import signal
import time

import pytest

from corps.files.sandbox import ChildDied, confined

PLENTY = {"memory": 1 << 30, "seconds": 30}


def children() -> list[str]:
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:
        return file.read().split()


def test_every_piece_arrives_in_order_whatever_its_size():
    pieces = [b"", b"a", bytes(3 << 20), b"\x00\x00\x00\x00", "汉字".encode()]
    before = children()
    assert list(confined(lambda: iter([p for p in pieces if p]), **PLENTY)) == [
        p for p in pieces if p
    ]
    assert children() == before


@pytest.mark.parametrize(
    ("act", "how"),
    [
        (lambda: 1 // 0, "error"),
        (lambda: bytearray(4 << 30), "memory"),
        (lambda: signal.raise_signal(signal.SIGKILL), "memory"),
        (lambda: os._exit(7), "error"),
    ],
)
def test_what_befalls_the_child_is_told_and_the_pieces_before_it_are_kept(
    act, how, capfd
):
    def produce():
        yield b"first"
        act()

    before, arrived = children(), []
    with pytest.raises(ChildDied) as died:
        arrived.extend(confined(produce, **PLENTY))
    assert died.value.how == how
    assert arrived == [b"first"]
    assert children() == before


def test_a_child_that_takes_too_long_is_ended():
    began, before = time.monotonic(), children()
    with pytest.raises(ChildDied) as died:
        list(confined(lambda: time.sleep(60) or iter(()), memory=1 << 30, seconds=0.3))
    assert died.value.how == "time"
    assert time.monotonic() - began < 10
    assert children() == before


def test_a_child_that_is_no_longer_wanted_is_ended():
    def produce():
        while True:
            yield bytes(1000)

    before = children()
    pieces = confined(produce, **PLENTY)
    next(pieces)
    pieces.close()
    assert children() == before
