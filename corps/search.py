"""Search over everything: each room adds a finder in `AppConfig.ready()`; the page asks them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from corps.models import User

MOST_OF_A_KIND = 20
SHORTEST = 2
# An address as it is copied out of a browser; what identifies often stands at its end.
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. kind: its section head. label, note: what the line says. url: where it is."""

    kind: Any
    label: str
    note: str
    url: str


# Called with the person and the text; give what the person may see, best first, at most MOST_OF_A_KIND.
finders: list[Callable[[User, str], Iterable[Hit]]] = []


def find(user: User, text: str) -> list[Hit]:
    """What all rooms find for a text of two signs or more, in the order in which they registered."""
    text = text.strip().replace("\x00", "")[:LONGEST]
    if len(text) < SHORTEST:
        return []
    return [hit for finder in finders for hit in finder(user, text)]
