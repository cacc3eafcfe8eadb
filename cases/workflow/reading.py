"""From an uploaded file to judged rows, in a child process: whatever the file is, only the child can come to harm."""

import json
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from tempfile import NamedTemporaryFile
from typing import Any

import structlog
from django.conf import settings

from cases.models import ImportRow, SheetImport
from corps.bulk import copied, copied_json, copy_lines, in_lines
from corps.confined import ChildDied, confined
from corps.models import StoredFile
from corps.workflow import open_file
from listings.classify import RowReading, judge_row
from listings.sheets import Limits, Sheet, SheetRefused, SheetRow, read_sheet
from listings.sites import platform_of

log = structlog.get_logger(__name__)

# Of what a hostile file may make the child take, beyond what a worker has anyway.
MEMORY = 1536 * 2**20
# The child notices its own time limit; this is for one that cannot.
GRACE = 15
ROWS_AT_ONCE = 5000
_COUNT = struct.Struct("!I")
ROW_COLUMNS = [
    "sheet_import_id", "row", "cells", "result", "reason", "platform_slug", "kind", "listing_id", "listing_site",
    "store_id", "store_site", "address", "repair", "decision", "finding",
]  # fmt: skip
DEATHS: dict[str, dict[str, Any]] = {
    "memory": {"code": "too-costly"},
    "time": {"code": "too-slow", "seconds": settings.SHEET_MAX_SECONDS},
    "error": {"code": "damaged"},
}
RESULTS = {"invalid": "invalid", "held": "held", "ok": "new"}


@dataclass(frozen=True, slots=True)
class Heading:
    """What the sheet is, known before its rows. rows: how many will come."""

    worksheet: str
    header_row: int
    columns: dict[str, Any]
    rows: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of its rows in order, as COPY takes them for ROW_COLUMNS."""

    count: int
    lines: bytes


class ReadingRefused(Exception):
    """The file cannot be read. detail: what `SheetImport.detail` keeps."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def read_rows(sheet_import: SheetImport, platforms: Collection[str]) -> Iterator[Heading | Rows]:
    """The heading and then the rows of an import's sheet, judged by themselves. Raises ReadingRefused."""
    complaint = sheet_import.complaint
    assert complaint.sheet is not None  # an import has a sheet
    prefix = str(sheet_import.pk)
    with _on_disk(complaint.sheet) as path:
        pieces = confined(
            lambda: _pieces(path, complaint.sheet_name, prefix, platforms),
            memory=MEMORY,
            seconds=settings.SHEET_MAX_SECONDS + GRACE,
        )
        try:
            for piece in pieces:
                yield _understood(piece)
        except ChildDied as died:
            log.error("sheet.reader_died", how=died.how, sheet_import=prefix)
            raise ReadingRefused(json.dumps(DEATHS[died.how])) from died
        finally:
            pieces.close()


def limits() -> Limits:
    """What one sheet may cost, by the settings."""
    return Limits(
        max_bytes=settings.SHEET_MAX_BYTES, max_rows=settings.SHEET_MAX_ROWS, seconds=settings.SHEET_MAX_SECONDS
    )


@contextmanager
def _on_disk(stored: StoredFile) -> Iterator[str]:
    """A stored file's content under a path of this machine, whatever the storage is."""
    with NamedTemporaryFile() as copy:
        with open_file(stored) as file:
            for chunk in file.chunks():
                copy.write(chunk)
        copy.flush()
        yield copy.name


def _understood(piece: bytes) -> Heading | Rows:
    mark, content = piece[:1], piece[1:]
    if mark == b"R":
        return Rows(_COUNT.unpack_from(content)[0], content[_COUNT.size :])
    if mark == b"F":
        raise ReadingRefused(content.decode())
    return Heading(**json.loads(content))


def _pieces(path: str, filename: str, prefix: str, platforms: Collection[str]) -> Iterator[bytes]:
    """In the child: `H` and the heading, then `R`, a count and rows; or `F` and why the file is refused."""
    try:
        sheet = read_sheet(path, filename, limits())
    except SheetRefused as fault:
        figures = {name: value if isinstance(value, int) else str(value)[:60] for name, value in fault.details.items()}
        yield b"F" + json.dumps({"code": fault.code, **figures}).encode()
        return
    heading = {
        "worksheet": sheet.worksheet[:100],
        "header_row": sheet.header_row,
        "columns": _columns(sheet),
        "rows": len(sheet.rows),
    }
    yield b"H" + json.dumps(heading).encode()
    rows = iter(sheet.rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        lines = in_lines(_line(row, prefix, platforms) for row in some)
        yield b"R" + _COUNT.pack(len(some)) + lines


def _columns(sheet: Sheet) -> dict[str, Any]:
    """For the person who looks at the result: which column was read as what, and worksheets that were passed over."""
    return {
        "headings": sheet.headings,
        "fields": {
            name: {"index": column.index, "heading": column.heading, "decided_by": column.decided_by}
            for name, column in sheet.columns.items()
        },
        "addresses": [column.index for column in sheet.address_columns],
        "passed_over": sheet.passed_over,
    }


def _line(row: SheetRow, prefix: str, platforms: Collection[str]) -> str:
    reading = judge_row(row.addresses, row.cells.get("request", ""), platforms)
    address = reading.target_address
    text = address.canonical_url if address is not None else copied(reading.text)
    return (
        f"{prefix}\t{row.number}\t{copied_json(row.cells)}\t{RESULTS[reading.verdict]}\t{reading.code}\t"
        f"{named(reading)}\t{text}\t\t\t"
    )


def named(reading: RowReading) -> str:
    """platform_slug, kind, listing_id, listing_site, store_id, store_site of a row, as COPY takes them."""
    listing, store = reading.listing, reading.store
    first = reading.target_address or listing or store
    return "\t".join(
        [
            platform_of(first.site) if first is not None else "",
            reading.target or "",
            copied(listing.canonical_id) if listing is not None else "",
            listing.site if listing is not None else "",
            copied(store.canonical_id) if store is not None else "",
            store.site if store is not None else "",
        ]
    )


def write_rows(rows: Rows) -> None:
    """Write rows that were read, in the present transaction."""
    copy_lines(ImportRow, ROW_COLUMNS, rows.lines)
