"""What an address is that somebody searched for, whether or not anything of it is known here."""

from corps.search.extensions import Described, address_describers
from corps.search.query import Query


def describe(query: Query) -> Described | None:
    """What the address in a query is; None where it holds none."""
    said = (describe(query) for describe in address_describers)
    return next((described for described in said if described is not None), None)
