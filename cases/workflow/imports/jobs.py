"""The work on sheets that tasks do: reading and registering, chunk by chunk. Each can be killed and taken up again."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Complaint, ImportRow, SheetImport
from cases.states import IMPORT_AT_WORK, IMPORT_STATES
from cases.workflow.guards import lock_import
from cases.workflow.imports import parsing
from cases.workflow.imports.reading import (
    SheetChunks,
    enqueue_import,
    note_heading,
    note_unknown_hosts,
    origin_of,
    read_file,
    write_for_review,
)
from cases.workflow.imports.registration import register_rows
from cases.workflow.imports.rows import (
    CHUNK,
    RegistrationBatch,
    RegistrationRow,
    finish_rows,
    select_rows,
)
from cases.workflow.notifications import tell_of_import, with_rows_not_read
from corps.audit.recording import record
from corps.deadlines.clock import now
from corps.installation.reference_data import look
from listings.workflow import lock_registry, registered_platforms

State = SheetImport.State
# Class of the advisory locks by which one task alone works on an import; it goes with the session, however that ends.
IMPORT_LOCKS = 0x0C1
# Whoever works on an import touches it more often than this.
UNTOUCHED = timedelta(seconds=20)


def read_sheet(import_id: UUID | str) -> None:
    """Read an import's sheet; then a person looks at what would become of its rows, or they are registered at once.

    A file that cannot be read ends as `failed`.
    """
    look()
    with _alone(import_id) as alone:
        sheet_import = _in_state(import_id, State.READING) if alone else None
        if sheet_import is not None:
            write = _write_and_register
            if sheet_import.needs_review:
                write = write_for_review
            read_file(sheet_import, write)


def continue_registering(import_id: UUID | str) -> None:
    """Register the rows of an import from where it stands to its end, chunk by chunk.

    A chunk is one transaction, which also moves `done` on: whoever takes up a killed import finds where it was.
    """
    look()
    with _alone(import_id) as alone:
        sheet_import = _in_state(import_id, State.REGISTERING) if alone else None
        if sheet_import is None:
            return
        if not sheet_import.needs_review:
            read_file(sheet_import, _write_and_register)
            return
        with origin_of(sheet_import):
            while _register_written(sheet_import):
                continue


def _write_and_register(sheet_import: SheetImport, chunks: SheetChunks) -> None:
    """Register the rows as they are read, and write each with what became of it: for sheets that nobody looks at.

    Taken up again, it reads the sheet anew and passes over the rows that are done.
    """
    passed = 0
    for chunk in chunks:
        if isinstance(chunk, parsing.SheetHeading):
            mine = SheetImport.objects.filter(
                pk=sheet_import.pk, state__in=IMPORT_AT_WORK
            )
            if not note_heading(mine, chunk, State.REGISTERING):
                return
            continue
        first, passed = passed, passed + len(chunk.rows)
        if passed > sheet_import.done and not _register_read(
            sheet_import, chunk.after(sheet_import.done - first)
        ):
            return
        sheet_import.refresh_from_db(fields=["done"])


@transaction.atomic
def _register_written(sheet_import: SheetImport) -> bool:
    """Register the next rows of a sheet that was looked at. Whether there may be more."""
    complaint, sheet_import = _take_turn(sheet_import)
    if sheet_import.state != State.REGISTERING:
        return False
    numbers = (
        ImportRow.objects.filter(sheet_import=sheet_import)
        .order_by("row")
        .values_list("row", flat=True)
    )
    turn = list(numbers[sheet_import.done : sheet_import.done + CHUNK])
    if turn:
        rows = select_rows(
            "sheet_import_id = %s AND row BETWEEN %s AND %s ORDER BY row",
            sheet_import.pk,
            turn[0],
            turn[-1],
        )
        finish = partial(finish_rows, rows, at=sheet_import.at)
        _register(rows, sheet_import, complaint, finish)
    return _note_done(sheet_import, complaint, len(turn))


@transaction.atomic
def _register_read(sheet_import: SheetImport, chunk: parsing.JudgedRows) -> bool:
    """Register rows just read, and write them. Whether there may be more."""
    complaint, sheet_import = _take_turn(sheet_import)
    if sheet_import.state != State.REGISTERING:
        return False
    write = partial(
        parsing.write_rows, chunk, registered_at=sheet_import.at.isoformat()
    )
    _register(chunk.rows, sheet_import, complaint, write)
    return _note_done(sheet_import, complaint, len(chunk.rows))


def _take_turn(sheet_import: SheetImport) -> tuple[Complaint, SheetImport]:
    """The registry, a complaint and its import, locked.

    The commit does not wait for the disk unless the sheet ends with it: what a power cut takes away is a chunk with its
    count, so the import goes on from the one before.
    """
    lock_registry()
    complaint, sheet_import = lock_import(sheet_import)
    if sheet_import.rows - sheet_import.done > CHUNK:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
    return complaint, sheet_import


def _register(
    rows: list[RegistrationRow],
    sheet_import: SheetImport,
    complaint: Complaint,
    write: Callable[[RegistrationBatch], None],
) -> None:
    register_rows(
        rows,
        complaint=complaint,
        actor=sheet_import.started_by,
        at=sheet_import.at,
        platforms=registered_platforms(),
        write=write,
        confirmed_by=sheet_import.claims_confirmed_by,
    )


def _note_done(sheet_import: SheetImport, complaint: Complaint, count: int) -> bool:
    """Move `done` on; at the end of the sheet, finish. Whether there is more to do."""
    sheet_import.done += count
    sheet_import.touched_at = now()
    if sheet_import.done >= sheet_import.rows or not count:
        IMPORT_STATES.move(sheet_import, State.DONE)
        sheet_import.finished_at = now()
        if not sheet_import.needs_review:
            note_unknown_hosts(sheet_import)
        record(
            sheet_import.started_by,
            "import.registered",
            complaint,
            at=sheet_import.at,
            thread=complaint.thread,
            **rows_by_result(sheet_import),
        )
        text = format_lazy(
            _("The sheet of complaint {number} is registered."), number=complaint.number
        )
        tell_of_import(sheet_import, with_rows_not_read(text, sheet_import))
    sheet_import.save(update_fields=["done", "touched_at", "state", "finished_at"])
    return sheet_import.state == State.REGISTERING


def rows_by_result(sheet_import: SheetImport) -> dict[str, int]:
    """How many rows have which result, all five named. One statement."""
    counts = Counter(dict.fromkeys(ImportRow.Result.values, 0))
    rows = (
        ImportRow.objects.filter(sheet_import=sheet_import)
        .values_list("result")
        .annotate(rows=Count("pk"))
    )
    counts.update(dict(rows))
    return dict(counts)


def enqueue_unfinished() -> None:
    """For maintenance: enqueue imports that nobody has touched for a while and nobody works on.

    What a replay brought in is left to the replay.
    """
    unfinished = SheetImport.objects.filter(
        state__in=IMPORT_AT_WORK,
        replay="",
        touched_at__lt=now() - UNTOUCHED,
    )
    for sheet_import in unfinished.order_by("touched_at")[:20]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)",
                [IMPORT_LOCKS, _lock_number(sheet_import.pk)],
            )
            if cursor.fetchone()[0]:
                enqueue_import(sheet_import)


@contextmanager
def _alone(import_id: UUID | str) -> Iterator[bool]:
    """Whether this session alone works on the import; held over transactions, to the end of the block."""
    number = _lock_number(UUID(str(import_id)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORT_LOCKS, number])
        is_held = cursor.fetchone()[0]
    try:
        yield is_held
    finally:
        session = connection.connection
        if is_held and session is not None and not session.closed:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(%s, %s)", [IMPORT_LOCKS, number]
                )


def _lock_number(import_id: UUID) -> int:
    """Of the id the part that is random. Two imports that share it only wait for one another."""
    return int.from_bytes(import_id.bytes[-4:], signed=True)


def _in_state(import_id: UUID | str, state: str) -> SheetImport | None:
    imports = SheetImport.objects.filter(pk=import_id, state=state)
    return imports.select_related("complaint__sheet", "started_by").first()
