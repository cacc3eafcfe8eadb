"""What the rooms above know of a listing or a store: its state and the page of its story."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from corps.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """state: a word with a colour. label: as it is shown. url: the page of its story, empty for who may not see it."""

    state: str
    label: Any
    url: str


# Called with the kind ("listing" or "store"), primary keys and who asks, if that matters; few queries for them all.
tellers: list[Callable[[str, Sequence[int], User | None], dict[int, Standing]]] = []


def standings(kind: str, ids: Sequence[int], user: User | None = None) -> dict[int, Standing]:
    """What is known of these, by primary key; nothing where no room knows any. user: leaves out the address of a page
    that they may not see."""
    known: dict[int, Standing] = {}
    for tell in tellers:
        known |= tell(kind, ids, user)
    return known
