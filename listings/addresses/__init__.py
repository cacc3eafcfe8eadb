"""Addresses of listings and stores: from the text of a cell to site, kind and canonical id. No database, no network.

`text` cleans a cell and finds addresses, `parsing` takes one apart, `table` says which pages there are, `added` what an
administrator added to them, `reading` puts it together, `canonical` writes the one form that is kept, `reasons` and
`diagnosis` say why a cell names nothing.
"""

from listings.sites import platform_of

from .canonical import canonical_url
from .reading import Address, pages_read, read_cell
from .reasons import REASONS
from .table import SITES

__all__ = [
    "REASONS",
    "SITES",
    "Address",
    "canonical_url",
    "pages_read",
    "platform_of",
    "read_cell",
]
