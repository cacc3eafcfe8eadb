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
from listings.addresses import Address, read_cell
from listings.sheets import Grid, Limits, SheetRefused, read_grids
from listings.sheets.cells import is_blank, is_total_row
from listings.sheets.headers import heading_key
from listings.sheets.refusals import refused
from listings.sites import platform_of
from notices.answer_sheets.vocabulary import FIELD_OF, answer_of
from notices.models import Notice
from notices.states import OWE_REASON, ItemState
from notices.workflow import Reply

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
            columns = _columns(cells)
            names_items = "id" in columns or "address" in columns
            if names_items and "answer" in columns:
                return _understand(grid, number, columns, notice)
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
        for chunk in confined(produce, memory=MEMORY, seconds=LIMITS.seconds + GRACE):
            sheet = json.loads(chunk)
            if "refused" in sheet:
                raise refused(sheet["refused"], **sheet["details"])
            grids.append(Grid(sheet["name"], sheet["rows"]))
    except ChildDied as died:
        raise _refusal_of(died) from died
    return grids


def _refusal_of(died: ChildDied) -> SheetRefused:
    """What the death of the child that read a sheet says of the sheet."""
    if died.how == "memory":
        return SheetRefused("too-costly", TOO_COSTLY)
    if died.how == "time":
        return refused("too-slow", seconds=round(LIMITS.seconds))
    return refused("damaged")


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Field to column of the headings in this row; the first of two stands."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if name := FIELD_OF.get(heading_key(cell)):
            columns.setdefault(name, index)
    return columns


@dataclass(frozen=True, slots=True)
class Cells:
    """What a row says in the columns that were found; empty where it says nothing, or the column is missing."""

    row: int
    item: str
    address: str
    answer: str
    remark: str

    @property
    def names_nothing(self) -> bool:
        """Whether it neither says what it is about nor answers anything."""
        return not (self.item or self.address or self.answer)

    @property
    def says_nothing(self) -> bool:
        """Whether nobody has filled it in."""
        return not (self.answer or self.remark)

    @property
    def name(self) -> str:
        """What people call the item: its id, unless that looks like a row number beside an address."""
        is_row_number = self.item.isdigit() and len(self.item) < 6
        if is_row_number and self.address:
            return self.address
        return self.item or self.address


def _understand(
    grid: Grid, head: int, columns: dict[str, int], notice: Notice
) -> Filled:
    filled = Filled(
        {name: grid.text(head, index).strip() for name, index in columns.items()}
    )
    items = ItemsOfNotice(notice)
    for number in range(head + 1, len(grid.rows)):
        if is_total_row(grid.rows[number]):
            continue
        cells = _cells(grid, number, columns)
        if cells.names_nothing:
            continue
        if cells.says_nothing:
            filled.blank += 1
            continue
        problem = _answer_problem(cells, filled.headings)
        if problem is None:
            problem = _add_line(cells, items, filled)
        if problem is not None:
            filled.problems.append(problem)
    return filled


def _cells(grid: Grid, number: int, columns: dict[str, int]) -> Cells:
    texts = {name: _own(grid.text(number, index)) for name, index in columns.items()}
    return Cells(
        row=number + 1,
        item=texts.get("id", ""),
        address=texts.get("address", ""),
        answer=texts.get("answer", ""),
        remark=texts.get("remark", ""),
    )


def _answer_problem(cells: Cells, headings: dict[str, str]) -> Problem | None:
    """Why a row's answer with its remark is none, if so."""
    heading = headings["answer"]
    if not cells.answer:
        reason = _("There is a remark but no answer.")
        return Problem(cells.row, heading, cells.answer, reason)
    answer = answer_of(cells.answer)
    if answer is None:
        reason = _(
            "This is not one of the answers; write one of these words or its digit."
        )
        return Problem(cells.row, heading, cells.answer, reason)
    if answer in OWE_REASON and not cells.remark:
        reason = _("Say why, so that the officer need not ask.")
        return Problem(cells.row, headings.get("remark", heading), "", reason)
    return None


def _add_line(cells: Cells, items: "ItemsOfNotice", filled: Filled) -> Problem | None:
    """Add a row with an answer to the lines, or say why it names no item."""
    item, address, reason = items.find(cells.item, cells.address)
    if reason is None:
        answer = str(answer_of(cells.answer))
        filled.lines.append(
            Line(cells.row, item, address, answer, cells.remark, cells.name)
        )
        return None
    headings = filled.headings
    if cells.item:
        return Problem(cells.row, headings["id"], cells.item, reason)
    if "address" in headings:
        return Problem(cells.row, headings["address"], cells.address, reason)
    return Problem(cells.row, headings["answer"], cells.answer, reason)


def _own(text: str) -> str:
    """A cell as it was before a CSV of ours put a ' before what would be a formula; blank ones are empty."""
    if is_blank(text):
        text = ""
    else:
        text = text.strip()
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        return text[1:]
    return text


class ItemsOfNotice:
    """The items of a notice by platform, kind and canonical id, and by canonical id alone."""

    def __init__(self, notice: Notice) -> None:
        self.by_listing: dict[tuple[str, str, str], int] = {}
        self.by_id: dict[str, list[int]] = {}
        rows = notice.items.exclude(state=ItemState.DRAFT).values_list(
            "pk",
            "target__platform__slug",
            "target__kind",
            "target__listing__canonical_id",
            "target__store__canonical_id",
        )
        for pk, platform, kind, listing, store in rows:
            self.by_listing[(platform, kind, listing or store)] = pk
            self.by_id.setdefault(listing or store, []).append(pk)

    def find(self, canonical_id: str, address: str) -> tuple[int | None, str, Any]:
        """The item that a row names, or the address that is still to be judged, or why it names none.

        A long id may have lost its digits in a spreadsheet program; then the address alone says which item is meant.
        """
        candidates = self.by_id.get(canonical_id, [])
        if address:
            read = read_cell(address)
            if read.kind in Target.Kind.values:
                item = self._listed(read)
                if candidates and item not in candidates:
                    reason = _("The id and the address name different items.")
                    return None, "", reason
                if item is None:
                    return None, address, None
                return item, "", None
            if len(candidates) != 1:
                return None, address, None
        if len(candidates) == 1:
            return candidates[0], "", None
        if candidates:
            return None, "", _("A listing and a store have this id; give the address.")
        return None, "", _("This is not in this notice.")

    def _listed(self, address: Address) -> int | None:
        platform = platform_of(address.site) or ""
        return self.by_listing.get((platform, address.kind, address.canonical_id))
