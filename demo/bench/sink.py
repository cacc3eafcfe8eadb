"""The smallest SMTP server that says yes, quickly, in a process of its own: `python -m demo.bench.sink DESCRIPTOR`.

Keeps nothing. Both the outbox and its floor talk to it, so that what is compared is the senders.
"""

import asyncio
import socket
import sys
from pathlib import Path

from corps.services.children import start_bound
from corps.services.mailbox import listen
from corps.services.sharing import PROJECT


class Greeter(asyncio.Protocol):
    """One connection. Commands end with CRLF, a message with a dot on a line of its own."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.held, self.in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.held += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            line, mark, rest = self.held.partition(end)
            if not mark:
                return
            self.held = rest
            if self.in_data:
                self.in_data = False
                self.transport.write(b"250 2.0.0 Kept\r\n")
            else:
                self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 Go on\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 Bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 OK\r\n")


async def serve(listening: socket.socket) -> None:
    """Say yes until killed."""
    loop = asyncio.get_running_loop()
    async with await loop.create_server(Greeter, sock=listening) as server:
        await server.serve_forever()


class Sink:
    """The server for the length of a `with` block; `port` on loopback."""

    def __enter__(self) -> "Sink":
        listening = listen()
        self.port: int = listening.getsockname()[1]
        words = [sys.executable, "-m", "demo.bench.sink", str(listening.fileno())]
        self.process = start_bound(words, cwd=Path(PROJECT), pass_fds=(listening.fileno(),))
        listening.close()
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
