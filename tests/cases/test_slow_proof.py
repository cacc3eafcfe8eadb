"""The proof that slow clients stop nobody; its small twin is `tests/corps/test_connections.py`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from cases.models import Complaint
from corps.deadlines.clock import now
from corps.workflow import make_key
from demo.bench.web import session_cookie
from runtime.child_processes import start_bound, stop
from runtime.webserver import listen
from tests import proofs
from tests.cases.conftest import Scenario
from tests.slow import SlowClients, memory_of, percentile, seconds_of

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
PROJECT = Path(__file__).resolve().parents[2]
MEGABYTE = 2**20
# Two bytes less than a sheet may have, of rows that nobody reads here.
SHEET = (
    "商品链接,标题\n" + "https://item.taobao.com/item.htm?id=655000001,x\n" * 400_000
).encode()[: 20 * MEGABYTE - 2]


@pytest.fixture
def web() -> Iterator[tuple[int, int]]:
    """The web server on this worker's database: its port and its process."""
    with listen(0) as probe:
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "runtime.webserver", "tests.site"]
    process = start_bound(
        words,
        cwd=PROJECT,
        env=os.environ | {"PORT": str(port)},
        stdin=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            seconds_of(port, "/healthz")
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield port, process.pid
    stop(process, signal.SIGTERM, 10)


def test_64_slow_clients_of_each_kind_stop_neither_health_nor_pages_nor_uploads(
    committed_scenario: Scenario, web
):
    port, process = web
    key = make_key(
        user=committed_scenario.officer, actor=committed_scenario.admin, at=now()
    )
    cookie = f"Cookie: {session_cookie(committed_scenario.officer)}\r\n"

    def hand_in(number: int) -> int:
        said = {"firm": "CXT", "subject": f"x{number}", "received_on": "2026-03-17"}
        answer = requests.post(
            f"http://127.0.0.1:{port}/api/v1/complaints/",
            data=said,
            files={"sheet": (f"{number}.csv", SHEET)},
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        return answer.status_code

    # Each process has loaded what it needs before anything is measured.
    for number in range(20, 24):
        hand_in(number)
    for _turn in range(40):
        seconds_of(port, "/cases/", cookie)
    before = memory_of(process)
    health: list[float] = []
    pages: list[float] = []
    with SlowClients(port, each=64, big="/big"), ThreadPoolExecutor(2) as pool:
        uploads = [pool.submit(hand_in, number) for number in range(10)]
        end = time.monotonic() + proofs.seconds(0.08)
        while time.monotonic() < end or not all(upload.done() for upload in uploads):
            health += [seconds_of(port, "/healthz") for _turn in range(10)]
            pages.append(seconds_of(port, "/cases/", cookie))
        grown = memory_of(process) - before
    figures = f"healthz {percentile(health, 0.99):.3f} s, page {max(pages):.3f} s, memory {grown / MEGABYTE:.0f} MB"
    print(figures)
    assert [upload.result() for upload in uploads] == [202] * 10
    assert Complaint.objects.count() == 14
    assert percentile(health, 0.99) <= 0.2, figures
    assert max(pages) <= 1, figures
    assert grown <= 64 * MEGABYTE, figures
