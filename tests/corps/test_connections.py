"""The web server: slow clients hold nothing but their socket, and what is too large is refused before it is read."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.child_processes import start_bound, stop
from runtime.connections import PACE_BYTES, PACE_SECONDS, Pace
from runtime.webserver import listen
from tests.slow import SlowClients, memory_of, percentile, seconds_of

PROJECT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20
THREADS = 2


class Running:
    """The web server for the plain application, with some processes of two threads each."""

    def __init__(self, processes: int) -> None:
        with listen(0) as probe:
            self.port = probe.getsockname()[1]
        words = [sys.executable, "-m", "runtime.webserver", "tests.corps.plain"]
        env = os.environ | {
            "PORT": str(self.port),
            "WEB_WORKERS": str(processes),
            "WEB_THREADS": str(THREADS),
        }
        self.process = start_bound(
            words, cwd=PROJECT, env=env, stdin=subprocess.DEVNULL
        )
        self.await_answer()

    def await_answer(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                seconds_of(self.port, "/")
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str) -> bytes:
        line = self.connect()
        line.request("GET", path)
        return line.getresponse().read()

    def send(self, head: bytes) -> bytes:
        """What is answered to raw bytes, up to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(head)
            said = b""
            while piece := line.recv(MEGABYTE):
                said += piece
            return said


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    server = Running(2)
    yield server
    stop(server.process, signal.SIGTERM, 10)


@pytest.fixture
def alone() -> Iterator[Running]:
    """A server of one process, for which of several takes a connection is the kernel's choice."""
    server = Running(1)
    yield server
    stop(server.process, signal.SIGTERM, 1)


def test_slow_clients_stop_neither_health_nor_pages_nor_uploads(running):
    before = memory_of(running.process.pid)
    with SlowClients(running.port, each=24, big="/big"):
        health = [seconds_of(running.port, "/healthz") for _turn in range(100)]
        pages = [seconds_of(running.port, "/") for _turn in range(20)]
        line = running.connect()
        line.request("POST", "/upload", body=bytes(20 * MEGABYTE))
        assert line.getresponse().read().split()[1] == str(20 * MEGABYTE).encode()
        grown = memory_of(running.process.pid) - before
    assert percentile(health, 0.99) < 1
    assert max(pages) < 2
    assert grown < 64 * MEGABYTE


def test_health_is_answered_while_every_other_thread_is_held(alone):
    for _thread in range(THREADS):
        alone.connect().request("GET", "/busy")
    assert seconds_of(alone.port, "/healthz") < 2
    assert seconds_of(alone.port, "/readyz") < 2
    with socket.create_connection(("127.0.0.1", alone.port), timeout=1) as waiting:
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(TimeoutError):
            waiting.recv(1)


def children_of(parent: int) -> list[str]:
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()


def test_a_body_that_is_too_large_is_refused_by_its_head_and_the_refusal_arrives(
    running,
):
    head = b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    assert running.send(head).startswith(b"HTTP/1.1 413")
    line = running.connect()
    line.request("POST", "/small", body=bytes(8 * MEGABYTE))
    answer = line.getresponse()
    assert (answer.status, answer.headers["Connection"], answer.read().split()[1]) == (
        413,
        "close",
        b"0",
    )


def test_who_asks_first_whether_to_send_is_told_at_once(running):
    head = b"POST /%s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n"
    assert running.send(head % b"small").startswith(b"HTTP/1.1 413")
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as line:
        line.sendall(head % b"x")
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(bytes(5000))
        assert b"200 OK" in line.recv(1000)


def test_what_comes_in_pieces_of_unstated_length_is_counted(running):
    begin = b"POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"200\r\n" + bytes(512) + b"\r\n"
    assert running.send(begin + piece * 2).startswith(b"HTTP/1.1 413")
    assert b" 512" in running.send(
        begin
        + piece
        + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )


def test_exactly_what_is_allowed_is_taken(running):
    line = running.connect()
    line.request("POST", "/small", body=bytes(1000))
    assert line.getresponse().read().split()[1] == b"1000"
    line.request("POST", "/small", body=bytes(1001))
    assert line.getresponse().status == 413


def test_a_killed_process_is_replaced_and_nothing_outlives_the_server():
    server = Running(2)
    first = children_of(server.process.pid)
    assert len(first) == 2
    os.kill(int(first[0]), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(now := children_of(server.process.pid)) < 2 or first[0] in now:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    server.await_answer()
    server.process.kill()
    server.process.wait()
    while any(Path(f"/proc/{child}/cmdline").exists() for child in now):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_under_way_is_finished_before_the_server_ends():
    server = Running(2)
    line = server.connect()
    line.request("GET", "/wait")
    time.sleep(0.3)
    server.process.terminate()
    assert line.getresponse().status == 200
    assert server.process.wait(10) == 0


def test_a_client_must_keep_pace():
    pace = Pace()
    assert not pace.late(1000, 0, runs=True)
    assert not pace.late(1000 + PACE_SECONDS, PACE_SECONDS * PACE_BYTES, runs=True)
    assert pace.late(
        1000 + 2 * PACE_SECONDS, PACE_SECONDS * PACE_BYTES + PACE_SECONDS, runs=True
    )


def test_who_is_not_awaited_is_not_late():
    pace = Pace()
    assert not pace.late(1000, 0, runs=True)
    assert not pace.late(1000 + 5 * PACE_SECONDS, 0, runs=False)
    assert not pace.late(1000 + 6 * PACE_SECONDS, 0, runs=True)
    assert not pace.late(999 + 7 * PACE_SECONDS, 0, runs=True)
    assert pace.late(1000 + 7 * PACE_SECONDS, 0, runs=True)
