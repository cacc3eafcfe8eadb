"""The real parts that a replay brings along: a Celery worker on a queue of its own, and an SMTP sink to send to.

So a replay depends on no `make run`, and whatever EMAIL_URL says, its mail never leaves this machine.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from cases.models import SheetImport
from cases.workflow.imports import enqueue_import
from corps.models import Delivery
from corps.models.messages import UNSENT
from corps.task_queue import enqueue
from runtime.child_processes import start_bound, stop
from runtime.mail_sink import listen
from runtime.shared_servers import PROJECT

LOOK_SECONDS = 0.05
# A bell may be lost with its broker; whoever waits rings again.
RING_SECONDS = 5.0
QUIET = [
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel=WARNING",
]


class MachineryError(Exception):
    """A part of the machinery does not do its work; the message says which and where its log is."""


class Machinery:
    """mark: the replay's, which its deliveries and its queue bear. mail: the folder where the sink keeps messages."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        name = mark.replace(":", "-")
        self.mail = settings.DATA_DIR / "mail" / name
        self.log = settings.DATA_DIR / "log" / f"{name}.log"
        self.listening = listen()
        self.sink: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.listening.getsockname()[1]}",
            "CELERY_QUEUE": f"replay-{mark}",
            "CELERY_SKIP_CHECKS": "true",
        }

    def start(self) -> None:
        """Start what is not running."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.sink is None or self.sink.poll() is not None:
            descriptor = self.listening.fileno()
            words = [
                sys.executable,
                "-m",
                "runtime.mail_sink",
                str(self.mail),
                str(descriptor),
            ]
            self.sink = self._begin(words, pass_fds=(descriptor,))
        if self.worker is None or self.worker.poll() is not None:
            words = [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "config",
                "--quiet",
                "worker",
                "--concurrency=1",
                *QUIET,
            ]
            self.worker = self._begin(
                [*words, f"--hostname={self.mark.replace(':', '-')}@%h"]
            )

    def _begin(
        self, words: list[str], pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return start_bound(
                words,
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
            )

    def stop(self) -> None:
        """End both in order, the sink last."""
        for process, seconds in ((self.worker, 15), (self.sink, 5)):
            if process is not None:
                stop(process, signal.SIGTERM, seconds)
        self.listening.close()

    def await_import(self, sheet_import: SheetImport, seconds: float) -> SheetImport:
        """The import once it is registered. Raises MachineryError if it failed, or not a row is done for so long."""
        mine = SheetImport.objects.select_related("complaint").filter(
            pk=sheet_import.pk
        )

        def look() -> object:
            found = mine.get()
            return found.state, found.done

        def done() -> bool:
            state = mine.values_list("state", flat=True).get()
            if state == SheetImport.State.FAILED:
                failed = mine.get()
                raise MachineryError(
                    f"{failed.complaint.sheet_name} could not be read: {failed.detail}"
                )
            return state == SheetImport.State.DONE

        self._await(
            done,
            look,
            lambda: enqueue_import(mine.get()),
            seconds,
            f"importing {sheet_import.complaint}",
        )
        return mine.get()

    def await_deliveries(self, seconds: float) -> dict[str, int]:
        """How many of the replay's deliveries have which state, once none is pending or being sent."""
        mine = Delivery.objects.filter(replay=self.mark)
        waiting = mine.filter(state__in=UNSENT)
        self._await(
            lambda: not waiting.exists(),
            waiting.count,
            lambda: enqueue(
                "corps.tasks.send_due", self.mark, queue=f"replay-{self.mark}"
            ),
            seconds,
            "sending the notices",
        )
        return dict(
            mine.values_list("state").annotate(number=Count("pk")).order_by("state")
        )

    def _await(
        self,
        done: Callable[[], bool],
        look: Callable[[], object],
        ring: Callable[[], object],
        seconds: float,
        what: str,
    ) -> None:
        """Wait until it is done, restarting who died and ringing again; give up after `seconds` without any change."""
        seen, changed = None, time.monotonic()
        ring_at = changed + RING_SECONDS
        while not done():
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            if now < ring_at:
                continue
            ring_at = now + RING_SECONDS
            self.start()
            ring()
            if (found := look()) != seen:
                seen, changed = found, now
            elif now - changed > seconds:
                raise MachineryError(f"{what} does not go on; see {self.log}")


@contextmanager
def machinery(mark: str) -> Iterator[Machinery]:
    """Worker and sink for the length of a block."""
    parts = Machinery(mark)
    try:
        parts.start()
        yield parts
    finally:
        parts.stop()


def messages_in(folder: Path) -> list[bytes]:
    """What a sink has kept, oldest first."""
    return [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
