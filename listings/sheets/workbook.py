"""Reading an XLSX: its visible worksheets as rows of text, with merged cells filled in."""

import tempfile
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from .cells import BLANK, cell_text
from .grid import Grid
from .limits import Clock, Limits
from .package import unpack
from .refusals import refused

# Title, header and notes around the rows that are counted.
MARGIN = 100


def read_workbook(path: str, limits: Limits, clock: Clock) -> Iterator[Grid]:
    """Each visible worksheet of the XLSX at path, in order. A formula gives the value that was stored with it.

    Raises SheetRefused.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as clean:
        names = unpack(path, clean, limits, clock)
        clean.flush()
        if not names:
            raise refused("no-visible-worksheet")
        try:
            with CalamineWorkbook.from_path(clean.name) as workbook:
                for name in names:
                    clock.check()
                    yield _grid(workbook.get_sheet_by_name(name), limits, clock)
        except PasswordError as fault:
            raise refused("password-protected") from fault
        except CalamineError as fault:
            raise refused("damaged") from fault
        except BaseException as fault:
            # A panic inside the reader comes as a class of its own, which cannot be imported and is no Exception.
            if type(fault).__name__ == "PanicException":
                raise refused("damaged") from fault
            raise


def _grid(sheet: CalamineSheet, limits: Limits, clock: Clock) -> Grid:
    if sheet.start is None:
        return Grid(sheet.name, [])
    before = [""] * sheet.start[1]
    rows: list[list[str]] = []
    filled = 0
    for index, values in enumerate(sheet.iter_rows()):
        if index % 2000 == 0:
            clock.check()
        row = [value if value.__class__ is str else cell_text(value) for value in values]
        if "".join(row).strip(BLANK):
            filled += 1
            rows.append(before + row if before else row)
        else:
            rows.append([])
    if filled > limits.max_rows + MARGIN:
        raise refused("too-many-rows", rows=limits.max_rows)
    merges = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    grid = Grid(sheet.name, rows, merges)
    grid.fill_merged_rows(limits.max_cells)
    return grid
