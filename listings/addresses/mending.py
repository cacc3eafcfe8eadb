"""What copying does to addresses, put right: the text as it was meant. Whether it was spoilt only reading shows."""

import re
from typing import NamedTuple

# Some of the patterns look again from every place; a cell with an address is never longer.
LONGEST = 4_000
_LETTERS = r"A-Za-z0-9\-._~:/\[\]@!$&'()*+,;=%?#"
_HTTP = r"[Hh][Tt][Tt][Pp][Ss]?"
_BROKEN = (
    rf"({_HTTP}://[{_LETTERS}]*[?&=/])[ \t]*[\r\n]+[ \t]*(?!{_HTTP}:)(?=[{_LETTERS}])"
)
# In this order. Each is a code of `reasons.MENDINGS`, what is looked for, and what is put in its place.
_REPAIRS = (
    ("app-form", re.compile(r"pinduoduo://com\.xunmeng\.pinduoduo/+"), "https://mobile.yangkeduo.com/"),
    ("line-break", re.compile(_BROKEN), r"\1"),
    ("double-scheme", re.compile(rf"(?:{_HTTP}:?/+[ \t]*)+({_HTTP}:/+)"), r"\1"),
    ("slashes", re.compile(rf"({_HTTP})://[/]+"), r"\1://"),
    ("blank-after-scheme", re.compile(rf"({_HTTP}://)[ \t\u00a0\u3000]+(?=[A-Za-z0-9])"), r"\1"),
    ("blank-at-end", re.compile(rf"(?:%20|%C2%A0|%0[AD9]|%E3%80%80)+(?![{_LETTERS}])", re.IGNORECASE), ""),
    ("slash-at-end", re.compile(rf"({_HTTP}://[{_LETTERS}]*\?[{_LETTERS}]*[0-9])/+(?![{_LETTERS}])"), r"\1"),
)  # fmt: skip
_AFTER_COLON = re.compile(
    r"：[ \t\u3000]*(?=[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:[/?]|\s*$))"
)
_CAPITALS = re.compile(rf"HTTPS?://[{_LETTERS}]+")


class Mended(NamedTuple):
    """Text as it was meant. codes: keys of `reasons.MENDINGS` for what was put right, () if nothing was."""

    text: str
    codes: tuple[str, ...] = ()


def mended(text: str) -> Mended:
    """The text of a cell with everything put right that copying is known to spoil; longer than LONGEST, as it is."""
    if len(text) > LONGEST:
        return Mended(text)
    codes = []
    for code, pattern, meant in _REPAIRS:
        text, times = pattern.subn(meant, text)
        if times:
            codes.append(code)
    if "://" not in text:
        text, times = _AFTER_COLON.subn("： https://", text)
        if times:
            codes.append("after-colon")
    return Mended(text, tuple(codes))


def without_capitals(spoilt: Mended) -> Mended:
    """The same with addresses in small letters that are in capitals throughout."""
    text = _CAPITALS.sub(_in_small, spoilt.text)
    if text == spoilt.text:
        return Mended(text)
    return Mended(text, (*spoilt.codes, "capitals"))


def _in_small(found: re.Match[str]) -> str:
    if found[0] == found[0].upper():
        return found[0].lower()
    return found[0]
