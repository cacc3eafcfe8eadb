"""One worksheet's XML: cut down to its cells and merged cells, and what it says of hidden rows, columns and links.

Controls, drawings, embedded objects, conditional formats and whatever else stands around the cells is not looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .extent import BlankStrings, check_extent, root_prefix
from .limits import Clock, Limits
from .links import Links, Targets, formula_links, placed_links
from .refusals import SheetRefused, refused


@dataclass(slots=True)
class Worksheet:
    """What a worksheet says besides its cells; rows and columns from 0.

    links: see Links. fault: why its cells are left out; unread_rows: how many rows with something in them it has.
    """

    title: str
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    links: Links = field(default_factory=Links)
    fault: SheetRefused | None = None
    unread_rows: int = 0


def cut_worksheet(
    title: str,
    content: bytes,
    targets: Targets,
    blanks: BlankStrings,
    limits: Limits,
    clock: Clock,
) -> tuple[bytes, Worksheet]:
    """The cells and merged cells of a worksheet as XML that reaches no further than the limits; and what else it says.

    targets: its relationships. blanks: the workbook's shared strings.
    Raises SheetRefused: damaged, too-many-rows, too-many-columns, too-many-cells, too-slow.
    """
    prefix = root_prefix(content)
    begin, end = _sheet_data(content, prefix)
    worksheet = Worksheet(
        title, hidden_columns=set(_hidden_columns(content[:begin], limits.max_columns))
    )
    worksheet.links.placed = placed_links(content, end, targets)
    name = prefix + b"worksheet"
    data = memoryview(content)[begin:end]
    cells = b"".join(
        (b"<", name, b">", data, _merges(content, end, prefix), b"</", name, b">")
    )
    del data
    del content
    cells = check_extent(cells, prefix, blanks, limits, clock)
    worksheet.hidden_rows = _hidden_rows(cells, prefix)
    worksheet.links.formulas = formula_links(cells, prefix, clock)
    return cells, worksheet


def without_cells(
    title: str, content: bytes, fault: SheetRefused
) -> tuple[bytes, Worksheet]:
    """What stands in the copy for a worksheet that cannot be read."""
    rows = re.split(rb"<(?:[\w.-]+:)?row[\s>]", content)
    filled = sum(re.search(rb"</(?:[\w.-]+:)?c>", row) is not None for row in rows)
    return b"<worksheet><sheetData/></worksheet>", Worksheet(
        title, fault=fault, unread_rows=filled
    )


def _sheet_data(content: bytes, prefix: bytes) -> tuple[int, int]:
    """Where the cells begin and end, with the tags around them."""
    opening = re.search(
        rb"<" + re.escape(prefix) + rb"sheetData(?:\s[^>]*?)?/?>", content
    )
    if opening is None:
        raise refused("damaged")
    if opening[0].endswith(b"/>"):
        return opening.start(), opening.end()
    closing = b"</" + prefix + b"sheetData"
    last = content.find(closing, opening.end())
    end = content.find(b">", last)
    if last < 0 or end < 0:
        raise refused("damaged")
    return opening.start(), end + 1


def _merges(content: bytes, after: int, prefix: bytes) -> bytes:
    begin = content.find(b"<" + prefix + b"mergeCells", after)
    closing = b"</" + prefix + b"mergeCells>"
    end = content.find(closing, begin)
    return content[begin : end + len(closing)] if 0 <= begin < end else b""


_col = re.compile(rb"<(?:[\w.-]+:)?col\s([^>]*)>")
_bounds = re.compile(rb"""(?:^|\s)(min|max)\s*=\s*["'](\d{1,7})["']""")
_hidden = re.compile(
    rb"""(?:^|\s)(?:hidden\s*=\s*["'](?:1|true|on)["']|(?:width|ht)\s*=\s*["']0+(?:\.0*)?["'])""",
    re.IGNORECASE,
)


def _hidden_columns(head: bytes, most: int) -> Iterator[int]:
    for tag in _col.finditer(head):
        bounds = dict(_bounds.findall(tag[1]))
        if len(bounds) == 2 and _hidden.search(tag[1]):
            yield from range(
                max(0, int(bounds[b"min"]) - 1), min(int(bounds[b"max"]), most)
            )


_row_number = re.compile(rb"""\sr\s*=\s*["'](\d{1,7})["']""")


def _hidden_rows(cells: bytes, prefix: bytes) -> set[int]:
    """The rows that are hidden, by hand or by a filter, or have no height; rows without a number are counted."""
    hidden = set()
    for index, tag in enumerate(
        re.findall(rb"<" + re.escape(prefix) + rb"row(\s[^>]*)?>", cells)
    ):
        if b' hidden="1"' in tag or (
            (b"hid" in tag or b"ht=" in tag) and _hidden.search(tag)
        ):
            number = _row_number.search(tag)
            hidden.add(index if number is None else int(number[1]) - 1)
    return hidden
