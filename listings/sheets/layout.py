"""Finding the header and the data rows of one worksheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from . import headers
from .behind_cells import add_links
from .cells import BLANK, is_blank, is_serial_number, plain
from .columns import Column, map_columns, missing_addresses, with_corrections
from .corrections import Corrections, header_key
from .data_rows import (
    HIDDEN,
    OTHER_COLUMNS,
    Block,
    RowJudge,
    Skipped,
    has_address,
    spans,
)
from .grid import Grid
from .headers import Meaning
from .limits import Clock, Limits
from .not_read import NotRead
from .places import Rows, moved_rows, with_places_for, with_platform
from .refusals import refused
from .values import parse_date, parse_price

_HEADER_WITHIN = 60
_LEAST_SCORE = 2.5
# Enough where no row has an address, so that nothing tells where a header would have to be.
_LEAST_SCORE_ALONE = 2
_KNOWN_WEIGHT, _LIKELY_WEIGHT = 1.0, 0.7
_SCORED = {*headers.FIELDS, headers.SERIAL, headers.ADDRESS}
AS_READ = Corrections()


@dataclass(frozen=True, slots=True)
class Header:
    """The header: its first row from 0, how many rows it has (1 or 2), and the heading of each column."""

    row: int
    height: int
    headings: list[str]
    says: list[Meaning | None]

    def score(self) -> float:
        """How many different columns of a complaint it names; a known name weighs more than a likely one."""
        best: dict[str, float] = {}
        for meaning in filter(None, self.says):
            if meaning.field in _SCORED:
                weight = _KNOWN_WEIGHT if meaning.is_known else _LIKELY_WEIGHT
                best[meaning.field] = max(best.get(meaning.field, 0.0), weight)
        return sum(best.values())


def find_header(grid: Grid) -> Header | None:
    """The header among the first rows: the row, or two rows, that name most columns and hold no figures.

    Where no row names enough, the row above the first address is taken. None if there is none above it.
    """
    rows = _first_filled_rows(grid)
    with_address = [row for row in rows if has_address(grid.rows[row])]
    best = _best_header(grid, [row for row in rows if row not in with_address])
    if best is not None and best.score() >= _LEAST_SCORE:
        return best
    if with_address:
        return _row_of_words(grid, with_address[0])
    if best is not None and best.score() >= _LEAST_SCORE_ALONE:
        return best
    return None


def _first_filled_rows(grid: Grid) -> list[int]:
    """The first rows with anything in them, by their place from 0."""
    filled = (row for row, cells in enumerate(grid.rows) if cells)
    return list(islice(filled, _HEADER_WITHIN))


def _best_header(grid: Grid, rows: Iterable[int]) -> Header | None:
    """Of the headers that could begin in these rows the one that names most; of equals the first."""
    best = None
    for row in rows:
        if any(map(_is_figure, grid.rows[row])):
            continue
        for header in _headers_at(grid, row):
            if best is None or header.score() > best.score() + 0.01:
                best = header
    return best


def _header_by(grid: Grid, corrections: Corrections) -> Header | None:
    """The header where people said that it is, of this file or of earlier ones; otherwise as it is found."""
    row = corrections.of(grid.name).header_row
    if 0 < row <= len(grid.rows) and grid.rows[row - 1]:
        return max(_headers_at(grid, row - 1), key=Header.score)
    if corrections.remembered.headers:
        filled = [
            index
            for index, cells in enumerate(grid.rows[: 2 * _HEADER_WITHIN])
            if cells
        ]
        for index in filled[:_HEADER_WITHIN]:
            if header_key(grid.rows[index]) in corrections.remembered.headers:
                return max(_headers_at(grid, index), key=Header.score)
    return find_header(grid)


def _row_of_words(grid: Grid, first_address: int) -> Header | None:
    """Above the first address, the first of the fullest rows that hold words and no figures."""
    above = [row for row in range(first_address) if grid.rows[row]]
    filled = {row: sum(not is_blank(cell) for cell in grid.rows[row]) for row in above}
    words = [
        row for row in above if not any(_is_figure(cell) for cell in grid.rows[row])
    ]
    if not words:
        return None
    most = max(filled[row] for row in words)
    return _single(grid, next(row for row in words if filled[row] >= 0.7 * most))


def _is_figure(cell: str) -> bool:
    return (
        plain(cell).isdigit()
        or is_serial_number(cell)
        or parse_price(cell) is not None
        or parse_date(cell) is not None
    )


def _headers_at(grid: Grid, row: int) -> list[Header]:
    found = [_single(grid, row)]
    below = row + 1
    if (
        below < len(grid.rows)
        and grid.rows[below]
        and not has_address(grid.rows[below])
    ):
        double = _double(grid, row)
        if double is not None:
            found.append(double)
    return found


def _single(grid: Grid, row: int) -> Header:
    headings = [cell.strip(BLANK) for cell in grid.rows[row]]
    return Header(
        row, 1, headings, [headers.heading_field(heading) for heading in headings]
    )


def _double(grid: Grid, row: int) -> Header | None:
    """Two rows read as one: 店铺信息 over 链接 is 店铺信息链接. None where the second does not stand under a group."""
    width = max(len(grid.rows[row]), len(grid.rows[row + 1]))
    tops = _group_names(grid, row, width)
    if tops is None:
        return None
    headings: list[str] = []
    says: list[Meaning | None] = []
    for column, top in enumerate(tops):
        bottom = grid.text(row + 1, column).strip(BLANK)
        heading = top
        if bottom and bottom != top:
            heading = top + bottom
        headings.append(heading)
        says.append(_both_say(heading, top, bottom))
    return Header(row, 2, headings, says)


def _both_say(heading: str, top: str, bottom: str) -> Meaning | None:
    """What a heading of two rows names; as good as known where its lower row alone would be known too."""
    whole, under = headers.heading_field(heading), headers.heading_field(bottom)
    if whole is None:
        return under or headers.heading_field(top)
    under_is_known = under is not None and under.is_known
    return Meaning(whole.field, whole.is_known or under_is_known)


def _group_names(grid: Grid, row: int, width: int) -> list[str] | None:
    """The upper heading of each column: over several columns where it is merged, or where the next cells are empty.

    None if the two rows are no header: a title or a line about the sender over the header, or a header over data.
    """
    tops = [grid.text(row, column).strip(BLANK) for column in range(width)]
    bottoms = [grid.text(row + 1, column).strip(BLANK) for column in range(width)]
    if any(map(_is_figure, (*tops, *bottoms))) or sum(map(bool, tops)) < 2:
        return None
    groups = [
        merge
        for merge in grid.merges
        if merge.top <= row <= merge.bottom and merge.left < merge.right
    ]
    for merge in groups:
        for column in range(merge.left, min(merge.right + 1, width)):
            tops[column] = grid.text(merge.top, merge.left).strip(BLANK)
    if groups or any(merge.top == row < merge.bottom for merge in grid.merges):
        return tops
    return _spread_to_the_right(tops, bottoms)


def _spread_to_the_right(tops: list[str], bottoms: list[str]) -> list[str] | None:
    """Each upper heading also over the columns after it that have a lower one alone. None if these are no groups."""
    under_nothing = [
        column for column in range(1, len(tops)) if bottoms[column] and not tops[column]
    ]
    if not under_nothing:
        return None
    over_nothing = any(
        top and not bottom for top, bottom in zip(tops, bottoms, strict=True)
    )
    named = [bottom for bottom in bottoms if bottom]
    if not over_nothing and len(set(named)) == len(named):
        return None
    spread = list(tops)
    for column in under_nothing:
        spread[column] = spread[column - 1]
    return spread


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One worksheet understood: its header, its columns, and its data rows as (number from 1, cells).

    not_read: what stands below the header besides. linked: place of a column → how many of its addresses lay behind
    cells. given: place → what people said that a column is, and who.
    """

    grid: Grid
    header: Header
    columns: list[Column]
    rows: list[tuple[int, list[str]]]
    not_read: list[NotRead] = field(default_factory=list)
    linked: dict[int, int] = field(default_factory=dict)
    given: dict[int, tuple[str, str]] = field(default_factory=dict)

    def weight(self) -> int:
        """How many data rows have something like an address where addresses stand."""
        places = [
            column.index
            for column in self.columns
            if column.field in headers.ADDRESS_FIELDS
        ]
        return sum(
            any(place < len(cells) and "." in cells[place] for place in places)
            for _number, cells in self.rows
        )


def understand(
    grid: Grid, limits: Limits, clock: Clock, corrections: Corrections = AS_READ
) -> Table:
    """Find the header, the data rows and the columns of one worksheet, or take them as people said.

    Raises SheetRefused: no-header, label-and-value, no-rows, only-hidden-rows, no-address-column, too-many-rows,
    too-slow.
    """
    table = lay_out(grid, limits, clock, corrections)
    if missing_addresses(table.columns):
        raise refused(why_no_addresses(grid))
    return table


def lay_out(
    grid: Grid, limits: Limits, clock: Clock, corrections: Corrections
) -> Table:
    """The same, even where no column holds addresses."""
    header = _header_by(grid, corrections)
    if header is None:
        raise refused(_why_no_header(grid))
    judge = _judge_below(grid, header, corrections)
    judge.run(clock)
    blocks = _filled_blocks(judge, limits)
    base = blocks[0]
    columns = _columns_of(base, grid)
    given = corrections.meanings(grid.name, base.headings, is_first=True)
    columns = with_corrections(columns, base.headings, given)
    rows = base.rows
    if not missing_addresses(columns):
        columns, further = _rows_of_further(blocks[1:], columns, judge, corrections)
        rows = rows + further
    if platform := corrections.platform(grid.name):
        columns = with_platform(columns, rows, platform)
    not_read = [NotRead(grid.name, *span) for span in spans(sorted(judge.skipped))]
    header = Header(header.row, header.height, base.headings, base.says)
    return Table(grid, header, columns, rows, not_read, base.linked, given)


def _judge_below(grid: Grid, header: Header, corrections: Corrections) -> RowJudge:
    """What tells the data rows below a header from the others."""
    below = header.row + header.height
    block = Block(header.headings, header.says)
    return RowJudge(
        grid,
        below,
        block,
        grid.rows[header.row : below],
        corrections.of(grid.name).reads,
    )


def _filled_blocks(judge: RowJudge, limits: Limits) -> list[Block]:
    """The blocks that have rows. Raises SheetRefused if there is none, or if they have too many."""
    blocks = [block for block in judge.blocks if block.rows]
    if sum(len(block.rows) for block in blocks) > limits.max_rows:
        raise refused("too-many-rows", rows=limits.max_rows)
    if blocks:
        return blocks
    if any(why == HIDDEN for _number, why in judge.skipped):
        raise refused("only-hidden-rows")
    raise refused("no-rows")


def _rows_of_further(
    blocks: Sequence[Block],
    columns: list[Column],
    judge: RowJudge,
    corrections: Corrections,
) -> tuple[list[Column], Rows]:
    """The columns of the first block, and the rows of further ones by them; those of another meaning are noted as not
    read, unless people said that they are: then the columns grow by what they lack."""
    rows: Rows = []
    for block in blocks:
        given = corrections.meanings(judge.grid.name, block.headings, is_first=False)
        theirs = with_corrections(_columns_of(block, judge.grid), block.headings, given)
        if OTHER_COLUMNS in judge.reads:
            columns = with_places_for(theirs, columns, judge.blocks[0].rows)
        moved = moved_rows(block.rows, theirs, columns)
        if moved is None:
            judge.skipped += [
                Skipped(number, OTHER_COLUMNS) for number, _cells in block.rows
            ]
        else:
            rows += moved
    return columns, rows


def _columns_of(block: Block, grid: Grid) -> list[Column]:
    """The columns of a block. Hidden ones are looked at only where the others hold no addresses; links that lie behind
    other words are put into the rows as columns of their own."""
    add_links(block, grid)
    if grid.hidden_columns:
        columns = _mapped(_without(block, grid.hidden_columns))
        if not missing_addresses(columns):
            return columns
    return _mapped(block)


def _mapped(block: Block) -> list[Column]:
    return map_columns(
        block.headings, block.says, [cells for _number, cells in block.rows]
    )


def _without(block: Block, places: Iterable[int]) -> Block:
    """A block as if nothing stood in some columns."""
    shown = Block(list(block.headings), list(block.says))
    for place in places:
        if place < len(shown.headings):
            shown.headings[place], shown.says[place] = "", None
    for number, cells in block.rows:
        row = list(cells)
        for place in places:
            if place < len(row):
                row[place] = ""
        shown.rows.append((number, row))
    return shown


def _why_no_header(grid: Grid) -> str:
    if not any(grid.rows):
        return "no-rows"
    if _is_form(grid):
        return "label-and-value"
    return "no-header"


def why_no_addresses(grid: Grid) -> str:
    if _is_form(grid):
        return "label-and-value"
    return "no-address-column"


def _is_form(grid: Grid) -> bool:
    """Whether the worksheet is one complaint as a form: labels in one column, what they ask for beside them."""
    rows = [cells for cells in grid.rows[:_HEADER_WITHIN] if cells]
    pairs = [[cell for cell in cells if not is_blank(cell)] for cells in rows]
    labelled = [
        pair
        for pair in pairs
        if len(pair) == 2 and headers.heading_field(pair[0].strip(BLANK)) is not None
    ]
    return (
        len(labelled) >= 3
        and len(labelled) * 2 > len(rows)
        and any(has_address(pair[1:]) for pair in labelled)
    )
