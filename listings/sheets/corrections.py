"""How people said a sheet is to be read: of this file, and of earlier ones of the same firm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import headers
from .cells import BLANK, is_blank
from .not_read import READABLE

# What a column may be read as: one of the fields, or what is known of it although it is not used.
NOT_USED = (
    headers.SERIAL,
    headers.ITEM_NUMBER,
    headers.EVIDENCE,
    headers.COMPARISON,
    headers.OTHER,
)
MEANINGS = (*headers.FIELDS, *NOT_USED)
# Who decided on a column, besides `columns`: a person, of this file or of an earlier one.
BY_PERSON, BY_MEMORY = "person", "memory"
LONGEST_HEADER = 500
# Meanings that only one column may have: of addresses there may be several.
_OF_ONE_COLUMN = frozenset(headers.FIELDS).difference(headers.ADDRESS_FIELDS)


@dataclass(frozen=True, slots=True)
class WorksheetCorrection:
    """Of one worksheet of a file. header_row: from 1, 0 where it is as found. columns: place from 0 → one of MEANINGS.

    is_read: whether its rows are read; None leaves that to the reading. platform: stands in every row that names none.
    reads: codes of `not_read.READABLE` whose rows are read all the same.
    """

    header_row: int = 0
    columns: Mapping[int, str] = field(default_factory=dict)
    is_read: bool | None = None
    platform: str = ""
    reads: frozenset[str] = frozenset()


AS_FOUND = WorksheetCorrection()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What people corrected in earlier sheets of a firm.

    columns: `headers.heading_key` → a key of MEANINGS. headers: as `header_key` makes them. worksheets: name → whether
    it is read. platforms: name of a worksheet → what stands in its rows that name none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    headers: frozenset[str] = frozenset()
    worksheets: Mapping[str, bool] = field(default_factory=dict)
    platforms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrections:
    """worksheets: by name, "" for a text file. is_reviewed: whether a person looks at what was understood, so that what
    a person can decide is not refused, and that the reading tells what it understood."""

    worksheets: Mapping[str, WorksheetCorrection] = field(default_factory=dict)
    remembered: Remembered = field(default_factory=Remembered)
    is_reviewed: bool = False

    def of(self, name: str) -> WorksheetCorrection:
        """What was said of a worksheet of this file."""
        return self.worksheets.get(name, AS_FOUND)

    def is_read(self, name: str) -> bool | None:
        """Whether people said that a worksheet is read, of this file or an earlier one; None where nobody did."""
        said = self.of(name).is_read
        if said is None:
            return self.remembered.worksheets.get(name)
        return said

    def platform(self, name: str) -> str:
        """What stands in the rows of a worksheet that name no platform."""
        return self.of(name).platform or self.remembered.platforms.get(name, "")

    def meanings(
        self, name: str, headings: Sequence[str], *, is_first: bool
    ) -> dict[int, tuple[str, str]]:
        """Place of a column → what it is read as, and who says so: BY_PERSON or BY_MEMORY.

        is_first: whether these are the headings that the person saw, or those of a further block, whose columns are
        known by their words alone. No meaning but an address is given to two columns.
        """
        said = self.of(name).columns
        by_words: dict[str, str] = {}
        given: dict[int, tuple[str, str]] = {}
        if is_first:
            given = {place: (meaning, BY_PERSON) for place, meaning in said.items()}
        else:
            by_words = _by_words(said, headings)
        taken = {meaning for meaning, _by in given.values()}
        for place, heading in enumerate(headings):
            key = headers.heading_key(heading)
            meaning = by_words.get(key) or self.remembered.columns.get(key)
            if meaning is None or not key or place in given:
                continue
            if meaning in _OF_ONE_COLUMN and meaning in taken:
                continue
            given[place] = meaning, BY_MEMORY
            taken.add(meaning)
        return given


def _by_words(said: Mapping[int, str], headings: Sequence[str]) -> dict[str, str]:
    return {
        headers.heading_key(headings[place]): said[place]
        for place in said
        if place < len(headings)
    }


def header_key(cells: Iterable[str]) -> str:
    """A row of headings for comparing."""
    words = [
        headers.heading_key(cell.strip(BLANK))
        for cell in cells
        if cell and not is_blank(cell)
    ]
    return "|".join(words)[:LONGEST_HEADER]


def corrections_from(
    said: Mapping[str, Mapping[str, object]],
    remembered: Remembered,
    *,
    is_reviewed: bool,
) -> Corrections:
    """Corrections as they are kept, name of a worksheet → the fields of a WorksheetCorrection; unknown ones are
    passed over."""
    worksheets = {name: _worksheet(fields) for name, fields in said.items()}
    return Corrections(worksheets, remembered, is_reviewed)


def _worksheet(fields: Mapping[str, object]) -> WorksheetCorrection:
    columns, reads = fields.get("columns"), fields.get("reads")
    header_row, is_read = fields.get("header_row"), fields.get("is_read")
    return WorksheetCorrection(
        header_row=header_row if isinstance(header_row, int) else 0,
        columns=_columns(columns) if isinstance(columns, Mapping) else {},
        is_read=is_read if isinstance(is_read, bool) else None,
        platform=str(fields.get("platform") or ""),
        reads=frozenset(READABLE.intersection(reads))
        if isinstance(reads, list)
        else frozenset(),
    )


def _columns(said: Mapping[str, object]) -> dict[int, str]:
    return {
        int(place): str(meaning)
        for place, meaning in said.items()
        if meaning in MEANINGS and str(place).isdecimal()
    }
