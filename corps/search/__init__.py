"""The search over everything.

`query` reads what was typed, `kinds` is where apps register what is searched, `words` the index of what comes by the
million, `asking` what one person finds; `addresses` says what an address is.
"""

from corps.search.addresses import Described, describe, describers
from corps.search.asking import Section, find, overview, page_of_kind, what_was_meant
from corps.search.kinds import (
    Hit,
    Indexed,
    Kind,
    Listed,
    Rows,
    Source,
    Through,
    holding,
    in_order,
    kinds,
    kinds_of,
    numbered,
    numbered_models,
    numbered_things,
    register,
)
from corps.search.query import FAULTS, LONGEST, Query
from corps.search.words import TooBroad, Words, indexes

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
    "describers",
    "find",
    "holding",
    "in_order",
    "indexes",
    "kinds",
    "kinds_of",
    "numbered",
    "numbered_models",
    "numbered_things",
    "overview",
    "page_of_kind",
    "register",
    "what_was_meant",
]
