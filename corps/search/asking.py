"""Asking: what one person finds for one query, kind by kind, each bounded in number, statements and time."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from corps.models import User
from corps.search.kinds import Hit, Kind, kinds_of
from corps.search.query import Query
from corps.search.words import TooBroad

# Counted no further: "100+".
MOST_COUNTED = 100
SHOWN = 5
PAGE = 50
STATEMENT_MS = 1_500
SECONDS = 5.0
CANCELED = "57014"
# What is found in a few milliseconds does not wait for further processes or a compiler.
BOUND = """
SELECT set_config('statement_timeout', %s, true), set_config('jit', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true)"""

UNBOUND = """
SET LOCAL statement_timeout = DEFAULT; SET LOCAL jit = DEFAULT; SET LOCAL max_parallel_workers_per_gather = DEFAULT"""


@dataclass(frozen=True, slots=True)
class Section:
    """What was found of one kind. count: at most MOST_COUNTED; is_capped: there is more. next: the key before which
    the next page begins, None on the last. is_too_broad: nothing was found in the time there is."""

    kind: Kind
    hits: Sequence[Hit] = ()
    count: int = 0
    is_capped: bool = False
    next: int | None = None
    is_too_broad: bool = False


def overview(user: User, query: Query, *, shown: int = SHOWN) -> list[Section]:
    """The first of each kind with how many there are; kinds of which there is nothing are left out."""
    if query.fault:
        return []

    def look(kind: Kind) -> Section:
        keys = kind.newest(user, query, None, MOST_COUNTED + 1)
        hits = kind.show(user, query, keys[:shown]) if keys else []
        return Section(
            kind, hits, min(len(keys), MOST_COUNTED), len(keys) > MOST_COUNTED
        )

    sections = _each(kinds_of(user), look)
    return [section for section in sections if section.count or section.is_too_broad]


def page_of_kind(user: User, query: Query, kind: Kind, before: int | None) -> Section:
    """One page of a kind, of PAGE hits, with how many there are on it and after it."""

    def look(kind: Kind) -> Section:
        keys = kind.newest(user, query, before, MOST_COUNTED + 1)
        shown = keys[:PAGE]
        hits = kind.show(user, query, shown) if shown else []
        following = shown[-1] if len(keys) > PAGE else None
        return Section(
            kind,
            hits,
            min(len(keys), MOST_COUNTED),
            len(keys) > MOST_COUNTED,
            following,
        )

    return _each([kind], look)[0]


def find(user: User, text: str) -> list[Hit]:
    """What a person finds for a text, the first of each kind."""
    return [hit for section in overview(user, Query.read(text)) for hit in section.hits]


def what_was_meant(sections: Sequence[Section]) -> Hit | None:
    """The one thing that the query is the whole number, id or address of, or else the only thing found."""
    hits = [hit for section in sections for hit in section.hits]
    if any(section.is_too_broad for section in sections):
        return None
    exact = [hit for hit in hits if hit.is_exact]
    if len(exact) == 1:
        return exact[0]
    return hits[0] if len(hits) == 1 and sections[0].count == 1 else None


def _each(kinds: Sequence[Kind], look: Callable[[Kind], Section]) -> list[Section]:
    """Look for each kind. One that takes too long is told as that, and the others are looked for without it."""
    found: list[Section] = []
    waiting, ends = list(kinds), time.monotonic() + SECONDS
    while waiting:
        try:
            _look_through(waiting, found, look, ends)
        except TooBroad:
            found.append(Section(waiting.pop(0), is_too_broad=True))
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != CANCELED:
                raise
            found.append(Section(waiting.pop(0), is_too_broad=True))
    return found


def _look_through(
    waiting: list[Kind],
    found: list[Section],
    look: Callable[[Kind], Section],
    ends: float,
) -> None:
    """Move kinds from those that wait to what is found, in one transaction. Raises TooBroad once the time is over."""
    with bounded():
        while waiting:
            if time.monotonic() > ends:
                raise TooBroad
            found.append(look(waiting[0]))
            waiting.pop(0)


@contextmanager
def bounded() -> Iterator[None]:
    """A transaction whose statements end after STATEMENT_MS."""
    is_inner = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(BOUND, [str(STATEMENT_MS)])
        yield
        if is_inner:
            with connection.cursor() as cursor:
                cursor.execute(UNBOUND)
