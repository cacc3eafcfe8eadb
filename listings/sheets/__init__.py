"""Complaint sheets: one uploaded file to rows, each with the text of the fields that matter.

Nothing here knows of models or of the database. What becomes of a row is decided by `listings.classify` and the
import; what a cell's text means, by `listings.addresses` and `values`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from .cells import BLANK
from .choosing import Choice, choose
from .columns import Column
from .corrections import Corrections
from .delimited import read_delimited
from .files import is_no_sheet, spreadsheet_kind
from .grid import Grid
from .headers import ADDRESS_FIELDS, FIELDS
from .limits import Clock, Limits
from .not_read import NotRead
from .refusals import SheetRefused
from .understanding import remembered_of, understood_of
from .workbook import read_workbook

__all__ = [
    "FIELDS",
    "ROWS_OF_A_WORKSHEET",
    "Column",
    "Corrections",
    "Grid",
    "Limits",
    "Sheet",
    "SheetRefused",
    "SheetRow",
    "is_no_sheet",
    "read_grids",
    "read_sheet",
    "read_text",
]


# A worksheet has no more; so a number tells both the worksheet and the row in it.
ROWS_OF_A_WORKSHEET = 2**20


class SheetRow(NamedTuple):
    """One data row.

    number: worksheet row or CSV record, from 1; of a further worksheet that is read too, with ROWS_OF_A_WORKSHEET added
    for each before it. cells: field -> text as it stands in the file, empty cells left out.
    addresses: (field, text) of every address column that has something in this row, by position; the field says which
    column it was, not what the address is. raw: the row's cells.
    """

    number: int
    cells: dict[str, str]
    addresses: list[tuple[str, str]]
    raw: list[str]


@dataclass(frozen=True, slots=True)
class SheetRows(Sequence[SheetRow]):
    """The data rows of a sheet, each put together when it is asked for: whoever takes them by the thousand has the
    first long before the last.

    table: (number, cells) of each. places, address_places: (field, index) of the columns. question: put before what is
    asked for, where the heading asks it.
    """

    table: list[tuple[int, list[str]]]
    places: list[tuple[str, int]]
    address_places: list[tuple[str, int]]
    question: str = ""

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, place: int) -> SheetRow: ...

    @overload
    def __getitem__(self, place: slice) -> list[SheetRow]: ...

    def __getitem__(self, place: int | slice) -> SheetRow | list[SheetRow]:
        if isinstance(place, slice):
            return [self._row(number, cells) for number, cells in self.table[place]]
        return self._row(*self.table[place])

    def _row(self, number: int, raw: list[str]) -> SheetRow:
        width = len(raw)
        cells = {
            name: raw[index]
            for name, index in self.places
            if index < width and raw[index]
        }
        addresses = []
        for name, index in self.address_places:
            if index < width and (text := raw[index]):
                cells.setdefault(name, text)
                if text.strip(BLANK):
                    addresses.append((name, text))
        if self.question and "request" in cells:
            cells["request"] = f"{self.question}：{cells['request']}"
        return SheetRow(number, cells, addresses, raw)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file understood.

    worksheets: names of those that are read, [''] for a text file. header_row: of the first, from 1. headings: the text
    over each column. columns: field -> the column it is read from. address_columns: every column whose addresses count.
    not_read: what else the file holds. remarks: codes of what was done so that its text could be read. understood: of
    every worksheet, for a person who looks at it; see `understanding`. remembered: what was read as people corrected it
    in an earlier sheet: headings of columns, names of worksheets.
    """

    worksheets: list[str]
    header_row: int
    headings: list[str]
    columns: dict[str, Column]
    address_columns: list[Column]
    rows: Sequence[SheetRow]
    not_read: list[NotRead] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    understood: list[dict[str, Any]] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)


def read_sheet(
    path: str,
    filename: str,
    limits: Limits | None = None,
    corrections: Corrections | None = None,
) -> Sheet:
    """Read the complaint sheet at path, uploaded under the name filename (.xlsx, .xlsm, .csv, .tsv or .txt).

    corrections: how people said that it is to be read. Raises SheetRefused, with a code and a sentence of its own for
    each fault (see `refusals.SENTENCES`).
    """
    limits, corrections = limits or Limits(), corrections or Corrections()
    clock = Clock(limits)
    grids: Iterable[Grid]
    if spreadsheet_kind(path, filename, limits) == "XLSX":
        grids = read_workbook(path, limits, clock)
    else:
        with open(path, "rb") as file:
            grids = [read_delimited(file.read(), limits, clock)]
    return _sheet(choose(grids, limits, clock, corrections), corrections)


def read_text(content: bytes, limits: Limits | None = None) -> Sheet:
    """Read the content of a delimited text as `read_sheet` does its file. Raises SheetRefused."""
    limits, corrections = limits or Limits(), Corrections()
    clock = Clock(limits)
    return _sheet(
        choose([read_delimited(content, limits, clock)], limits, clock, corrections),
        corrections,
    )


def read_grids(path: str, filename: str, limits: Limits | None = None) -> list[Grid]:
    """Every visible worksheet of the file at path, or its one table of text, as rows of text: for sheets of another
    shape than a complaint's, under the same checks and bounds. Raises SheetRefused.
    """
    limits = limits or Limits()
    clock = Clock(limits)
    if spreadsheet_kind(path, filename, limits) == "XLSX":
        return list(read_workbook(path, limits, clock))
    with open(path, "rb") as file:
        return [read_delimited(file.read(), limits, clock, joins_fields=False)]


def _sheet(chosen: Choice, corrections: Corrections) -> Sheet:
    """A file of which some worksheets are read; what was understood of each is told only where a person looks at it."""
    best = chosen.best
    columns: dict[str, Column] = {}
    for column in best.columns:
        columns.setdefault(column.field, column)
    not_read = [part for table in chosen.read for part in table.not_read]
    understood = []
    if corrections.is_reviewed:
        understood = understood_of(chosen)
    return Sheet(
        [table.grid.name for table in chosen.read],
        best.header.row + 1,
        best.header.headings,
        columns,
        [column for column in best.columns if column.field in ADDRESS_FIELDS],
        _rows_of(chosen),
        not_read + chosen.elsewhere,
        best.grid.remarks,
        understood,
        remembered_of(chosen, corrections),
    )


def _rows_of(chosen: Choice) -> SheetRows:
    """The rows of all worksheets that are read, by the columns of the best one."""
    places: list[tuple[str, int]] = []
    address_places: list[tuple[str, int]] = []
    for column in chosen.best.columns:
        if column.field in ADDRESS_FIELDS:
            address_places.append((column.field, column.index))
        else:
            places.append((column.field, column.index))
    numbered = list(chosen.best.rows)
    for index, table in enumerate(chosen.further, start=1):
        numbered += [
            (index * ROWS_OF_A_WORKSHEET + number, cells)
            for number, cells in table.rows
        ]
    return SheetRows(
        numbered, places, address_places, _question_of(chosen.best.columns)
    )


def _question_of(columns: Iterable[Column]) -> str:
    """The heading over the requests where it asks for one, such as 是否下架; '' where it does not."""
    headings = (column.heading for column in columns if column.field == "request")
    return next((heading for heading in headings if heading.startswith("是否")), "")
