"""Sheets on their way in: read, looked at by a person, registered. Each stage can be killed and taken up again."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.urls import NoReverseMatch
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases import tasks
from cases.models import Complaint, ImportRow, SheetImport
from cases.models.imports import SheetImportQuerySet
from cases.states import ComplaintState
from cases.workflow import reading, registration
from corps.access import require
from corps.acting import Acting, acting
from corps.audit import record
from corps.clock import accept_at, now
from corps.errors import TransitionRefused
from corps.models import User
from corps.tasks import ring
from corps.workflow import notify
from listings.registration import Registry, lock_registry, registered_platforms

State = SheetImport.State
CHUNK = 5000
# Class of the advisory locks by which one task alone works on an import; it goes with the session, however that ends.
IMPORT_LOCKS = 0x0C1
# Whoever works on an import touches it more often than this.
UNTOUCHED = timedelta(seconds=20)
OPEN_COMPLAINT = (ComplaintState.RECEIVED, ComplaintState.ACCEPTED, ComplaintState.IN_CASE)


def ring_import(sheet_import: SheetImport) -> None:
    """Ring for the stage an import is in. What a replay brought in is for the replay's own worker alone."""
    task = tasks.read_sheet if sheet_import.state == State.READING else tasks.register_sheet
    ring(task, str(sheet_import.pk), queue=f"replay-{sheet_import.replay}" if sheet_import.replay else None)


def read_sheet(import_id: UUID | str) -> None:
    """Read an import's sheet, forecast what becomes of its rows where a person will look at them, and pass it on.

    One go: what an earlier try left is taken away first. A file that cannot be read ends as `failed`.
    """
    with _alone(import_id) as alone:
        sheet_import = _in_state(import_id, State.READING) if alone else None
        if sheet_import is None:
            return
        with _origin(sheet_import):
            try:
                if _write_rows(sheet_import):
                    _finish_reading(sheet_import)
            except reading.ReadingRefused as refused:
                _fail(sheet_import, refused.detail)


def _write_rows(sheet_import: SheetImport) -> bool:
    """Write the rows of the sheet, `done` counting them. False if the import was abandoned meanwhile."""
    mine = SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING)
    with transaction.atomic():
        ImportRow.objects.filter(sheet_import=sheet_import).delete()
        mine.update(rows=0, done=0, touched_at=Now())
    done = 0
    with closing(reading.read_rows(sheet_import, registered_platforms().keys())) as pieces:
        for piece in pieces:
            done += piece.count if isinstance(piece, reading.Rows) else 0
            if not _write_piece(mine, piece, done):
                return False
    return True


@transaction.atomic
def _write_piece(mine: SheetImportQuerySet, piece: reading.Heading | reading.Rows, done: int) -> bool:
    """Write what the reader gave, and how far it is. False, and nothing written, if the import is ours no more."""
    if isinstance(piece, reading.Rows):
        still_mine = mine.update(done=done, touched_at=Now())
    else:
        still_mine = mine.update(
            worksheet=piece.worksheet,
            header_row=piece.header_row,
            columns=piece.columns,
            rows=piece.rows,
            touched_at=Now(),
        )
    if still_mine and isinstance(piece, reading.Rows):
        reading.write_rows(piece)
    return bool(still_mine)


@transaction.atomic
def _finish_reading(sheet_import: SheetImport) -> None:
    """Pass a sheet that is read on to its reader, or to registering."""
    if sheet_import.needs_review:
        forecast(sheet_import)
    after = State.REVIEW if sheet_import.needs_review else State.REGISTERING
    moved = SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING).update(
        state=after, done=0, touched_at=Now()
    )
    if not moved:
        return
    sheet_import.refresh_from_db()
    complaint = sheet_import.complaint
    record(
        sheet_import.started_by,
        "import.read",
        complaint,
        at=sheet_import.at,
        thread=complaint.thread,
        rows=sheet_import.rows,
    )
    if after == State.REGISTERING:
        ring_import(sheet_import)
    elif not sheet_import.replay:
        notify(
            sheet_import.started_by,
            format_lazy(_("The sheet of complaint {number} is read. Look at its rows."), number=complaint.number),
            _page_of(complaint),
        )


def forecast(sheet_import: SheetImport) -> None:
    """Write down what would become of each row if the sheet were registered now; nothing is registered."""
    registry, platforms = Registry(), registered_platforms()
    last = -1
    while rows := registration.select_rows(
        "sheet_import_id = %s AND row > %s ORDER BY row LIMIT %s", sheet_import.pk, last, CHUNK
    ):
        registration.forecast_rows(rows, registration.judge_rows(rows, registry, platforms))
        last = rows[-1].number


@transaction.atomic
def _fail(sheet_import: SheetImport, detail: str) -> None:
    failed = SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING).update(
        state=State.FAILED, detail=detail[:400], finished_at=Now(), touched_at=Now()
    )
    if not failed:
        return
    ImportRow.objects.filter(sheet_import=sheet_import).delete()
    complaint = sheet_import.complaint
    record(
        sheet_import.started_by,
        "import.failed",
        complaint,
        at=sheet_import.at,
        thread=complaint.thread,
        **json.loads(detail),
    )
    if not sheet_import.replay:
        text = format_lazy(_("The sheet of complaint {number} could not be read."), number=complaint.number)
        notify(sheet_import.started_by, text, _page_of(complaint))


@transaction.atomic
def register_import(*, sheet_import: SheetImport, actor: User, at: datetime | None = None) -> SheetImport:
    """Have the rows that a person has looked at registered; a task does it. at: when they count as reported.

    Raises PermissionDenied; TransitionRefused "not-in-review", "complaint-not-open".
    """
    at = accept_at(actor, at, now())
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.register_import", sheet_import)
    _require_review(sheet_import)
    if complaint.state not in OPEN_COMPLAINT:
        raise TransitionRefused(
            "complaint-not-open", _("This complaint was refused or withdrawn."), state=complaint.state
        )

    sheet_import.state, sheet_import.started_by, sheet_import.at = State.REGISTERING, actor, at
    sheet_import.done, sheet_import.touched_at = 0, now()
    sheet_import.save(update_fields=["state", "started_by", "at", "done", "touched_at"])
    record(actor, "import.released", complaint, at=at, thread=complaint.thread, rows=sheet_import.rows)
    ring_import(sheet_import)
    return sheet_import


@transaction.atomic
def abandon_import(*, sheet_import: SheetImport, actor: User, at: datetime | None = None) -> SheetImport:
    """Give up a sheet of which nothing is registered yet. Raises PermissionDenied; TransitionRefused "not-in-review"."""
    at = accept_at(actor, at, now())
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.register_import", sheet_import)
    if sheet_import.state != State.READING:
        _require_review(sheet_import)
    give_up(sheet_import, complaint=complaint, actor=actor, at=at)
    return sheet_import


def give_up(sheet_import: SheetImport, *, complaint: Complaint, actor: User, at: datetime) -> None:
    """Abandon a locked import; its rows stay, to be looked at."""
    sheet_import.state, sheet_import.finished_at = State.ABANDONED, now()
    sheet_import.save(update_fields=["state", "finished_at"])
    record(actor, "import.abandoned", complaint, at=at, thread=complaint.thread, rows=sheet_import.rows)


def continue_registering(import_id: UUID | str) -> None:
    """Register the rows of an import from where it stands to its end, chunk by chunk.

    A chunk is one transaction, which also moves `done` on: whoever takes up a killed import finds where it was.
    """
    with _alone(import_id) as alone:
        sheet_import = _in_state(import_id, State.REGISTERING) if alone else None
        if sheet_import is None:
            return
        with _origin(sheet_import):
            while _register_chunk(sheet_import):
                continue


@transaction.atomic
def _register_chunk(sheet_import: SheetImport) -> bool:
    """Register the next rows. Whether there may be more."""
    lock_registry()
    complaint, sheet_import = lock_import(sheet_import)
    if sheet_import.state != State.REGISTERING:
        return False
    rows = registration.select_rows(
        "sheet_import_id = %s ORDER BY row OFFSET %s LIMIT %s", sheet_import.pk, sheet_import.done, CHUNK
    )
    actor, at = sheet_import.started_by, sheet_import.at
    results = registration.register_rows(
        rows, complaint=complaint, actor=actor, at=at, platforms=registered_platforms()
    )
    sheet_import.done += len(rows)
    sheet_import.touched_at = now()
    record(
        actor, "import.rows_registered", complaint, at=at, thread=complaint.thread, done=sheet_import.done, **results
    )
    if sheet_import.done >= sheet_import.rows:
        _finish_registering(sheet_import, complaint)
    sheet_import.save(update_fields=["done", "touched_at", "state", "finished_at"])
    return sheet_import.state == State.REGISTERING


def _finish_registering(sheet_import: SheetImport, complaint: Complaint) -> None:
    sheet_import.state, sheet_import.finished_at = State.DONE, now()
    record(
        sheet_import.started_by,
        "import.registered",
        complaint,
        at=sheet_import.at,
        thread=complaint.thread,
        **rows_by_result(sheet_import),
    )
    if not sheet_import.replay:
        text = format_lazy(_("The sheet of complaint {number} is registered."), number=complaint.number)
        notify(sheet_import.started_by, text, _page_of(complaint))


def rows_by_result(sheet_import: SheetImport) -> dict[str, int]:
    """How many rows have which result, all five named. One statement."""
    counts = Counter(dict.fromkeys(ImportRow.Result.values, 0))
    rows = ImportRow.objects.filter(sheet_import=sheet_import).values_list("result").annotate(rows=Count("pk"))
    counts.update(dict(rows))
    return dict(counts)


def ring_unfinished() -> None:
    """For the sweep: ring for imports that nobody has touched for a while and nobody works on.

    What a replay brought in is left to the replay.
    """
    unfinished = SheetImport.objects.filter(
        state__in=(State.READING, State.REGISTERING), replay="", touched_at__lt=now() - UNTOUCHED
    )
    for sheet_import in unfinished.order_by("touched_at")[:20]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [IMPORT_LOCKS, _lock_number(sheet_import.pk)])
            if cursor.fetchone()[0]:
                ring_import(sheet_import)


@contextmanager
def _alone(import_id: UUID | str) -> Iterator[bool]:
    """Whether this session alone works on the import; held over transactions, to the end of the block."""
    number = _lock_number(UUID(str(import_id)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [IMPORT_LOCKS, number])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [IMPORT_LOCKS, number])


def _lock_number(import_id: UUID) -> int:
    """Of the id the part that is random. Two imports that share it only wait for one another."""
    return int.from_bytes(import_id.bytes[-4:], signed=True)


def _in_state(import_id: UUID | str, state: str) -> SheetImport | None:
    found = SheetImport.objects.filter(pk=import_id, state=state)
    return found.select_related("complaint__sheet", "started_by").first()


def lock_import(sheet_import: SheetImport) -> tuple[Complaint, SheetImport]:
    """A complaint and its import, locked in this order."""
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=sheet_import.complaint_id)
    imports = SheetImport.objects.select_for_update(of=("self",)).select_related("started_by")
    return complaint, imports.get(pk=sheet_import.pk)


def _origin(sheet_import: SheetImport) -> AbstractContextManager[Acting | None]:
    """Acts on what a replay brought in are the replay's."""
    return acting(channel="replay", replay=sheet_import.replay) if sheet_import.replay else nullcontext()


def _page_of(complaint: Complaint) -> str:
    """Where a person finds the sheet."""
    try:
        return complaint.get_absolute_url()
    except NoReverseMatch:
        return ""


def _require_review(sheet_import: SheetImport) -> None:
    if sheet_import.state != State.REVIEW:
        raise TransitionRefused(
            "not-in-review",
            _("This sheet is not waiting to be looked at: %(state)s.") % {"state": sheet_import.get_state_display()},
            state=sheet_import.state,
        )
