"""The web server: `python -m runtime.webserver [MODULE]`, for `make run` and for one's own service files.

One process listens, loads the application once, and keeps WEB_WORKERS processes that serve it; see `connections`.
MODULE holds `application`, and `body_limit` if it wants to refuse bodies before they are read; `config.wsgi` if none is
named. Settings: WEB_BIND, PORT, WEB_WORKERS, WEB_THREADS, and STATEMENT_SECONDS and LOCK_SECONDS for its questions to
the database. SIGTERM ends it in order: what is under way is finished within seconds.
"""

import gc
import importlib
import logging
import os
import resource
import signal
import socket
import sys
import time
from types import ModuleType
from typing import Any

from runtime.child_processes import die_with_parent
from runtime.command_database import data_dir
from runtime.connections import STOPPING_SECONDS, server
from runtime.environment import load, value

BACKLOG = 2048
OPEN_FILES = 8192
# Whoever died at once is started again no sooner than this.
PAUSE_SECONDS = 0.5
# How long a thread that computes makes the others wait. The loop that reads and writes asks for its turn with every
# call; with Python's own five milliseconds two hundred slow clients beside four busy threads would take all its time.
SWITCH_SECONDS = 0.0005
# No page may hold a thread longer than this; work that takes longer belongs into a task.
DATABASE_LIMITS = {
    "STATEMENT_SECONDS": "30",
    "LOCK_SECONDS": "10",
    "CONNECT_SECONDS": "5",
}


class WebServer:
    """The process that listens and keeps the serving ones."""

    def __init__(
        self,
        module: ModuleType,
        listening: socket.socket,
        *,
        workers: int,
        threads: int,
    ) -> None:
        self.module, self.listening = module, listening
        self.workers, self.threads = workers, threads
        self.children: dict[int, float] = {}
        self.stopping = False

    def run(self) -> None:
        """Keep all processes up until told to stop."""
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)
        while not self.stopping:
            while len(self.children) < self.workers and not self.stopping:
                self._start_one()
            self._await_an_end()
        self._end_all()

    def _stop_soon(self, *_: object) -> None:
        self.stopping = True

    def _start_one(self) -> None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self.children[child] = time.monotonic()
            return
        try:
            self._serve(parent)
        finally:
            os._exit(0)

    def _serve(self, parent: int) -> None:
        """In a new process: serve until told to stop, or until the one that listens is gone.

        A page makes thousands of objects that die with it. Looked for as often as Python does by itself, garbage costs
        a tenth of every page.
        """
        die_with_parent(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.set_threshold(20_000, 20, 50)
        sys.setswitchinterval(SWITCH_SECONDS)
        limit = getattr(self.module, "body_limit", None)
        server(
            self.module.application,
            self.listening,
            threads=self.threads,
            body_limit=limit,
        ).serve()

    def _await_an_end(self) -> None:
        """Wait until a process has ended or a signal has come."""
        # A signal that comes now is kept until it is waited for.
        signals = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            ended = self._ended()
            while not ended and not self.stopping:
                received = signal.sigwait(signals)
                self.stopping = received != signal.SIGCHLD
                ended = self._ended()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        for began in ended:
            if not self.stopping and time.monotonic() - began < PAUSE_SECONDS:
                time.sleep(PAUSE_SECONDS)

    def _ended(self) -> list[float]:
        """Forget the processes that have ended; when each of them began."""
        began = []
        for child in list(self.children):
            if os.waitpid(child, os.WNOHANG)[0]:
                began.append(self.children.pop(child))
        return began

    def _end_all(self) -> None:
        for child in self.children:
            os.kill(child, signal.SIGTERM)
        self.listening.close()
        deadline = time.monotonic() + STOPPING_SECONDS + 1
        while self.children and time.monotonic() < deadline:
            self._ended()
            time.sleep(0.02)
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket that all serving processes share. host: an IPv4 or IPv6 address. Raises OSError if it cannot be had."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(BACKLOG)
    listening.setblocking(False)
    return listening


def allow_many_files() -> None:
    """A connection with a large body and a large answer needs three."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def main(arguments: list[Any]) -> int:
    """Listen, load, serve. 0 after an orderly end."""
    load(data_dir())
    for name, limit in DATABASE_LIMITS.items():
        os.environ.setdefault(name, limit)
    allow_many_files()
    module = importlib.import_module(arguments[0] if arguments else "config.wsgi")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening = listen(value("PORT"), value("WEB_BIND"))
    # What is loaded once for all processes is no garbage; nobody need look through it again.
    gc.collect()
    gc.freeze()
    WebServer(
        module, listening, workers=value("WEB_WORKERS"), threads=value("WEB_THREADS")
    ).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
