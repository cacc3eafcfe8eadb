"""Reading a sheet on its way in: its rows written and forecast, and passed to a person or refused as a whole."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.guessing import is_title
from cases.models import Complaint, ImportRow, SheetImport
from cases.models.imports import SheetImportQuerySet
from cases.states import IMPORT_AT_WORK, IMPORT_STATES, ImportState
from cases.workflow.imports import parsing
from cases.workflow.imports.rows import (
    CHUNK,
    forecast_rows,
    judge_rows,
    select_for_forecast,
    source_of,
)
from cases.workflow.notifications import tell_of_import, with_rows_not_read
from corps.audit.origin import AuditOrigin, audit_origin
from corps.audit.recording import record
from corps.database.copy import without_collector
from corps.deadlines.clock import now
from corps.models import User
from corps.task_queue import enqueue
from listings.addresses import read_cell
from listings.addresses.reasons import WITH_HOST
from listings.addresses.text import clean, find_addresses
from listings.workflow import (
    Counted,
    Registry,
    count_unknown_hosts,
    platforms_taking_part,
    registered_platforms,
)

State = SheetImport.State
SheetChunks = Iterator[parsing.SheetHeading | parsing.JudgedRows]
LONGEST_EXAMPLE = 300
# Values of a query may be somebody's own; their names tell the form of an address.
_VALUE = re.compile(r"=[^&]*")


def enqueue_import(sheet_import: SheetImport) -> None:
    """Enqueue the stage an import is in. What a replay brought in is for the replay's own worker alone."""
    task, queue = "cases.tasks.register_sheet", None
    if sheet_import.state == State.READING:
        task = "cases.tasks.read_sheet"
    if sheet_import.replay:
        queue = f"replay-{sheet_import.replay}"
    enqueue(task, str(sheet_import.pk), queue=queue)


def read_file(
    sheet_import: SheetImport, write: Callable[[SheetImport, SheetChunks], None]
) -> None:
    """Read the file of an import and pass what comes of it to `write`; one that cannot be read ends the import as
    `failed`."""
    with origin_of(sheet_import), without_collector():
        try:
            with closing(
                parsing.read_rows(sheet_import, platforms_taking_part().keys())
            ) as chunks:
                write(sheet_import, chunks)
        except parsing.ReadingRefused as refused:
            _fail(sheet_import, refused.detail, refused.understood)


def write_for_review(sheet_import: SheetImport, chunks: SheetChunks) -> None:
    """Write the rows, `done` counting them, and pass the sheet on to its reader.

    In one go: what an earlier try left is taken away first. Stops where the import was abandoned meanwhile.
    """
    mine = SheetImport.objects.filter(pk=sheet_import.pk, state=State.READING)
    with transaction.atomic():
        ImportRow.objects.filter(sheet_import=sheet_import).delete()
        mine.update(rows=0, done=0, touched_at=Now())
    done = 0
    for chunk in chunks:
        if isinstance(chunk, parsing.SheetHeading):
            still_mine = note_heading(mine, chunk)
        else:
            done += len(chunk.rows)
            still_mine = _write_chunk(mine, chunk, done)
        if not still_mine:
            return
    _pass_to_review(sheet_import)


@transaction.atomic
def _write_chunk(
    mine: SheetImportQuerySet, chunk: parsing.JudgedRows, done: int
) -> int:
    """Write rows, after which so many are done; 0 if the import is ours no more."""
    still_mine = mine.update(done=done, touched_at=Now())
    if still_mine:
        parsing.write_rows(chunk)
    return still_mine


def note_heading(
    mine: SheetImportQuerySet,
    heading: parsing.SheetHeading,
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
    tell_of_import(sheet_import, with_rows_not_read(text, sheet_import))


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
    registry = Registry(source_of(complaint, person, sheet_import.at))
    platforms = registered_platforms()
    last = -1
    while rows := select_for_forecast(
        "sheet_import_id = %s AND row > %s ORDER BY row LIMIT %s",
        sheet_import.pk,
        last,
        CHUNK,
    ):
        forecast_rows(rows, judge_rows(rows, registry, platforms))
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
    tell_of_import(
        sheet_import,
        format_lazy(
            _("The sheet of complaint {number} could not be read."),
            number=complaint.number,
        ),
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


def origin_of(sheet_import: SheetImport) -> AbstractContextManager[AuditOrigin | None]:
    """Acts on what a replay brought in are the replay's."""
    if not sheet_import.replay:
        return nullcontext()
    return audit_origin(channel="replay", replay=sheet_import.replay)


def note_unknown_hosts(sheet_import: SheetImport) -> None:
    """Count, by host, the rows of an import that could not be used because no rule knows their host.

    Runs in the transaction that finishes reading; done again, it counts anew. Three statements.
    """
    rows = ImportRow.objects.filter(
        sheet_import=sheet_import, reason__in=WITH_HOST
    ).order_by("row")
    count_unknown_hosts(
        sheet=sheet_import.pk,
        hosts=_counted(rows.values_list("address", flat=True)),
        at=sheet_import.at,
    )


def _counted(texts: Iterable[str]) -> Iterator[tuple[str, Counted]]:
    rows: Counter[str] = Counter()
    last: dict[str, str] = {}
    for text in texts:
        host = read_cell(text).host
        rows[host] += 1
        last[host] = text
    for host in filter(None, rows):
        yield host, Counted(rows[host], _example(last[host], host))


def _example(text: str, host: str) -> str:
    """The address on a host in a cell, without its fragment and the values of its query."""
    for address in find_addresses(clean(text)):
        place, _, query = address.partition("#")[0].partition("?")
        if host in place.lower():
            kept = query and "?" + _VALUE.sub("=…", query)
            return f"{place}{kept}"[:LONGEST_EXAMPLE]
    return f"https://{host}/"[:LONGEST_EXAMPLE]
