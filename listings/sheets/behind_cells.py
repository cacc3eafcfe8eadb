"""Links that lie behind cells: put into the rows, where the text itself is no address."""

from collections import Counter

from listings.addresses import read_cell

from . import headers
from .data_rows import Block
from .grid import Grid

_FIELDS = {"listing": "listing_address", "store": "store_address", "short": "listing_address"}
_SAMPLE = 300


def add_links(block: Block, grid: Grid) -> None:
    """Put the links behind the cells of a block's rows into the rows.

    In a column of addresses a link takes the place of words such as 点击查看. Links behind other words, a title or the
    name of a store, become columns of their own at the right, unless a column of addresses of that kind is there.
    """
    if not grid.links:
        return
    by_column = _links_by_column(block, grid)
    named = {said[0] for said in block.says if said is not None}
    for column in sorted(by_column):
        links = by_column[column]
        said = block.says[column] if column < len(block.says) else None
        if said is not None and said[0] in (*headers.ADDRESS_FIELDS, headers.ADDRESS):
            _put(block, {number: (column, link) for number, link in links.items()})
            continue
        field = _field_of(list(links.values())[:_SAMPLE])
        if field is None or field in named or headers.ADDRESS in named:
            continue
        named.add(field)
        place = max([len(block.headings), *(len(cells) for _number, cells in block.rows)])
        heading = block.headings[column] if column < len(block.headings) else ""
        block.headings += [""] * (place - len(block.headings)) + [heading]
        block.says += [None] * (place - len(block.says)) + [(field, True)]
        _put(block, {number: (place, link) for number, link in links.items()})


def _links_by_column(block: Block, grid: Grid) -> dict[int, dict[int, str]]:
    """Column → number of a row → the link behind its cell, where the cell's own text is no address."""
    found: dict[int, dict[int, str]] = {}
    cells_of = dict(block.rows)
    for (row, column), link in grid.links.items():
        cells = cells_of.get(row + 1)
        if cells is None:
            continue
        text = cells[column] if column < len(cells) else ""
        if read_cell(text).kind == "invalid":
            found.setdefault(column, {})[row + 1] = link
    return found


def _field_of(links: list[str]) -> str | None:
    """The field of addresses that most of these links belong to; None where most name nothing."""
    kinds = Counter(_FIELDS.get(read_cell(link).kind) for link in links)
    return kinds.most_common(1)[0][0] if kinds else None


def _put(block: Block, places: dict[int, tuple[int, str]]) -> None:
    """Write texts into rows: number of a row → (column, text)."""
    for number, cells in block.rows:
        if number in places:
            column, text = places[number]
            cells += [""] * (column + 1 - len(cells))
            cells[column] = text
