"""People correct how a sheet was understood, before any of it is registered; what they say is kept for the firm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import SheetCorrection, SheetImport
from cases.workflow.guards import lock_import
from cases.workflow.imports.reading import read_again
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from listings.sheets.corrections import LONGEST_HEADER
from listings.sheets.headers import ADDRESS_FIELDS, FIELDS, heading_key

About = SheetCorrection.About
# Why a worksheet is not read that could be.
NOT_READ = frozenset({"other-worksheet", "example", "left-out", "left-out-before"})
# Of what was corrected the audit keeps so much.
LONGEST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a worksheet: all of it, as it stands on the page after a look.

    header_row: from 1. columns: place → a key of `listings.sheets.corrections.MEANINGS`. platform: "" where its rows
    say it themselves. reads: codes of `not_read.READABLE`.
    """

    is_read: bool
    header_row: int = 0
    columns: Mapping[int, str] = field(default_factory=dict)
    platform: str = ""
    reads: frozenset[str] = frozenset()


@dataclass(slots=True)
class Change:
    """What differs from what was understood. fields: of a WorksheetCorrection, as they are kept. kept: for the firm's
    next sheets. told: for the audit."""

    fields: dict[str, Any]
    kept: list[SheetCorrection] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@transaction.atomic
def correct_reading(
    *,
    sheet_import: SheetImport,
    actor: User,
    said: Mapping[str, Said],
    at: datetime | None = None,
) -> SheetImport:
    """Have a sheet read again as a person says; what rows were settled to is lost. What can hold for other sheets is
    remembered for the firm: what columns are, by their headings; which row is the header, by its words; which
    worksheets are read, and what platform they are of, by their names.

    said: by the name of the worksheet. at: when its rows count as reported. Raises PermissionDenied; TransitionRefused
    "not-in-review", "nothing-changed", "no-worksheet", "no-address-column", "one-column-each".
    """
    at = accept_at(actor, at, now())
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.correct_reading", sheet_import)
    _require_correctable(sheet_import)
    _require_something_to_read(sheet_import, said)
    changes = _changes(
        sheet_import,
        said,
        SheetCorrection.objects.remembered(complaint.firm_id).platforms,
    )
    if not changes:
        raise TransitionRefused(
            "nothing-changed",
            _("Nothing was changed; the sheet stands as it was read."),
        )

    _remember(
        [kept for _name, change in changes for kept in change.kept],
        complaint.firm_id,
        actor,
    )
    corrections = sheet_import.corrections | {
        name: change.fields for name, change in changes
    }
    sheet_import.corrections = _with_what_was_seen(sheet_import, corrections, said)
    read_again(sheet_import, actor, at)
    told = "; ".join(words for _name, change in changes for words in change.told)
    record(
        actor,
        "import.corrected",
        complaint,
        at=at,
        thread=complaint.thread,
        corrections=told[:LONGEST_TOLD],
    )
    return sheet_import


@transaction.atomic
def forget_corrections(
    *,
    sheet_import: SheetImport,
    corrections: Iterable[int],
    actor: User,
    at: datetime | None = None,
) -> SheetImport:
    """Forget some of what is remembered of a firm's sheets, by primary keys, and have the sheet at hand read without.

    Raises PermissionDenied; TransitionRefused "not-in-review", "nothing-changed".
    """
    at = accept_at(actor, at, now())
    complaint, sheet_import = lock_import(sheet_import)
    require(actor, "cases.correct_reading", sheet_import)
    _require_correctable(sheet_import)
    forgotten = SheetCorrection.objects.filter(
        firm=complaint.firm_id, pk__in=list(corrections)
    )
    told = "; ".join(_told(correction) for correction in forgotten)
    count, _by_model = forgotten.delete()
    if not count:
        raise TransitionRefused(
            "nothing-changed",
            _("Nothing was changed; the sheet stands as it was read."),
        )

    read_again(sheet_import, actor, at)
    record(
        actor,
        "import.corrections_forgotten",
        complaint,
        at=at,
        thread=complaint.thread,
        corrections=told[:1000],
    )
    return sheet_import


def _with_what_was_seen(
    sheet_import: SheetImport, corrections: dict[str, Any], said: Mapping[str, Said]
) -> dict[str, Any]:
    """The corrections, and of every worksheet that could be read whether it is: what a person changes of one does not
    have others read that the person saw left out."""
    for worksheet in sheet_import.understood:
        name = worksheet["name"]
        if name in said and (worksheet["is_read"] or worksheet["why"] in NOT_READ):
            corrections[name] = {"is_read": said[name].is_read} | corrections.get(
                name, {}
            )
    return corrections


def _require_correctable(sheet_import: SheetImport) -> None:
    if not sheet_import.can_be_corrected:
        raise TransitionRefused(
            "not-in-review",
            _("This sheet is not waiting to be looked at: %(state)s.")
            % {"state": sheet_import.get_state_display()},
            state=sheet_import.state,
            **last_act(sheet_import.of_complaint),
        )


def _require_something_to_read(
    sheet_import: SheetImport, said: Mapping[str, Said]
) -> None:
    """Raise TransitionRefused where, as a person says, no worksheet would be read, or one without addresses, or two
    columns as the same."""
    read = [
        worksheet
        for worksheet in sheet_import.understood
        if _will_be_read(worksheet, said)
    ]
    # Of a sheet that could not be read no worksheet is; whoever says where its header stands has it tried.
    if not read and sheet_import.state == SheetImport.State.REVIEW:
        raise TransitionRefused("no-worksheet", _("Take in at least one worksheet."))
    for worksheet in read:
        name = worksheet["name"]
        if name in said and said[name].header_row == worksheet["header_row"]:
            _require_columns(worksheet, said[name])


def _will_be_read(worksheet: Mapping[str, Any], said: Mapping[str, Said]) -> bool:
    name = worksheet["name"]
    return said[name].is_read if name in said else worksheet["is_read"]


def _require_columns(worksheet: Mapping[str, Any], said: Said) -> None:
    before = {column["place"]: column["meaning"] for column in worksheet["columns"]}
    after = before | dict(said.columns)
    if worksheet["columns"] and not set(ADDRESS_FIELDS).intersection(after.values()):
        raise TransitionRefused(
            "no-address-column",
            _("No column is read as the address of listings or stores."),
            worksheet=worksheet["name"],
        )
    given = [
        meaning
        for place, meaning in said.columns.items()
        if meaning != before.get(place)
    ]
    single = [
        meaning
        for meaning in given
        if meaning in FIELDS and meaning not in ADDRESS_FIELDS
    ]
    if len(single) != len(set(single)):
        raise TransitionRefused(
            "one-column-each",
            _(
                "Only columns of addresses may be several: choose one column for each of the others."
            ),
            worksheet=worksheet["name"],
        )


def _changes(
    sheet_import: SheetImport, said: Mapping[str, Said], remembered: Mapping[str, str]
) -> list[tuple[str, Change]]:
    """The names of worksheets of which a person says something else than was understood of them, with what differs.

    remembered: the platforms that worksheets of these names are of, as was said of the firm's earlier sheets.
    """
    changes = []
    corrections = dict(sheet_import.corrections)
    for worksheet in sheet_import.understood:
        name = worksheet["name"]
        if name not in said:
            continue
        before = corrections.get(name, {})
        platform = before.get("platform") or remembered.get(name, "")
        change = _change(worksheet, said[name], dict(before), platform)
        if change.fields != before or change.kept:
            changes.append((name, change))
            corrections[name] = change.fields
    return changes


def _change(
    worksheet: Mapping[str, Any], said: Said, before: dict[str, Any], platform: str
) -> Change:
    """What a person changes of a worksheet. before: what was said of it earlier; platform: what its rows are given."""
    change, name = Change(before), worksheet["name"]
    if said.header_row and said.header_row != worksheet["header_row"]:
        _change_header(change, worksheet, said.header_row)
    else:
        _change_columns(change, worksheet["columns"], said.columns)
    if said.is_read != worksheet["is_read"]:
        before["is_read"] = said.is_read
        _keep(change, About.WORKSHEET, name, name, "read" if said.is_read else "")
    if said.platform != platform:
        before["platform"] = said.platform
        _keep(change, About.PLATFORM, name, name, said.platform)
    if said.reads != frozenset(before.get("reads", ())):
        before["reads"] = sorted(said.reads)
        change.told.append(f"{name} + {', '.join(before['reads'])}".strip())
    return change


def _change_header(change: Change, worksheet: Mapping[str, Any], row: int) -> None:
    change.fields["header_row"] = row
    change.fields.pop("columns", None)
    words, key = next(
        (
            (words, key)
            for number, words, key in worksheet["header_rows"]
            if number == row
        ),
        ("", ""),
    )
    change.told.append(f"{worksheet['name']} ={row}")
    if key:
        _keep(change, About.HEADER, key, words, "", is_told=False)


def _change_columns(
    change: Change, columns: Sequence[Mapping[str, Any]], said: Mapping[int, str]
) -> None:
    corrected = dict(change.fields.get("columns", {}))
    for column in columns:
        meaning = said.get(column["place"], column["meaning"])
        if meaning == column["meaning"]:
            continue
        corrected[str(column["place"])] = meaning
        if key := heading_key(column["heading"]):
            _keep(change, About.COLUMN, key, column["heading"], meaning)
    if corrected:
        change.fields["columns"] = corrected


def _keep(
    change: Change,
    about: str,
    name: str,
    words: str,
    meaning: str,
    *,
    is_told: bool = True,
) -> None:
    """Note what is remembered for the firm; of a text file without worksheets nothing is remembered by name."""
    correction = SheetCorrection(
        about=about,
        name=name[:LONGEST_HEADER],
        words=words[:LONGEST_HEADER],
        meaning=meaning,
    )
    if name:
        change.kept.append(correction)
    if is_told:
        change.told.append(_told(correction))


def _told(correction: SheetCorrection) -> str:
    return f"{correction.words[:60]} = {correction.meaning or '-'}"


def _remember(corrections: Iterable[SheetCorrection], firm: int, actor: User) -> None:
    """Keep what a person corrected for the firm's next sheets, in place of what was said of the same before."""
    latest = {
        (correction.about, correction.name): correction for correction in corrections
    }
    forgotten = [
        key
        for key, said in latest.items()
        if said.about == About.PLATFORM and not said.meaning
    ]
    for about, name in forgotten:
        SheetCorrection.objects.filter(firm=firm, about=about, name=name).delete()
        del latest[about, name]
    for correction in latest.values():
        correction.firm_id, correction.set_by, correction.set_at = firm, actor, now()
    SheetCorrection.objects.bulk_create(
        [latest[key] for key in sorted(latest)],
        update_conflicts=True,
        unique_fields=["firm", "about", "name"],
        update_fields=["words", "meaning", "set_by", "set_at"],
    )
