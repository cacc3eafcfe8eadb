"""The search over everything.

`query` reads what was typed, `extensions` is where apps contribute what is searched, `words` the index of what comes by
the million, `asking` what one person finds; `addresses` says what an address is.
"""

from corps.search.addresses import describe
from corps.search.asking import Section, find, overview, page_of_kind, what_was_meant
from corps.search.extensions import Described, Hit, Kind, Source
from corps.search.kinds import (
    Indexed,
    Listed,
    Rows,
    Through,
    holding,
    in_order,
    kinds_of,
    numbered,
    numbered_things,
)
from corps.search.query import FAULTS, LONGEST, Query
from corps.search.words import TooBroad, Words

__all__ = [
    "FAULTS",
    "LONGEST",
    "Described",
    "Hit",
    "Indexed",
    "Kind",
    "Listed",
    "Query",
    "Rows",
    "Section",
    "Source",
    "Through",
    "TooBroad",
    "Words",
    "describe",
    "find",
    "holding",
    "in_order",
    "kinds_of",
    "numbered",
    "numbered_things",
    "overview",
    "page_of_kind",
    "what_was_meant",
]
