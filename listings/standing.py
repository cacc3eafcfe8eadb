"""What the rooms above know of a listing or a store: its state and the page of its story."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """state: a word with a colour. label: as it is shown. url: the page of its story."""

    state: str
    label: Any
    url: str


# Called with the kind ("listing" or "store") and primary keys; one query for them all.
tellers: list[Callable[[str, Sequence[int]], dict[int, Standing]]] = []


def standings(kind: str, ids: Sequence[int]) -> dict[int, Standing]:
    """What is known of these, by primary key; nothing where no room knows any."""
    known: dict[int, Standing] = {}
    for tell in tellers:
        known |= tell(kind, ids)
    return known
