"""Reading an XLSX: its visible worksheets as rows of text, with merged cells filled in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
)

from .cells import BLANK, cell_text
from .grid import Grid, Merge
from .limits import Clock, Limits
from .links import put_links
from .package import unpack
from .refusals import refused
from .remarks import about_worksheets
from .worksheet import Worksheet

# Title, header and notes around the rows that are counted.
MARGIN = 100


def read_workbook(path: str, limits: Limits, clock: Clock) -> Iterator[Grid]:
    """Each visible worksheet of the XLSX at path, in order. A formula gives the value that was stored with it.

    A worksheet that reaches too far comes without rows and with its fault, as long as another one holds more rows.
    Raises SheetRefused.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as clean:
        workbook = unpack(path, clean, limits, clock)
        clean.flush()
        if not workbook.worksheets:
            raise refused("no-visible-worksheet")
        faulty = max(
            workbook.worksheets,
            key=lambda worksheet: (worksheet.fault is not None, worksheet.unread_rows),
        )
        most_rows = 0
        hidden = about_worksheets("hidden-worksheets", workbook.hidden)
        with _damage_refused(), CalamineWorkbook.from_path(clean.name) as reader:
            for number, worksheet in enumerate(workbook.worksheets, start=1):
                clock.check()
                sheet = reader.get_sheet_by_name(str(number))
                grid = _grid(sheet, worksheet, limits, clock)
                grid.is_1904 = workbook.is_1904
                grid.remarks = list(hidden)
                most_rows = max(most_rows, sum(map(bool, grid.rows)))
                yield grid
        if faulty.fault is not None and faulty.unread_rows >= most_rows:
            raise faulty.fault


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Raises SheetRefused for what the reader raises: password-protected, damaged."""
    try:
        yield
    except PasswordError as fault:
        raise refused("password-protected") from fault
    except CalamineError as fault:
        raise refused("damaged") from fault
    except BaseException as fault:
        # A panic inside the reader comes as a class of its own, which cannot be imported and is no Exception.
        if type(fault).__name__ == "PanicException":
            raise refused("damaged") from fault
        raise


def _grid(
    sheet: CalamineSheet, worksheet: Worksheet, limits: Limits, clock: Clock
) -> Grid:
    grid = Grid(worksheet.title, _rows(sheet, limits, clock), fault=worksheet.fault)
    grid.unread_rows = worksheet.unread_rows
    grid.hidden_rows, grid.hidden_columns = (
        worksheet.hidden_rows,
        worksheet.hidden_columns,
    )
    grid.merges = [
        Merge(top, left, bottom, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    put_links(grid, worksheet.links, limits)
    grid.fill_merged_rows(limits.max_cells)
    return grid


def _rows(sheet: CalamineSheet, limits: Limits, clock: Clock) -> list[list[str]]:
    if sheet.start is None:
        return []
    before = [""] * sheet.start[1]
    rows: list[list[str]] = []
    filled = 0
    for index, values in enumerate(sheet.iter_rows()):
        if index % 2000 == 0:
            clock.check()
        row = [
            value if value.__class__ is str else cell_text(value) for value in values
        ]
        if "".join(row).strip(BLANK):
            filled += 1
            rows.append(before + row if before else row)
        else:
            rows.append([])
    if filled > limits.max_rows + MARGIN:
        raise refused("too-many-rows", rows=limits.max_rows)
    return rows
