"""A sheet registered, or given up: what a person decides of it, and the targets that its rows bring."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Complaint, ImportRow, SheetImport, Target
from cases.models.targets import IMPORT_UNDONE
from cases.states import IMPORT_STATES, TARGET_STATES, TargetState
from cases.workflow.carrying_over import carry_over
from cases.workflow.claiming import tell_of_claims
from cases.workflow.guards import intake_barred, lock_import
from cases.workflow.imports.reading import enqueue_import
from cases.workflow.imports.rows import (
    LISTING,
    STORE,
    RegistrationBatch,
    RegistrationRow,
    TargetKey,
    alleged_by,
    judge_rows,
    source_of,
)
from cases.workflow.official_targets import mark_official, record_each
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record, record_alike
from corps.database.copy import (
    NULL,
    copy_lines,
    copying_beside,
    ids_among,
    take_ids,
    update_many,
)
from corps.database.locking import held, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from listings.workflow import Key, Registry

State = SheetImport.State
TARGET_COLUMNS = [
    "id", "kind", "platform_id", "listing_id", "store_id", "firm_id", "complaint_id", "case_id", "state", "is_official",
    "is_counted", "alleged", "price", "list_price", "claim", "claim_remark", "seen", "reported_at", "dropped_reason",
]  # fmt: skip
KNOWN_TARGETS = """
SELECT 'listing', listing_id, id FROM cases_target JOIN unnest(%s::bigint[]) AS wanted (thing) ON listing_id = thing
UNION ALL
SELECT 'store', store_id, id FROM cases_target JOIN unnest(%s::bigint[]) AS wanted (thing) ON store_id = thing"""


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


def _require_review(sheet_import: SheetImport) -> None:
    if sheet_import.state != State.REVIEW:
        raise TransitionRefused(
            "not-in-review",
            _("This sheet is not waiting to be looked at: %(state)s.")
            % {"state": sheet_import.get_state_display()},
            state=sheet_import.state,
            **last_act(sheet_import.of_complaint),
        )


def register_rows(
    rows: Sequence[RegistrationRow],
    *,
    complaint: Complaint,
    actor: User,
    at: datetime,
    platforms: dict[str, int],
    write: Callable[[RegistrationBatch], None],
    confirmed_by: User | None = None,
) -> None:
    """Register what rows of a complaint's sheet name, and make targets of what they ask about.

    write: writes down what became of each row. confirmed_by: who confirms as they are read what the rows say of stores,
    in a replay. The caller holds `lock_registry`. A fixed number of statements, whatever the number of rows.
    """
    registry = Registry(source_of(complaint, confirmed_by, at))
    batch = judge_rows(rows, registry, platforms)
    claimed = dict(registry.new_claims) | {
        pair: (row, True) for pair, row in registry.raised.items()
    }
    registry.number()
    missing = _find_targets(batch, registry)
    with copying_beside():
        registry.write()
        _write_targets(missing, batch, registry, complaint, at)
        write(batch)
    record_alike(
        actor,
        "target.reported",
        Target,
        missing.values(),
        at=at,
        thread=complaint.thread,
    )
    # The complaint is locked, and so may its case not be waited for: what is held just now, the maintenance passes on.
    known = [
        pk for target_key, pk in batch.targets.items() if target_key not in missing
    ]
    if known:
        take_up_undone(known, complaint, actor, at)
    carry_over(known, actor=actor, at=at, wait=False)
    mark_official(
        [registry.listings[key] for key in batch.official_listings],
        confirmed_by or actor,
        at,
    )
    if claimed:
        tell_of_claims(complaint, claimed, registry, actor)


def take_up_undone(
    targets: Iterable[int], complaint: Complaint, actor: User, at: datetime
) -> None:
    """Report anew those of the targets that were dropped since their import was undone: a locked complaint names them
    again. They are its own from now on, with its words. A few statements; one, where there are none."""
    undone = Target.objects.filter(
        state=TargetState.DROPPED, dropped_reason=IMPORT_UNDONE
    )
    ids = list(undone.filter(pk__in=ids_among(targets)).values_list("pk", flat=True))
    again = list(locked_in_order(undone, ids)) if ids else []
    if not again:
        return
    left = [target for target in again if target.thread != complaint.thread]
    record_each(
        actor, "target.passed_on", left, at, way=complaint.number, why="import_undone"
    )
    ids = [target.pk for target in again]
    TARGET_STATES.move_all(
        Target.objects.filter(pk__in=ids),
        TargetState.REPORTED,
        dropped_reason="",
        complaint=complaint,
        case=complaint.case_id,
    )
    restate_targets(ids)
    record_alike(actor, "target.reported", Target, ids, at=at, thread=complaint.thread)


def restate_targets(targets: Collection[int]) -> None:
    """Have targets say what the first row of their complaint alleges that names them, as if no other had: its firm, its
    words, and when it was reported. Two statements."""
    rows = ImportRow.objects.filter(
        target__in=targets, sheet_import__complaint=F("target__complaint")
    )
    first = rows.order_by("target", "registered_at", "pk").distinct("target")
    restated = []
    for row in first.select_related("target", "sheet_import__complaint"):
        target = row.target
        assert target is not None  # its rows are asked for by their target
        target.firm_id, target.reported_at = (
            row.sheet_import.complaint.firm_id,
            row.registered_at or target.reported_at,
        )
        target.alleged, target.price, target.list_price = alleged_by(row.cells)
        restated.append(target)
    update_many(restated, ["firm", "reported_at", "alleged", "price", "list_price"])


def _find_targets(batch: RegistrationBatch, registry: Registry) -> dict[TargetKey, int]:
    """Find the targets of all that the rows ask about; primary keys for those that are missing, in the rows' order."""
    old: dict[str, dict[int, TargetKey]] = {LISTING: {}, STORE: {}}
    for kind, key in batch.firsts:
        known, new = _of_kind(registry, kind)
        if key not in new:
            old[kind][known[key]] = (kind, key)
    for kind, thing, pk in known_targets(list(old[LISTING]), list(old[STORE])):
        batch.targets[old[kind][thing]] = pk
    missing = [key for key in batch.firsts if key not in batch.targets]
    numbered = dict(zip(missing, take_ids(Target, len(missing)), strict=True))
    batch.targets.update(numbered)
    return numbered


def _of_kind(registry: Registry, kind: str) -> tuple[dict[Key, int], dict[Key, str]]:
    """The listings, or the stores: those that are known, and of them those that are new."""
    if kind == LISTING:
        return registry.listings, registry.new_listings
    return registry.stores, registry.new_stores


def _write_targets(
    missing: dict[TargetKey, int],
    batch: RegistrationBatch,
    registry: Registry,
    complaint: Complaint,
    at: datetime,
) -> None:
    whose = f"{complaint.firm_id}\t{complaint.pk}\t{complaint.case_id or NULL}\treported\tf\tf"
    end = f"\t\t\t{at.isoformat()}\t"
    lines = []
    for target_key, pk in missing.items():
        kind, key = target_key
        known, _new = _of_kind(registry, kind)
        subject = f"{NULL}\t{known[key]}"
        if kind == LISTING:
            subject = f"{known[key]}\t{NULL}"
        lines.append(
            f"{pk}\t{kind}\t{key[0]}\t{subject}\t{whose}\t{batch.firsts[target_key].alleged}\t{end}"
        )
    copy_lines(Target, TARGET_COLUMNS, lines)


def known_targets(listings: list[int], stores: list[int]) -> list[tuple[str, int, int]]:
    """Kind, primary key of the thing and of its target, for those of the things that have one."""
    if not listings and not stores:
        return []
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_TARGETS, [listings, stores])
        return cursor.fetchall()
