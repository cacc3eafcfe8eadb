"""A real SMTP server for tests, which can be told to misbehave."""

import asyncio
import email
import email.policy
import threading
from collections import Counter, deque
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum, auto
from functools import cached_property
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.mail_sink import listen


class Behaviour(Enum):
    """What becomes of one message."""

    ACCEPT = auto()
    REFUSE = auto()  # 550 after DATA: never
    REFUSE_LATER = auto()  # 451 after DATA: not now
    REFUSE_RECIPIENT = auto()  # 550 at RCPT: nothing was sent
    HANG = auto()  # takes DATA and says nothing until `release`
    DROP_BEFORE_DATA = auto()  # the line breaks at RCPT
    DROP_AFTER_DATA = auto()  # takes the message, and the line breaks before the answer


@dataclass(frozen=True)
class Kept:
    """A message that arrived whole, whether or not the client was told."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return self.message["Message-ID"]


class Sink:
    """A server on a port of its own in a thread of its own. `then` says what the next messages meet, in order."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.coming: deque[Behaviour] = deque()
        self.otherwise = Behaviour.ACCEPT
        self.arrived = threading.Condition()
        self.listening = listen()
        self.port: int = self.listening.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.released = asyncio.Event()
        self.thread = threading.Thread(
            target=self._serve, name="smtp-sink", daemon=True
        )

    @property
    def url(self) -> str:
        """The address as EMAIL_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.release()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def then(self, *behaviours: Behaviour) -> None:
        """The next messages meet these, one after the other; all after them `otherwise`."""
        self.coming.extend(behaviours)

    def release(self) -> None:
        """Let messages go that hang; they are accepted."""
        self.loop.call_soon_threadsafe(self.released.set)

    def counts(self) -> Counter[str]:
        """How often each Message-ID arrived whole."""
        return Counter(kept.message_id for kept in self.kept)

    def await_messages(self, number: int, seconds: float = 20) -> list[Kept]:
        """The messages once there are so many. Raises AssertionError if they do not come in time."""
        with self.arrived:
            came = self.arrived.wait_for(lambda: len(self.kept) >= number, seconds)
        assert came, f"{len(self.kept)} of {number} messages within {seconds} s"
        return list(self.kept)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        make = self.loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, loop=self.loop),
            sock=self.listening,
        )
        server = self.loop.run_until_complete(make)
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def handle_RCPT(
        self,
        server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """aiosmtpd's hook. A behaviour for the recipient is used up here, any other waits for DATA."""
        behaviour = self.coming[0] if self.coming else self.otherwise
        if behaviour in (Behaviour.REFUSE_RECIPIENT, Behaviour.DROP_BEFORE_DATA):
            if self.coming:
                self.coming.popleft()
            if behaviour is Behaviour.REFUSE_RECIPIENT:
                return "550 5.1.1 No such mailbox"
            server.transport.abort()
            return "421 Gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """aiosmtpd's hook."""
        behaviour = self.coming.popleft() if self.coming else self.otherwise
        if behaviour is Behaviour.REFUSE:
            return "550 5.7.1 Refused for good"
        if behaviour is Behaviour.REFUSE_LATER:
            return "451 4.3.0 Not now"
        if behaviour is Behaviour.HANG:
            await self.released.wait()
        with self.arrived:
            content = envelope.original_content or b""
            self.kept.append(
                Kept(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
            )
            self.arrived.notify_all()
        if behaviour is Behaviour.DROP_AFTER_DATA:
            server.transport.abort()
        return "250 2.0.0 Kept"
