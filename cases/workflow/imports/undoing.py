"""An import taken back as a whole, and rows whose mended address is taken back, as long as nothing of them has left.

What only they named is out of work, dropped for this reason, and is reported again by itself once a living complaint
names it (`take_up_undone`). What other living complaints name as well passes on to them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.extensions import import_checks
from cases.models import Case, Complaint, ImportRow, SheetImport, Target
from cases.models.targets import IMPORT_UNDONE
from cases.states import IMPORT_STATES, TARGET_STATES, UNDER_WAY_CASE, TargetState
from cases.workflow.carrying_over import carry_over
from cases.workflow.guards import intake_barred, lock_import
from cases.workflow.imports.parsing import RESULTS
from cases.workflow.imports.registration import restate_targets
from cases.workflow.imports.review import (
    judge_anew,
    judge_held,
    name_addresses,
    take_over,
)
from cases.workflow.official_targets import record_each
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record, record_alike
from corps.database.copy import update_many
from corps.database.locking import held, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from listings.classify import judge_row
from listings.sheets.headers import ADDRESS_FIELDS
from listings.sites import platform_of
from listings.workflow import lock_registry, platforms_taking_part, void_belongings

State = SheetImport.State


class Undoing(NamedTuple):
    """What undoing an import would do, counted. targets: those that it holds. built_on: of these, by id, what was built
    on each. passing: how many other living complaints name as well."""

    targets: list[int]
    built_on: dict[int, Any]
    passing: int

    @property
    def dropped(self) -> int:
        """How many targets only this import names."""
        return len(self.targets) - self.passing


def undoing_of(sheet_import: SheetImport) -> Undoing:
    """What undoing an import would do now. A handful of statements."""
    targets = list(_held_targets(sheet_import).order_by("pk"))
    others = ImportRow.objects.filter(
        target__in=[target.pk for target in targets]
    ).exclude(sheet_import=sheet_import)
    passing = (
        others.of_living_complaints().order_by().values("target").distinct().count()
    )
    return Undoing([target.pk for target in targets], _built_on(targets), passing)


def _held_targets(sheet_import: SheetImport) -> Any:
    """The targets that a complaint holds since its import named them."""
    rows = ImportRow.objects.filter(sheet_import=sheet_import.pk, target__isnull=False)
    return Target.objects.filter(
        complaint=sheet_import.complaint_id, pk__in=rows.order_by().values("target")
    )


def _built_on(targets: Collection[Target]) -> dict[int, Any]:
    """Of targets those on which something was built, with what."""
    found: dict[int, Any] = {}
    for check in import_checks:
        found |= check([target.pk for target in targets])
    for target in targets:
        if target.state != TargetState.REPORTED:
            found.setdefault(
                target.pk,
                _("It is “%(state)s”.") % {"state": target.get_state_display()},
            )
    return found


@transaction.atomic
def undo_import(
    *, sheet_import: SheetImport, actor: User, at: datetime | None = None
) -> tuple[int, int]:
    """Take an import back as long as nothing of it has left; how many targets passed on, how many are out of work.

    Its rows keep their result. The complaint has no sheet afterwards and may be handed another one (`hand_in_sheet`).
    What other living complaints name passes to the first of them, with its words.
    Raises PermissionDenied; TransitionRefused "not-registered", "complaint-not-open", "case-not-open", "built-on" with
    what was built on how many.
    """
    at = accept_at(actor, at, now())
    lock_registry()
    _hold_case_of(sheet_import)
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.undo_import", sheet_import)
    _require_registered(sheet_import, complaint)
    _require_open(complaint)
    targets = list(
        locked_in_order(
            Target.objects, _held_targets(sheet_import).values_list("pk", flat=True)
        )
    )
    _refuse_built_on(_built_on(targets))

    ImportRow.objects.filter(sheet_import=sheet_import).update(
        target=None, registered_at=None
    )
    claims = void_belongings(complaint.pk)
    _set_aside(sheet_import, complaint, actor, at)
    passed, dropped = _let_go([target.pk for target in targets], complaint, actor, at)
    noted: dict[str, Any] = {
        "rows": sheet_import.rows,
        "passed": passed,
        "dropped": dropped,
    }
    noted["sheet_name"] = sheet_import.sheet_name
    record(actor, "import.undone", complaint, at=at, thread=complaint.thread, **noted)
    judge_held(claims, actor=actor, at=at)
    return passed, dropped


def _hold_case_of(sheet_import: SheetImport) -> None:
    """Keep the case of an import's complaint as it is until the transaction ends. Called before the complaint is
    locked: who closes a case locks them in this order."""
    in_case = Complaint.objects.filter(sheet_import=sheet_import.pk, case__isnull=False)
    held(Case, in_case.values_list("case", flat=True))


def _require_registered(sheet_import: SheetImport, complaint: Complaint) -> None:
    """Raise TransitionRefused "not-registered" unless rows of an import, and no more of it, stand in the registry."""
    if (
        sheet_import.state not in IMPORT_STATES.before(State.UNDONE)
        or not sheet_import.done
    ):
        message = _("Only a sheet that is registered can be undone: it is “%(state)s”.")
        said = {"state": sheet_import.get_state_display()}
        raise TransitionRefused("not-registered", message % said, **last_act(complaint))


def _require_open(complaint: Complaint) -> None:
    """Raise TransitionRefused unless what a complaint named can still be taken out of work."""
    if barred := intake_barred(complaint):
        raise TransitionRefused(*barred, state=complaint.state, **last_act(complaint))
    if complaint.case is not None and complaint.case.state not in UNDER_WAY_CASE:
        message = _("The case is not open: it is “%(state)s”.") % {
            "state": complaint.case.get_state_display()
        }
        raise TransitionRefused(
            "case-not-open",
            message,
            state=complaint.case.state,
            **last_act(complaint.case),
        )


def _refuse_built_on(built_on: Mapping[int, Any]) -> None:
    if not built_on:
        return
    message = ngettext_lazy(
        "%(count)d target of this sheet is built on already: %(what)s",
        "%(count)d targets of this sheet are built on already: %(what)s",
        len(built_on),
    )
    counted = Counter(str(what) for what in built_on.values()).most_common(3)
    what = " ".join(f"{words} ({count})" for words, count in counted)
    raise TransitionRefused(
        "built-on",
        message % {"count": len(built_on), "what": what},
        targets=len(built_on),
    )


def _set_aside(
    sheet_import: SheetImport, complaint: Complaint, actor: User, at: datetime
) -> None:
    """Keep an import, with its file, beside its complaint, which has none any more."""
    IMPORT_STATES.move_all(
        SheetImport.objects.filter(pk=sheet_import.pk),
        State.UNDONE,
        complaint=None,
        undone_complaint=complaint,
        undone_by=actor,
        undone_at=at,
        sheet=complaint.sheet,
        own_sheet_name=complaint.sheet_name,
        touched_at=now(),
    )
    sheet_import.refresh_from_db()
    complaint.sheet, complaint.sheet_name = None, ""
    complaint.save(update_fields=["sheet", "sheet_name"])


def _let_go(
    ids: list[int], complaint: Complaint, actor: User, at: datetime
) -> tuple[int, int]:
    """Pass on the locked targets that a complaint does not name any more, or take them out of work; how many each."""
    carry_over(ids, actor=actor, at=at, released=ids)
    passed = list(
        Target.objects.filter(pk__in=ids)
        .exclude(complaint=complaint)
        .values_list("pk", flat=True)
    )
    restate_targets(passed)
    named = ImportRow.objects.filter(
        target=OuterRef("pk"), sheet_import__complaint=complaint
    )
    left = list(Target.objects.filter(~Exists(named), pk__in=ids, complaint=complaint))
    left_ids = [target.pk for target in left]
    TARGET_STATES.move_all(
        Target.objects.filter(pk__in=left_ids),
        TargetState.DROPPED,
        dropped_reason=IMPORT_UNDONE,
    )
    record_each(actor, "target.import_undone", left, at)
    return len(passed), len(left)


@transaction.atomic
def take_back_rows(
    *, rows: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Take back the address that a person gave in place of a row's own: the row is judged by its own cells again.

    One Result for each id. What the row was registered as goes as `undo_import` lets it go.
    Refused with their code: "not-found", "not-mended", "not-settleable", "complaint-not-open", "case-not-open",
    "built-on" with what.
    Raises PermissionDenied.
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.settle_rows")
    lock_registry()
    ids = list(dict.fromkeys(rows))
    by_import: dict[UUID, list[ImportRow]] = {}
    for row in ImportRow.objects.visible_to(actor).filter(pk__in=ids).order_by("row"):
        by_import.setdefault(row.sheet_import_id, []).append(row)
    results: dict[int, Result] = {}
    for sheet_import in SheetImport.objects.filter(pk__in=by_import).order_by("pk"):
        _hold_case_of(sheet_import)
        complaint, locked_import = lock_import(sheet_import)
        results |= _take_back(
            locked_import, complaint, by_import[sheet_import.pk], actor, at
        )
    missing = _("There is no such row.")
    return [results.get(pk) or Result(pk, False, "not-found", missing) for pk in ids]


def _take_back(
    sheet_import: SheetImport,
    complaint: Complaint,
    rows: list[ImportRow],
    actor: User,
    at: datetime,
) -> dict[int, Result]:
    own = Target.objects.filter(
        pk__in=[row.target_id for row in rows if row.target_id], complaint=complaint
    )
    targets = {
        target.pk: target
        for target in locked_in_order(Target.objects, own.values_list("pk", flat=True))
    }
    built_on = _built_on(targets.values())
    results = {
        row.pk: _may_be_taken_back(row, sheet_import, complaint, actor, built_on)
        for row in rows
    }
    going = [row for row in rows if results[row.pk].ok]
    platforms = platforms_taking_part()
    released = [row.target_id for row in going if row.target_id in targets]
    for row in going:
        _as_it_came(row, platforms)
    update_many(
        going,
        ["result", "reason", "finding", "platform_slug", "kind", "listing_id", "listing_site", "store_id", "store_site",
         "address", "repair", "decision", "decided_by", "target", "registered_at"],
    )  # fmt: skip
    ids = [row.pk for row in going]
    record_alike(
        actor, "import.row_taken_back", ImportRow, ids, at=at, thread=complaint.thread
    )
    _let_go([pk for pk in released if pk is not None], complaint, actor, at)
    judge_anew(sheet_import, complaint, ids, actor, at)
    return results


def _may_be_taken_back(
    row: ImportRow,
    sheet_import: SheetImport,
    complaint: Complaint,
    actor: User,
    built_on: Mapping[int, Any],
) -> Result:
    if row.decision != ImportRow.Decision.REPAIRED:
        return Result(
            row.pk,
            False,
            "not-mended",
            _("Nobody has corrected the address of this row."),
        )
    if barred := intake_barred(complaint):
        return Result(row.pk, False, *barred)
    may_still = [State.REVIEW]
    if actor.is_corps:
        may_still.append(State.DONE)
    if sheet_import.state not in may_still:
        message = _("Rows of this sheet cannot be settled now: %(state)s.")
        return Result(
            row.pk,
            False,
            "not-settleable",
            message % {"state": sheet_import.get_state_display()},
        )
    if row.target_id is not None and row.target_id in built_on:
        return Result(row.pk, False, "built-on", built_on[row.target_id])
    return Result(row.pk)


def _as_it_came(row: ImportRow, platforms: Mapping[str, int]) -> None:
    """Judge a row by its own cells, as when it was read."""
    addresses = [
        (name, row.cells[name]) for name in ADDRESS_FIELDS if name in row.cells
    ]
    read = judge_row(addresses, row.cells.get("request", ""), platforms.keys())
    row.repair, row.decision, row.decided_by, row.target, row.registered_at = (
        "",
        "",
        None,
        None,
        None,
    )
    if read.verdict == "ok":
        take_over(row, read)
        return
    row.result, row.reason, row.finding, row.kind, row.address = (
        RESULTS[read.verdict],
        read.code,
        "",
        "",
        read.text,
    )
    row.platform_slug = ""
    if first := read.listing or read.store:
        row.platform_slug = platform_of(first.site)
    name_addresses(row, read)
