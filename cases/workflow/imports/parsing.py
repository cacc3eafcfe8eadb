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
from cases.workflow.imports.rows import (
    RegistrationBatch,
    RegistrationRow,
    allegation,
    words_of_listing,
    words_of_store,
)
from corps.database.copy import copied, copied_texts, copy_lines, in_lines
from corps.errors import FileLost
from corps.files.sandbox import ChildDied, confined
from corps.models import StoredFile
from corps.workflow import open_file
from listings.addresses import Address
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
class SheetHeading:
    """What the sheet is, known before its rows. rows: how many will come."""

    worksheet: str
    header_row: int
    columns: dict[str, Any]
    rows: int


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Some of its rows in order, judged by themselves.

    rows, reasons: of each row. lines: each as COPY takes it for ROW_COLUMNS, up to its result.
    """

    rows: list[RegistrationRow]
    reasons: list[str]
    lines: list[bytes]

    def after(self, count: int) -> "JudgedRows":
        """Without the first so many."""
        return JudgedRows(self.rows[count:], self.reasons[count:], self.lines[count:])


class ReadingRefused(Exception):
    """The file cannot be read. detail: what `SheetImport.detail` keeps. understood: of its worksheets, for a person who
    may correct it."""

    def __init__(self, detail: str, understood: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.detail, self.understood = detail, understood


def read_rows(
    sheet_import: SheetImport, platforms: Collection[str]
) -> Generator[SheetHeading | JudgedRows, None, None]:
    """The heading and then the rows of an import's sheet. Raises ReadingRefused."""
    complaint = sheet_import.complaint
    assert complaint.sheet is not None  # an import has a sheet
    prefix = str(sheet_import.pk)
    corrections = corrections_of(sheet_import)
    with _on_disk(complaint.sheet) as path:
        chunks = confined(
            lambda: _chunks(path, complaint.sheet_name, prefix, platforms, corrections),
            memory=MEMORY,
            seconds=settings.SHEET_MAX_SECONDS + GRACE,
        )
        try:
            yield from _one_ahead(map(_understood, chunks))
        except ChildDied as died:
            log.error("sheet.reader_died", how=died.how, sheet_import=prefix)
            raise ReadingRefused(json.dumps(DEATHS[died.how])) from died
        finally:
            chunks.close()


def corrections_of(sheet_import: SheetImport) -> Corrections:
    """How people said an import's sheet is to be read, of this one and of the firm's earlier ones. One statement."""
    remembered = SheetCorrection.objects.remembered(sheet_import.complaint.firm_id)
    return corrections_from(
        sheet_import.corrections, remembered, is_reviewed=sheet_import.needs_review
    )


def _one_ahead(
    chunks: Iterator[SheetHeading | JudgedRows],
) -> Iterator[SheetHeading | JudgedRows]:
    """The same, each taken from the child and taken apart while its predecessor is being written.

    The first is taken in this thread: the child lives as long as the thread that began it.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        chunk = next(chunks, None)
        while chunk is not None:
            following = beside.submit(next, chunks, None)
            yield chunk
            chunk = following.result()


def write_rows(
    rows: JudgedRows, batch: RegistrationBatch | None = None, registered_at: str = ""
) -> None:
    """Write rows that were read, in the present transaction: as they were read, or with what became of them.

    registered_at: as ISO 8601, for those that were registered as a target.
    """
    lines = bytearray()
    for row, reason, line in zip(rows.rows, rows.reasons, rows.lines, strict=True):
        number = row.number
        if batch is None or number not in batch.results:
            end = f"\t{row.result}\t{reason}\t\t\\N\t\\N\n"
        else:
            registered, target = "\\N\t\\N", batch.target_of(number)
            if target is not None:
                registered = f"{target}\t{registered_at}"
            finding = copied(batch.findings.get(number, ""))
            end = f"\t{batch.results[number]}\t{batch.reason_of(number)}\t{finding}\t{registered}\n"
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


def _understood(chunk: bytes) -> SheetHeading | JudgedRows:
    mark, content = chunk[:1], chunk[1:]
    if mark == b"R":
        length = _LENGTH.unpack_from(content)[0]
        facts, reasons = json.loads(content[_LENGTH.size : _LENGTH.size + length])
        lines = content[_LENGTH.size + length :].splitlines()
        return JudgedRows([RegistrationRow(*fact) for fact in facts], reasons, lines)
    if mark == b"F":
        refusal = json.loads(content)
        raise ReadingRefused(json.dumps(refusal["detail"]), refusal["understood"])
    return SheetHeading(**json.loads(content))


def _chunks(
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
        judged = [
            (row, judge_row(row.addresses, row.cells.get("request", ""), platforms))
            for row in sheet.rows[start:end]
        ]
        facts = [_facts(row, reading) for row, reading in judged]
        reasons = [reading.code for _row, reading in judged]
        head = json.dumps([facts, reasons]).encode()
        lines = in_lines(_line(row, reading, prefix) for row, reading in judged)
        yield b"R" + _LENGTH.pack(len(head)) + head + lines


def _refusal(fault: SheetRefused, corrections: Corrections) -> dict[str, Any]:
    figures = dict(fault.details)
    for name, value in figures.items():
        if not isinstance(value, int):
            figures[name] = str(value)[:200]
    understood = []
    if corrections.is_reviewed and isinstance(fault, NothingToRead):
        understood = faults_understood(fault.faults)
    return {"detail": {"code": fault.code, **figures}, "understood": understood}


def _spans(rows: int) -> Iterator[tuple[int, int]]:
    """Where each chunk begins and ends; the first is short, so that whoever registers them need not wait long."""
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
    """The first fields of a `RegistrationRow`; of a row that the registry need not decide on, fewer."""
    if reading.verdict != "ok":
        return row.number, RESULTS[reading.verdict]
    listing_site, listing_id = site_and_id(reading.listing)
    store_site, store_id = site_and_id(reading.store)
    listing_words = store_words = ""
    if listing_id:
        listing_words = words_of_listing(listing_site, listing_id, row.cells)
    if store_id:
        store_words = words_of_store(store_site, store_id, row.cells)
    return (
        row.number,
        RESULTS["ok"],
        _platform_of(reading.target_address),
        reading.target,
        listing_id,
        store_id,
        0,
        "",
        listing_words,
        store_words,
        allegation(row.cells),
    )


def _line(row: SheetRow, reading: RowReading, prefix: str) -> str:
    """A row as COPY takes it for ROW_COLUMNS, up to its result."""
    target = reading.target_address
    listing_site, listing_id = site_and_id(reading.listing)
    store_site, store_id = site_and_id(reading.store)
    columns = (
        prefix,
        str(row.number),
        copied_texts(row.cells),
        _platform_of(target or reading.listing or reading.store),
        reading.target or "",
        listing_id,
        listing_site,
        store_id,
        store_site,
        _address_text(reading),
        "\t",
    )
    return "\t".join(columns)


def _address_text(reading: RowReading) -> str:
    """The address that a row shows, as COPY takes it: its target's, or the text of a cell."""
    target = reading.target_address
    if target is not None:
        return target.canonical_url
    return copied(reading.text)


def site_and_id(address: Address | None) -> tuple[str, str]:
    """Site and canonical id of an address that a row names; empty where it names none."""
    if address is None:
        return "", ""
    return address.site, address.canonical_id


def _platform_of(address: Address | None) -> str:
    if address is None:
        return ""
    return platform_of(address.site)
