"""Which worksheets of a file are read, and what the others hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .columns import missing_addresses
from .corrections import Corrections
from .data_rows import has_address, is_example
from .grid import Grid
from .layout import Table, lay_out, why_no_addresses
from .limits import Clock, Limits
from .not_read import REASONS, NotRead
from .places import moved_rows, with_places_for
from .refusals import SheetRefused, refused

MOST_WORKSHEETS = 100
_ABOUT_ONE_WORKSHEET = (
    "no-address-column",
    "no-rows",
    "no-header",
    "label-and-value",
    "only-hidden-rows",
)


class Fault(NamedTuple):
    """Why a worksheet cannot be read. rows: how many hold something. table: as far as it was understood."""

    rows: int
    grid: Grid
    refusal: SheetRefused
    table: Table | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """best: the worksheet under whose columns the rows of the further ones are put. elsewhere: what the others hold.

    tables, faults: all worksheets as they were understood, each with its own columns, and those that were not.
    """

    best: Table
    further: list[Table] = field(default_factory=list)
    elsewhere: list[NotRead] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def read(self) -> list[Table]:
        """The worksheets whose rows are read, the best one first."""
        return [self.best, *self.further]


class NothingToRead(SheetRefused):
    """No worksheet can be read. faults: what is wrong with each, for a person who may correct it."""

    def __init__(self, refusal: SheetRefused, faults: list[Fault]) -> None:
        super().__init__(refusal.code, refusal.message, **refusal.details)
        self.faults = faults


def choose(
    grids: Iterable[Grid], limits: Limits, clock: Clock, corrections: Corrections
) -> Choice:
    """The worksheet that holds most rows, those that are read with it, and what the others hold.

    Raises SheetRefused where others of like size have columns of another meaning and nobody will look at what was
    understood; instructions and examples are small.
    """
    tables, faults = _understood(grids, limits, clock, corrections)
    if not tables:
        raise NothingToRead(_fullest(faults), faults)
    left_out = _excluded(tables, corrections)
    wanted = [table for table in tables if table not in left_out]
    best = max(wanted, key=lambda table: _preference(table, corrections))
    rest = [
        table
        for table in wanted
        if table is not best
        and (table.weight() or corrections.is_read(table.grid.name))
    ]
    best, alike, others = _of_the_same_meaning(best, rest, corrections)
    if not corrections.is_reviewed:
        _refuse_as_large(others, best, tables)
    if sum(len(table.rows) for table in (best, *alike)) > limits.max_rows:
        raise refused("too-many-rows", rows=limits.max_rows)
    elsewhere = [
        *map(_other_worksheet, others),
        *(_left_out(table, corrections) for table in left_out),
        *_faulty_ones(faults),
    ]
    return Choice(best, alike, elsewhere, tables, faults)


def _excluded(tables: list[Table], corrections: Corrections) -> list[Table]:
    """The worksheets that people said are not read; none if that would be all: such a file helps nobody."""
    excluded = [
        table for table in tables if corrections.is_read(table.grid.name) is False
    ]
    if len(excluded) == len(tables):
        return []
    return excluded


def _refuse_as_large(others: list[Table], best: Table, tables: list[Table]) -> None:
    """Raise SheetRefused where worksheets that are not read are as large as the best one; named in the file's order."""
    unread = [table for table in others if _is_as_large(table, best)]
    if unread:
        named = {best.grid.name, *(table.grid.name for table in unread)}
        names = "、".join(
            f"“{table.grid.name}”" for table in tables if table.grid.name in named
        )
        raise refused("two-worksheets", names=names[:200])


def _preference(table: Table, corrections: Corrections) -> tuple[bool, int]:
    is_taken_in = corrections.is_read(table.grid.name) is True
    return is_taken_in or not is_example(table.grid.name), table.weight()


def _understood(
    grids: Iterable[Grid], limits: Limits, clock: Clock, corrections: Corrections
) -> tuple[list[Table], list[Fault]]:
    """The worksheets that can be understood, and what is wrong with the others; empty ones are left out."""
    tables: list[Table] = []
    faults: list[Fault] = []
    for grid in grids:
        if grid.fault is not None:
            faults.append(Fault(grid.unread_rows, grid, grid.fault))
        if not any(grid.rows):
            continue
        filled = sum(map(bool, grid.rows))
        try:
            table = lay_out(grid, limits, clock, corrections)
        except SheetRefused as fault:
            if fault.code not in _ABOUT_ONE_WORKSHEET:
                raise
            faults.append(Fault(filled, grid, fault))
            continue
        if missing_addresses(table.columns):
            faults.append(Fault(filled, grid, refused(why_no_addresses(grid)), table))
        else:
            tables.append(table)
    return tables, faults


def _is_as_large(table: Table, best: Table) -> bool:
    """Whether a worksheet holds so much beside the best one that leaving it out would be wrong."""
    weight = table.weight()
    return (
        weight >= 3 and weight * 3 >= best.weight() and not is_example(table.grid.name)
    )


def _of_the_same_meaning(
    best: Table, rest: Iterable[Table], corrections: Corrections
) -> tuple[Table, list[Table], list[Table]]:
    """The best worksheet, those whose rows are put under its columns, and the others. An example is among the others.

    Where people said that one is read whose columns have another meaning, those of the best one grow by what they lack.
    """
    alike, others = list[Table](), list[Table]()
    for table in rest:
        is_taken_in = corrections.is_read(table.grid.name) is True
        if is_taken_in:
            best = replace(
                best, columns=with_places_for(table.columns, best.columns, best.rows)
            )
        moved = moved_rows(table.rows, table.columns, best.columns)
        is_other = is_example(table.grid.name) and not is_taken_in
        if moved is None or is_other or len(alike) == MOST_WORKSHEETS:
            others.append(table)
        else:
            alike.append(replace(table, rows=moved))
    return best, alike, others


def _left_out(table: Table, corrections: Corrections) -> NotRead:
    why = "left-out"
    if corrections.of(table.grid.name).is_read is None:
        why = "left-out-before"
    return _as_not_read(table.grid, [number for number, _cells in table.rows], why)


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
    return refused(
        fullest.refusal.code,
        worksheet=fullest.grid.name[:60],
        **fullest.refusal.details,
    )


def _faulty_ones(faults: list[Fault]) -> Iterator[NotRead]:
    """Worksheets that reach too far, and those that could not be understood but name listings or stores."""
    for rows, grid, refusal, _table in faults:
        if grid.fault is not None and rows:
            yield NotRead(grid.name, 1, rows, rows, "too-far")
        numbers = [
            number
            for number, cells in enumerate(grid.rows, start=1)
            if cells and has_address(cells)
        ]
        if numbers and refusal.code in REASONS:
            yield _as_not_read(grid, numbers, refusal.code)


def _as_not_read(grid: Grid, numbers: list[int], why: str) -> NotRead:
    return NotRead(grid.name, numbers[0], numbers[-1], len(numbers), why)
