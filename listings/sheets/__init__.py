"""Complaint sheets: one uploaded file to rows, each with the text of the fields that matter.

Nothing here knows of models or of the database. What becomes of a row is decided by `listings.classify` and the
import; what a cell's text means, by `listings.addresses` and `values`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, overload

from .cells import BLANK
from .columns import Column
from .data_rows import has_address, is_example
from .delimited import read_delimited
from .files import is_no_sheet, spreadsheet_kind
from .grid import Grid
from .headers import ADDRESS_FIELDS, FIELDS
from .layout import Table, moved_rows, understand
from .limits import Clock, Limits
from .not_read import REASONS, NotRead
from .refusals import SheetRefused, refused
from .workbook import read_workbook

__all__ = [
    "FIELDS",
    "ROWS_OF_A_WORKSHEET",
    "Column",
    "Grid",
    "Limits",
    "Sheet",
    "SheetRefused",
    "SheetRow",
    "is_no_sheet",
    "read_grids",
    "read_sheet",
]


# A worksheet has no more; so a number tells both the worksheet and the row in it.
ROWS_OF_A_WORKSHEET = 2**20
MOST_WORKSHEETS = 100


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
        cells = {name: raw[index] for name, index in self.places if index < width and raw[index]}
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
    not_read: what else the file holds. remarks: codes of what was done so that its text could be read.
    """

    worksheets: list[str]
    header_row: int
    headings: list[str]
    columns: dict[str, Column]
    address_columns: list[Column]
    rows: Sequence[SheetRow]
    not_read: list[NotRead] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Fault(NamedTuple):
    """Why a worksheet cannot be understood. rows: how many hold something."""

    rows: int
    grid: Grid
    refusal: SheetRefused


def read_sheet(path: str, filename: str, limits: Limits | None = None) -> Sheet:
    """Read the complaint sheet at path, uploaded under the name filename (.xlsx, .xlsm, .csv, .tsv or .txt).

    Raises SheetRefused, with a code and a sentence of its own for each fault (see `refusals.SENTENCES`).
    """
    limits = limits or Limits()
    clock = Clock(limits)
    if spreadsheet_kind(path, filename, limits) == "XLSX":
        table, further, elsewhere = _choose(read_workbook(path, limits, clock), limits, clock)
    else:
        with open(path, "rb") as file:
            grid = read_delimited(file.read(), limits, clock)
        table, further, elsewhere = understand(grid, limits, clock), [], []
    return _sheet(table, further, elsewhere)


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


def _choose(grids: Iterable[Grid], limits: Limits, clock: Clock) -> tuple[Table, list[Table], list[NotRead]]:
    """The worksheet that holds most rows, those that are read with it, and what the others hold. Refused if others of
    like size have columns of another meaning; instructions and examples are small."""
    tables, faults = _understood(grids, limits, clock)
    if not tables:
        raise _fullest(faults)
    best = max(tables, key=lambda table: (not is_example(table.grid.name), table.weight()))
    rest = [table for table in tables if table is not best and table.weight()]
    alike, others = _of_the_same_meaning(best, rest)
    if unread := [table for table in others if _is_as_large(table, best)]:
        names = "、".join(f"“{table.grid.name}”" for table in tables if table is best or table in unread)
        raise refused("two-worksheets", names=names[:200])
    if sum(len(table.rows) for table in (best, *alike)) > limits.max_rows:
        raise refused("too-many-rows", rows=limits.max_rows)
    return best, alike, [*map(_other_worksheet, others), *_faulty_ones(faults)]


def _understood(grids: Iterable[Grid], limits: Limits, clock: Clock) -> tuple[list[Table], list[Fault]]:
    """The worksheets that can be understood, and what is wrong with the others; empty ones are left out."""
    tables: list[Table] = []
    faults: list[Fault] = []
    for grid in grids:
        if grid.fault is not None:
            faults.append(Fault(grid.unread_rows, grid, grid.fault))
        if not any(grid.rows):
            continue
        try:
            tables.append(understand(grid, limits, clock))
        except SheetRefused as fault:
            if fault.code not in _ABOUT_ONE_WORKSHEET:
                raise
            faults.append(Fault(sum(map(bool, grid.rows)), grid, fault))
    return tables, faults


def _is_as_large(table: Table, best: Table) -> bool:
    """Whether a worksheet holds so much beside the best one that leaving it out would be wrong."""
    weight = table.weight()
    return weight >= 3 and weight * 3 >= best.weight() and not is_example(table.grid.name)


def _of_the_same_meaning(best: Table, rest: Iterable[Table]) -> tuple[list[Table], list[Table]]:
    """Worksheets whose rows can be read by the columns of the best one, with their cells where it has them; and the
    others. An example is among the others."""
    alike, others = list[Table](), list[Table]()
    for table in rest:
        moved = moved_rows(table.rows, table.columns, best.columns)
        if moved is None or is_example(table.grid.name) or len(alike) == MOST_WORKSHEETS:
            others.append(table)
        else:
            alike.append(replace(table, rows=moved))
    return alike, others


def _other_worksheet(table: Table) -> NotRead:
    numbers = [number for number, _cells in table.rows]
    if is_example(table.grid.name):
        return _as_not_read(table.grid, numbers, "example")
    return _as_not_read(table.grid, numbers, "other-worksheet")


def _fullest(faults: list[Fault]) -> SheetRefused:
    """Why no worksheet can be read: the fault of the one with the most rows, named where there are several; of those
    that reach too far, where there are such."""
    faults = [fault for fault in faults if fault.grid.fault is not None] or faults
    if not faults:
        return refused("no-rows")
    fullest = max(faults, key=lambda fault: fault.rows)
    if len(faults) == 1:
        return fullest.refusal
    return refused(fullest.refusal.code, worksheet=fullest.grid.name[:60], **fullest.refusal.details)


def _faulty_ones(faults: list[Fault]) -> Iterator[NotRead]:
    """Worksheets that reach too far, and those that could not be understood but name listings or stores."""
    for rows, grid, refusal in faults:
        if grid.fault is not None and rows:
            yield NotRead(grid.name, 1, rows, rows, "too-far")
        numbers = [number for number, cells in enumerate(grid.rows, start=1) if cells and has_address(cells)]
        if numbers and refusal.code in REASONS:
            yield _as_not_read(grid, numbers, refusal.code)


def _as_not_read(grid: Grid, numbers: list[int], why: str) -> NotRead:
    return NotRead(grid.name, numbers[0], numbers[-1], len(numbers), why)


_ABOUT_ONE_WORKSHEET = ("no-address-column", "no-rows", "no-header", "label-and-value", "only-hidden-rows")


def _sheet(table: Table, further: list[Table], elsewhere: list[NotRead]) -> Sheet:
    columns: dict[str, Column] = {}
    question = next((c.heading for c in table.columns if c.field == "request" and c.heading.startswith("是否")), "")
    for column in table.columns:
        columns.setdefault(column.field, column)
    address_columns = [column for column in table.columns if column.field in ADDRESS_FIELDS]
    places = [(column.field, column.index) for column in table.columns if column.field not in ADDRESS_FIELDS]
    address_places = [(column.field, column.index) for column in address_columns]
    numbered = list(table.rows)
    for index, other in enumerate(further, start=1):
        numbered += [(index * ROWS_OF_A_WORKSHEET + number, cells) for number, cells in other.rows]
    return Sheet(
        [part.grid.name for part in (table, *further)],
        table.header.row + 1,
        table.header.headings,
        columns,
        address_columns,
        SheetRows(numbered, places, address_places, question),
        [*(part for one in (table, *further) for part in one.not_read), *elsewhere],
        table.grid.remarks,
    )
