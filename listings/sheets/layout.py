"""Finding the header and the data rows of one worksheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import headers
from .cells import BLANK, is_blank, is_serial_number, is_total_row, plain
from .columns import USABLE, Column, map_columns, missing_addresses, read_cell
from .grid import Grid
from .limits import Clock, Limits
from .refusals import refused
from .values import parse_date, parse_price

_HEADER_WITHIN = 60
_LEAST_SCORE = 2.5
_LONGEST_SERIAL = 40


@dataclass(frozen=True, slots=True)
class Header:
    """The header: its first row from 0, how many rows it has (1 or 2), and the heading of each column."""

    row: int
    height: int
    headings: list[str]
    says: list[tuple[str, bool] | None]

    def score(self) -> float:
        """How many different columns of a complaint it names; a known name weighs more than a likely one."""
        best: dict[str, float] = {}
        for said in filter(None, self.says):
            if said[0] in headers.FIELDS or said[0] in (headers.SERIAL, headers.ADDRESS):
                best[said[0]] = max(best.get(said[0], 0.0), 1.0 if said[1] else 0.7)
        return sum(best.values())


def find_header(grid: Grid) -> Header | None:
    """The header among the first rows: the row, or two rows, that name most columns and hold no figures.

    Where no row names enough, the row above the first address is taken. None if there is none above it.
    """
    best, first_address = None, None
    seen = 0
    for row in range(len(grid.rows)):
        if not grid.rows[row]:
            continue
        seen += 1
        if seen > _HEADER_WITHIN:
            break
        if _has_address(grid.rows[row]):
            first_address = row if first_address is None else first_address
            continue
        if any(map(_is_figure, grid.rows[row])):
            continue
        for header in _headers_at(grid, row):
            if best is None or header.score() > best.score() + 0.01:
                best = header
    if best is not None and best.score() >= _LEAST_SCORE:
        return best
    if first_address is None:
        return best if best is not None and best.score() >= 2 else None
    return _row_of_words(grid, first_address)


def _row_of_words(grid: Grid, first_address: int) -> Header | None:
    """Above the first address, the first of the fullest rows that hold words and no figures."""
    above = [row for row in range(first_address) if grid.rows[row]]
    filled = {row: sum(not is_blank(cell) for cell in grid.rows[row]) for row in above}
    words = [row for row in above if not any(_is_figure(cell) for cell in grid.rows[row])]
    if not words:
        return None
    most = max(filled[row] for row in words)
    return _single(grid, next(row for row in words if filled[row] >= 0.7 * most))


def _is_figure(cell: str) -> bool:
    return (
        plain(cell).isdigit() or is_serial_number(cell) or parse_price(cell) is not None or parse_date(cell) is not None
    )


def _has_address(cells: Sequence[str]) -> bool:
    return any(("://" in cell or "．" in cell or "." in cell) and read_cell(cell).kind in USABLE for cell in cells)


def _headers_at(grid: Grid, row: int) -> list[Header]:
    found = [_single(grid, row)]
    below = row + 1
    if below < len(grid.rows) and grid.rows[below] and not _has_address(grid.rows[below]):
        double = _double(grid, row)
        if double is not None:
            found.append(double)
    return found


def _single(grid: Grid, row: int) -> Header:
    headings = [cell.strip(BLANK) for cell in grid.rows[row]]
    return Header(row, 1, headings, [headers.heading_field(heading) for heading in headings])


def _double(grid: Grid, row: int) -> Header | None:
    """Two rows read as one: 店铺信息 over 链接 is 店铺信息链接. None where the second does not stand under a group."""
    width = max(len(grid.rows[row]), len(grid.rows[row + 1]))
    tops = _group_names(grid, row, width)
    if tops is None:
        return None
    headings: list[str] = []
    says: list[tuple[str, bool] | None] = []
    for column, top in enumerate(tops):
        bottom = grid.text(row + 1, column).strip(BLANK)
        heading = top if not bottom or bottom == top else top + bottom
        headings.append(heading)
        says.append(_both_say(heading, top, bottom))
    return Header(row, 2, headings, says)


def _both_say(heading: str, top: str, bottom: str) -> tuple[str, bool] | None:
    """What a heading of two rows names; as good as known where its lower row alone would be known too."""
    whole, under = headers.heading_field(heading), headers.heading_field(bottom)
    if whole is None:
        return under or headers.heading_field(top)
    return whole[0], whole[1] or (under is not None and under[1])


def _group_names(grid: Grid, row: int, width: int) -> list[str] | None:
    """The upper heading of each column: over several columns where it is merged, or where the next cells are empty.

    None if the two rows are no header: a title or a line about the sender over the header, or a header over data.
    """
    tops = [grid.text(row, column).strip(BLANK) for column in range(width)]
    bottoms = [grid.text(row + 1, column).strip(BLANK) for column in range(width)]
    if any(_is_figure(cell) for cell in (*tops, *bottoms)) or sum(map(bool, tops)) < 2:
        return None
    groups = [merge for merge in grid.merges if merge[0] <= row <= merge[2] and merge[3] > merge[1]]
    for top, left, _bottom, right in groups:
        for column in range(left, min(right + 1, width)):
            tops[column] = grid.text(top, left).strip(BLANK)
    if groups or any(merge[0] == row and merge[2] > row for merge in grid.merges):
        return tops
    under_nothing = [column for column in range(1, width) if bottoms[column] and not tops[column]]
    over_nothing = any(top and not bottom for top, bottom in zip(tops, bottoms, strict=True))
    named = [bottom for bottom in bottoms if bottom]
    if not under_nothing or not (over_nothing or len(set(named)) < len(named)):
        return None
    for column in under_nothing:
        tops[column] = tops[column - 1]
    return tops


@dataclass(frozen=True, slots=True)
class Table:
    """One worksheet understood: its header, its columns, and its data rows as (number from 1, cells)."""

    grid: Grid
    header: Header
    columns: list[Column]
    rows: list[tuple[int, list[str]]]

    def weight(self) -> int:
        """How many data rows have something like an address where addresses stand."""
        places = [column.index for column in self.columns if column.field in headers.ADDRESS_FIELDS]
        return sum(any(place < len(cells) and "." in cells[place] for place in places) for _number, cells in self.rows)


def understand(grid: Grid, limits: Limits, clock: Clock) -> Table:
    """Find the header, the data rows and the columns of one worksheet.

    Raises SheetRefused: no-header, no-rows, no-address-column, too-many-rows, too-slow.
    """
    header = find_header(grid)
    if header is None:
        raise refused("no-header" if any(grid.rows) else "no-rows")
    rows = _data_rows(grid, header, clock)
    if not rows:
        raise refused("no-rows")
    if len(rows) > limits.max_rows:
        raise refused("too-many-rows", rows=limits.max_rows)
    columns = map_columns(header.headings, header.says, [cells for _number, cells in rows])
    if missing_addresses(columns):
        raise refused("no-address-column")
    return Table(grid, header, columns, rows)


def _data_rows(grid: Grid, header: Header, clock: Clock) -> list[tuple[int, list[str]]]:
    """The rows below the header with anything in them, up to the total row."""
    serials = [i for i, said in enumerate(header.says) if said is not None and said[0] == headers.SERIAL]
    rows: list[tuple[int, list[str]]] = []
    for index in range(header.row + header.height, len(grid.rows)):
        if index % 5000 == 0:
            clock.check()
        cells = grid.rows[index]
        if not cells:
            continue
        text = "".join(cells)
        if "计" in text and is_total_row(cells) and not _has_address(cells):
            break
        if len(text) > _LONGEST_SERIAL or not _only_serial_numbers(cells, serials):
            rows.append((index + 1, cells))
    return rows


def _only_serial_numbers(cells: Sequence[str], serials: list[int]) -> bool:
    """Nothing but running numbers, in the columns for them; where no heading names one, in whichever is filled alone.

    A heading such as ID may be a second column of serial numbers.
    """
    if serials and not any(index < len(cells) and cells[index] for index in serials):
        return False
    filled = [index for index, cell in enumerate(cells) if cell and not is_blank(cell)]
    in_place = set(filled) <= set(serials) if serials else len(filled) == 1
    return bool(filled) and in_place and all(is_serial_number(cells[index]) for index in filled)
