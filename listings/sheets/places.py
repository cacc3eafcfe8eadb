"""Rows that were read by columns of their own, put under the columns of others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .cells import is_blank
from .columns import Column, missing_addresses
from .corrections import BY_PERSON

Rows = list[tuple[int, list[str]]]


def with_places_for(
    theirs: Iterable[Column], columns: list[Column], rows: Rows
) -> list[Column]:
    """The columns and, at the right of all cells of their rows, one for each of theirs that has no place among them."""
    free = Counter(column.field for column in columns)
    free.subtract(column.field for column in theirs)
    place = _width(columns, rows)
    for column in theirs:
        if free[column.field] < 0:
            free[column.field] += 1
            columns = [*columns, replace(column, index=place)]
            place += 1
    return columns


def moved_rows(
    rows: Rows, theirs: Sequence[Column], columns: Sequence[Column]
) -> Rows | None:
    """Rows read by columns of their own, with each cell where other columns have it; None if those have no place for
    what theirs mean, or theirs hold no addresses."""
    places: dict[str, list[int]] = {}
    for column in columns:
        places.setdefault(column.field, []).append(column.index)
    moves = []
    for column in theirs:
        if not (free := places.get(column.field)):
            return None
        moves.append((column.index, free.pop(0)))
    if missing_addresses(theirs):
        return None
    width = 1 + max(column.index for column in columns)
    return [(number, _moved_cells(cells, moves, width)) for number, cells in rows]


def _moved_cells(
    cells: Sequence[str], moves: Iterable[tuple[int, int]], width: int
) -> list[str]:
    """The cells of a row in other places: pairs of where each stands and where it goes."""
    row = [""] * width
    for source, place in moves:
        if source < len(cells):
            row[place] = cells[source]
    return row


def with_platform(columns: list[Column], rows: Rows, platform: str) -> list[Column]:
    """The columns with one for the platform, in which every row without one is given it."""
    place = next(
        (column.index for column in columns if column.field == "platform"), None
    )
    if place is None:
        place = _width(columns, rows)
        columns = [*columns, Column("platform", place, "", BY_PERSON)]
    for _number, cells in rows:
        cells += [""] * (place + 1 - len(cells))
        if is_blank(cells[place]):
            cells[place] = platform
    return columns


def _width(columns: Iterable[Column], rows: Rows) -> int:
    """The first place at the right of all columns and cells."""
    last = max((column.index for column in columns), default=-1)
    return max([last + 1, *(len(cells) for _number, cells in rows)])
