"""Rows that wait for a person: an address corrected, sent back to the firm, or placed after all."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import Complaint, ImportRow, SheetImport
from cases.models.imports import CLAIMED, OFFICIAL
from cases.states import IMPORT_JUDGED
from cases.workflow.guards import intake_barred, lock_import
from cases.workflow.imports.parsing import RESULTS, site_and_id
from cases.workflow.imports.reading import forecast
from cases.workflow.imports.registration import register_rows
from cases.workflow.imports.rows import (
    finish_rows,
    forecast_rows,
    judge_rows,
    select_rows,
    source_of,
)
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.recording import record, record_alike
from corps.database.copy import update_many
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from firms.models import Firm
from listings.addresses import canonical_url, read_cell
from listings.classify import REASONS, RowReading, judge_row
from listings.sites import platform_of
from listings.workflow import (
    Key,
    Registry,
    lock_registry,
    platforms_taking_part,
    registered_platforms,
)

# Rows that may come out otherwise without another address; every other reason needs one.
JUDGED_AS_IT_STANDS = {
    "",
    OFFICIAL,
    CLAIMED,
    "platform-not-registered",
    "two-platforms",
}
REPAIR = 4000
# Up to so many rows the forecast of the whole sheet is made anew after each decision; beyond, of the settled rows only.
FORECAST_ANEW = 10_000


@transaction.atomic
def settle_rows(
    *,
    rows: Iterable[int],
    actor: User,
    repair: str | None = None,
    refuse: bool = False,
    at: datetime | None = None,
) -> list[Result]:
    """Decide on rows of a sheet, before it is registered or after; one Result for each id of a row, in the order given.

    repair: the address in place of the row's own, several on lines of their own; what the row names besides, on the
    same platform and of the other kind, stays. refuse: send the row back to the firm, which is for the corps alone.
    Neither: judge it as it stands, such as after its platform was registered, or after a refusal. Once the sheet is
    registered, rows that can be placed now are registered at once. A row that turns out to be an official account's is
    settled so, with code "official".
    Refused with their code: "not-found", "not-settleable", "already-registered", "complaint-not-open" and
    "case-not-open" where the complaint, or its case, has ended, or a code of `listings.classify.REASONS` if the row can
    be placed no better than before.
    Raises PermissionDenied; TransitionRefused "repair-too-long".
    """
    at = accept_at(actor, at, now())
    if refuse:
        require(actor, "cases.refuse_rows")
    else:
        require(actor, "cases.settle_rows")
    if repair is not None and len(repair) > REPAIR:
        raise TransitionRefused(
            "repair-too-long",
            _("An address is at most %(limit)s characters long.") % {"limit": REPAIR},
        )
    settlement = Settlement(repair, refuse, actor)
    lock_registry()
    ids = list(dict.fromkeys(rows))
    visible = ImportRow.objects.visible_to(actor).filter(pk__in=ids).order_by("row")
    by_import: dict[UUID, list[ImportRow]] = {}
    for row in visible:
        by_import.setdefault(row.sheet_import_id, []).append(row)
    results: dict[int, Result] = {}
    for sheet_import in SheetImport.objects.filter(pk__in=by_import).order_by("pk"):
        complaint, locked = lock_import(sheet_import)
        results |= _settle(
            locked, complaint, by_import[sheet_import.pk], settlement, at
        )
    missing = _("There is no such row.")
    return [results.get(pk) or Result(pk, False, "not-found", missing) for pk in ids]


def note_address_asked(*, sheet_import: SheetImport, actor: User, address: str) -> None:
    """Write down that a firm asked what an address would be recognised as, before it put one in a row's place.

    address: as it was read. For the audit alone; nobody's timeline tells of it.
    """
    record(
        actor,
        "import.address_asked",
        sheet_import.of_complaint,
        at=now(),
        address=address[:200],
    )


def note_addresses_asked(*, firm: Firm, actor: User, addresses: Iterable[str]) -> None:
    """Write down of which addresses a firm asked what is known of them, before it handed them in.

    addresses: canonical ids. For the audit alone.
    """
    asked = list(addresses)
    if asked:
        record(actor, "import.addresses_asked", firm, at=now(), addresses=asked)


class Settlement(NamedTuple):
    """How rows are decided on. repair: the address in place of their own, None where they stand as they are."""

    repair: str | None
    is_refused: bool
    actor: User

    @property
    def act(self) -> str:
        """The decision, as the audit has it."""
        if self.is_refused:
            return "refused"
        if self.repair:
            return "repaired"
        return "accepted"


def _settle(
    sheet_import: SheetImport,
    complaint: Complaint,
    rows: list[ImportRow],
    settlement: Settlement,
    at: datetime,
) -> dict[int, Result]:
    """Decide on rows of one locked import."""
    platforms = platforms_taking_part()
    results, changed = {}, []
    for row in rows:
        refused = _not_settleable(row, sheet_import, complaint, settlement.actor)
        refused = refused or _decide(row, settlement, platforms)
        results[row.pk] = refused or Result(row.pk)
        if refused is None:
            changed.append(row)
    update_many(
        changed,
        ["result", "reason", "finding", "platform_slug", "kind", "listing_id", "listing_site", "store_id", "store_site",
         "address", "repair", "decision", "decided_by"],
    )  # fmt: skip
    ids = [row.pk for row in changed]
    record_alike(
        settlement.actor,
        "import.row_settled",
        ImportRow,
        ids,
        at=at,
        thread=complaint.thread,
        decision=settlement.act,
        repair=settlement.repair or "",
    )
    judge_anew(sheet_import, complaint, ids, settlement.actor, at)
    if not settlement.is_refused:
        results |= _kept_out(ids)
    return results


def _decide(
    row: ImportRow, settlement: Settlement, platforms: Mapping[str, int]
) -> Result | None:
    """Have a row say how it is decided on; or, where it can be placed no better than before, why not."""
    row.decided_by = settlement.actor
    if settlement.is_refused:
        row.repair, row.decision = "", ImportRow.Decision.REFUSED
        return None
    read = _judge_again(row, settlement.repair, platforms.keys())
    if read.verdict != "ok":
        return Result(row.pk, False, read.code, read.reason)
    take_over(row, read)
    row.repair = settlement.repair or row.repair
    row.decision = ImportRow.Decision.NONE
    if row.repair:
        row.decision = ImportRow.Decision.REPAIRED
    return None


def _kept_out(ids: list[int]) -> dict[int, Result]:
    """Of rows judged anew those that are not registered: an official account's, or still claimed to be."""
    results = {}
    kept = ImportRow.objects.filter(pk__in=ids, reason__in=(OFFICIAL, CLAIMED))
    for pk, reason in kept.values_list("pk", "reason"):
        if reason == OFFICIAL:
            message = _("It belongs to an official account, so nothing is registered.")
            results[pk] = Result(pk, True, "official", message)
        else:
            message = _(
                "Somebody claims that it is in an official account's store; that is judged first."
            )
            results[pk] = Result(pk, False, CLAIMED, message)
    return results


def judge_held(listings: Iterable[Key], *, actor: User, at: datetime) -> None:
    """Judge anew the rows that are held because of a claim about these listings, once that has been judged.

    Rows of a complaint that has ended, or whose case has, stay as they are. The caller holds `lock_registry`. A few
    statements for each sheet that has such rows.
    """
    slugs = {pk: slug for slug, pk in registered_platforms().items()}
    judged = {(slugs[platform], canonical_id) for platform, canonical_id in listings}
    held = ImportRow.objects.filter(
        reason=CLAIMED, result=ImportRow.Result.HELD
    ).exclude(finding="")
    held = held.filter(
        listing_id__in={canonical_id for _slug, canonical_id in judged}
    ).exclude(decision="refused")
    by_import: dict[UUID, list[int]] = {}
    for pk, sheet, slug, canonical_id in held.values_list(
        "pk", "sheet_import_id", "platform_slug", "listing_id"
    ):
        if (slug, canonical_id) in judged:
            by_import.setdefault(sheet, []).append(pk)
    living = SheetImport.objects.filter(pk__in=by_import).exclude(
        state=SheetImport.State.UNDONE
    )
    for sheet_import in living.order_by("pk"):
        complaint, locked = lock_import(sheet_import)
        if intake_barred(complaint):
            continue
        if locked.state in IMPORT_JUDGED or not locked.needs_review:
            judge_anew(locked, complaint, by_import[sheet_import.pk], actor, at)


def _not_settleable(
    row: ImportRow, sheet_import: SheetImport, complaint: Complaint, actor: User
) -> Result | None:
    if row.target_id is not None:
        return Result(
            row.pk, False, "already-registered", _("This row is registered already.")
        )
    if barred := intake_barred(complaint):
        return Result(row.pk, False, *barred)
    may_still = [SheetImport.State.REVIEW]
    if actor.is_corps:
        may_still.append(SheetImport.State.DONE)
    if sheet_import.state not in may_still:
        message = _("Rows of this sheet cannot be settled now: %(state)s.")
        return Result(
            row.pk,
            False,
            "not-settleable",
            message % {"state": sheet_import.get_state_display()},
        )
    return None


class NamedThing(NamedTuple):
    """A listing or a store that a row names."""

    site: str
    kind: str
    canonical_id: str


def _judge_again(
    row: ImportRow, repair: str | None, platforms: Collection[str]
) -> RowReading:
    """Judge a row by its corrected address, or as it stands."""
    named = _named_by(row)
    if repair and repair.strip():
        lines = [line for line in repair.splitlines() if line.strip()]
        kept = _kept_beside(lines, named)
    elif row.reason in JUDGED_AS_IT_STANDS and named:
        lines, kept = [], named
    else:
        code = row.reason or "no-address"
        return RowReading("invalid", code, row.explanation or REASONS["no-address"])
    addresses = [*lines, *(canonical_url(*thing) for thing in kept)]
    cells = [("", address) for address in addresses]
    return judge_row(cells, row.cells.get("request", ""), platforms)


def _named_by(row: ImportRow) -> list[NamedThing]:
    """The listing and the store that a row names so far."""
    named = []
    if row.listing_id:
        named.append(NamedThing(row.listing_site, "listing", row.listing_id))
    if row.store_id:
        named.append(NamedThing(row.store_site, "store", row.store_id))
    return named


def _kept_beside(lines: Iterable[str], named: Iterable[NamedThing]) -> list[NamedThing]:
    """What a row names besides the corrected addresses: of the other kind, on one of their platforms."""
    addresses = [read_cell(line) for line in lines]
    kinds = {address.kind for address in addresses}
    platforms = {platform_of(address.site) for address in addresses}
    return [
        thing
        for thing in named
        if thing.kind not in kinds and platform_of(thing.site) in platforms
    ]


def take_over(row: ImportRow, read: RowReading) -> None:
    """Have a row name what was read, whose verdict is "ok"."""
    address = read.target_address
    assert address is not None  # the verdict is "ok"
    row.result, row.reason, row.finding = RESULTS["ok"], "", ""
    row.platform_slug, row.kind, row.address = (
        platform_of(address.site),
        read.target or "",
        address.canonical_url,
    )
    name_addresses(row, read)


def name_addresses(row: ImportRow, read: RowReading) -> None:
    """Write down which listing and which store a row names."""
    row.listing_site, row.listing_id = site_and_id(read.listing)
    row.store_site, row.store_id = site_and_id(read.store)


def judge_anew(
    sheet_import: SheetImport,
    complaint: Complaint,
    ids: list[int],
    actor: User,
    at: datetime,
) -> None:
    """Register settled rows of a registered sheet; of one that is being looked at, make the forecast anew."""
    if (
        sheet_import.state == SheetImport.State.REVIEW
        and sheet_import.rows <= FORECAST_ANEW
    ):
        forecast(sheet_import)
        return
    rows = select_rows("id = ANY(%s) ORDER BY row", ids)
    platforms = registered_platforms()
    if sheet_import.state == SheetImport.State.REVIEW:
        registry = Registry(source_of(complaint))
        forecast_rows(rows, judge_rows(rows, registry, platforms))
    else:
        register_rows(
            rows,
            complaint=complaint,
            actor=actor,
            at=at,
            platforms=platforms,
            write=lambda batch: finish_rows(rows, batch, at),
        )
