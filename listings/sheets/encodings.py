"""From the bytes of a text file to its text: under which encoding they make sense.

GB18030 and Big5 give some character for nearly every pair of bytes, so that bytes decode proves nothing. What proves it
is what comes out: headings that are known words, and characters that people write.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import charset_normalizer

from .headers import ADDRESS, FIELDS, SERIAL, heading_field
from .refusals import refused

REPLACEMENT = "\ufffd"
_SAMPLE = 64 * 2**10
_SAMPLE_LINES = 1000
_MARKS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
_CHINESE = ("gb18030", "big5hkscs", "cp950")
# What a firm's program may write besides; no single-byte encoding, for those never fail and so prove nothing.
_LAST_RESORT = [
    "shift_jis",
    "cp932",
    "euc_jp",
    "cp949",
    "euc_kr",
    "utf_16_le",
    "utf_16_be",
]
# The share of usual characters from which a text is no mojibake. Chinese read rightly has 0.95 and more; read as the
# other Chinese encoding it has about a half.
_LEGIBLE = 0.75
# For one line, which may be a name of rare characters.
_LEGIBLE_LINE = 0.5
# Bad bytes count as single faults up to so many, or up to this share of the characters that are not ASCII.
_FEW, _FEW_SHARE = 3, 0.02
# How many of the first lines may be the header.
_HEADER_WITHIN = 30


class Decoded(NamedTuple):
    """A text and the encoding it was in; whether some lines were in another, and whether bad bytes became U+FFFD."""

    text: str
    encoding: str
    is_mixed: bool = False
    is_replaced: bool = False


def decode(content: bytes) -> Decoded:
    """The text of the bytes: by their mark, as evident UTF-16, as UTF-8, and else as what makes most sense of them.

    Single bad bytes become U+FFFD. Where lines in UTF-8 stand among lines in a Chinese encoding, each is read in its
    own. Raises SheetRefused "unreadable-encoding".
    """
    evident = next(
        (encoding for mark, encoding in _MARKS if content.startswith(mark)),
        _evident_utf16(content),
    )
    if evident is not None:
        found = _with_few_bad(content, evident) or _unreadable()
    else:
        found = _strict(content, "utf-8") or _unmarked(content)
    return found._replace(text=found.text.removeprefix("\ufeff"))


def _strict(content: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _with_few_bad(content: bytes, encoding: str) -> Decoded | None:
    """The text with U+FFFD for its bad bytes; None where these are more than single faults."""
    strict = _strict(content, encoding)
    if strict is not None:
        return strict
    text = content.decode(encoding, "replace")
    if not _are_few(text):
        return None
    return Decoded(text, encoding, is_replaced=True)


def _are_few(text: str) -> bool:
    bad = text.count(REPLACEMENT)
    return bad <= _FEW or (
        bad <= _FEW_SHARE * len(text)
        and bad <= _FEW_SHARE * len(_foreign.findall(text))
    )


def _unreadable() -> Decoded:
    raise refused("unreadable-encoding")


def _evident_utf16(content: bytes) -> str | None:
    """UTF-16 without a mark shows by zeros in every other byte, from its commas, digits and line ends."""
    sample = content[: _SAMPLE & ~1]
    half = len(sample) // 2
    if half < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.15 and even < odd / 20:
        return "utf-16-le"
    if even > half * 0.15 and odd < even / 20:
        return "utf-16-be"
    return None


def _unmarked(content: bytes) -> Decoded:
    """Text that is no clean UTF-8: in a Chinese encoding, in two encodings, or with single bad bytes."""
    lines = content.splitlines(keepends=True)
    foreign = [line for line in lines if not line.isascii()]
    others = [line for line in foreign if not _is_chinese_utf8(line)]
    if len(others) < len(foreign):
        candidates = [_line_by_line(lines, _by_sense(_CHINESE, others)[0])]
    else:
        encodings = _by_sense(("utf-8", *_CHINESE), [*lines[:_HEADER_WITHIN], *foreign])
        candidates = [_with_few_bad(content, encoding) for encoding in encodings]
    legible = next(
        (found for found in candidates if found is not None and _is_legible(found)),
        None,
    )
    return legible or _guessed(content) or _single_faults(content) or _unreadable()


def _is_legible(found: Decoded) -> bool:
    """Whether it is no mojibake: its characters are usual ones; or rare ones, but the headings are known words."""
    sample = found.text[:_SAMPLE]
    return _share(_usual, sample) >= _LEGIBLE or (
        not found.is_replaced and _headings(sample) >= 2
    )


def _by_sense(encodings: Sequence[str], lines: list[bytes]) -> list[str]:
    """The encodings, first the one under which the first lines make most sense."""
    sample = b"".join(lines[:_SAMPLE_LINES])[:_SAMPLE]
    return sorted(
        encodings,
        key=lambda encoding: _sense(sample.decode(encoding, "replace")),
        reverse=True,
    )


def _single_faults(content: bytes) -> Decoded | None:
    """Where hardly anything but ASCII stands: a few bytes that nobody can read."""
    text = content.decode("utf-8", "replace")
    if text.count(REPLACEMENT) > _FEW:
        return None
    return Decoded(text, "utf-8", is_replaced=True)


def _guessed(content: bytes) -> Decoded | None:
    """The text in the encoding of a neighbouring country, where its characters are usual there."""
    guess = charset_normalizer.from_bytes(
        content[:_SAMPLE], cp_isolation=_LAST_RESORT
    ).best()
    if guess is None:
        return None
    decoded = _strict(content, guess.encoding)
    if decoded is None or _share(_neighbours, decoded.text) < _LEGIBLE:
        return None
    return decoded


_utf8_character = re.compile(rb"[\xe3-\xef][\x80-\xbf]{2}")


def _is_chinese_utf8(line: bytes) -> bool:
    return (
        _utf8_character.search(line) is not None and _strict(line, "utf-8") is not None
    )


def _line_by_line(lines: list[bytes], base: str) -> Decoded | None:
    """Each line in UTF-8 or in the base encoding, whichever makes sense of it; None where bad bytes are many."""
    texts: list[str] = []
    used: set[str] = set()
    for line in lines:
        text, encoding = _line(line, base)
        texts.append(text)
        used.add(encoding)
    used.discard("ascii")
    text = "".join(texts)
    if not _are_few(text):
        return None
    main = "utf-8" if "utf-8" in used else base
    return Decoded(text, main, is_mixed=len(used) > 1, is_replaced=REPLACEMENT in text)


def _line(line: bytes, base: str) -> tuple[str, str]:
    """The text of a line and its encoding: ASCII, or the base encoding where that makes more sense than UTF-8."""
    if line.isascii():
        return line.decode("ascii"), "ascii"
    in_utf8, in_base = line.decode("utf-8", "replace"), line.decode(base, "replace")
    share = _share(_usual, in_base)
    if share >= _LEGIBLE_LINE and share > _share(_usual, in_utf8) + 0.15:
        return in_base, base
    return in_utf8, "utf-8"


def _sense(text: str) -> tuple[float, int]:
    """How much sense a text makes, by its usual characters and by the headings that are known words; of two alike, the
    one with fewer bad bytes makes more."""
    return round(_share(_usual, text) + 0.1 * min(_headings(text), 5), 2), -text.count(
        REPLACEMENT
    )


def _headings(text: str) -> int:
    """How many fields the fullest of the first lines names with words that are not ASCII."""
    best = 0
    for line in text.splitlines()[:_HEADER_WITHIN]:
        cells = [cell for cell in _delimiter.split(line[:2000]) if not cell.isascii()]
        named = {
            meaning.field
            for meaning in map(heading_field, cells)
            if meaning is not None and meaning.field in _NAMED
        }
        best = max(best, len(named))
    return best


def _share(wanted: re.Pattern[str], text: str) -> float:
    """The share that these characters have of those that are not ASCII; 1.0 where there are none."""
    foreign = len(_foreign.findall(text))
    if not foreign:
        return 1.0
    return len(wanted.findall(text)) / foreign


_NAMED = (*FIELDS, ADDRESS, SERIAL)
_delimiter = re.compile(r'[,;\t，|"]')
_foreign = re.compile(r"[^\x00-\x7f\ufeff]")
# The characters of everyday use: the first level of GB 2312 and of Big5, and the signs set among them.
_signs = r"\u00a5\u00b7\u00d7\u2010-\u2027\u2030\u203b\u2103\u2160-\u216b\u2460-\u2473\u3000-\u301f\uff00-\uffef"


def _first_level(encoding: str, leads: range, trails: list[int]) -> str:
    return "".join(
        bytes([lead, trail]).decode(encoding, "ignore")
        for lead in leads
        for trail in trails
    )


_everyday = _first_level(
    "gb2312", range(0xB0, 0xD8), [*range(0xA1, 0xFF)]
) + _first_level("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
_usual = re.compile(f"[{_signs}{_everyday}]")
_neighbours = re.compile(f"[{_signs}{_everyday}\\u3041-\\u30ff\\uac00-\\ud7a3]")
