"""How far a worksheet reaches, found in its XML before the reader lays it out as a full rectangle.

One cell in XFD1048576 would cost the reader gigabytes. Formatted but empty cells cost it nothing, so they do not count;
cells that show nothing, a space or the empty result of a formula, would cost it the same: far out they are emptied.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from .cells import is_blank
from .limits import Clock, Limits
from .refusals import SheetRefused, refused, too_far_down

_root = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>/]")
_prefixed = re.compile(rb"<([A-Za-z_][\w.-]*):(?:c|row)[\s>/]")
_maybe_prefixed = re.compile(rb":(?:c|row)[\s>/]")
_bare = re.compile(rb"<(?:c|row)[\s>/]")
# A row number beyond each bound, or a reference that may lie far out: three letters, or anything with an entity.
_FAR = {
    bound: re.compile(
        rb' r="[A-Za-z]{0,2}+(?:[A-Za-z]|' + beyond + rb"|[A-Za-z0-9]*+&)"
    )
    for bound, beyond in (
        (199_999, rb"[2-9]\d{5}|\d{7}"),
        (99_999, rb"\d{6}"),
        (49_999, rb"[5-9]\d{4}|\d{6}"),
        (9_999, rb"\d{5}"),
    )
}
_two_letters = re.compile(rb""" r="([A-Za-z]{2})\d""")
# Lawful ways to write a reference that spreadsheet programs do not use.
_ODD = (b"r =", b"r= ")
_ODD_WITH_BREAKS = tuple(
    odd
    for space in (b"\t", b"\n", b"\r")
    for odd in (b"r" + space, b"=" + space, space + b"r=")
)
_COLUMNS_OF_A_WORKSHEET = 16_384
# The XML declaration at the start, after which programs do break the line.
_DECLARATION = 60


class BlankStrings:
    """Which of a workbook's shared strings show nothing; found when it is first asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._known: set[int] | None = None

    def __contains__(self, number: int) -> bool:
        if self._known is None:
            strings = enumerate(_shared_string.finditer(self._content))
            self._known = {
                index for index, string in strings if _shows_nothing(string[1] or b"")
            }
        return number in self._known


_shared_string = re.compile(
    rb"<(?:[\w.-]+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:[\w.-]+:)?si>)", re.DOTALL
)
_tag = re.compile(rb"<[^>]*>")


def _shows_nothing(xml: bytes) -> bool:
    return b"<!" not in xml and is_blank(
        unescape(_tag.sub(b"", xml).decode("utf-8", "replace"))
    )


def check_extent(
    content: bytes, prefix: bytes, blanks: BlankStrings, limits: Limits, clock: Clock
) -> bytes:
    """The worksheet, with cells emptied that show nothing beyond its last filled cell, where they reach too far.

    prefix: of its tags. blanks: the workbook's shared strings.
    A worksheet with nothing unusual is judged by counts and by searching, any other one cell by cell.
    Raises SheetRefused where filled cells span more than the limits: damaged, too-many-rows, too-many-columns,
    too-many-cells, too-slow.
    """
    _refuse_other_prefixes(content, prefix)
    if content.count(b"mergeCell ") > 2 * limits.max_rows:
        raise refused("damaged")
    cell = b"<" + prefix + b"c"
    most_cells = 0
    rows = content.split(b"<" + prefix + b"row")
    for index, row in enumerate(rows):
        if index % 5000 == 0:
            clock.check()
        if len(row) > 4 * most_cells:
            most_cells = max(most_cells, row.count(cell))
    columns = max(
        [
            most_cells,
            *(column_number(name) for name in set(_two_letters.findall(content))),
        ]
    )
    allowed = min(2 * limits.max_rows, limits.max_cells // max(1, columns))
    far = next((pattern for bound, pattern in _FAR.items() if bound <= allowed), None)
    if (
        columns > limits.max_columns
        or len(rows) > allowed
        or far is None
        or far.search(content) is not None
        or _has_odd_references(content)
    ):
        del rows
        return _check_exactly(content, prefix, blanks, limits, clock)
    return content


def _has_odd_references(content: bytes) -> bool:
    if (b"'" in content and b"r='" in content) or any(odd in content for odd in _ODD):
        return True
    broken = any(
        content.find(space, _DECLARATION) >= 0 for space in (b"\t", b"\n", b"\r")
    )
    return broken and any(odd in content for odd in _ODD_WITH_BREAKS)


def root_prefix(content: bytes) -> bytes:
    """The namespace prefix of the worksheet's own tags with its colon; empty where they have none."""
    root = _root.search(content)
    if root is None:
        raise refused("damaged")
    return root[1] + b":" if root[1] else b""


def _refuse_other_prefixes(cells: bytes, prefix: bytes) -> None:
    """Among the cells, tags of another prefix are no spreadsheet's work: the reader would take them for cells."""
    if not prefix:
        if (
            _maybe_prefixed.search(cells) is not None
            and _prefixed.search(cells) is not None
        ):
            raise refused("damaged")
    elif _bare.search(cells) is not None or set(_prefixed.findall(cells)) - {
        prefix[:-1]
    }:
        raise refused("damaged")


def column_number(name: bytes) -> int:
    """The number of a column, counted from 1, by its letters: A is 1, AB is 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


_reference = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})(\d{1,7})["']""")
_reference_attribute = re.compile(rb"""\sr\s*=""")


class _Cell(NamedTuple):
    """A cell with something in it: its row and column from 1, and the tag that opens it."""

    row: int
    column: int
    tag: re.Match[bytes]


def _filled_cells(
    content: bytes, prefix: bytes, limits: Limits, clock: Clock
) -> Iterator[_Cell]:
    """Follow the reader's own counting: a row or cell without a reference stands after the one before it."""
    tags = re.compile(rb"<(/?)" + re.escape(prefix) + rb"(row|c)((?:\s[^>]*?)?)(/?)>")
    row = column = 0
    for seen, tag in enumerate(tags.finditer(content)):
        if seen % 2_000 == 0:
            clock.check()
        closing, kind, attributes, empty = tag.groups()
        if closing:
            if kind == b"row":
                row, column = row + 1, 0
            continue
        reference = _reference.search(attributes)
        if reference is None and _reference_attribute.search(attributes):
            raise refused("damaged")
        if reference is not None:
            row = int(reference[2]) - 1
        if kind == b"row":
            row, column = row + bool(empty), 0
            continue
        column = _next_column(reference, column, limits)
        if not empty:
            yield _Cell(row + 1, column, tag)


def _next_column(reference: re.Match[bytes] | None, column: int, limits: Limits) -> int:
    """The column of a cell, from 1: where its reference says, otherwise after the one before it."""
    if reference is None:
        return column + 1
    if reference[1]:
        column = column_number(reference[1]) - 1
    if column >= _COLUMNS_OF_A_WORKSHEET:
        raise refused(
            "too-many-columns",
            column=column_letters(column + 1),
            columns=limits.max_columns,
        )
    return column + 1


def _check_exactly(
    content: bytes, prefix: bytes, blanks: BlankStrings, limits: Limits, clock: Clock
) -> bytes:
    last_row = last_column = 0
    for cell in _filled_cells(content, prefix, limits, clock):
        last_row, last_column = max(last_row, cell.row), max(last_column, cell.column)
    if _excess(last_row, last_column, limits) is None:
        return content
    last_row = last_column = filled_rows = row = 0
    for cell in _filled_cells(content, prefix, limits, clock):
        inside = cell.row <= last_row and cell.column <= last_column
        if not inside and not _is_blank_cell(content, prefix, cell.tag, blanks):
            last_row, last_column = (
                max(last_row, cell.row),
                max(last_column, cell.column),
            )
        if row != cell.row:
            row, filled_rows = cell.row, filled_rows + 1
    excess = _excess(last_row, last_column, limits)
    if excess is None:
        return b"".join(_emptied(content, prefix, last_row, last_column, limits, clock))
    if excess.code == "too-many-rows" and filled_rows <= limits.max_rows:
        raise too_far_down(last_row, limits.max_rows)
    raise excess


def _excess(last_row: int, last_column: int, limits: Limits) -> SheetRefused | None:
    if last_row > 2 * limits.max_rows:
        return refused("too-many-rows", rows=limits.max_rows)
    if last_column > limits.max_columns:
        return refused(
            "too-many-columns",
            column=column_letters(last_column),
            columns=limits.max_columns,
        )
    if last_row * last_column > limits.max_cells:
        return refused(
            "too-many-cells", rows=last_row, column=column_letters(last_column)
        )
    return None


# A cell's text is at most 32,767 characters long; one that goes on for longer is taken as filled.
_LONGEST_BLANK = 100_000
_type = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_formula_link = re.compile(rb"HYPERLINK", re.IGNORECASE)


def _is_blank_cell(
    content: bytes, prefix: bytes, tag: re.Match[bytes], blanks: BlankStrings
) -> bool:
    """Whether a cell shows nothing: no value, spaces, an error value. A formula with a link shows that."""
    end = content.find(b"</" + prefix + b"c>", tag.end(), tag.end() + _LONGEST_BLANK)
    if end < 0:
        return False
    kind = _type.search(tag[3])
    if kind is not None and kind[1] == b"e":
        return True
    inner = content[tag.end() : end]
    formula = inner.find(b"<" + prefix + b"f")
    if formula >= 0:
        closing = b"</" + prefix + b"f>"
        after = inner.find(closing, formula)
        if _formula_link.search(inner):
            return False
        inner = inner[after:] if after >= 0 else inner[formula:]
    if b"<!" in inner:
        return False
    text = _tag.sub(b"", inner)
    if kind is not None and kind[1] == b"s" and text.strip().isdigit():
        return int(text[:12]) in blanks
    return _shows_nothing(text)


def _emptied(
    content: bytes,
    prefix: bytes,
    last_row: int,
    last_column: int,
    limits: Limits,
    clock: Clock,
) -> Iterator[bytes]:
    """The worksheet's pieces, each cell beyond the last row or column empty but in its place."""
    kept = 0
    closing = b"</" + prefix + b"c>"
    for cell in _filled_cells(content, prefix, limits, clock):
        if cell.row <= last_row and cell.column <= last_column:
            continue
        yield content[kept : cell.tag.end() - 1]
        yield b"/>"
        kept = content.index(closing, cell.tag.end()) + len(closing)
    yield content[kept:]


def column_letters(number: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
