"""Counting the hosts of an import's rows that no rule knows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cases.models import ImportRow, SheetImport
from listings.addresses import read_cell
from listings.addresses.reasons import WITH_HOST
from listings.addresses.text import clean, find_addresses
from listings.workflow import Counted, count_unknown_hosts

LONGEST_EXAMPLE = 300
# Values of a query may be somebody's own; their names tell the form of an address.
_VALUE = re.compile(r"=[^&]*")


def note_unknown_hosts(sheet_import: SheetImport) -> None:
    """Count, by host, the rows of an import that could not be used because no rule knows their host.

    Runs in the transaction that finishes reading; done again, it counts anew. Three statements.
    """
    rows = ImportRow.objects.filter(
        sheet_import=sheet_import, reason__in=WITH_HOST
    ).order_by("row")
    count_unknown_hosts(
        sheet=sheet_import.pk,
        hosts=_counted(rows.values_list("address", flat=True)),
        at=sheet_import.at,
    )


def _counted(texts: Iterable[str]) -> Iterator[tuple[str, Counted]]:
    rows: Counter[str] = Counter()
    last: dict[str, str] = {}
    for text in texts:
        host = read_cell(text).host
        rows[host] += 1
        last[host] = text
    for host in filter(None, rows):
        yield host, Counted(rows[host], _example(last[host], host))


def _example(text: str, host: str) -> str:
    """The address on a host in a cell, without its fragment and the values of its query."""
    for address in find_addresses(clean(text)):
        place, _, query = address.partition("#")[0].partition("?")
        if host in place.lower():
            kept = query and "?" + _VALUE.sub("=…", query)
            return f"{place}{kept}"[:LONGEST_EXAMPLE]
    return f"https://{host}/"[:LONGEST_EXAMPLE]
