"""How well a text fits what its column holds: an address, a price, a day, words."""

import datetime
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from . import headers
from .cells import BLANK, is_serial_number, plain
from .data_rows import has_address
from .values import parse_date, parse_price

# The columns with the address of what is complained of.
LISTING_ADDRESSES = (*headers.ADDRESS_FIELDS, headers.ADDRESS)
LINKS = (*LISTING_ADDRESSES, headers.EVIDENCE, headers.COMPARISON)
_WORDS = ("platform", "store_name", "title", "brand", "violation", "request")
_TEXTS = (*_WORDS[1:], "remark")
_PRICES = ("price", "list_price")
_any_day = datetime.date(2099, 12, 31)
_part_of_link = re.compile(r"[!-~]*")
# What a query or a path goes on with, and a title hardly begins with.
_goes_on_with_link = re.compile(
    r"^(?=[!-~]*$)[^=&%?_./-]*[=&%?_./-]|^[!-~]{0,2}$|^[0-9.]+$"
)
_thousands = re.compile(r"[0-9]{3}(?:\.[0-9]+)?\D{0,4}")
_demand = re.compile(r"下架|删|关店|关闭|封|屏蔽|清退|撤|断开|整改|处理|下线")
_han = re.compile(r"[\u4e00-\u9fff]")


def is_link(cell: str) -> bool:
    """Whether there is an address in the cell."""
    return "://" in cell or has_address([cell])


@lru_cache(maxsize=8192)
def fit(kind: str, cell: str) -> float:
    """How well a cell fits what its column holds: from 2 for an address in its place to -2 for one missing there."""
    if not cell.strip(BLANK):
        return 0.0
    if kind in _WORDS:
        return _fit_of_words(cell)
    expected = _EXPECTED.get(kind)
    if expected is None:
        return 0.0
    if expected.is_met_by(cell):
        return expected.score
    return expected.score_otherwise


def fit_of_joined(
    kind: str, parts: list[str], delimiter: str, *, previous: str
) -> float | None:
    """How well the parts of a cut field fit as one; None where they cannot be one. previous: the cell before them."""
    first, *others = parts
    if any("://" in part for part in others):
        return None
    whole = delimiter.join(parts)
    if kind in LINKS:
        return _fit_of_joined_link(kind, whole, others)
    if kind in _PRICES:
        return _fit_of_joined_price(whole, others)
    if (
        kind not in _TEXTS
        or is_link(first)
        or (is_link(previous) and _goes_on_with_link.search(first))
    ):
        return None
    if kind == "request":
        return _fit_of_joined_request(parts)
    if any(map(_is_figure, others)):
        return -0.25
    return min(0.5, fit(kind, whole))


def _fit_of_joined_link(kind: str, whole: str, others: list[str]) -> float | None:
    if not is_link(whole) or not all(map(_part_of_link.fullmatch, others)):
        return None
    if any(map(_goes_on_with_link.search, others)):
        return fit(kind, whole) + 0.5
    return fit(kind, whole)


def _fit_of_joined_price(whole: str, others: list[str]) -> float | None:
    """1,299.00: a comma within a price stands before three digits."""
    if all(map(_thousands.fullmatch, others)) and _is_price(whole):
        return 1.5
    return None


def _fit_of_joined_request(parts: list[str]) -> float:
    if all(map(_demand.search, parts)):
        return 1.0
    return -0.5


def _fit_of_words(cell: str) -> float:
    if is_link(cell) or _is_figure(cell):
        return -1.0
    if _han.search(plain(cell)):
        return 0.5
    return -0.25


def _is_day(cell: str) -> bool:
    return parse_date(cell, _any_day) is not None


def _is_price(cell: str) -> bool:
    return parse_price(cell) is not None


def _is_figure(cell: str) -> bool:
    return parse_date(cell) is not None or _is_price(cell)


class _Expected(NamedTuple):
    """What a column holds. score: how well a cell fits that meets it; score_otherwise: one that does not."""

    is_met_by: Callable[[str], bool]
    score: float
    score_otherwise: float


_EXPECTED = {
    **dict.fromkeys(LISTING_ADDRESSES, _Expected(is_link, 2.0, -2.0)),
    **dict.fromkeys(_PRICES, _Expected(_is_price, 1.0, -1.0)),
    "found_on": _Expected(_is_day, 1.0, -1.0),
    headers.SERIAL: _Expected(is_serial_number, 1.0, -0.5),
}
