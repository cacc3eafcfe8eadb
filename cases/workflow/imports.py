"""Sheets on their way in: read, looked at by a person, registered. Each stage can be killed and taken up again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.urls import NoReverseMatch
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.guessing import is_title
from cases.models import Case, Complaint, ImportRow, SheetImport
from cases.models.imports import SheetImportQuerySet
from cases.states import IMPORT_AT_WORK, IMPORT_STATES, ImportState
from cases.workflow import reading, registration
from cases.workflow.guards import intake_barred
from cases.workflow.hosts import note_unknown_hosts
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.origin import AuditOrigin, audit_origin
from corps.audit.recording import record
from corps.database.copy import without_collector
from corps.database.locking import held, locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.installation.reference_data import look
from corps.models import User
from corps.task_queue import enqueue
from corps.workflow import notify
from listings.workflow import (
    Registry,
    lock_registry,
    platforms_taking_part,
    registered_platforms,
)

State = SheetImport.State
SheetChunks = Iterator[reading.SheetHeading | reading.JudgedRows]
CHUNK = 5000
# Class of the advisory locks by which one task alone works on an import; it goes with the session, however that ends.
IMPORT_LOCKS = 0x0C1
# Whoever works on an import touches it more often than this.
UNTOUCHED = timedelta(seconds=20)


def enqueue_import(sheet_import: SheetImport) -> None:
    """Enqueue the stage an import is in. What a replay brought in is for the replay's own worker alone."""
    task, queue = "cases.tasks.register_sheet", None
    if sheet_import.state == State.READING:
        task = "cases.tasks.read_sheet"
    if sheet_import.replay:
        queue = f"replay-{sheet_import.replay}"
    enqueue(task, str(sheet_import.pk), queue=queue)


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
                write = _write_for_review
            _read(sheet_import, write)


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
            _read(sheet_import, _write_and_register)
            return
        with _origin(sheet_import):
            while _register_written(sheet_import):
                continue


def _read(
    sheet_import: SheetImport, write: Callable[[SheetImport, SheetChunks], None]
) -> None:
    with _origin(sheet_import), without_collector():
        try:
            with closing(
                reading.read_rows(sheet_import, platforms_taking_part().keys())
            ) as chunks:
                write(sheet_import, chunks)
        except reading.ReadingRefused as refused:
            _fail(sheet_import, refused.detail, refused.understood)


def _write_for_review(sheet_import: SheetImport, chunks: SheetChunks) -> None:
    """Write the rows, `done` counting them, and pass the sheet on to its reader.

    In one go: what an earlier try left is taken away first. Stops where the import was abandoned meanwhile.
    """
    mine = SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING)
    with transaction.atomic():
        ImportRow.objects.filter(sheet_import=sheet_import).delete()
        mine.update(rows=0, done=0, touched_at=Now())
    done = 0
    for chunk in chunks:
        if isinstance(chunk, reading.SheetHeading):
            still_mine = _note_heading(mine, chunk)
        else:
            done += len(chunk.rows)
            still_mine = _write_chunk(mine, chunk, done)
        if not still_mine:
            return
    _pass_to_review(sheet_import)


@transaction.atomic
def _write_chunk(
    mine: SheetImportQuerySet, chunk: reading.JudgedRows, done: int
) -> int:
    """Write rows, after which so many are done; 0 if the import is ours no more."""
    still_mine = mine.update(done=done, touched_at=Now())
    if still_mine:
        reading.write_rows(chunk)
    return still_mine


def _write_and_register(sheet_import: SheetImport, chunks: SheetChunks) -> None:
    """Register the rows as they are read, and write each with what became of it: for sheets that nobody looks at.

    Taken up again, it reads the sheet anew and passes over the rows that are done.
    """
    passed = 0
    for chunk in chunks:
        if isinstance(chunk, reading.SheetHeading):
            mine = SheetImport.objects.filter(
                pk=sheet_import.pk, state__in=IMPORT_AT_WORK
            )
            if not _note_heading(mine, chunk, State.REGISTERING):
                return
            continue
        first, passed = passed, passed + len(chunk.rows)
        if passed > sheet_import.done and not _register_read(
            sheet_import, chunk.after(sheet_import.done - first)
        ):
            return
        sheet_import.refresh_from_db(fields=["done"])


def _note_heading(
    mine: SheetImportQuerySet,
    heading: reading.SheetHeading,
    after: ImportState = State.READING,
) -> int:
    """Write down what the sheet is, and what state it comes into; 0 if the import is ours no more."""
    return IMPORT_STATES.move_all(
        mine,
        after,
        worksheet=heading.worksheet,
        header_row=heading.header_row,
        columns=heading.columns,
        rows=heading.rows,
        touched_at=Now(),
    )


@transaction.atomic
def _pass_to_review(sheet_import: SheetImport) -> None:
    """Forecast what becomes of the rows, and tell whoever handed the sheet in."""
    forecast(sheet_import)
    moved = IMPORT_STATES.move_all(
        SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING),
        State.REVIEW,
        done=0,
        touched_at=Now(),
    )
    if not moved:
        return
    sheet_import.refresh_from_db(fields=["rows", "columns"])
    note_unknown_hosts(sheet_import)
    complaint = sheet_import.complaint
    titled = _take_title(sheet_import)
    record(
        sheet_import.started_by,
        "import.read",
        complaint,
        at=sheet_import.at,
        thread=complaint.thread,
        rows=sheet_import.rows,
        **titled,
    )
    if sheet_import.corrections:  # Whoever corrected it waits at the page.
        return
    text = format_lazy(
        _("The sheet of complaint {number} is read. Look at its rows."),
        number=complaint.number,
    )
    _tell(sheet_import, _with_what_was_not_read(text, sheet_import))


def _take_title(sheet_import: SheetImport) -> dict[str, str]:
    """Put the title that stands over the header in place of a subject that was made of the file's name; what the audit
    tells of it."""
    titles = [
        worksheet.get("title", "")
        for worksheet in sheet_import.understood
        if worksheet["is_read"]
    ]
    title = next(filter(is_title, titles), "")
    guessed = Complaint.objects.filter(
        sheet_import=sheet_import.pk, is_subject_guessed=True
    )
    if not title or not guessed.exclude(subject=title).update(subject=title):
        return {}
    return {"title": title}


def forecast(sheet_import: SheetImport) -> None:
    """Write down what would become of each row if the sheet were registered now; nothing is registered."""
    complaint, person = sheet_import.complaint, sheet_import.claims_confirmed_by
    registry = Registry(registration.source_of(complaint, person, sheet_import.at))
    platforms = registered_platforms()
    last = -1
    while rows := registration.select_for_forecast(
        "sheet_import_id = %s AND row > %s ORDER BY row LIMIT %s",
        sheet_import.pk,
        last,
        CHUNK,
    ):
        registration.forecast_rows(
            rows, registration.judge_rows(rows, registry, platforms)
        )
        last = rows[-1].number


@transaction.atomic
def _fail(
    sheet_import: SheetImport, detail: str, understood: Sequence[dict[str, Any]]
) -> None:
    """Note that a sheet cannot be read, why, and what was understood of it. Nothing of it stays, unless rows were
    registered before."""
    changes: dict[str, Any] = {}
    if understood:
        changes["columns"] = {"understood": understood}
    failed = IMPORT_STATES.move_all(
        SheetImport.objects.filter(pk=sheet_import.pk, state__in=IMPORT_AT_WORK),
        State.FAILED,
        detail=detail[:400],
        finished_at=Now(),
        touched_at=Now(),
        **changes,
    )
    if not failed:
        return
    if sheet_import.needs_review:
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
    _tell(
        sheet_import,
        format_lazy(
            _("The sheet of complaint {number} could not be read."),
            number=complaint.number,
        ),
    )


@transaction.atomic
def register_import(
    *, sheet_import: SheetImport, actor: User, at: datetime | None = None
) -> SheetImport:
    """Have the rows that a person has looked at registered; a task does it. at: when they count as reported.

    Raises PermissionDenied; TransitionRefused "not-in-review", "complaint-not-open", "case-not-open".
    """
    at = accept_at(actor, at, now())
    # The case before its complaint, as who closes it locks them.
    held(
        Case,
        Complaint.objects.filter(
            sheet_import=sheet_import.pk, case__isnull=False
        ).values_list("case", flat=True),
    )
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.register_import", sheet_import)
    _require_review(sheet_import)
    if barred := intake_barred(complaint):
        raise TransitionRefused(*barred, state=complaint.state, **last_act(complaint))

    IMPORT_STATES.move(sheet_import, State.REGISTERING)
    sheet_import.started_by, sheet_import.at = actor, at
    sheet_import.done, sheet_import.touched_at = 0, now()
    sheet_import.save(update_fields=["state", "started_by", "at", "done", "touched_at"])
    record(
        actor,
        "import.released",
        complaint,
        at=at,
        thread=complaint.thread,
        rows=sheet_import.rows,
    )
    enqueue_import(sheet_import)
    return sheet_import


@transaction.atomic
def abandon_import(
    *, sheet_import: SheetImport, actor: User, at: datetime | None = None
) -> SheetImport:
    """Give up a sheet of which nothing is registered yet.

    Raises PermissionDenied; TransitionRefused "not-in-review".
    """
    at = accept_at(actor, at, now())
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.register_import", sheet_import)
    if sheet_import.state != State.READING:
        _require_review(sheet_import)
    give_up(sheet_import, complaint=complaint, actor=actor, at=at)
    return sheet_import


def give_up(
    sheet_import: SheetImport, *, complaint: Complaint, actor: User, at: datetime
) -> None:
    """Abandon a locked import; its rows stay, to be looked at."""
    IMPORT_STATES.move(sheet_import, State.ABANDONED)
    sheet_import.finished_at = now()
    sheet_import.save(update_fields=["state", "finished_at"])
    record(
        actor,
        "import.abandoned",
        complaint,
        at=at,
        thread=complaint.thread,
        rows=sheet_import.rows,
    )


def read_again(sheet_import: SheetImport, actor: User, at: datetime) -> None:
    """Have a locked import of which nothing is registered read anew."""
    IMPORT_STATES.move(sheet_import, State.READING)
    sheet_import.started_by, sheet_import.at = actor, at
    sheet_import.rows = sheet_import.done = 0
    sheet_import.detail, sheet_import.finished_at, sheet_import.touched_at = (
        "",
        None,
        now(),
    )
    sheet_import.save()
    enqueue_import(sheet_import)


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
        rows = registration.select_rows(
            "sheet_import_id = %s AND row BETWEEN %s AND %s ORDER BY row",
            sheet_import.pk,
            turn[0],
            turn[-1],
        )
        finish = partial(registration.finish_rows, rows, at=sheet_import.at)
        _register(rows, sheet_import, complaint, finish)
    return _note_done(sheet_import, complaint, len(turn))


@transaction.atomic
def _register_read(sheet_import: SheetImport, chunk: reading.JudgedRows) -> bool:
    """Register rows just read, and write them. Whether there may be more."""
    complaint, sheet_import = _take_turn(sheet_import)
    if sheet_import.state != State.REGISTERING:
        return False
    write = partial(
        reading.write_rows, chunk, registered_at=sheet_import.at.isoformat()
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
    rows: list[registration.RegistrationRow],
    sheet_import: SheetImport,
    complaint: Complaint,
    write: Callable[[registration.RegistrationBatch], None],
) -> None:
    registration.register_rows(
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
        _tell(sheet_import, _with_what_was_not_read(text, sheet_import))
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


def lock_import(sheet_import: SheetImport) -> tuple[Complaint, SheetImport]:
    """A complaint and its import, or one of it that was undone, locked in this order."""
    pk = sheet_import.complaint_id or sheet_import.undone_complaint_id
    assert pk is not None  # every import is, or was, of a complaint
    complaint = locked(Complaint.objects).select_related("case").get(pk=pk)
    imports = locked(SheetImport.objects).select_related(
        "started_by", "claims_confirmed_by"
    )
    return complaint, imports.get(pk=sheet_import.pk)


def _origin(sheet_import: SheetImport) -> AbstractContextManager[AuditOrigin | None]:
    """Acts on what a replay brought in are the replay's."""
    if not sheet_import.replay:
        return nullcontext()
    return audit_origin(channel="replay", replay=sheet_import.replay)


def _tell(sheet_import: SheetImport, text: Any) -> None:
    """Tell whoever handed the sheet in how it went; a replay asks by itself."""
    if sheet_import.replay:
        return
    try:
        url = sheet_import.complaint.get_absolute_url()
    except NoReverseMatch:
        url = ""
    notify(sheet_import.started_by, text, url)


def _with_what_was_not_read(text: Any, sheet_import: SheetImport) -> Any:
    """A sentence for the notification, with how many rows were read and how many more the file holds."""
    if not sheet_import.rows_not_read:
        return text
    counts = format_lazy(
        _("{rows} rows were read, {more} more were not."),
        rows=sheet_import.rows,
        more=sheet_import.rows_not_read,
    )
    return format_lazy("{text} {counts}", text=text, counts=counts)


def _require_review(sheet_import: SheetImport) -> None:
    if sheet_import.state != State.REVIEW:
        raise TransitionRefused(
            "not-in-review",
            _("This sheet is not waiting to be looked at: %(state)s.")
            % {"state": sheet_import.get_state_display()},
            state=sheet_import.state,
            **last_act(sheet_import.of_complaint),
        )
