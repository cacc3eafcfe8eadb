"""From an uploaded file to judged rows, in a child process: whatever the file is, only the child can come to harm."""

import json
import struct
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import IO, Any

import structlog
from django.conf import settings

from cases.models import ImportRow, SheetCorrection, SheetImport
from cases.workflow.registration import (
    Outcome,
    Row,
    allegation,
    words_of_listing,
    words_of_store,
)
from corps.database.copy import copied, copied_texts, copy_lines, in_lines
from corps.errors import FileLost
from corps.files.sandbox import ChildDied, confined
from corps.models import StoredFile
from corps.workflow import open_file
from listings.classify import RowReading, judge_row
from listings.sheets import (
    Corrections,
    Limits,
    Sheet,
    SheetRefused,
    SheetRow,
    read_sheet,
)
from listings.sheets.choosing import NothingToRead
from listings.sheets.corrections import corrections_from
from listings.sheets.understanding import faults_understood
from listings.sites import platform_of

log = structlog.get_logger(__name__)

# Of what a hostile file may make the child take, beyond what a worker has anyway.
MEMORY = 1536 * 2**20
# The child notices its own time limit; this is for one that cannot.
GRACE = 15
ROWS_AT_ONCE = 5000
# A file with more parts that are not read tells of so many.
MOST_PARTS = 50
FIRST_ROWS = 1000
_LENGTH = struct.Struct("!I")
ROW_COLUMNS = [
    "sheet_import_id", "row", "cells", "platform_slug", "kind", "listing_id", "listing_site", "store_id", "store_site",
    "address", "repair", "decision", "result", "reason", "finding", "target_id", "registered_at",
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
    """Some of its rows in order, judged by themselves.

    rows, reasons: of each row. lines: each as COPY takes it for ROW_COLUMNS, up to its result.
    """

    rows: list[Row]
    reasons: list[str]
    lines: list[bytes]

    def after(self, count: int) -> "Rows":
        """Without the first so many."""
        return Rows(self.rows[count:], self.reasons[count:], self.lines[count:])


class ReadingRefused(Exception):
    """The file cannot be read. detail: what `SheetImport.detail` keeps. understood: of its worksheets, for a person who
    may correct it."""

    def __init__(self, detail: str, understood: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.detail, self.understood = detail, understood


def read_rows(
    sheet_import: SheetImport, platforms: Collection[str]
) -> Generator[Heading | Rows, None, None]:
    """The heading and then the rows of an import's sheet. Raises ReadingRefused."""
    complaint = sheet_import.complaint
    assert complaint.sheet is not None  # an import has a sheet
    prefix = str(sheet_import.pk)
    corrections = corrections_of(sheet_import)
    with _on_disk(complaint.sheet) as path:
        pieces = confined(
            lambda: _pieces(path, complaint.sheet_name, prefix, platforms, corrections),
            memory=MEMORY,
            seconds=settings.SHEET_MAX_SECONDS + GRACE,
        )
        try:
            yield from _one_ahead(map(_understood, pieces))
        except ChildDied as died:
            log.error("sheet.reader_died", how=died.how, sheet_import=prefix)
            raise ReadingRefused(json.dumps(DEATHS[died.how])) from died
        finally:
            pieces.close()


def corrections_of(sheet_import: SheetImport) -> Corrections:
    """How people said an import's sheet is to be read, of this one and of the firm's earlier ones. One statement."""
    remembered = SheetCorrection.objects.remembered(sheet_import.complaint.firm_id)
    return corrections_from(
        sheet_import.corrections, remembered, is_reviewed=sheet_import.needs_review
    )


def _one_ahead(pieces: Iterator[Heading | Rows]) -> Iterator[Heading | Rows]:
    """The same, each taken from the child and taken apart while its predecessor is being written.

    The first is taken in this thread: the child lives as long as the thread that began it.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        piece = next(pieces, None)
        while piece is not None:
            following = beside.submit(next, pieces, None)
            yield piece
            piece = following.result()


def write_rows(
    rows: Rows, outcome: Outcome | None = None, registered_at: str = ""
) -> None:
    """Write rows that were read, in the present transaction: as they were read, or with what became of them.

    registered_at: as ISO 8601, for those that were registered as a target.
    """
    lines = bytearray()
    for row, reason, line in zip(rows.rows, rows.reasons, rows.lines, strict=True):
        if outcome is None or row.number not in outcome.results:
            end = f"\t{row.result}\t{reason}\t\t\\N\t\\N\n"
        else:
            number, target = row.number, outcome.target_of(row.number)
            place = "\\N\t\\N" if target is None else f"{target}\t{registered_at}"
            finding = copied(outcome.findings.get(number, ""))
            end = f"\t{outcome.results[number]}\t{outcome.reason_of(number)}\t{finding}\t{place}\n"
        lines += line
        lines += end.encode()
    copy_lines(ImportRow, ROW_COLUMNS, bytes(lines))


def limits() -> Limits:
    """What one sheet may cost, by the settings."""
    return Limits(
        max_bytes=settings.SHEET_MAX_BYTES,
        max_rows=settings.SHEET_MAX_ROWS,
        seconds=settings.SHEET_MAX_SECONDS,
    )


@contextmanager
def _on_disk(stored: StoredFile) -> Iterator[str]:
    """A stored file's content under a path of this machine, whatever the storage is. Raises ReadingRefused."""
    with NamedTemporaryFile() as copy:
        try:
            _copy_content(stored, copy)
        except FileLost as lost:
            raise ReadingRefused(json.dumps({"code": "file-lost"})) from lost
        copy.flush()
        yield copy.name


def _copy_content(stored: StoredFile, copy: IO[bytes]) -> None:
    """Write a stored file's content into an open one. Raises FileLost."""
    with open_file(stored) as file:
        for chunk in file.chunks():
            copy.write(chunk)


def _understood(piece: bytes) -> Heading | Rows:
    mark, content = piece[:1], piece[1:]
    if mark == b"R":
        length = _LENGTH.unpack_from(content)[0]
        facts, reasons = json.loads(content[_LENGTH.size : _LENGTH.size + length])
        lines = content[_LENGTH.size + length :].splitlines()
        return Rows([Row(*fact) for fact in facts], reasons, lines)
    if mark == b"F":
        refusal = json.loads(content)
        raise ReadingRefused(json.dumps(refusal["detail"]), refusal["understood"])
    return Heading(**json.loads(content))


def _pieces(
    path: str,
    filename: str,
    prefix: str,
    platforms: Collection[str],
    corrections: Corrections,
) -> Iterator[bytes]:
    """In the child: `H` and the heading, then `R` and rows, time and again; or `F` and why the file is refused."""
    try:
        sheet = read_sheet(path, filename, limits(), corrections)
    except SheetRefused as fault:
        yield b"F" + json.dumps(_refusal(fault, corrections)).encode()
        return
    heading = {
        "worksheet": sheet.worksheets[0][:100],
        "header_row": sheet.header_row,
        "columns": _columns(sheet),
        "rows": len(sheet.rows),
    }
    yield b"H" + json.dumps(heading).encode()
    for start, end in _spans(len(sheet.rows)):
        some = sheet.rows[start:end]
        readings = [
            judge_row(row.addresses, row.cells.get("request", ""), platforms)
            for row in some
        ]
        facts = [
            _facts(row, reading) for row, reading in zip(some, readings, strict=True)
        ]
        head = json.dumps([facts, [reading.code for reading in readings]]).encode()
        lines = in_lines(
            _line(*both, prefix) for both in zip(some, readings, strict=True)
        )
        yield b"R" + _LENGTH.pack(len(head)) + head + lines


def _refusal(fault: SheetRefused, corrections: Corrections) -> dict[str, Any]:
    figures = {
        name: value if isinstance(value, int) else str(value)[:200]
        for name, value in fault.details.items()
    }
    understood = []
    if corrections.is_reviewed and isinstance(fault, NothingToRead):
        understood = faults_understood(fault.faults)
    return {"detail": {"code": fault.code, **figures}, "understood": understood}


def _spans(rows: int) -> Iterator[tuple[int, int]]:
    """Where each piece begins and ends; the first is short, so that whoever registers them need not wait long."""
    start, end = 0, min(FIRST_ROWS, ROWS_AT_ONCE)
    while start < rows:
        yield start, end
        start, end = end, end + ROWS_AT_ONCE


def _columns(sheet: Sheet) -> dict[str, Any]:
    """For the person who looks at the result: which column was read as what, and what was not read."""
    return {
        "headings": sheet.headings,
        "fields": {
            name: {
                "index": column.index,
                "heading": column.heading,
                "decided_by": column.decided_by,
            }
            for name, column in sheet.columns.items()
        },
        "addresses": [column.index for column in sheet.address_columns],
        "worksheets": [name[:100] for name in sheet.worksheets],
        "not_read": [part._asdict() for part in sheet.not_read[:MOST_PARTS]],
        "remarks": sheet.remarks,
        "remembered": sheet.remembered[:MOST_PARTS],
        "understood": sheet.understood,
    }


def _facts(row: SheetRow, reading: RowReading) -> tuple[Any, ...]:
    """The first fields of a `Row`; of a row that the registry need not decide on, fewer."""
    if reading.verdict != "ok":
        return row.number, RESULTS[reading.verdict]
    listing, store = reading.listing, reading.store
    target = reading.target_address
    return (
        row.number,
        RESULTS["ok"],
        platform_of(target.site) if target is not None else "",
        reading.target,
        listing.canonical_id if listing is not None else "",
        store.canonical_id if store is not None else "",
        0,
        "",
        words_of_listing(listing.site, listing.canonical_id, row.cells)
        if listing is not None
        else "",
        words_of_store(store.site, store.canonical_id, row.cells)
        if store is not None
        else "",
        allegation(row.cells),
    )


def _line(row: SheetRow, reading: RowReading, prefix: str) -> str:
    listing, store, target = reading.listing, reading.store, reading.target_address
    first = target or listing or store
    text = target.canonical_url if target is not None else copied(reading.text)
    return "\t".join(
        (
            prefix,
            str(row.number),
            copied_texts(row.cells),
            platform_of(first.site) if first is not None else "",
            reading.target or "",
            listing.canonical_id if listing is not None else "",
            listing.site if listing is not None else "",
            store.canonical_id if store is not None else "",
            store.site if store is not None else "",
            text,
            "\t",
        )
    )
