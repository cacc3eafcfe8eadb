"""What was understood of a file, for the person who looks at it before anything is registered.

`understood_of` gives one dict for each worksheet, ready to be kept as JSON:

    name, rows: how many are read or could be. header_row: from 1, or None. title: what stands over the header.
    is_read; why: a code of `refusals` or `not_read` where it is not.
    header_rows: [number, beginning, key] of rows that could be the header; key: as `corrections.header_key` makes it.
    linked: [place of a column, cells] of links behind cells. encoding, delimiter: of a text file.
    columns: place, heading, meaning, certainty, by, samples, filled, is_hidden; more_columns: how many are not told.
"""

from collections.abc import Callable, Iterable
from typing import Any

from listings.sites import sites_named

from . import headers
from .cells import BLANK, cell_at, is_blank
from .choosing import Choice, Fault
from .columns import Candidate, Column, candidate_at, sample_of
from .corrections import BY_MEMORY, BY_PERSON, Corrections, header_key
from .data_rows import is_example
from .layout import Table
from .values import parse_date, parse_price

CERTAIN, LIKELY, UNCERTAIN = "certain", "likely", "confirm"
MOST_WORKSHEETS = 30
MOST_COLUMNS = 60
HEADER_ROWS = 15
_SAMPLES = 3
_LONGEST_SAMPLE = 60
_LONGEST_HEADING = 60
_LONGEST_TITLE = 200


_TESTS: dict[str, Callable[[str], bool]] = {
    "price": lambda cell: parse_price(cell) is not None,
    "list_price": lambda cell: parse_price(cell) is not None,
    "found_on": lambda cell: parse_date(cell) is not None,
    "platform": lambda cell: bool(sites_named(cell)),
}


def understood_of(chosen: Choice) -> list[dict[str, Any]]:
    """Each worksheet of a file of which something is read."""
    read = {table.grid.name for table in chosen.read}
    why = {part.worksheet: part.why for part in chosen.elsewhere}
    worksheets = [
        _of_table(table, "" if table.grid.name in read else why)
        for table in chosen.tables
    ]
    return (worksheets + _of_faults(chosen.faults))[:MOST_WORKSHEETS]


def faults_understood(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """The same of a file of which nothing can be read."""
    return _of_faults(faults)[:MOST_WORKSHEETS]


def remembered_of(chosen: Choice, corrections: Corrections) -> list[str]:
    """What of a file was read as people corrected an earlier one of the firm: headings, and names of worksheets."""
    remembered = corrections.remembered
    words: list[str] = []
    for table in chosen.tables:
        name, headings = table.grid.name, table.header.headings
        said = corrections.of(name)
        words += [
            cell_at(headings, place)
            for place, (_meaning, by) in table.given.items()
            if by == BY_MEMORY
        ]
        has_header = not said.header_row and _header(table) in remembered.headers
        has_choice = said.is_read is None and name in remembered.worksheets
        has_platform = not said.platform and name in remembered.platforms
        if has_header or has_choice or has_platform:
            words.append(name or cell_at(headings, 0))
    return [word[:_LONGEST_HEADING] for word in dict.fromkeys(words)]


def _header(table: Table) -> str:
    return header_key(table.grid.rows[table.header.row])


def _of_faults(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [_of_fault(fault) for fault in faults if fault.rows]


def _of_fault(fault: Fault) -> dict[str, Any]:
    if fault.table is not None:
        return _of_table(fault.table, {fault.grid.name: fault.refusal.code})
    return {
        "name": fault.grid.name,
        "rows": fault.rows,
        "header_row": None,
        "is_read": False,
        "why": fault.refusal.code,
        "header_rows": _header_rows(fault.grid.rows),
        "columns": [],
        "encoding": fault.grid.encoding,
        "delimiter": fault.grid.delimiter,
    }


def _of_table(table: Table, why: Any) -> dict[str, Any]:
    grid, header = table.grid, table.header
    code = why and (why.get(grid.name) or "other-worksheet")
    columns = list(_columns(table))
    over = [
        cell.strip(BLANK)
        for cells in grid.rows[: header.row]
        for cell in cells
        if not is_blank(cell)
    ]
    return {
        "name": grid.name,
        "rows": len(table.rows),
        "header_row": header.row + 1,
        "title": over[0][:_LONGEST_TITLE] if over else "",
        "is_read": not code,
        "why": code or "",
        "is_example": is_example(grid.name),
        "header_rows": _header_rows(grid.rows),
        "linked": sorted(table.linked.items()),
        "columns": columns[:MOST_COLUMNS],
        "more_columns": max(0, len(columns) - MOST_COLUMNS),
        "encoding": grid.encoding,
        "delimiter": grid.delimiter,
    }


def _header_rows(rows: list[list[str]]) -> list[tuple[int, str, str]]:
    """The first rows with something in them: number from 1, how each begins, and how `header_key` writes it down."""
    filled = [
        (number, cells) for number, cells in enumerate(rows[:200], start=1) if cells
    ][:HEADER_ROWS]
    return [(number, _beginning(cells), header_key(cells)) for number, cells in filled]


def _beginning(cells: list[str]) -> str:
    return " ".join(filter(None, (cell.strip(BLANK) for cell in cells)))[
        :_LONGEST_SAMPLE
    ]


def _columns(table: Table) -> Iterable[dict[str, Any]]:
    """Every column with a heading or with something in it, by position."""
    headings, says = table.header.headings, table.header.says
    rows = [cells for _number, cells in table.rows]
    sample = sample_of(rows)
    read = {column.index: column for column in table.columns}
    filled = _filled(rows)
    for place in range(max(len(headings), len(filled))):
        heading, count = cell_at(headings, place), 0
        if place < len(filled):
            count = filled[place]
        if not heading and not count:
            continue
        candidate = candidate_at(place, headings, says, sample)
        column = read.get(place)
        given = table.given.get(place)
        yield {
            "place": place,
            "heading": heading[:_LONGEST_HEADING],
            "meaning": _meaning(candidate, column, given),
            "certainty": CERTAIN if given else certainty(candidate, column),
            "by": _decided_by(column, given),
            "samples": _samples(candidate),
            "filled": count,
            "is_hidden": place in table.grid.hidden_columns,
        }


def _filled(rows: list[list[str]]) -> list[int]:
    """How many cells of each column have something in them."""
    counts = [0] * max(map(len, rows), default=0)
    for cells in rows:
        for place, cell in enumerate(cells):
            if cell and not is_blank(cell):
                counts[place] += 1
    return counts


def _decided_by(column: Column | None, given: tuple[str, str] | None) -> str:
    """What decided on a column: a person where one said something, otherwise its heading or its content."""
    if given:
        return given[1]
    return column.decided_by if column is not None else ""


def _meaning(
    candidate: Candidate, column: Column | None, given: tuple[str, str] | None
) -> str:
    """What a column is read as; of one that is not read, what is known of it."""
    if column is not None:
        return column.field
    if given:
        return given[0]
    if candidate.says in (
        headers.SERIAL,
        headers.ITEM_NUMBER,
        headers.EVIDENCE,
        headers.COMPARISON,
    ):
        return candidate.says
    return headers.OTHER


def certainty(candidate: Candidate, column: Column | None) -> str:
    """How sure the reading is of a column: by its heading and by what stands in it."""
    if column is None:
        return _certainty_of_unused(candidate)
    if column.decided_by in (BY_PERSON, BY_MEMORY):
        return CERTAIN
    if not candidate.cells:
        return CERTAIN if candidate.known else LIKELY
    share = _share(candidate, column)
    if column.decided_by == "content":
        return LIKELY if candidate.says is None and share >= 0.8 else UNCERTAIN
    if share < 0.5:
        return UNCERTAIN
    return CERTAIN if candidate.known else LIKELY


def _share(candidate: Candidate, column: Column) -> float:
    """The share of its cells that look like what the column is read as; 1 where that cannot be told."""
    if column.field in headers.ADDRESS_FIELDS:
        return candidate.usable_share()
    test = _TESTS.get(column.field)
    return candidate.share(test) if test else 1.0


def _certainty_of_unused(candidate: Candidate) -> str:
    if not candidate.cells:
        return CERTAIN
    is_none_of_ours = candidate.says is not None and candidate.says not in (
        *headers.FIELDS,
        headers.ADDRESS,
    )
    if not is_none_of_ours or (
        candidate.usable_share() >= 0.5 and candidate.says != headers.COMPARISON
    ):
        return UNCERTAIN
    return CERTAIN if candidate.known else LIKELY


def _samples(candidate: Candidate) -> list[str]:
    """The first different cells of a column."""
    cells = dict.fromkeys(
        " ".join(cell.split())[:_LONGEST_SAMPLE] for cell in candidate.cells.values()
    )
    return list(cells)[:_SAMPLES]
