"""What `corps.search` asks of the apps: what is searched, and what an address is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models

from corps.extensions import Cardinality, ExtensionPoint, KeyedExtensionPoint
from corps.models import User
from corps.search.query import Query
from corps.search.words import Words


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. label, note: what its line says. url: where it is. state, state_label: as `status_mark` takes
    them. is_exact: whether the query is its whole number, id or address, so that it is what was meant."""

    label: str
    note: str
    url: str
    state: str = ""
    state_label: Any = ""
    is_exact: bool = False


class Source(Protocol):
    """Where things of one kind are looked for."""

    def newest(self, before: int | None, limit: int) -> list[int]:
        """The keys of what is found, highest first, `limit` at most; before: only those below this key.

        Raises TooBroad, or a database error where it takes too long.
        """


@dataclass(frozen=True, slots=True)
class Kind:
    """key: its name in addresses. label: its head. order: where it stands. verb: of the access table; who may do it
    searches it, and everybody if it is "".

    sources: where it is looked for; none where the query can name no such thing. show: a Hit for each key, in the order
    of the keys, in a fixed number of statements.
    """

    key: str
    label: Any
    order: int
    verb: str
    sources: Callable[[User, Query], Sequence[Source]]
    show: Callable[[User, Query, Sequence[int]], list[Hit]]

    def newest(
        self, user: User, query: Query, before: int | None, limit: int
    ) -> list[int]:
        """The keys of what a person finds, highest first, `limit` at most."""
        found: set[int] = set()
        for source in self.sources(user, query):
            found.update(source.newest(before, limit))
        return sorted(found, reverse=True)[:limit]


@dataclass(frozen=True, slots=True)
class Described:
    """sentence: what it is. url: its canonical address, "" where it names no one thing, so that nothing can be known
    of it."""

    sentence: Any
    url: str = ""


search_kinds = ExtensionPoint[Kind](
    "corps.search.search_kinds",
    "A kind of things that is searched: by whom, where, and what a line says.",
    Cardinality.AT_LEAST_ONE,
)
word_indexes = ExtensionPoint[Words](
    "corps.search.word_indexes",
    "A table of many records whose words are indexed; maintenance keeps it up.",
)
numbered_models = KeyedExtensionPoint[str, type[models.Model]](
    "corps.search.numbered_models",
    "A model whose rows have numbers, by their series: what an auditor finds by number.",
)
address_describers = ExtensionPoint[Callable[[Query], Described | None]](
    "corps.search.address_describers",
    "What the address in a query is; None where it holds none.",
)
