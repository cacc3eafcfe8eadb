"""pytest plugin: the real parts around the application: an SMTP server, a Celery worker, a browser."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from environs import Env
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from runtime.child_processes import start_bound
from tests.sink import Sink

PROJECT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium")
# As root, and on a machine without a network: whatever would ask elsewhere is switched off.
CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def smtp_sink(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A real SMTP server, to which this process and the workers it starts send their mail."""
    with Sink() as sink:
        monkeypatch.setenv("EMAIL_URL", sink.url)
        settings.EMAIL_CONFIG = Env().dj_email_url("EMAIL_URL")
        yield sink


class CeleryWorker:
    """A worker in a process of its own, on this pytest worker's queue and database. `log` holds what it says.

    app: the module that Celery takes its application from.
    """

    def __init__(self, app: str = "config", **environment: str) -> None:
        name = f"worker-{uuid4().hex}"
        words = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            app,
            "worker",
            "--concurrency=1",
            "--loglevel=INFO",
        ]
        words += [
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            f"--hostname={name}@%h",
        ]
        self.log = Path(os.environ["DATA_DIR"]) / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = start_bound(
                words,
                cwd=PROJECT,
                env=os.environ | {"CELERY_SKIP_CHECKS": "true"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.await_words(" ready.", 60)

    def await_words(self, words: str, seconds: float) -> None:
        """Wait until its log says so. Raises AssertionError with the log if it does not."""
        deadline = time.monotonic() + seconds
        while words not in (said := self.log.read_text(errors="replace")):
            waiting = time.monotonic() < deadline and self.process.poll() is None
            assert waiting, f"The worker did not say {words!r}:\n{said}"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it and its pool at once, as a power cut would."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Callable[..., CeleryWorker]]:
    """Starts Celery workers, with more environment if wanted; who still runs is ended before the database goes."""
    with ExitStack() as workers:

        def start(app: str = "config", **environment: str) -> CeleryWorker:
            worker = CeleryWorker(app, **environment)
            workers.callback(worker.kill)
            return worker

        yield start


@pytest.fixture
def celery_worker_process(start_worker: Callable[..., CeleryWorker]) -> CeleryWorker:
    """One running worker."""
    return start_worker()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    # Playwright keeps an event loop in this thread, beside which Django would refuse ordinary queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=CHROMIUM_SWITCHES
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page of a new browser profile on the live server, in Chinese; paths are relative to it.

    Fails at the end if a page broke the Content-Security-Policy or a script raised an error.
    """
    context = browser.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": 1440, "height": 900},
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text) if "Content Security Policy" in said.text else None
        ),
    )
    yield page
    context.close()
    assert not faults, faults
