"""Links that lie behind cells: put into the rows, where the text itself is no address."""

from collections import Counter

from listings.addresses import read_cell

from . import headers
from .cells import cell_at
from .data_rows import Block
from .grid import Grid

_FIELDS = {
    "listing": "listing_address",
    "store": "store_address",
    "short": "listing_address",
}
_SAMPLE = 300


def add_links(block: Block, grid: Grid) -> None:
    """Put the links behind the cells of a block's rows into the rows.

    In a column of addresses a link takes the place of words such as 点击查看. Links behind other words, a title or the
    name of a store, become columns of their own at the right, unless a column of addresses of that kind is there.
    """
    if not grid.links:
        return
    named = {meaning.field for meaning in block.says if meaning is not None}
    for column, links in sorted(_links_by_column(block, grid).items()):
        if _is_of_addresses(block, column):
            _put(block, column, links)
            block.linked[column] = len(links)
            continue
        field = _field_of(list(links.values())[:_SAMPLE])
        if field and field not in named and headers.ADDRESS not in named:
            named.add(field)
            place = _new_column(block, column, field)
            _put(block, place, links)
            block.linked[place] = len(links)


def _links_by_column(block: Block, grid: Grid) -> dict[int, dict[int, str]]:
    """Column → number of a row → the link behind its cell, where the cell's own text is no address."""
    found: dict[int, dict[int, str]] = {}
    cells_of = dict(block.rows)
    for (row, column), link in grid.links.items():
        cells = cells_of.get(row + 1)
        if cells is not None and read_cell(cell_at(cells, column)).kind == "invalid":
            found.setdefault(column, {})[row + 1] = link
    return found


def _is_of_addresses(block: Block, column: int) -> bool:
    """Whether the heading of a column says that it holds addresses."""
    if column >= len(block.says):
        return False
    meaning = block.says[column]
    address_fields = (headers.ADDRESS, *headers.ADDRESS_FIELDS)
    return meaning is not None and meaning.field in address_fields


def _new_column(block: Block, beside: int, field: str) -> int:
    """A new column at the right of all others, under the heading of the one that its links lie behind; its place."""
    place = max([len(block.headings), *(len(cells) for _number, cells in block.rows)])
    heading = cell_at(block.headings, beside)
    block.headings += [""] * (place - len(block.headings)) + [heading]
    block.says += [None] * (place - len(block.says)) + [headers.Meaning(field, True)]
    return place


def _field_of(links: list[str]) -> str:
    """The field of addresses that most of these links belong to; "" where most name nothing."""
    kinds = Counter(_FIELDS.get(read_cell(link).kind, "") for link in links)
    return max(kinds, key=lambda kind: kinds[kind])


def _put(block: Block, column: int, texts: dict[int, str]) -> None:
    """Write texts into a column. texts: by the number of the row."""
    for number, cells in block.rows:
        if number in texts:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = texts[number]
