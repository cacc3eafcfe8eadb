"""From the text of a cell to the addresses in it."""

import posixpath
import re

_MARKS = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)
_STAY_FULL_WIDTH = "，；！（）［］｛｝＂＇＜＞"
_UNMARKED = dict.fromkeys(_MARKS, "") | {0x3000: " "}
_HALF_WIDTH = {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if chr(code) not in _STAY_FULL_WIDTH
}

# The letters of http are spelt out: ignoring case, Python takes the long s (U+017F) for an s.
_PATH_CHARACTERS = r"A-Za-z0-9\-._~:/\[\]@!$&'()*+,;=%"
_ADDRESS = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://[{_PATH_CHARACTERS}?#]+")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PATH = re.compile(rf"[{_PATH_CHARACTERS}]*")
_CUT = ".,;:!?'\"()[]<>"
_NAME_RUN = re.compile(r"[A-Za-z0-9.-]+")
_NAME = re.compile(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def clean(text: str) -> str:
    """Text without invisible marks, HTML's way of writing & and most full-width characters."""
    if text.isascii():
        return text.replace("&amp;", "&")
    return text.translate(_UNMARKED).replace("&amp;", "&").translate(_HALF_WIDTH)


def find_addresses(text: str) -> list[str]:
    """The http and https addresses in cleaned text, in order; a lone one may lack its scheme. [] if there is none."""
    found = _ADDRESS.findall(text) or _ADDRESS.findall(_with_scheme(text.strip()))
    return [address.rstrip(_CUT) for address in found]


def _with_scheme(text: str) -> str:
    """Trimmed text as if https stood before it, if it begins like an address; otherwise ''."""
    if text.startswith("//"):
        return "https:" + text
    run = _NAME_RUN.match(text)
    if (
        run
        and text[run.end() : run.end() + 1] in ("", "/", "?")
        and _NAME.fullmatch(run.group())
    ):
        return "https://" + text
    return ""


def resolve(text: str, host: str) -> str:
    """Cleaned, trimmed text with the relative reference that it begins with made absolute on a host; as it is if none.

    Dot segments are resolved.
    """
    if text.startswith("//"):
        return "https:" + text
    path = _PATH.match(text)
    if (
        _ABSOLUTE.match(text)
        or not path
        or not (path.group() or text.startswith(("?", "#")))
    ):
        return text
    absolute = posixpath.normpath("/" + path.group()).lstrip("/")
    return f"https://{host}/{absolute}{text[path.end() :]}"
