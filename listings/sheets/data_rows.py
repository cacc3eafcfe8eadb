"""Which rows below a header hold data, and what becomes of the others: none is left out without a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from . import headers
from .cells import BLANK, is_blank, is_serial_number, is_total_row, plain
from .columns import USABLE, read_cell
from .grid import Grid
from .limits import Clock

_LONGEST_SERIAL = 40
# Fewer names are no header of a further block.
_LEAST_NAMES = 3
_EXAMPLE = re.compile(
    r"\(?(?:示例|样例|范例|例)(?:行|数据)?[0-9]{0,2}[:)]?|(?:填写|填报)?(?:示例|样例|范例)(?:[:(].*)?|例[:].*"
)
_NOTE = re.compile(
    r"[*※★]?(?:\(?注\)?[0-9]?[:.、]|备注[:0-9]|说明[:0-9]|(?:填表|填写|填报)(?:说明|要求|须知|人)|制表|审核[人:]|复核|"
    r"联系(?:人|电话|方式)|报送(?:单位|人|日期)|填报(?:单位|人)|经办人|负责人[:(]|日期[:]|以上(?:链接|店铺|商品|信息|内容|均|为)|"
    r"附件?[:0-9]|温馨提示|提示[:]|特此)"
)
_SUMS = re.compile(r"[计計共总總]|[Tt][Oo][Tt][Aa][Ll]")
# Shown where these rows are counted; see `not_read.REASONS`.
TOTAL, BELOW_TOTAL, NOTE, EXAMPLE = "total", "below-total", "note", "example"
REPEATED_HEADER, OTHER_COLUMNS, HIDDEN = "repeated-header", "other-columns", "hidden"


class Skipped(NamedTuple):
    """A row below the header that is not read. number: from 1. why: a key of `not_read.REASONS`."""

    number: int
    why: str


@dataclass(slots=True)
class Block:
    """Rows under one header. rows: (number from 1, cells). linked: place of a column → how many of its addresses lay
    behind cells."""

    headings: list[str]
    says: list[headers.Meaning | None]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    linked: dict[int, int] = field(default_factory=dict)


class RowJudge:
    """Tells of each row of one worksheet, from the header down, what it is."""

    def __init__(
        self,
        grid: Grid,
        first: int,
        block: Block,
        header_rows: Sequence[Sequence[str]],
        reads: frozenset[str] = frozenset(),
    ) -> None:
        """first: of the rows below the header, from 0. header_rows: the rows of the header as they stand. reads: what
        is read although it would be skipped."""
        self.grid, self.first, self.reads = grid, first, reads
        self.blocks, self.skipped = [block], list[Skipped]()
        self.header_rows = [_filled(row) for row in header_rows]
        self.serials = _serial_places(block)
        self.is_below_total = False

    def run(self, clock: Clock) -> None:
        """Go through all rows. Raises SheetRefused "too-slow"."""
        for index in range(self.first, len(self.grid.rows)):
            if index % 5000 == 0:
                clock.check()
            cells = self.grid.rows[index]
            if not cells:
                continue
            why = self._why_not(index, cells)
            if why is None or why in self.reads:
                self.blocks[-1].rows.append((index + 1, cells))
            elif why:
                self.skipped.append(Skipped(index + 1, why))

    def _why_not(self, index: int, cells: list[str]) -> str | None:
        """Why a row is no data, '' where nothing need be said of it, None if it is data."""
        if index in self.grid.hidden_rows and HIDDEN not in self.reads:
            return HIDDEN
        text = "".join(cells)
        if _may_be_marked(cells) and (marked := _marked(cells)):
            return marked
        if "://" in text:
            return None
        return self._why_not_without_link(cells, text)

    def _why_not_without_link(self, cells: list[str], text: str) -> str | None:
        """The same of a row without a whole link in it."""
        is_total = _SUMS.search(text) is not None and is_total_row(cells)
        if is_total and not has_address(cells):
            self.is_below_total = True
            return TOTAL
        if len(text) <= _LONGEST_SERIAL and _only_serial_numbers(cells, self.serials):
            return ""
        filled = _filled(cells)
        if filled in self.header_rows:
            self.is_below_total = False
            return REPEATED_HEADER
        if self._begins_block(cells, filled):
            return ""
        if self.is_below_total and not has_address(cells):
            return BELOW_TOTAL
        return None

    def _begins_block(self, cells: list[str], filled: Sequence[str]) -> bool:
        """Whether a row is the header of a further block; if so, the rows below it are collected by themselves."""
        if (
            len(filled) < _LEAST_NAMES
            or has_address(cells)
            or any(is_serial_number(cell) for cell in filled)
        ):
            return False
        headings = [cell.strip(BLANK) for cell in cells]
        says = [headers.heading_field(heading) for heading in headings]
        known = {
            meaning.field
            for meaning in says
            if meaning is not None and meaning.is_known
        }
        if len(known) < max(_LEAST_NAMES, 0.6 * len(filled)):
            return False
        block = Block(headings, says)
        self.blocks.append(block)
        self.header_rows.append(tuple(filled))
        self.serials = _serial_places(block)
        self.is_below_total = False
        return True


def has_address(cells: Sequence[str]) -> bool:
    """Whether a cell names a listing, a store or a short link."""
    return any(
        ("://" in cell or "．" in cell or "." in cell)
        and read_cell(cell).kind in USABLE
        for cell in cells
    )


def _filled(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip(BLANK) for cell in cells if cell and not is_blank(cell))


def _may_be_marked(cells: Sequence[str]) -> bool:
    """Whether the first filled cell is not just a number: quick, for it is asked of every row."""
    first = next(filter(None, cells), "")
    return not first.isdigit()


def is_example(text: str) -> bool:
    """Whether the first cell of a row, or the name of a worksheet, says that what follows only shows how to fill in."""
    return _EXAMPLE.fullmatch(plain(text)) is not None


def _marked(cells: Sequence[str]) -> str | None:
    """What a row says of itself in its first filled cell: that it is an example, or a note."""
    filled = _filled(cells)
    first = filled[0] if filled else ""
    if is_example(first):
        return EXAMPLE
    if len(filled) <= 3 and _NOTE.match(plain(first)):
        return NOTE
    return None


def _serial_places(block: Block) -> list[int]:
    return [
        place
        for place, meaning in enumerate(block.says)
        if meaning is not None and meaning.field == headers.SERIAL
    ]


def _only_serial_numbers(cells: Sequence[str], serials: list[int]) -> bool:
    """Nothing but running numbers, in the columns for them; where no heading names one, in whichever is filled alone.

    A heading such as ID may be a second column of serial numbers.
    """
    if serials and not any(index < len(cells) and cells[index] for index in serials):
        return False
    filled = [index for index, cell in enumerate(cells) if cell and not is_blank(cell)]
    in_place = set(filled) <= set(serials) if serials else len(filled) == 1
    return (
        bool(filled)
        and in_place
        and all(is_serial_number(cells[index]) for index in filled)
    )


def spans(skipped: Sequence[Skipped]) -> Iterator[tuple[int, int, int, str]]:
    """Skipped rows put together by their reason: (first, last, how many, why).

    Rows that are read may stand between those of one reason, so last - first + 1 may be more than there are.
    """
    by_reason: dict[str, list[int]] = {}
    for number, why in skipped:
        by_reason.setdefault(why, []).append(number)
    for why, numbers in by_reason.items():
        yield numbers[0], numbers[-1], len(numbers), why
