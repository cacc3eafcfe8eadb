"""The web server with one process, as `make run` sets it up, and a client that costs next to nothing itself."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from corps.accounts.session_store import SessionStore
from corps.models import User
from runtime.child_processes import start_bound, stop
from runtime.shared_servers import PROJECT

START_SECONDS = 60
SECONDS = 2.0
WARM = 20


def session_cookie(user: User) -> str:
    """A Cookie header's value by which the person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Client:
    """One kept-open connection to a server on loopback."""

    def __init__(self, port: int, **headers: str) -> None:
        self.port, self.headers = port, headers
        self.line = socket.create_connection(("127.0.0.1", port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, **headers: str) -> bytes:
        """The body of a page. Raises RuntimeError unless the answer is 200."""
        return self._ask(self._request(path, headers))

    def seconds(self, path: str, **headers: str) -> float:
        """What one request takes, of those that fit into a round, after some that nobody counts."""
        request = self._request(path, headers)
        for _warm in range(WARM):
            self._ask(request)
        number, began = 0, time.perf_counter()
        while (gone := time.perf_counter() - began) < SECONDS:
            self._ask(request)
            number += 1
        return gone / number

    def _request(self, path: str, headers: dict[str, str]) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [
            f"{name.replace('_', '-')}: {value}"
            for name, value in (self.headers | headers).items()
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _ask(self, request: bytes) -> bytes:
        try:
            self.line.sendall(request)
            head, rest = self._head()
        except ConnectionError:  # the server closes a line that was idle for a while
            self.line = socket.create_connection(("127.0.0.1", self.port))
            self.line.sendall(request)
            head, rest = self._head()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(rest) < length:
            rest += self.line.recv(1 << 18)
        return rest

    def _head(self) -> tuple[bytes, bytes]:
        said = b""
        while b"\r\n\r\n" not in said:
            piece = self.line.recv(1 << 18)
            if not piece:
                raise ConnectionError
            said += piece
        head, _mark, rest = said.partition(b"\r\n\r\n")
        return head, rest


@contextmanager
def server(application: str, path: str) -> Iterator[int]:
    """The web server with one process for the length of a block; its port. path: what it must answer before that.

    application: such as `config.wsgi`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "runtime.webserver", application]
    env = os.environ | {"PORT": str(port), "WEB_WORKERS": "1"}
    process = start_bound(
        words,
        cwd=PROJECT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(process, port, path)
        yield port
    finally:
        stop(process, 15, 10)


def _await(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            Client(port).get(path)
        except OSError as not_yet:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the web server does not answer") from not_yet
            time.sleep(0.05)
        else:
            return
