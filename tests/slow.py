"""Slow clients by the dozen: heads and bodies that trickle in, and answers that are hardly read."""

import select
import socket
import threading
import time
from pathlib import Path
from typing import Self


class SlowClients:
    """Opens so many connections of each kind and keeps them slow, a byte a second, until the block ends.

    big: the address of a large answer. headers: lines of the requests for it, such as a cookie.
    """

    def __init__(self, port: int, *, each: int, big: str, headers: str = "") -> None:
        self.port, self.each = port, each
        self.head = f"GET {big} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
        self.lines: list[socket.socket] = []
        self.writers: list[socket.socket] = []
        self.readers: list[socket.socket] = []
        self.ending = threading.Event()
        self.trickle = threading.Thread(target=self._trickle, daemon=True)

    def __enter__(self) -> Self:
        for _turn in range(self.each):
            self.writers.append(
                self._open(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            )
            body = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n\r\n"
            self.writers.append(self._open(body))
            self.readers.append(self._open(self.head))
        self.trickle.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self.trickle.join()
        for line in self.lines:
            line.close()

    def _open(self, begin: bytes) -> socket.socket:
        line = socket.socket()
        # As little as the system allows, so that the server and not the socket holds the answer.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        line.connect(("127.0.0.1", self.port))
        line.sendall(begin)
        self.lines.append(line)
        return line

    def _trickle(self) -> None:
        while not self.ending.wait(1):
            for line in self.writers:
                try:
                    line.send(b"a")
                except OSError:  # the server has had enough of it
                    continue
            for line in select.select(self.readers, [], [], 0)[0]:
                try:
                    line.recv(1)
                except OSError:
                    continue


def seconds_of(port: int, path: str, headers: str = "", expected: int = 200) -> float:
    """What one request on a connection of its own takes, from connecting to its last byte."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n".encode()
        )
        said = b""
        while piece := line.recv(1 << 16):
            said += piece
    assert said.startswith(f"HTTP/1.1 {expected}".encode()), said[:300]
    return time.perf_counter() - began


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies. share: such as 0.99."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def memory_of(parent: int) -> int:
    """Bytes that a process and its children hold for themselves."""
    total = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        if folder.name == str(parent) or fields["PPid"].strip() == str(parent):
            total += int(fields["RssAnon"].split()[0]) * 1024
    return total
