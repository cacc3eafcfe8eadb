"""Whose sheet it is and what it is about, as the file's name tells: a proposal that a person sees before it counts."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

from firms.models import Firm

_SEPARATORS = re.compile(r"[\s_]+")
_CODE_AND_NUMBER = re.compile(
    r"^[A-Za-z][A-Za-z0-9]{0,11}[-_ ]?[0-9]{1,4}(?=[-_\s.、]|[^\x00-\x7f]|$)[-_\s.、]*"
)
# What programs add to a name: a copy, a further download, a version.
_COPIES = re.compile(
    r"(?:[-_ ]*(?:副本|复件|copy|final|最终版?|定稿|v[0-9]+|\([0-9]+\)|（[0-9]+）))+$",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"函$|清单|投诉|举报|请求|申请|名单|明细|汇总|统计表|下架|侵权|违规|complaint|listing",
    re.IGNORECASE,
)
_SHORTEST_TITLE = 4
_LONGEST_SUBJECT = 200


class Guess(NamedTuple):
    """firm: None where the name tells of none, or of several. subject: "" where the name says nothing."""

    firm: Firm | None
    subject: str


def guess(filename: str, firms: Iterable[Firm]) -> Guess:
    """What a file's name tells of the firm and of the subject. firms: those that may be meant, with their brands."""
    name = unicodedata.normalize(
        "NFKC", os.path.splitext(filename.replace("\\", "/").rpartition("/")[2])[0]
    ).strip()
    return Guess(_firm(name, list(firms)), subject_of(name))


def subject_of(name: str) -> str:
    """The words of a file's name, without its ending, a code with a number before them and what programs add."""
    words = _COPIES.sub("", name.strip())
    words = _CODE_AND_NUMBER.sub("", words) or words
    words = _SEPARATORS.sub(" ", words).strip(" -.、")
    return words[:_LONGEST_SUBJECT] if re.search(r"[^\W\d_]{2}", words) else ""


def is_title(text: str) -> bool:
    """Whether words over the header of a sheet are the title of what it lists, and not who sent it or when."""
    return (
        _SHORTEST_TITLE <= len(text) <= _LONGEST_SUBJECT
        and _TITLE.search(text) is not None
    )


def _firm(name: str, firms: list[Firm]) -> Firm | None:
    """The one firm that a name tells of: by its code, otherwise by its names, otherwise by its brands. None where these
    tell of several, or the code of one firm stands beside the name of another."""
    by_code = _named(firms, lambda firm: _has_code(name, firm.code))
    by_name = _named(firms, lambda firm: firm.short_name in name or firm.name in name)
    by_brand = _named(
        firms,
        lambda firm: any(
            len(brand.name) > 1 and brand.name in name for brand in firm.brands.all()
        ),
    )
    named = {firm.pk: firm for firm in (*by_code, *by_name)} or {
        firm.pk: firm for firm in by_brand
    }
    return next(iter(named.values())) if len(named) == 1 else None


def _named(firms: Iterable[Firm], test: Callable[[Firm], bool]) -> list[Firm]:
    return [firm for firm in firms if test(firm)]


def _has_code(name: str, code: str) -> bool:
    """Whether a code stands in the name by itself, or right before a number."""
    return (
        re.search(rf"(?<![A-Z0-9]){re.escape(code)}(?![A-Z])", name.upper()) is not None
    )
