"""The text of one cell, whatever it was in the file."""

import datetime
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from .traditional import SIMPLIFIED

# Zero-width characters and direction marks.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
BLANK = (
    INVISIBLE
    + "\x00"
    + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
)
EXACT_INTEGER = 2**53

_drop_invisible = {ord(c): None for c in INVISIBLE + "\x00"}
_drop_blank = {ord(c): None for c in BLANK} | SIMPLIFIED


def cell_text(value: Any) -> str:
    """What a person would read in the cell; an empty string for an empty one or an error value.

    Excel keeps numbers as floats: one that is a whole number below 2**53 is shown by its digits ('674512345678');
    a larger one has lost digits, so it stays in scientific notation and cannot pass for an item number.
    Dates come out as 2026-03-05, with the time after a space where there is one.
    """
    if value.__class__ is str:
        return value
    if value.__class__ is float:
        return _float_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M:%S")
            if value.time() != datetime.time()
            else value.strftime("%Y-%m-%d")
        )
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def _float_text(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < EXACT_INTEGER else repr(value).upper()
    return repr(value) if math.isfinite(value) else ""


def is_blank(text: str) -> bool:
    """Nothing a person could see: spaces of any kind, direction marks, zero-width characters."""
    return not text.strip(BLANK)


def cell_at(cells: Sequence[str], column: int) -> str:
    """The text in a column; empty where the row is shorter."""
    return cells[column] if column < len(cells) else ""


def filled_length(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is not blank."""
    length = len(cells)
    while length and is_blank(cells[length - 1]):
        length -= 1
    return length


def plain(text: str) -> str:
    """The text for comparing words: half-width, lower case, simplified, without space or invisible character."""
    if text.isascii():
        return "".join(text.split()).lower()
    return unicodedata.normalize("NFKC", text).translate(_drop_blank).casefold()


def readable(text: str) -> str:
    """The text for reading values: half-width, invisible characters dropped, trimmed; inner spaces stay."""
    if text.isascii():
        return text.strip(BLANK)
    return unicodedata.normalize("NFKC", text.translate(_drop_invisible)).strip(BLANK)


_serial = re.compile(r"\(?[0-9]{1,7}\)?[.、)]?(?:\.0)?")
_SUMS = r"(?:合计|总计|小计|累计|共计|本页合计|以上合计|(?:sub|grand)?total)"
_total = re.compile(rf"{_SUMS}:?")
_total_and_more = re.compile(
    rf"{_SUMS}(?!划).{{0,16}}|共[0-9]+[条行件个家](?:链接|商品|店铺)?"
)


def is_serial_number(text: str) -> bool:
    """A running number such as '12', '１２', '12.' or '12、', and nothing else."""
    return _serial.fullmatch(plain(text)) is not None


def is_total_row(cells: Sequence[str]) -> bool:
    """A row of sums: 合计, 总计, 小计 or the like in a cell, however spaced, with or without a colon.

    In the first filled cell a count or a remark may follow, as in '合计：20条'.
    """
    first = True
    for cell in cells:
        if not cell or is_blank(cell):
            continue
        if len(cell) <= 40 and (_total_and_more if first else _total).fullmatch(
            plain(cell)
        ):
            return True
        first = False
    return False
