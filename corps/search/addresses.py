"""What an address is that somebody searched for, whether or not anything of it is known here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corps.search.query import Query


@dataclass(frozen=True, slots=True)
class Described:
    """sentence: what it is. url: its canonical address, "" where it names no one thing, so that nothing can be known
    of it."""

    sentence: Any
    url: str = ""


# The app that reads addresses adds to it: called with the query; None where it holds no address.
describers: list[Callable[[Query], Described | None]] = []


def describe(query: Query) -> Described | None:
    """What the address in a query is; None where it holds none."""
    return next(
        (said for describer in describers if (said := describer(query)) is not None),
        None,
    )
