"""An SMTP server that keeps nothing, in a process of its own: `python -m demo.bench.mail_sink DESCRIPTOR`.

aiosmtpd, as in `make run`. Outbox and floor both talk to it, so that what is compared is the senders.
"""

import asyncio
import socket
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.child_processes import start_bound
from runtime.mail_sink import listen
from runtime.shared_servers import PROJECT


class Taker:
    """aiosmtpd's handler: says yes."""

    async def handle_DATA(  # noqa: N802, aiosmtpd calls it so
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Take a message, and forget it."""
        return "250 2.0.0 Taken"


async def serve(listening: socket.socket) -> None:
    """Say yes until killed."""
    loop = asyncio.get_running_loop()
    handler = Taker()
    async with await loop.create_server(
        lambda: SMTP(handler, loop=loop), sock=listening
    ) as server:
        await server.serve_forever()


class Sink:
    """The server for the length of a `with` block; `port` on loopback."""

    def __enter__(self) -> "Sink":
        listening = listen()
        self.port: int = listening.getsockname()[1]
        words = [sys.executable, "-m", "demo.bench.mail_sink", str(listening.fileno())]
        self.process = start_bound(words, cwd=PROJECT, pass_fds=(listening.fileno(),))
        listening.close()
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
