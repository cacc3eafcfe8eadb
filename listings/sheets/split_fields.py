"""Records with more fields than the header: a comma in a link or a title, not quoted, cut one field into several."""

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from . import headers
from .cells import BLANK, is_serial_number, plain
from .data_rows import has_address
from .grid import Grid
from .layout import find_header
from .limits import Clock
from .remarks import about_rows
from .values import parse_date, parse_price

# More pieces than this are no commas in one text.
_MOST_PIECES = 8
# No sheet that people fill in has more.
_MOST_COLUMNS = 60
# Two ways to read a record are alike if they fit about equally well.
_ALIKE = 0.4
_WORDS = ("platform", "store_name", "title", "brand", "violation", "request")
_TEXTS = (*_WORDS[1:], "remark")
_LINKS = (*headers.ADDRESS_FIELDS, headers.ADDRESS, headers.EVIDENCE, headers.COMPARISON)
_PRICES = ("price", "list_price")
_piece_of_link = re.compile(r"[!-~]*")
# What a query or a path goes on with, and a title hardly begins with.
_telling_piece = re.compile(r"^(?=[!-~]*$)[^=&%?_./-]*[=&%?_./-]|^[!-~]{0,2}$|^[0-9.]+$")
_thousands = re.compile(r"[0-9]{3}(?:\.[0-9]+)?\D{0,4}")
_demand = re.compile(r"下架|删|关店|关闭|封|屏蔽|清退|撤|断开|整改|处理|下线")
_digit = re.compile(r"[0-9]")
_LEAST_NAMES = 3
_han = re.compile(r"[\u4e00-\u9fff]")


class _Reading(NamedTuple):
    """One way to read a record. score: how well its fields fit; misfits: how many of them do not at all."""

    score: float
    misfits: int
    cells: list[str]


def join_split_fields(grid: Grid, delimiter: str, clock: Clock) -> None:
    """Join the pieces of fields that a delimiter within them cut, where the fields to their right then fit.

    Where that cannot be told, the record keeps its addresses and what all likely readings agree on, and no cell that
    may belong to another field. The remarks "fields-joined" and "fields-unclear" name the records.
    """
    header = find_header(grid)
    if header is None:
        return
    split = _SplitRecords(header.headings, header.says, delimiter)
    joined: list[int] = []
    unclear: list[int] = []
    for index in range(header.row + header.height, len(grid.rows)):
        row = grid.rows[index]
        if index % 500 == 0:
            clock.check()
        split = _below_further_header(row, delimiter) or split
        if not 0 < split.width < min(len(row), _MOST_COLUMNS):
            continue
        cells, is_clear = split.mended(row)
        if cells is not row:
            grid.rows[index] = cells
            (joined if is_clear else unclear).append(index + 1)
    grid.remarks += [about_rows(code, rows) for code, rows in _found(joined, unclear)]


def _below_further_header(row: list[str], delimiter: str) -> "_SplitRecords | None":
    """The records of a further block, where this row is its header: it names columns and holds no figures."""
    if len(row) < _LEAST_NAMES or _digit.search("".join(row)):
        return None
    headings = [cell.strip(BLANK) for cell in row]
    says = [headers.heading_field(heading) for heading in headings]
    names = {said[0] for said in says if said is not None and said[1]}
    return _SplitRecords(headings, says, delimiter) if len(names) >= _LEAST_NAMES else None


def _found(joined: list[int], unclear: list[int]) -> Iterator[tuple[str, list[int]]]:
    if joined:
        yield "fields-joined", joined
    if unclear:
        yield "fields-unclear", unclear


class _SplitRecords:
    """Mends the records below one header. width: how many columns have a heading, counted to the last of them."""

    def __init__(self, headings: list[str], says: list[tuple[str, bool] | None], delimiter: str) -> None:
        last = max((index for index, heading in enumerate(headings) if heading), default=-1)
        self.width = last + 1
        self._kinds = [said[0] if said is not None else "" for said in says[: self.width]]
        self._delimiter = delimiter

    def mended(self, row: list[str]) -> tuple[list[str], bool]:
        """The record as it is to be read, the same list where it is right; and whether that is certain."""
        length = len(row)
        while not row[length - 1].strip(BLANK):
            length -= 1
        as_is = self._as_it_is(row, length)
        if length <= self.width and not as_is.misfits:
            return row, True
        least, most = max(1, length - self.width), min(_MOST_PIECES, len(row) - self.width)
        readings = [as_is]
        for extra in range(least, most + 1):
            readings += self._joined(row[: self.width + extra], extra)
        best = max(readings, key=lambda reading: reading.score)
        alike = [reading for reading in readings if reading.score > best.score - _ALIKE]
        is_alone = all(reading.cells == best.cells for reading in alike)
        if best is as_is and (length <= self.width or (is_alone and best.misfits < 2)):
            return row, True
        if is_alone and best.misfits < 2:
            return best.cells, True
        return self._certain_cells(row, alike if best.misfits < 2 else []), False

    def _as_it_is(self, row: list[str], length: int) -> _Reading:
        fits = [_fit(kind, cell) for kind, cell in zip(self._kinds, row, strict=False)]
        beyond = sum(1 for cell in row[self.width : length] if cell.strip(BLANK))
        return _Reading(sum(fits) - 0.25 * beyond, sum(fit <= -1 for fit in fits), row)

    def _joined(self, row: list[str], extra: int, start: int = 0) -> Iterator[_Reading]:
        """The record with one field from start on put together from its own and the next pieces, for each that may be
        so; and with a link put together from some of them and another field from the others."""
        left = [_fit(kind, cell) for kind, cell in zip(self._kinds, row, strict=False)]
        right = [_fit(kind, cell) for kind, cell in zip(self._kinds, row[extra:], strict=True)]
        for place in range(start, self.width):
            kind = self._kinds[place]
            for count in range(1 if kind in _LINKS else extra, extra + 1):
                pieces = row[place : place + count + 1]
                fit = _fit_of_pieces(kind, pieces, self._delimiter, after=row[place - 1] if place else "")
                if fit is None:
                    continue
                cells = [*row[:place], self._delimiter.join(pieces), *row[place + count + 1 :]]
                if count < extra:
                    yield from self._joined(cells, extra - count, place + 1)
                else:
                    fits = [*left[:place], fit, *right[place + 1 :]]
                    yield _Reading(sum(fits), sum(one <= -1 for one in fits), cells)

    def _certain_cells(self, row: list[str], alike: list[_Reading]) -> list[str]:
        """What the readings agree on, and an address wherever one of them has it."""
        cells = [""] * self.width
        for place, kind in enumerate(self._kinds):
            seen = {reading.cells[place] for reading in alike}
            if len(seen) == 1:
                cells[place] = seen.pop()
            elif kind in headers.ADDRESS_FIELDS or kind == headers.ADDRESS:
                found = [cell for cell in (*seen, row[place]) if _is_link(cell)]
                cells[place] = min(found, key=len, default="")
        if not any(map(_is_link, cells)):
            self._keep_moved_link(row, cells)
        return cells

    def _keep_moved_link(self, row: list[str], cells: list[str]) -> None:
        place = next(
            (i for i, kind in enumerate(self._kinds) if kind in (*headers.ADDRESS_FIELDS, headers.ADDRESS)), None
        )
        if place is not None:
            cells[place] = next(filter(_is_link, row), "")


def _fit_of_pieces(kind: str, pieces: list[str], delimiter: str, after: str) -> float | None:
    """How well pieces fit as one field; None where they cannot be one. after: the cell before them."""
    whole, rest = delimiter.join(pieces), pieces[1:]
    if any("://" in piece for piece in rest):
        return None
    if kind in _LINKS:
        if not _is_link(whole) or not all(map(_piece_of_link.fullmatch, rest)):
            return None
        return _fit(kind, whole) + (0.5 if any(map(_telling_piece.search, rest)) else 0.0)
    if kind in _PRICES:
        return 1.5 if all(map(_thousands.fullmatch, rest)) and parse_price(whole) is not None else None
    if kind not in _TEXTS or _is_link(pieces[0]) or (_is_link(after) and _telling_piece.search(pieces[0])):
        return None
    if kind == "request":
        return 1.0 if all(map(_demand.search, pieces)) else -0.5
    return -0.25 if any(map(_is_figure, rest)) else min(0.5, _fit(kind, whole))


_any_day = datetime.date(2099, 12, 31)


@lru_cache(maxsize=8192)
def _fit(kind: str, cell: str) -> float:
    """How well a cell fits what its column holds: from 2 for an address in its place to -2 for one missing there."""
    if not cell.strip(BLANK):
        return 0.0
    if kind in headers.ADDRESS_FIELDS or kind == headers.ADDRESS:
        return 2.0 if _is_link(cell) else -2.0
    if kind == "found_on":
        return 1.0 if parse_date(cell, _any_day) is not None else -1.0
    if kind in _PRICES:
        return 1.0 if parse_price(cell) is not None else -1.0
    if kind == headers.SERIAL:
        return 1.0 if is_serial_number(cell) else -0.5
    if kind in _WORDS:
        return _fit_of_words(cell)
    return 0.0


def _fit_of_words(cell: str) -> float:
    if _is_link(cell) or _is_figure(cell):
        return -1.0
    return 0.5 if _han.search(plain(cell)) else -0.25


def _is_figure(cell: str) -> bool:
    return parse_date(cell) is not None or parse_price(cell) is not None


def _is_link(cell: str) -> bool:
    return "://" in cell or has_address([cell])
