"""Which words would tell who complained: names of firms and of the people who speak for them, but for their marks.

A sheet's title or store name is what a firm typed. Before such words reach a platform they are asked for names that
stand in no brand register: whose mark it is may be known, who complained may not.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Self

from firms.models import Brand, Firm, Representative

SHORTEST = 2
# A complaint's own number, such as T2026-000012.
COMPLAINT_NUMBER = r"T\d{4}-\d{6}"


class FirmNames:
    """The names of all firms and their representatives, compiled once for the many words of a letter or a page."""

    def __init__(self, secrets: set[str], marks: set[str]) -> None:
        self.secrets = {_folded(name) for name in secrets if len(name) >= SHORTEST} - {
            _folded(mark) for mark in marks
        }
        # Where a mark holds a firm's name, the mark is what was written: the longest comes first.
        words = self.secrets | {_folded(mark) for mark in marks if mark}
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        self.pattern = re.compile(
            "|".join([COMPLAINT_NUMBER.lower(), *map(_whole, longest_first)])
        )

    @classmethod
    def load(cls) -> Self:
        """As the registers stand now; three statements."""
        marks = set(Brand.objects.values_list("name", flat=True))
        return cls(set(_secrets()), marks)

    def names_a_firm(self, text: str) -> bool:
        """Whether the text names a firm, a representative or a complaint, and not only a registered mark."""
        for found in self.pattern.finditer(_folded(text)):
            word = found.group()
            if word in self.secrets or re.fullmatch(COMPLAINT_NUMBER.lower(), word):
                return True
        return False

    def without(self, text: str) -> str:
        """The text as it may leave: empty if it would tell who complained."""
        return "" if self.names_a_firm(text) else text


def _secrets() -> Iterator[str]:
    for names in Firm.objects.values_list(
        "code", "name", "name_en", "short_name", "uscc", "licence"
    ):
        yield from names
    accounts = Representative.objects.values_list(
        "user__username", "user__name", "user__email", "user__phone"
    )
    for account in accounts:
        yield from account


def _folded(text: str) -> str:
    """The text without differences of case, spacing and width."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).casefold()


def _whole(word: str) -> str:
    """An expression for a word; one in Latin letters or digits is not found within a longer one."""
    before = r"(?<![a-z0-9])" if word[:1].isascii() and word[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if word[-1:].isascii() and word[-1:].isalnum() else ""
    return f"{before}{re.escape(word)}{after}"
