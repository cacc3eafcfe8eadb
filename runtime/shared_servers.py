"""Sharing the embedded servers of one DATA_DIR between any number of processes."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from runtime import postgres, valkey
from runtime.paths import Place, ServicesError, try_lock

KINDS = ("postgres", "valkey")
PROJECT = Path(__file__).resolve().parents[1]
WAIT_SECONDS = 330
# What a supervisor says to the one who started it.
READY, TAKEN = "ready", "taken"


class Services:
    """What one process uses. Hold it for as long as the servers are needed; `env` says where they are.

    env: DATABASE_URL (runtime role), MIGRATION_DATABASE_URL (owner role), REDIS_URL, of the kinds asked for.
    The lock is not inherited by programs that are started meanwhile: they live under the lock of who started them.
    """

    def __init__(self, place: Place, kinds: Iterable[str], profile: str) -> None:
        self.place, self.kinds, self.profile = place, tuple(kinds), profile
        self.env: dict[str, str] = {}
        self._locks: dict[str, IO[bytes]] = {}
        self._supervisors: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def begin(self) -> Self:
        """Take the locks, start what does not run yet, and say where it is."""
        try:
            for kind in self.kinds:
                self._locks[kind] = self.place.lock_file(f"{kind}.users")
                fcntl.flock(self._locks[kind], fcntl.LOCK_SH)
            self.ensure()
        except BaseException:
            self.close(wait=False)
            raise
        return self

    def ensure(self) -> None:
        """See that every server is up; a killed supervisor is replaced, and its server's address stays.

        Raises ServicesError if a server does not start.
        """
        for supervisor in self._supervisors:
            supervisor.poll()
        with ExitStack() as mutexes:
            for kind in self.kinds:
                mutexes.enter_context(self.place.alone(f"{kind}.start"))
            starting = {
                kind: self._spawn(kind)
                for kind in self.kinds
                if not self._supervisor_at_work(kind)
            }
            for kind in self.kinds:
                if kind in starting:
                    self._await(kind, starting[kind])
                state = self._state(kind)
                self.env |= self._addresses(kind, state["sockets"])

    def close(self, *, wait: bool = True) -> None:
        """Let go. Who was the last waits, unless told not to, until the servers are down."""
        for lock in self._locks.values():
            lock.close()
        for kind in self._locks if wait else ():
            self._wait_unless_used(kind)
        self._locks.clear()

    def _supervisor_at_work(self, kind: str) -> bool:
        with self.place.lock_file(f"{kind}.keeper") as lock:
            return not try_lock(lock, fcntl.LOCK_SH)

    def _state(self, kind: str) -> dict[str, Any]:
        """What the supervisor says of its server once that is ready.

        The supervisor may be one whose starter was killed; if it is killed too meanwhile, we start another.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while (
            (state := self.place.state(kind)) is None
            or not state["ready"]
            or not self._supervisor_at_work(kind)
        ):
            if time.monotonic() > deadline:
                raise ServicesError(
                    f"The embedded {kind} did not start; see {self.place.root / 'log'}."
                )
            if not self._supervisor_at_work(kind):
                self._await(kind, self._spawn(kind))
            time.sleep(0.02)
        return state

    def _addresses(self, kind: str, sockets: str) -> dict[str, str]:
        if kind == "valkey":
            return {"REDIS_URL": valkey.url(self.place, sockets)}
        return {
            "DATABASE_URL": postgres.url(self.place, sockets, postgres.RUNTIME),
            "MIGRATION_DATABASE_URL": postgres.url(self.place, sockets, postgres.OWNER),
        }

    def _spawn(self, kind: str) -> subprocess.Popen[bytes]:
        with self.place.log(f"{kind}.keeper") as log:
            supervisor = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "runtime.server_process",
                    kind,
                    str(self.place.root),
                    self.profile,
                ],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self._supervisors.append(supervisor)
        return supervisor

    def _await(self, kind: str, supervisor: subprocess.Popen[bytes]) -> None:
        """Wait for what a supervisor says about its start. That another one is at work is no fault."""
        assert supervisor.stdout is not None
        with supervisor.stdout as says:
            line = says.readline().decode().strip()
            if line in (READY, TAKEN):
                return
            reason = f"{line}\n{says.read().decode()}".strip()
        status = supervisor.wait()
        if status < 0:  # killed, which says nothing about the server
            return
        raise ServicesError(
            reason
            or f"The supervisor of {kind} ended with {status}; see {self.place.root / 'log'}."
        )

    def _wait_unless_used(self, kind: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._supervisor_at_work(kind):
            with self.place.lock_file(f"{kind}.users") as users:
                if self.place.state(kind) is not None and not try_lock(
                    users, fcntl.LOCK_EX
                ):
                    return
            time.sleep(0.02)


def use(
    data_dir: Path | str, profile: str = "durable", kinds: Iterable[str] = KINDS
) -> Services:
    """Use the embedded servers of a directory, made and started if need be.

    profile: "durable", or "fast" for throw-away data; who starts a server decides. Raises ServicesError.
    """
    place = Place(Path(os.path.abspath(data_dir)))
    place.require_open(place.root)
    place.prepare()
    return Services(place, kinds, profile).begin()


def join(data_dir: Path | str, kinds: Iterable[str] = KINDS) -> Services | None:
    """Use the servers of a directory if they run at this moment; None otherwise. Starts nothing, makes nothing."""
    place = Place(Path(os.path.abspath(data_dir)))
    if any(not (place.root / f"{kind}.json").exists() for kind in kinds):
        return None
    services = Services(place, kinds, "durable")
    if not all(services._supervisor_at_work(kind) for kind in services.kinds):
        return None
    return services.begin()
