"""`make run`: it says when it is ready, and nothing it started outlives it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.mail_sink import listen
from tests.migrated_cluster import copy_cluster

PROJECT = Path(__file__).resolve().parents[2]
READY_SECONDS, STOP_SECONDS = 120, 40


def free_port() -> int:
    with listen() as probe:
        return probe.getsockname()[1]


class Run:
    """One manager on a data directory and port of its own, without a demonstration."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        self.folder, self.port = folder, port
        taken = {
            "DATABASE_URL",
            "REDIS_URL",
            "EMAIL_URL",
            "TEST_SERVICES",
            "SECRET_KEY",
            "CELERY_QUEUE",
            "MAKELEVEL",
        }
        environment = {
            name: value for name, value in os.environ.items() if name not in taken
        }
        self.log = folder.parent / f"{id(self)}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.manager"],
                cwd=PROJECT,
                env=environment
                | {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0"}
                | settings,
                stdout=log,
                stderr=log,
            )

    def await_line(self, words: str, seconds: float = READY_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while words not in (said := self.log.read_text()):
            assert time.monotonic() < deadline, said
            assert self.process.poll() is None, said
            time.sleep(0.05)

    def left(self) -> list[str]:
        """Processes that were given this data directory, in their environment or on their command line."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                told = (entry / "environ").read_bytes() + (
                    entry / "cmdline"
                ).read_bytes()
            except OSError:
                continue
            if os.fsencode(self.folder) in told and int(entry.name) != os.getpid():
                found.append(f"{entry.name} {(entry / 'cmdline').read_bytes()!r}")
        return found

    def await_nothing_left(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while left := self.left():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)


@pytest.fixture
def folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="corps run 运行 "))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


def test_it_says_ready_refuses_a_taken_port_and_ends_all_in_order(folder):
    run = Run(
        folder,
        free_port(),
        ALLOWED_HOSTS="corps.test",
        HTTPS="1",
        LOG_FORMAT="json",
        WEB_BIND="127.0.0.2",
    )
    run.await_line(f"\nReady: http://127.0.0.2:{run.port}/\n")
    for path in ("healthz", "readyz", "statusz"):
        with urllib.request.urlopen(
            f"http://127.0.0.2:{run.port}/{path}", timeout=5
        ) as answer:
            assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(
            f"http://127.0.0.2:{run.port}/accounts/login/", timeout=5
        )
    run.await_line("DisallowedHost")
    said = run.log.read_text()
    assert f"\n  DATA_DIR='{folder}' ./manage.py administrator admin\n" in said
    assert "\nEMAIL_URL is not set: letters are held in the outbox" in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert not [
        line for line in lines if "healthz" in str(line) or "readyz" in str(line)
    ]
    refused = [
        line for line in lines if line.get("logger") == "django.security.DisallowedHost"
    ]
    assert refused
    assert {(line["level"], "exception" in line) for line in refused} == {
        ("warning", False)
    }

    second = Run(folder, run.port, WEB_BIND="127.0.0.2")
    assert second.process.wait(20) == 1
    assert f"Port {run.port} is not to be had" in second.log.read_text()

    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(STOP_SECONDS) == 0
    run.await_nothing_left(1)


def test_a_killed_manager_leaves_nothing_running_and_the_next_start_recovers(folder):
    copy_cluster(folder)
    run = Run(folder, free_port())
    run.await_line("Ready: ")
    run.process.kill()
    run.process.wait()
    run.await_nothing_left(10)

    again = Run(folder, run.port)
    again.await_line("Ready: ")
    again.process.terminate()
    assert again.process.wait(STOP_SECONDS) == 0
    again.await_nothing_left(1)
