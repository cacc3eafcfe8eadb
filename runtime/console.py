"""What the manager prints, never waiting for a reader who does not read."""

import json
import os
import select
from collections import deque

COLOURS = {
    "web": 36,
    "worker": 32,
    "beat": 35,
    "mail": 34,
    "services": 33,
    "prepare": 33,
}
# Beyond this many lines an unread screen loses its oldest.
MOST_LINES = 5000


class Screen:
    """Lines for standard output. A full pipe delays them, a closed one drops them; nobody who runs is held up.

    is_json: whoever speaks under a name speaks in JSON objects, and what is none becomes one.
    """

    def __init__(self, descriptor: int = 1, *, is_json: bool = False) -> None:
        self.descriptor, self.is_json = descriptor, is_json
        self.coloured = os.isatty(descriptor)
        self.waiting: deque[bytes] = deque(maxlen=MOST_LINES)
        self.closed = False

    def line(self, text: str, name: str = "") -> None:
        """Print a line, under the name of who says it."""
        if self.is_json and name:
            self._queue(
                text
                if text.startswith("{")
                else json.dumps({"event": text, "service": name})
            )
            return
        prefix = f"{name:<8} | " if name else ""
        if prefix and self.coloured:
            prefix = f"\033[{COLOURS.get(name, 37)}m{prefix}\033[0m"
        self._queue(f"{prefix}{text}")

    def _queue(self, line: str) -> None:
        self.waiting.append(f"{line}\n".encode(errors="replace"))
        self.flush()

    def flush(self) -> None:
        """Write what can be written at once. A pipe that is writable takes PIPE_BUF bytes without waiting."""
        while self.waiting and not self.closed:
            if not select.select([], [self.descriptor], [], 0)[1]:
                return
            line = self.waiting.popleft()
            piece, rest = line[: select.PIPE_BUF], line[select.PIPE_BUF :]
            try:
                os.write(self.descriptor, piece)
            except OSError:
                self.closed = True
                return
            if rest:
                self.waiting.appendleft(rest)

    def finish(self) -> None:
        """Give a slow reader one more second."""
        while (
            self.waiting
            and not self.closed
            and select.select([], [self.descriptor], [], 1)[1]
        ):
            self.flush()
