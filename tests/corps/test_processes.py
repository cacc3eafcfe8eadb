"""The manager's processes: who dies is started again, who does not end is ended, and nobody waits for a reader."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.console import Screen
from runtime.processes import Job, ProcessGroup
from tests.corps.processes import eventually


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """(read end, write end) of what would be the terminal."""
    ends = os.pipe()
    os.set_blocking(ends[0], False)
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def group(pipe: tuple[int, int]) -> Iterator[ProcessGroup]:
    group = ProcessGroup(Screen(pipe[1]))
    yield group
    for job in group.jobs:
        job.clear_away(group.screen)


def script(name: str, text: str, grace: float = 5) -> Job:
    return Job(name, [sys.executable, "-c", text], dict(os.environ), grace)


def shown(group: ProcessGroup, pipe: tuple[int, int]) -> str:
    """What has come out on the terminal since the last look."""
    group.screen.flush()
    try:
        return os.read(pipe[0], 65536).decode()
    except BlockingIOError:
        return ""


def not_running(pid: int) -> bool:
    """Whether a process is gone, or only waits to be buried."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        )
    except FileNotFoundError:
        return True


def test_what_children_say_is_shown_under_their_names_to_the_last_word(group, pipe):
    status = group.run(
        script("prepare", "print('one'); print('two', end=''); raise SystemExit(3)")
    )
    assert status == 3
    assert shown(group, pipe) == "prepare  | one\nprepare  | two\n"


def test_who_dies_is_started_again_each_time_later(group):
    job = script("web", "pass")
    group.add(job)
    pauses: list[float] = []
    deadline = time.monotonic() + 20
    while len(pauses) < 2 and time.monotonic() < deadline:
        group.tend(0.05)
        if job.start_at is not None and job.pause not in pauses:
            pauses.append(job.pause)
    assert pauses == [1, 2]


def test_who_does_not_end_within_its_grace_is_killed_with_its_children(group, pipe):
    stubborn = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); pid = os.fork();"
        "print(pid, flush=True) if pid else None; time.sleep(600)"
    )
    job = script("worker", stubborn, grace=0.5)
    group.add(job)
    said = ""

    def has_spoken() -> bool:
        nonlocal said
        group.listen([job], 0.1)
        said += shown(group, pipe)
        return said.endswith("\n")

    eventually(has_spoken)
    child = int(said.split("|")[1])
    group.end(group.jobs)
    assert job.status == -signal.SIGKILL
    eventually(lambda: not_running(child))


def test_a_screen_that_nobody_reads_holds_nobody_up(group, pipe):
    job = script("web", "for n in range(20000): print('x' * 80)")
    began = time.monotonic()
    assert group.run(job) == 0
    assert time.monotonic() - began < 20
    assert len(group.screen.waiting) <= group.screen.waiting.maxlen


def test_asking_twice_ends_at_once(group):
    job = script(
        "worker",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
        60,
    )
    group.add(job)
    group.stop_soon()
    began = time.monotonic()
    signal.signal(signal.SIGALRM, group.stop_soon)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    group.end(group.jobs)
    assert time.monotonic() - began < 20
    assert job.status is not None
