"""Text that somebody pasted: rows copied from a spreadsheet, or addresses and texts that an app shares, as one CSV.

The CSV is what is kept and read; so whatever is told of a pasted line is told of what would be registered.
"""

import csv
import io
import re
from dataclasses import dataclass

from ..addresses import read_cell
from ..addresses.text import find_addresses
from ..sites import platform_named
from .cells import BLANK
from .headers import ADDRESS, ADDRESS_FIELDS, heading_field

# What an app puts below the address that it shares, on a line of its own.
_TAIL = re.compile(
    r"^(?:点击链接直接打开|点击链接[，,]|(?:或者?)?.{0,12}搜索直接打开|复制(?:此|该|本|这)?(?:条|段)?(?:链接|口令|消息|信息)|"
    r"长按复制|打开(?:抖音|快手|小红书|淘宝|京东|拼多多|微店|闲鱼).{0,30}(?:查看|看看|直接)|快来(?:捡漏|看看))"
)
_OF_LINES = ["链接地址"]
_OF_ROWS = ["平台", "商品链接", "店铺链接", "备注"]


@dataclass(frozen=True, slots=True)
class Pasted:
    """lines: what was pasted, one text for each thing that is answered. content: the CSV, whose record n is line
    n - 1; or n, where the first line is its header (has_header)."""

    lines: list[str]
    content: bytes
    has_header: bool = False

    def line_of(self, record: int) -> int:
        """The number of a line, from 1, by the number of its record."""
        return record if self.has_header else record - 1


def read_pasted(text: str) -> Pasted:
    """Take pasted text apart. Text with tabs is rows of cells, any other is lines; empty ones are left out."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    rows = _rows(text) if "\t" in text else [[line] for line in _whole_lines(text)]
    lines = [
        "　".join(cell.strip() for cell in row if cell.strip(BLANK)) for row in rows
    ]
    if rows and _is_header(rows[0]):
        return Pasted(lines, _csv(rows), has_header=True)
    if "\t" in text:
        return Pasted(lines, _csv([_OF_ROWS, *map(_placed, rows)]))
    return Pasted(lines, _csv([_OF_LINES, *rows]))


def _rows(text: str) -> list[list[str]]:
    """The cells of each row; a quotation mark may hold line breaks, unless it swallows more than a cell can hold."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        rows = [line.split("\t") for line in text.split("\n")]
    return [row for row in rows if _is_filled(row)]


def _whole_lines(text: str) -> list[str]:
    """The lines that hold something; what an app puts below a shared address is part of its line."""
    lines: list[str] = []
    for line in text.split("\n"):
        if not line.strip(BLANK):
            continue
        if lines and _TAIL.match(line.strip(BLANK)) and not find_addresses(line):
            lines[-1] += f"\n{line.strip(BLANK)}"
        else:
            lines.append(line.strip(BLANK))
    return lines


def _is_filled(row: list[str]) -> bool:
    return bool("".join(row).strip(BLANK))


def _is_header(row: list[str]) -> bool:
    """Whether a row names the column of addresses, and holds none."""
    says = [heading_field(cell) for cell in row if cell.strip(BLANK)]
    names_addresses = any(
        meaning is not None and meaning.field in (ADDRESS, *ADDRESS_FIELDS)
        for meaning in says
    )
    return names_addresses and not find_addresses(" ".join(row))


def _placed(row: list[str]) -> list[str]:
    """The cells of a row without headings: platform, listing, store, and everything else as a remark."""
    platform, listing, store, rest = "", list[str](), list[str](), list[str]()
    for cell in filter(None, (cell.strip(BLANK) for cell in row)):
        if find_addresses(cell):
            (store if read_cell(cell).kind == "store" else listing).append(cell)
        elif not platform and len(cell) <= 12 and platform_named(cell):
            platform = cell
        else:
            rest.append(cell)
    if not listing and not store:
        return [platform, "　".join(rest), "", ""]
    return [platform, "\n".join(listing), "\n".join(store), "　".join(rest)]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", "ignore")
