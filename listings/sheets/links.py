"""Links that lie behind the cells of a worksheet: of its hyperlinks, and of formulas with HYPERLINK."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from .cells import is_blank
from .extent import column_number
from .grid import Grid
from .limits import Clock, Limits
from .refusals import refused

Area = tuple[int, int, int, int]


class FormulaLink(NamedTuple):
    """What a formula with HYPERLINK says. text: what the cell shows where no value is stored."""

    row: int
    column: int
    address: str
    text: str


@dataclass(slots=True)
class Links:
    """placed: (top, left, bottom, right) from 0, both ends included, and the address that lies behind these cells."""

    placed: list[tuple[Area, str]] = field(default_factory=list)
    formulas: list[FormulaLink] = field(default_factory=list)


class Targets:
    """Where the relationships of a worksheet lead; they are read when they are first asked for."""

    def __init__(self, read: Callable[[], Iterable[ElementTree.Element]]) -> None:
        self._read = read
        self._known: dict[str, str] | None = None

    def get(self, link_id: str) -> str:
        """The target as it is written; empty where there is none."""
        if self._known is None:
            self._known = {
                link.get("Id", ""): link.get("Target", "") for link in self._read()
            }
        return self._known.get(link_id, "")


_hyperlink = re.compile(
    rb"""<(?:[\w.-]+:)?hyperlink((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>""",
)
_attribute = re.compile(rb"""([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_reference = re.compile(
    r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?"
)
# What an app or a browser opens; a link may also lead to another file or to a mail.
_usable = re.compile(
    r"(?!file|ftp|ftps|smb|javascript|about|data|onenote|ms-)[a-z][a-z0-9+.-]*://\S",
    re.IGNORECASE,
)


def placed_links(
    content: bytes, after: int, targets: Targets
) -> list[tuple[Area, str]]:
    """The hyperlinks below the cells of a worksheet. One that leads to a place in the workbook is none."""
    links: list[tuple[Area, str]] = []
    if content.find(b"hyperlink", after) < 0:
        return links
    for tag in _hyperlink.finditer(content, after):
        attributes = {
            name.rpartition(b":")[2]: unescape(
                (double or single).decode("utf-8", "replace")
            )
            for name, double, single in _attribute.findall(tag[1])
        }
        area = _reference.fullmatch(attributes.get(b"ref", "").strip())
        address = targets.get(attributes[b"id"]).strip() if b"id" in attributes else ""
        if area is None or not _usable.match(address):
            continue
        # What stands behind the # is kept apart.
        inner = attributes.get(b"location", "")
        links.append(
            (_area(*area.groups()), f"{address}#{inner}" if inner else address)
        )
    return links


def _area(left: str, top: str, right: str | None, bottom: str | None) -> Area:
    rows = sorted((int(top) - 1, int(bottom or top) - 1))
    columns = sorted(column_number(name.encode()) - 1 for name in (left, right or left))
    return rows[0], columns[0], rows[1], columns[1]


_SPELLINGS = (b"HYPERLINK", b"yperlink")
_formula_name = re.compile(rb"HYPERLINK\s*\(", re.IGNORECASE)
_cell_reference = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_shared = re.compile(rb"""\st\s*=\s*["']shared["']""")
_shared_number = re.compile(rb"""\ssi\s*=\s*["'](\d+)["']""")
_LITERAL = r'"(?:[^"]|"")*"'
_LITERALS = rf"{_LITERAL}(?:\s*&\s*{_LITERAL})*"
_formula = re.compile(
    rf"\s*[=+]?\s*(?:_xlfn\.)?HYPERLINK\s*\(\s*(?P<address>{_LITERALS})\s*(?:[,;]\s*(?P<text>.*?)\s*)?\)\s*",
    re.IGNORECASE | re.DOTALL,
)
_literals = re.compile(_LITERALS)
_literal = re.compile(_LITERAL)
_number = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def formula_links(cells: bytes, prefix: bytes, clock: Clock) -> list[FormulaLink]:
    """The cells whose whole formula is a HYPERLINK with an address written out; others depend on other cells."""
    if not any(spelling in cells for spelling in _SPELLINGS):
        return []
    formula = b"<" + prefix + b"f"
    links = []
    shared: dict[bytes, tuple[str, str]] = {}
    for index, name in enumerate(_formula_name.finditer(cells)):
        if index % 2000 == 0:
            clock.check()
        begin = cells.rfind(b"<", 0, name.start())
        end = cells.find(b"<", name.end())
        opening = cells.find(b">", begin, name.start())
        if opening < 0 or not cells.startswith(formula, begin):
            continue
        said = _said(cells[opening + 1 : end].decode("utf-8", "replace"))
        if said is None:
            continue
        attributes = cells[begin:opening]
        number = (
            _shared_number.search(attributes) if _shared.search(attributes) else None
        )
        if number is not None:
            shared[number[1]] = said
        links += _at(cells, prefix, begin, said)
    return links + list(_same_formula(cells, prefix, shared)) if shared else links


def _same_formula(
    cells: bytes, prefix: bytes, shared: dict[bytes, tuple[str, str]]
) -> Iterator[FormulaLink]:
    """The cells that share the formula of another one."""
    for tag in re.finditer(rb"<" + re.escape(prefix) + rb"f(\s[^>]*)/>", cells):
        number = _shared_number.search(tag[1])
        if number is not None and number[1] in shared:
            yield from _at(cells, prefix, tag.start(), shared[number[1]])


def _at(
    cells: bytes, prefix: bytes, formula: int, said: tuple[str, str]
) -> list[FormulaLink]:
    """The link at the cell whose formula begins there; none where the cell does not say where it stands."""
    begin = cells.rfind(b"<" + prefix + b"c", 0, formula)
    reference = _cell_reference.search(cells, max(0, begin), formula)
    if reference is None:
        return []
    return [FormulaLink(int(reference[2]) - 1, column_number(reference[1]) - 1, *said)]


def _said(formula: str) -> tuple[str, str] | None:
    """The address and the text of a HYPERLINK; the address is shown where it has no text of its own."""
    match = _formula.fullmatch(unescape(formula))
    if match is None:
        return None
    address, text = _joined(match["address"]).strip(), match["text"] or ""
    if not _usable.match(address):
        return None
    if _literals.fullmatch(text):
        text = _joined(text)
    elif not _number.fullmatch(text):
        text = ""
    return address, text if text.strip() else address


def _joined(literals: str) -> str:
    return "".join(
        literal[1:-1].replace('""', '"') for literal in _literal.findall(literals)
    )


def put_links(grid: Grid, links: Links, limits: Limits) -> None:
    """Give the grid its links, and the cells that show the text of a formula that text.

    Merged rows are filled afterwards. A link whose cell shows nothing, or the same address, is left out.
    A file with links over more cells than the limits allow is refused as damaged.
    """
    found: dict[tuple[int, int], str] = {}
    for link in links.formulas:
        if 0 <= link.row < 2 * limits.max_rows and link.column < limits.max_columns:
            _show(grid, link)
            found[link.row, link.column] = link.address
    left_over = limits.max_cells
    for (top, left, bottom, right), address in links.placed:
        for row in range(max(0, top), min(bottom + 1, len(grid.rows))):
            cells = range(left, min(right + 1, len(grid.rows[row])))
            left_over -= 1 + len(cells)
            if left_over < 0:
                raise refused("damaged")
            found.update(dict.fromkeys(((row, column) for column in cells), address))
    for (row, column), address in found.items():
        text = grid.text(row, column)
        if not is_blank(text) and _bare(text) != _bare(address):
            grid.links[row, column] = address


def _show(grid: Grid, link: FormulaLink) -> None:
    """A cell without a stored value shows the formula's text; programs that do not calculate store 0."""
    grid.rows.extend([] for _row in range(link.row + 1 - len(grid.rows)))
    cells = grid.rows[link.row]
    cells.extend("" for _cell in range(link.column + 1 - len(cells)))
    if is_blank(cells[link.column]) or cells[link.column] == "0":
        cells[link.column] = link.text


def _bare(address: str) -> str:
    """An address for telling whether two are one: programs add http:// and / and write signs as %XX."""
    return (
        unquote(re.sub(r"^https?://", "", address.strip(), flags=re.IGNORECASE))
        .rstrip("/")
        .lower()
    )
