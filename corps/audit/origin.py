"""From where the present act comes: a request, a task, a command, or the replay of a campaign.

Kept in a context variable, so that the audit can name the origin without every verb passing it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class AuditOrigin:
    """channel: "page", "api", "task", "command" or "replay". address: the caller's IP address, or empty."""

    channel: str = "command"
    address: str = ""
    request_id: str = ""
    replay: str = ""

    @property
    def is_replay(self) -> bool:
        """A replay may state past times as facts; its deliveries carry `replay` as their mark."""
        return bool(self.replay)


_COMMAND_LINE = AuditOrigin()
_current: ContextVar[AuditOrigin] = ContextVar("audit_origin", default=_COMMAND_LINE)


def current() -> AuditOrigin:
    """The origin of the act that is going on in this thread."""
    return _current.get()


@contextmanager
def audit_origin(**changes: str) -> Iterator[AuditOrigin]:
    """For the length of a `with` block, acts come from elsewhere: `with audit_origin(channel="replay", …):`."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
