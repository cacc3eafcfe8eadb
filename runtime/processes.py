"""The processes behind `make run`: started, listened to, started again when they die, ended in order."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from runtime.child_processes import start_bound
from runtime.console import Screen
from runtime.shared_servers import PROJECT

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Whoever has lived this long has started well; the next death begins with the first pause again.
SETTLED_SECONDS = 60
PIECE = 65536


@dataclass
class Job:
    """A process to run. `grace`: seconds between asking it to end and killing it with all its session."""

    name: str
    command: list[str]
    env: dict[str, str]
    grace: float = 8
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    start_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it, its output in one pipe that never blocks us."""
        self.started, self.start_at = time.monotonic(), None
        self.process = start_bound(
            self.command,
            env=self.env,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.pass_fds,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.unfinished = b""

    @property
    def pipe(self) -> int | None:
        """The descriptor it speaks on, as long as it may say something."""
        if (
            self.process is None
            or self.process.stdout is None
            or self.process.stdout.closed
        ):
            return None
        return self.process.stdout.fileno()

    @property
    def status(self) -> int | None:
        """Its exit status once it has ended; None while it runs, or if it was never started."""
        return self.process.poll() if self.process else None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def hear(self, screen: Screen) -> bool:
        """Show the whole lines it has said by now. False if there is nothing more at this moment, or ever."""
        descriptor = self.pipe
        if descriptor is None:
            return False
        try:
            piece = os.read(descriptor, PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self.hang_up(screen)
            return False
        *lines, self.unfinished = (self.unfinished + piece).split(b"\n")
        for line in filter(
            None, (line.decode(errors="replace").rstrip() for line in lines)
        ):
            screen.line(line, self.name)
        return True

    def hang_up(self, screen: Screen) -> None:
        """Show its last words and close the pipe."""
        if self.unfinished:
            screen.line(self.unfinished.decode(errors="replace").rstrip(), self.name)
            self.unfinished = b""
        if self.process and self.process.stdout:
            self.process.stdout.close()

    def ask_to_end(self) -> None:
        if self.runs and self.process:
            self.process.terminate()

    def clear_away(self, screen: Screen) -> None:
        """Kill whatever is left of its session, and show what it said last."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        while self.hear(screen):
            continue
        self.hang_up(screen)


class ProcessGroup:
    """All jobs of one manager, in one thread: only so is every child bound to the manager's life."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.jobs: list[Job] = []
        self.stopping = 0

    def stop_soon(self, *_: object) -> None:
        """For signal handlers: the first time ends all in order, the second at once."""
        self.stopping += 1

    def run(self, job: Job) -> int:
        """Run a job to its end, showing what it says. Its exit status, negative if a signal or we ended it."""
        job.start()
        while job.runs and not self.stopping:
            self.listen([job], 0.2)
        self.end([job])
        return job.status or 0

    def add(self, job: Job) -> None:
        """Start a job that is to run until the end."""
        self.jobs.append(job)
        job.start()

    def tend(self, seconds: float) -> None:
        """Listen for up to `seconds`, and start again who died, later each time."""
        self.listen(self.jobs, seconds)
        now = time.monotonic()
        for job in self.jobs:
            if job.start_at is not None:
                if now >= job.start_at:
                    job.start()
            elif not job.runs:
                job.clear_away(self.screen)
                settled = now - job.started > SETTLED_SECONDS
                job.pause = (
                    FIRST_PAUSE if settled else min(job.pause * 2, LONGEST_PAUSE)
                )
                job.start_at = now + job.pause
                self.screen.line(
                    f"ended with status {job.status}; starts again in {job.pause:g} s",
                    job.name,
                )

    def listen(self, jobs: Iterable[Job], seconds: float) -> None:
        """Show what jobs say within `seconds`; return as soon as something was said."""
        speaking = {job.pipe: job for job in jobs}
        poll = select.poll()
        for descriptor in speaking:
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        if self.screen.waiting and not self.screen.closed:
            poll.register(self.screen.descriptor, select.POLLOUT)
        for descriptor, _ in poll.poll(seconds * 1000):
            if descriptor in speaking:
                speaking[descriptor].hear(self.screen)
        self.screen.flush()

    def end(self, jobs: list[Job]) -> None:
        """Ask jobs to end, all at once; kill who does not within its grace, or all when asked to stop again."""
        for job in jobs:
            job.ask_to_end()
        asked, patience = time.monotonic(), max(self.stopping, 1)
        while waiting := [job for job in jobs if job.runs]:
            self.listen(waiting, 0.1)
            for job in waiting:
                if job.runs and (
                    self.stopping > patience or time.monotonic() - asked > job.grace
                ):
                    self.screen.line("did not end by itself and was killed", job.name)
                    job.clear_away(self.screen)
        for job in jobs:
            job.clear_away(self.screen)
