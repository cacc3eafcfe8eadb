"""What exactly is wrong with an address that names nothing, for the person who must mend its row.

Nothing here decides whether an address is usable; that is settled when these functions are asked.
"""

import itertools
import re
from collections.abc import Callable, Sequence

from .pages import PLACE, Page
from .table import PAGES

_ROUNDED = re.compile(
    r"(?<![0-9A-Za-z.])([1-9](\.[0-9]{1,17})?[eE](\+|%2[bB])?[0-9]{1,2}|[1-9][0-9]{4,18}\.0{1,9})(?![0-9A-Za-z])"
)
_MACHINE = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:(?=[^\s])")

_SHARE_CODE = re.compile(r"[￥$€₤¥¢₴₳₰][A-Za-z0-9]{6,16}[￥$€₤¥¢₴₳₰]|淘口令")
_APP = re.compile(
    r"(?:taobao|tbopen|tmall|openapp\.jdmobile|openjd|snssdk[0-9]+|kwai|xhsdiscover|fleamarket)://",
    re.IGNORECASE,
)
NOTHING_INSIDE = (
    "empty", "not-http", "words-only", "bare-number", "share-code", "mini-program", "app-link",
)  # fmt: skip

_OWNERS = frozenset(".".join(page.host.split(".")[-2:]) for page in PAGES)
# What is one letter away from a shorter name is as likely an innocent one.
_LONG_OWNERS = frozenset(
    owner for owner in _OWNERS if len(owner.partition(".")[0]) >= 5
)
_LOOKS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "2": "z", "9": "g", "q": "g"}
)
_WITH_PLACE = tuple(
    (page.host, re.compile("[^/]*".join(map(re.escape, PLACE.split(page.path)[::2]))))
    for page in PAGES
    if PLACE.search(page.path)
)


_KINDS_OF_TEXT: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("rounded-id", _ROUNDED.fullmatch),
    ("mini-program", re.compile(r"#小程序://").search),
    ("share-code", _SHARE_CODE.search),
    ("app-link", _APP.search),
    ("not-http", _SCHEME.match),
    ("bare-number", re.compile(r"[0-9]{4,}").fullmatch),
)


def why_no_address(text: str) -> str:
    """The code for cleaned text in which no address was found."""
    text = text.strip()
    if not text:
        return "empty"
    for code, is_so in _KINDS_OF_TEXT:
        if is_so(text):
            return code
    return "words-only"


def why_unknown_host(host: str) -> str:
    """The code for a host that is in no table. host: in lower case, without a final dot."""
    labels = host.split(".")
    if _MACHINE.fullmatch(host):
        return "ip-literal"
    if any(label.startswith("xn--") for label in labels):
        return "punycode"
    if ".".join(labels[-2:]) in _OWNERS:
        return "unlisted-host"
    return "lookalike-host" if _imitates(labels) else "unknown-host"


def _imitates(labels: list[str]) -> bool:
    """Whether the labels of an unknown host pretend to be a platform's: its whole name stands further to the left, or
    with a hyphen or an escape for a full stop, or it is one sign away, or looks the same.

    A name in common proves nothing: platforms have hosts that nobody here has heard of.
    """
    plain = re.sub(r"-|%2[ef]|/", ".", ".".join(labels)).split(".")
    pairs = {".".join(pair) for pair in itertools.pairwise(plain)}
    own = ".".join(labels[-2:])
    return bool(pairs & _OWNERS) or any(_is_close(own, owner) for owner in _LONG_OWNERS)


def _is_close(host: str, owner: str) -> bool:
    """Whether a host differs from a known one by no more than one sign, or only in signs that look alike."""
    return _spelt_alike(host) == _spelt_alike(owner) or _is_one_sign_away(host, owner)


def _spelt_alike(host: str) -> str:
    return host.replace("rn", "m").replace("vv", "w").translate(_LOOKS)


def _is_one_sign_away(one: str, other: str) -> bool:
    """Whether a sign put in, left out or changed makes one of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next(
        (place for place, sign in enumerate(short) if long[place] != sign), len(short)
    )
    return short[same:] == long[same + 1 :] or short[same + 1 :] == long[same + 1 :]


def why_unknown_page(pages: Sequence[Page], path: str) -> str:
    """The code for a path that none of a known host's pages has."""
    hosts = {page.host for page in pages}
    if any(host in hosts and pattern.fullmatch(path) for host, pattern in _WITH_PLACE):
        return "bad-id"
    return "unknown-page"


def holds_rounded_number(address: str) -> bool:
    """Whether a spreadsheet program wrote a number in the address in powers of ten, or with a fraction."""
    return _ROUNDED.search(address) is not None
