"""Records with more fields than the header: a comma in a link or a title, not quoted, cut one field into several."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import headers
from .cells import BLANK, filled_length
from .field_fit import LINKS, LISTING_ADDRESSES, fit, fit_of_joined, is_link
from .grid import Grid
from .layout import find_header
from .limits import Clock
from .remarks import about_rows

# More parts than this are no commas in one text.
_MOST_PARTS = 8
# No sheet that people fill in has more.
_MOST_COLUMNS = 60
# Two ways to read a record are alike if they fit about equally well.
_ALIKE = 0.4
# With more misfits than this a reading is not to be trusted.
_MOST_MISFITS = 1
_LEAST_NAMES = 3
_NO_MEANING = headers.Meaning("", False)
_digit = re.compile(r"[0-9]")


def join_split_fields(grid: Grid, delimiter: str, clock: Clock) -> None:
    """Join the parts of fields that a delimiter within them cut, where the fields to their right then fit.

    Where that cannot be told, the record keeps its addresses and what all likely readings agree on, and no cell that
    may belong to another field. The remarks "fields-joined" and "fields-unclear" name the records.
    """
    header = find_header(grid)
    if header is None:
        return
    records = _Records(header.headings, header.says, delimiter)
    numbers: dict[str, list[int]] = {"fields-joined": [], "fields-unclear": []}
    for index in range(header.row + header.height, len(grid.rows)):
        row = grid.rows[index]
        if index % 500 == 0:
            clock.check()
        records = _below_further_header(row, delimiter) or records
        if not 0 < records.width < min(len(row), _MOST_COLUMNS):
            continue
        cells, remark = records.joined(row)
        if remark is not None:
            grid.rows[index] = cells
            numbers[remark].append(index + 1)
    grid.remarks += [
        about_rows(remark, rows) for remark, rows in numbers.items() if rows
    ]


def _below_further_header(row: list[str], delimiter: str) -> "_Records | None":
    """The records of a further block, where this row is its header: it names columns and holds no figures."""
    if len(row) < _LEAST_NAMES or _digit.search("".join(row)):
        return None
    headings = [cell.strip(BLANK) for cell in row]
    says = [headers.heading_field(heading) for heading in headings]
    names = {
        meaning.field for meaning in says if meaning is not None and meaning.is_known
    }
    if len(names) < _LEAST_NAMES:
        return None
    return _Records(headings, says, delimiter)


class _Reading(NamedTuple):
    """One way to read a record. score: how well its fields fit; misfits: how many of them do not at all."""

    score: float
    misfits: int
    cells: list[str]


def _reading(fits: list[float], cells: list[str]) -> _Reading:
    return _Reading(sum(fits), sum(one <= -1 for one in fits), cells)


class _Records:
    """The records below one header. width: how many columns have a heading, counted to the last of them."""

    def __init__(
        self, headings: list[str], says: list[headers.Meaning | None], delimiter: str
    ) -> None:
        self.width = filled_length(headings)
        self._kinds = [(meaning or _NO_MEANING).field for meaning in says[: self.width]]
        self._delimiter = delimiter

    def joined(self, row: list[str]) -> tuple[list[str], str | None]:
        """The record as it is to be read, and the remark on what was done; None where it is right as it is."""
        length = filled_length(row)
        fits_header = length <= self.width
        as_is = self._as_it_is(row, length)
        if fits_header and not as_is.misfits:
            return row, None

        readings = [as_is, *self._readings(row, length)]
        best = max(readings, key=lambda reading: reading.score)
        likely = [
            reading for reading in readings if reading.score > best.score - _ALIKE
        ]
        is_trusted = best.misfits <= _MOST_MISFITS
        is_certain = is_trusted and all(
            reading.cells == best.cells for reading in likely
        )
        if best is as_is and (fits_header or is_certain):
            return row, None
        if is_certain:
            return best.cells, "fields-joined"
        if not is_trusted:
            likely = []
        return self._certain_cells(row, likely), "fields-unclear"

    def _as_it_is(self, row: list[str], length: int) -> _Reading:
        """The record with no fields joined; each filled cell beyond the headings counts against it."""
        beyond = sum(1 for cell in row[self.width : length] if cell.strip(BLANK))
        reading = _reading(self._fits(row), row)
        return reading._replace(score=reading.score - 0.25 * beyond)

    def _fits(self, cells: list[str]) -> list[float]:
        return [fit(kind, cell) for kind, cell in zip(self._kinds, cells, strict=False)]

    def _readings(self, row: list[str], length: int) -> Iterator[_Reading]:
        """The record with as many fields joined as it has too many; empty cells at its end may be among them."""
        least = max(1, length - self.width)
        most = min(_MOST_PARTS, len(row) - self.width)
        for extra in range(least, most + 1):
            yield from self._joined_from(0, row[: self.width + extra], extra)

    def _joined_from(
        self, start: int, row: list[str], extra: int
    ) -> Iterator[_Reading]:
        """The record with one field from start on joined with the next extra cells, for each that may be so; and with a
        link joined with some of them and another field with the others."""
        left, right = self._fits(row), self._fits(row[extra:])
        for column, count in self._joins(start, extra):
            end = column + count + 1
            parts = row[column:end]
            previous = row[column - 1] if column else ""
            joined_fit = fit_of_joined(
                self._kinds[column], parts, self._delimiter, previous=previous
            )
            if joined_fit is None:
                continue
            cells = [*row[:column], self._delimiter.join(parts), *row[end:]]
            if count < extra:
                yield from self._joined_from(column + 1, cells, extra - count)
            else:
                yield _reading(
                    [*left[:column], joined_fit, *right[column + 1 :]], cells
                )

    def _joins(self, start: int, extra: int) -> Iterator[tuple[int, int]]:
        """Each column from start on, with how many further cells it may take: a link any number, another field all."""
        for column in range(start, self.width):
            if self._kinds[column] in LINKS:
                yield from ((column, count) for count in range(1, extra))
            yield column, extra

    def _certain_cells(self, row: list[str], likely: list[_Reading]) -> list[str]:
        """What the readings agree on, and an address wherever one of them has it."""
        cells = [""] * self.width
        for column, kind in enumerate(self._kinds):
            texts = {reading.cells[column] for reading in likely}
            if len(texts) == 1:
                cells[column] = texts.pop()
            elif kind in LISTING_ADDRESSES:
                cells[column] = min(
                    filter(is_link, (*texts, row[column])), key=len, default=""
                )
        if not any(map(is_link, cells)):
            self._keep_moved_link(row, cells)
        return cells

    def _keep_moved_link(self, row: list[str], cells: list[str]) -> None:
        """Put the first address of the record into the first column for one."""
        column = next(
            (
                column
                for column, kind in enumerate(self._kinds)
                if kind in LISTING_ADDRESSES
            ),
            None,
        )
        if column is not None:
            cells[column] = next(filter(is_link, row), "")
