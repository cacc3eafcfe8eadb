"""What a filled sheet says, by itself: read in a child process, its rows matched with the items of the notice."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Target
from cases.models.imports import TOO_COSTLY
from corps.files.sandbox import ChildDied, confined
from listings.addresses import read_cell
from listings.sheets import Grid, Limits, SheetRefused, read_grids
from listings.sheets.cells import is_blank, is_total_row
from listings.sheets.headers import heading_key
from listings.sheets.refusals import refused
from listings.sites import platform_of
from notices.answer_sheets.vocabulary import FIELD_OF, answer_of
from notices.models import Notice
from notices.states import ItemState
from notices.workflow import OWE_REASON, Reply

LIMITS = Limits(
    max_bytes=10 * 2**20,
    max_unpacked=64 * 2**20,
    max_rows=20_000,
    max_columns=100,
    seconds=20.0,
)
MEMORY = 512 * 2**20
GRACE = 5
HEAD_WITHIN = 20
NO_ANSWER_COLUMN = gettext_lazy(
    "No header row with an answer column and an id or address column was found. Fill in the sheet offered here."
)
Places = dict[tuple[str, str, str], int]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that says something that can be an answer. item: its id, or None where `address` has to say it."""

    row: int
    item: int | None
    address: str
    outcome: str
    remark: str
    name: str

    @property
    def reply(self) -> Reply:
        return Reply(
            self.row,
            self.outcome,
            item=self.item,
            address=self.address,
            remark=self.remark,
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that keeps its row from being an answer. column: its heading as it stands in the file."""

    row: int
    column: str
    cell: str
    reason: Any


@dataclass(slots=True)
class Filled:
    """What a filled sheet says, by itself. headings: field to heading. blank: rows without an answer."""

    headings: dict[str, str]
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blank: int = 0


def read_filled(file: File, filename: str, notice: Notice) -> Filled:
    """What the sheet in `file` says about the items of a notice. It is opened in a child process, within LIMITS.

    Raises SheetRefused.
    """
    with NamedTemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        grids = _read_apart(copy.name, filename)
    for grid in grids:
        for number, cells in enumerate(grid.rows[:HEAD_WITHIN]):
            places = _places(cells)
            if "answer" in places and ("id" in places or "address" in places):
                return _understand(grid, number, places, notice)
    raise SheetRefused("no-answer-column", NO_ANSWER_COLUMN)


def _read_apart(path: str, filename: str) -> list[Grid]:
    """The worksheets of a file that may be hostile: only the child that reads it can come to harm."""

    def produce() -> Iterator[bytes]:
        try:
            for grid in read_grids(path, filename, LIMITS):
                yield json.dumps({"name": grid.name, "rows": grid.rows}).encode()
        except SheetRefused as fault:
            yield json.dumps(
                {
                    "refused": fault.code,
                    "details": {k: str(v) for k, v in fault.details.items()},
                }
            ).encode()

    grids = []
    try:
        for piece in confined(produce, memory=MEMORY, seconds=LIMITS.seconds + GRACE):
            said = json.loads(piece)
            if "refused" in said:
                raise refused(said["refused"], **said["details"])
            grids.append(Grid(said["name"], said["rows"]))
    except ChildDied as died:
        if died.how == "memory":
            raise SheetRefused("too-costly", TOO_COSTLY) from died
        raise (
            refused("too-slow", seconds=round(LIMITS.seconds))
            if died.how == "time"
            else refused("damaged")
        ) from died
    return grids


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Field to column of the headings in this row; the first of two stands."""
    places: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if name := FIELD_OF.get(heading_key(cell)):
            places.setdefault(name, index)
    return places


def _understand(
    grid: Grid, head: int, places: dict[str, int], notice: Notice
) -> Filled:
    filled = Filled(
        {name: grid.text(head, index).strip() for name, index in places.items()}
    )
    by_place, by_id = _items_of(notice)
    for number in range(head + 1, len(grid.rows)):
        if is_total_row(grid.rows[number]):
            continue
        cells = {name: _own(grid.text(number, index)) for name, index in places.items()}
        named, answer, remark = (
            cells.get("id", ""),
            cells.get("answer", ""),
            cells.get("remark", ""),
        )
        if not (named or cells.get("address") or answer):
            continue
        if not answer and not remark:
            filled.blank += 1
            continue
        if problem := _fault(answer, remark):
            name, reason = problem
            heading = filled.headings.get(name, filled.headings["answer"])
            filled.problems.append(
                Problem(number + 1, heading, cells.get(name, ""), reason)
            )
            continue
        item, address, reason = _meant(named, cells.get("address", ""), by_place, by_id)
        if reason:
            name = "id" if named else "address" if "address" in places else "answer"
            filled.problems.append(
                Problem(number + 1, filled.headings[name], cells[name], reason)
            )
            continue
        name = (
            address
            if named.isdigit() and len(named) < 6 and address
            else named or address
        )
        filled.lines.append(
            Line(number + 1, item, address, str(answer_of(answer)), remark, name)
        )
    return filled


def _own(text: str) -> str:
    """A cell as it was before a CSV of ours put a ' before what would be a formula; blank ones are empty."""
    text = "" if is_blank(text) else text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _fault(answer: str, remark: str) -> tuple[str, Any] | None:
    """The field and the reason why an answer with its remark is none."""
    if not answer:
        return "answer", _("There is a remark but no answer.")
    outcome = answer_of(answer)
    if outcome is None:
        return "answer", _(
            "This is not one of the answers; write one of these words or its digit."
        )
    if outcome in OWE_REASON and not remark:
        return "remark", _("Say why, so that the officer need not ask.")
    return None


def _items_of(notice: Notice) -> tuple[Places, dict[str, list[int]]]:
    """The items of a notice by place (platform, kind, canonical id), and by canonical id alone."""
    by_place: Places = {}
    by_id: dict[str, list[int]] = {}
    rows = notice.items.exclude(state=ItemState.DRAFT).values_list(
        "pk",
        "target__platform__slug",
        "target__kind",
        "target__listing__canonical_id",
        "target__store__canonical_id",
    )
    for pk, platform, kind, listing, store in rows:
        by_place[(platform, kind, listing or store)] = pk
        by_id.setdefault(listing or store, []).append(pk)
    return by_place, by_id


def _meant(
    named: str, address: str, by_place: Places, by_id: dict[str, list[int]]
) -> tuple[int | None, str, Any]:
    """The item that a row names, or the address that is still to be judged, or why it names none.

    A long id may have lost its digits in a spreadsheet program; then the address alone says which item is meant.
    """
    candidates = by_id.get(named, [])
    if address:
        read = read_cell(address)
        if read.kind in Target.Kind.values:
            item = by_place.get(
                (platform_of(read.site) or "", read.kind, read.canonical_id)
            )
            if candidates and item not in candidates:
                return None, "", _("The id and the address name different items.")
            return item, "" if item else address, None
        if len(candidates) != 1:
            return None, address, None
    if len(candidates) == 1:
        return candidates[0], "", None
    if candidates:
        return None, "", _("A listing and a store have this id; give the address.")
    return None, "", _("This is not in this notice.")
