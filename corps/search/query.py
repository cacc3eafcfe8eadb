"""What somebody typed into the search, read once for all kinds: words, a number as people say it, or too little."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SHORTEST = 2
# An address as it is copied out of a browser; what identifies often stands at its end.
LONGEST = 4000
MOST_CHARACTERS = 200
MOST_WORDS = 10
# From so many digits on a run is an id, a telephone or a certificate number: it is found by how it begins.
LONG_NUMBER = 6
FIRST_YEAR = 2000

FAULTS = {
    "nothing": _("Type what you are looking for."),
    "too-short": _(
        "One character is too few: type at least two, or a number such as 3号."
    ),
    "too-long": _(
        "This is too long to search for: at most 200 characters and ten words, or one address."
    ),
}

_SERIES = re.compile(r"([A-Z]{1,2})(\d{4})(?:-(\d{1,6})|(\d{1,6}))")
_OFFICIAL = re.compile(
    r"(\D*?)[〔\[(【]?((?:19|20)\d\d)[〕\])】]?年?第?(\d{1,7})号(\D{0,4})"
)
_COUNTED = re.compile(r"第?(\d{1,7})号?(\D{0,4})")
_DIGITS = re.compile(r"[0-9]+")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{3,99}")
_LONG_RUN = re.compile(rf"(?<![0-9])[0-9]{{{LONG_NUMBER},}}")
# What people call a thing when they say its number: the series of its numbers.
_SAID = {
    "案": "C", "案件": "C", "投诉": "T", "来函": "T", "举报": "T", "通知": "N", "通知书": "N", "函": "N",
    "协查函": "N", "异议": "O", "申诉": "O",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number as people say it. series: "C" of "C2026-000003"; "" where any may be meant. year: None likewise.

    ending: how an official number (文号) ends that may be meant; "" where none may. is_official: whether it was said
    with words that only such a number has, so that no other is meant.
    """

    series: str
    year: int | None
    count: int
    ending: str = ""
    is_official: bool = False

    def numbers(self, series: str) -> list[str]:
        """The numbers of a series that may be meant, as they are kept; none where another series was said."""
        if self.is_official or (self.series and self.series != series):
            return []
        years = (
            [self.year]
            if self.year
            else range(FIRST_YEAR, timezone.localdate().year + 2)
        )
        return [f"{series}{year}-{self.count:06d}" for year in years]


@dataclass(frozen=True)
class Query:
    """text: as typed, without NUL. plain: its full-width characters made ordinary, its spaces single."""

    text: str
    plain: str

    @classmethod
    def read(cls, text: str) -> "Query":
        """Never raises. Takes time in proportion to the length of the text, of which LONGEST characters are read."""
        text = text.replace("\x00", "").strip()[: LONGEST + 1]
        return cls(text, " ".join(unicodedata.normalize("NFKC", text).split()))

    @property
    def is_address(self) -> bool:
        """Whether it holds what may be an address, which is read whole however long it is."""
        return "/" in self.plain or "." in self.plain

    @cached_property
    def fault(self) -> str:
        """Why nothing is searched for, a key of FAULTS; "" where something is."""
        if not self.plain:
            return "nothing"
        if max(map(len, self.words)) < SHORTEST and self.number is None:
            return "too-short"
        if len(self.text) > LONGEST:
            return "too-long"
        if not self.is_address and (
            len(self.plain) > MOST_CHARACTERS or len(self.words) > MOST_WORDS
        ):
            return "too-long"
        return ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, which may stand in any order, each once, in small letters."""
        return tuple(dict.fromkeys(self.plain.lower().split()))

    @cached_property
    def number(self) -> Number | None:
        """The number that is said, None where none is."""
        said = self.plain.upper().replace(" ", "")
        if found := _SERIES.fullmatch(said):
            series, year, after_dash, without = found.groups()
            return Number(series, int(year), int(after_dash or without))
        if found := _OFFICIAL.fullmatch(said):
            prefix, year, count, thing = found.groups()
            ending = f"{prefix}〔{year}〕{int(count)}号"
            return Number(
                _SAID.get(thing, ""),
                int(year),
                int(count),
                ending,
                is_official=bool(prefix),
            )
        found = _COUNTED.fullmatch(said)
        if found and (found[2] in _SAID or not found[2]) and len(said) >= SHORTEST:
            return Number(
                _SAID.get(found[2], ""), None, int(found[1]), f"〕{int(found[1])}号"
            )
        return None

    @property
    def is_digits(self) -> bool:
        """Whether it is digits alone: a number, or how an id begins, and nothing that a title is searched for."""
        return bool(_DIGITS.fullmatch(self.plain))

    @property
    def id_prefix(self) -> str:
        """The text where it may be how an id begins, otherwise ""."""
        return self.plain if _ID.fullmatch(self.plain) else ""

    @cached_property
    def patterns(self) -> list[str]:
        """A LIKE pattern for each word."""
        return [f"%{literal(word)}%" for word in self.words]

    @cached_property
    def beginnings(self) -> list[str]:
        """A regular expression for each long number, which is found by how it begins."""
        return [f"(^|[^0-9]){word}" for word in self.words if _LONG_RUN.fullmatch(word)]

    @cached_property
    def grams(self) -> list[str]:
        """What an index of words holds of every text with these words: `corps_search_grams` in SQL."""
        return sorted({gram for word in self.words for gram in _grams(word)})


def literal(text: str) -> str:
    """The text as LIKE takes it, with nothing in it that stands for something else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _grams(word: str) -> set[str]:
    pairs = {word[place : place + 2] for place in range(len(word) - 1)}
    grams = {pair for pair in pairs if not _DIGITS.fullmatch(pair)}
    # The first run may be the end of a longer one in the text, unless the word is nothing else.
    runs = [
        run for run in _LONG_RUN.finditer(word) if run.start() or run.group() == word
    ]
    return grams | {run.group()[:LONG_NUMBER] for run in runs}
