"""A local SMTP sink: takes every message and keeps it as a file. `python -m runtime.mail_sink FOLDER DESCRIPTOR`.

For demonstrations, where no mail may leave the system. DESCRIPTOR is a socket that listens already, so that the sink
keeps its port when it is started again.
"""

import asyncio
import email
import email.policy
import itertools
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 50 * 2**20


class Mailbox:
    """aiosmtpd's handler: writes what comes in under `folder`, one `.eml` for each message and recipient list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_DATA(  # noqa: N802, aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message, whole or not at all, before saying yes."""
        content = envelope.original_content or b""
        name = (
            f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{next(self.numbers):06}"
        )
        draft = self.folder / f"{name}.new"
        draft.write_bytes(content)
        draft.rename(self.folder / f"{name}.eml")
        subject = email.message_from_bytes(content, policy=email.policy.default)[
            "Subject"
        ]
        print(f"{', '.join(envelope.rcpt_tos)}: {subject} ({name}.eml)", flush=True)
        return "250 Kept"


async def serve(folder: Path, listening: socket.socket) -> None:
    """Take mail until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = Mailbox(folder)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, loop=loop),
        sock=listening,
    )
    await done.wait()
    server.close()


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket on loopback, to be handed to a sink; port 0 takes any that is free."""
    return socket.create_server((host, port), backlog=100)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))))
