"""How far a worksheet reaches, found in its XML before the reader lays it out as a full rectangle.

One cell in XFD1048576 would cost the reader gigabytes. Formatted but empty cells cost it nothing, so they do not count.
"""

import re

from .limits import Clock, Limits
from .refusals import refused

_root = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>/]")
_prefixed = re.compile(rb"<([A-Za-z_][\w.-]*):(?:c|row)[\s>/]")
_maybe_prefixed = re.compile(rb":(?:c|row)[\s>/]")
_bare = re.compile(rb"<(?:c|row)[\s>/]")
# A row number beyond each bound, or a reference that may lie far out: three letters, or anything with an entity.
_FAR = {
    bound: re.compile(rb' r="(?:[A-Za-z]{3}|[A-Za-z]*(?:' + beyond + rb")|[A-Za-z0-9]*&)")
    for bound, beyond in (
        (199_999, rb"[2-9]\d{5}|\d{7}"),
        (99_999, rb"\d{6}"),
        (49_999, rb"[5-9]\d{4}|\d{6}"),
        (9_999, rb"\d{5}"),
    )
}
_two_letters = re.compile(rb""" r="([A-Za-z]{2})\d""")
# Lawful ways to write a reference that spreadsheet programs do not use.
_ODD = (b"r='", b"r =", b"r= ")
_ODD_WITH_BREAKS = tuple(odd for space in (b"\t", b"\n", b"\r") for odd in (b"r" + space, b"=" + space, space + b"r="))
_COLUMNS_OF_A_WORKSHEET = 16_384
# The XML declaration at the start, after which programs do break the line.
_DECLARATION = 60


def check_extent(content: bytes, limits: Limits, clock: Clock) -> None:
    """Refuse a worksheet whose filled cells span more than the limits.

    A worksheet with nothing unusual is judged by counts and by searching, any other one cell by cell.
    Raises SheetRefused: damaged, too-many-rows, too-many-columns, too-many-cells, too-slow.
    """
    prefix = _prefix(content)
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
    columns = max([most_cells, *(_column_number(name) for name in set(_two_letters.findall(content)))])
    allowed = min(2 * limits.max_rows, limits.max_cells // max(1, columns))
    far = next((pattern for bound, pattern in _FAR.items() if bound <= allowed), None)
    if (
        columns > limits.max_columns
        or len(rows) > allowed
        or far is None
        or far.search(content) is not None
        or _has_odd_references(content)
    ):
        _check_exactly(content, prefix, limits, clock)


def _has_odd_references(content: bytes) -> bool:
    if any(odd in content for odd in _ODD):
        return True
    broken = any(content.find(space, _DECLARATION) >= 0 for space in (b"\t", b"\n", b"\r"))
    return broken and any(odd in content for odd in _ODD_WITH_BREAKS)


def _prefix(content: bytes) -> bytes:
    """The namespace prefix of the worksheet's tags with its colon. Tags of another prefix are no spreadsheet's work."""
    root = _root.search(content)
    if root is None:
        raise refused("damaged")
    if root[1] is None:
        if _maybe_prefixed.search(content) is not None and _prefixed.search(content) is not None:
            raise refused("damaged")
        return b""
    if _bare.search(content) is not None or set(_prefixed.findall(content)) - {root[1]}:
        raise refused("damaged")
    return root[1] + b":"


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


_reference = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})(\d{1,7})["']""")
_reference_attribute = re.compile(rb"""\sr\s*=""")


def _check_exactly(content: bytes, prefix: bytes, limits: Limits, clock: Clock) -> None:
    """Follow the reader's own counting: a row or cell without a reference stands after the one before it."""
    tags = re.compile(rb"<(/?)" + re.escape(prefix) + rb"(row|c)((?:\s[^>]*?)?)(/?)>")
    row = column = last_row = last_column = 0
    for seen, tag in enumerate(tags.finditer(content)):
        if seen % 20_000 == 0:
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
            row, column = (row + 1, 0) if empty else (row, 0)
            continue
        if reference is not None and reference[1]:
            column = _column_number(reference[1]) - 1
        column += 1
        if column > _COLUMNS_OF_A_WORKSHEET and reference is not None:
            raise refused("too-many-columns", column=column_letters(column), columns=limits.max_columns)
        if not empty:
            last_row, last_column = max(last_row, row + 1), max(last_column, column)
    if last_row > 2 * limits.max_rows:
        raise refused("too-many-rows", rows=limits.max_rows)
    if last_column > limits.max_columns:
        raise refused("too-many-columns", column=column_letters(last_column), columns=limits.max_columns)
    if last_row * last_column > limits.max_cells:
        raise refused("too-many-cells", rows=last_row, column=column_letters(last_column))


def column_letters(number: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
