"""Connections of the web server: heads and bodies are read in full, with a deadline, before a thread begins.

waitress reads and writes all connections of a process in one loop and hands only whole requests to its threads, so a
slow client holds a socket and nothing else. Added here: a pace that every client must keep, limits of a body before it
is read, threads of their own for the questions of health, and an answer that arrives though its sender still sends.
"""

import copy
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.utilities import RequestEntityTooLarge

# A head must be complete within so many seconds of its first byte.
HEAD_SECONDS = 20
# Bodies and answers are looked at each so many seconds, in which they must have come on by so many bytes a second.
PACE_SECONDS, PACE_BYTES = 20, 1024
# What somebody goes on sending after it was refused is thrown away for so long, so that the refusal can be read.
LINGER_SECONDS = 20
STOPPING_SECONDS = 6
# In the environment of a request whose body was not read, since it is larger than its address takes.
BODY_REFUSED = "corps.body_refused"
# Each has a thread of its own, so that they are answered while all others wait for the database.
WATCHED = ("/healthz", "/readyz", "/statusz")
EXPORTS = (".csv", ".xlsx")
TOO_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

# Path and headers (upper case, `_` for `-`) of a request → how many bytes its body may have.
BodyLimit = Callable[[str, Mapping[str, str]], int]


class Request(HTTPRequestParser):
    """A request that reads no more of its body than its address takes.

    One that is refused is complete at once, without a body: the application then says so in its own words.
    """

    adj: Adjustments
    error: Any = None
    body_rcv: Any = None
    body_limit: BodyLimit | None = None
    refused = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is not None and self.body_limit is not None:
            self.adj = copy.copy(self.adj)
            # waitress refuses from this number on.
            self.adj.max_request_body_size = (
                self.body_limit(self.path, self.headers) + 1
            )

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error, self.refused, self.expect_continue = None, True, False
            if self.body_rcv is not None:
                self.body_rcv.getbuf().close()
            self.body_rcv = None
            self.headers["CONTENT_LENGTH"] = "0"
            return len(data)
        return int(consumed)


class Task(WSGITask):
    """Calls the application; a connection whose body was refused ends with the answer."""

    def get_environment(self) -> dict[str, Any]:
        environ = super().get_environment()
        if self.request.refused:
            environ[BODY_REFUSED] = True
            self.channel.refused = True
            self.set_close_on_finish()
        return environ


class Pace:
    """Whether bytes come on fast enough. `late` is asked again and again with how many there are by now."""

    def __init__(self) -> None:
        self.since, self.bytes = 0.0, 0

    def late(self, now: float, number: int, *, runs: bool) -> bool:
        """True if less than the pace came since it was last measured. runs: whether anything is to come at all."""
        if not runs or not self.since:
            self.since, self.bytes = (now if runs else 0.0), number
            return False
        if now - self.since < PACE_SECONDS:
            return False
        slow = number - self.bytes < PACE_BYTES * (now - self.since)
        self.since, self.bytes = now, number
        return slow


class Connection(HTTPChannel):
    """One connection, which must keep pace."""

    task_class = Task
    parser_class = Request

    def __init__(self, *given: Any, **more: Any) -> None:
        self.reading, self.writing = Pace(), Pace()
        self.taken = self.given = 0
        self.head_since = 0.0
        self.refused = False
        self.linger_until = 0.0
        super().__init__(*given, **more)

    def handle_read(self) -> None:
        """Read what there is, or throw it away if it belongs to a request that was refused."""
        if not self.linger_until:
            super().handle_read()
            return
        try:
            rest = self.recv(self.adj.recv_bytes)
        except OSError:
            rest = b""
        if not rest or time.time() > self.linger_until:
            self.handle_close()

    def received(self, data: bytes) -> bool:
        self.taken += len(data)
        if self.request is None:
            self.head_since = time.time()
        return bool(super().received(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close=do_close))
        self.given += sent
        return sent

    def handle_close(self) -> None:
        """Close; after a refusal for sending alone, until the client has stopped too. Closed at once with something
        unread, the line would be reset, and the answer lost with it."""
        if not self.refused or self.linger_until or not self.connected:
            super().handle_close()
            return
        self.will_close, self.linger_until = False, time.time() + LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()

    def end_if_late(self, now: float) -> None:
        """Close a connection that does not keep pace, that lies idle, or that was refused a while ago."""
        request_is_late = self._request_is_late(now)
        answer_is_late = self.writing.late(
            now, self.given, runs=bool(self.total_outbufs_len)
        )
        is_over = self._is_idle(now) or self._has_lingered(now)
        if request_is_late:
            with suppress(OSError):
                self.send(TOO_LATE)
        if request_is_late or answer_is_late or is_over:
            self.will_close = True

    def _request_is_late(self, now: float) -> bool:
        """Whether the request that is awaited comes too slowly: its head as a whole, its body by the pace."""
        is_awaited = not self.requests and not self.total_outbufs_len
        if not is_awaited:
            self.head_since = now
        in_body = self.request is not None and self.request.headers_finished
        body_is_late = self.reading.late(now, self.taken, runs=is_awaited and in_body)
        if self.request is None or in_body:
            return body_is_late
        return now - self.head_since > HEAD_SECONDS

    def _is_idle(self, now: float) -> bool:
        """Whether nothing came or went for a while and no request is being answered."""
        return not self.requests and self.last_activity < now - self.adj.channel_timeout

    def _has_lingered(self, now: float) -> bool:
        """Whether the client had its time to read that it was refused."""
        return bool(self.linger_until) and now > self.linger_until


class Lanes:
    """Threads for requests; one for exports, which take long and hold up nobody but each other; and one for each
    question of health."""

    def __init__(self, threads: int) -> None:
        self.common = _threads(threads)
        self.exports = _threads(1)
        self.watched = {path: _threads(1) for path in WATCHED}

    def add_task(self, connection: HTTPChannel) -> None:
        """Queue a connection whose next request is complete."""
        path = connection.requests[0].path
        lane = (
            self.exports
            if path.endswith(EXPORTS)
            else self.watched.get(path, self.common)
        )
        lane.add_task(connection)


class Server(TcpWSGIServer):
    """Accepts and serves until it is told to stop."""

    channel_class = Connection
    stopping = False

    def maintenance(self, now: float) -> None:
        for connection in list(self.active_channels.values()):
            connection.end_if_late(now)

    def stop_soon(self, *_: object) -> None:
        """For signal handlers: accept nobody any more, and finish what has begun."""
        self.stopping = True
        self.pull_trigger()

    def serve(self) -> None:
        """Serve until told to stop; then for a few seconds what is under way."""
        signal.signal(signal.SIGTERM, self.stop_soon)
        signal.signal(signal.SIGINT, self.stop_soon)
        while not self.stopping:
            wasyncore.poll2(1.0, self._map)
        self.accepting = False
        self.socket.close()
        self._map.pop(self._fileno, None)
        deadline = time.monotonic() + STOPPING_SECONDS
        while self._busy() and time.monotonic() < deadline:
            wasyncore.poll2(0.1, self._map)

    def _busy(self) -> bool:
        return any(
            line.requests or line.total_outbufs_len
            for line in self.active_channels.values()
        )


def server(
    application: Callable[..., Any],
    listening: socket.socket,
    *,
    threads: int,
    body_limit: BodyLimit | None,
) -> Server:
    """A server of one process on a socket that listens already and that other processes may share."""
    adjustments = Adjustments(
        sockets=[listening],
        ident=None,
        clear_untrusted_proxy_headers=False,  # settings say whom the application believes
        connection_limit=2000,
        asyncore_use_poll=True,
        cleanup_interval=1,
        channel_timeout=75,
        log_socket_errors=False,
        max_request_header_size=2**16,
        recv_bytes=2**16,
        inbuf_overflow=2**17,
        outbuf_overflow=2**17,
        outbuf_high_watermark=2**26,
    )
    Request.body_limit = staticmethod(body_limit) if body_limit else None
    address = (
        listening.family,
        listening.type,
        listening.proto,
        listening.getsockname(),
    )
    return Server(
        application,
        map={},
        _sock=listening,
        dispatcher=Lanes(threads),
        adj=adjustments,
        sockinfo=address,
        bind_socket=False,
    )


def _threads(number: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(number)
    return dispatcher
