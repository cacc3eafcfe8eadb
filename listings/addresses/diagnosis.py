"""What exactly is wrong with an address that names nothing, for the person who must mend its row.

Nothing here decides whether an address is usable; that is settled when these functions are asked.
"""

import re

from .pages import PLACE, Page
from .table import PAGES

_ROUNDED = re.compile(
    r"(?<![0-9A-Za-z.])([1-9](\.[0-9]{1,17})?[eE](\+|%2[bB])?[0-9]{1,2}|[1-9][0-9]{4,18}\.0{1,9})(?![0-9A-Za-z])"
)
_MACHINE = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:(?=[^\s])")

_OWNERS = frozenset(".".join(page.host.split(".")[-2:]) for page in PAGES)
_NAMES = frozenset(owner.partition(".")[0] for owner in _OWNERS)
# Short names stand in many innocent words, so they count only as a word of their own.
_LONG_NAMES = tuple(name for name in _NAMES if len(name) >= 5)
_WITH_PLACE = tuple(
    (page.host, re.compile("[^/]*".join(map(re.escape, PLACE.split(page.path)[::2]))))
    for page in PAGES
    if PLACE.search(page.path)
)


def why_no_address(text: str) -> str:
    """The code for cleaned text in which no address was found."""
    text = text.strip()
    if not text:
        return "empty"
    if _ROUNDED.fullmatch(text):
        return "rounded-id"
    return "not-http" if _SCHEME.match(text) else "no-address"


def why_unknown_host(host: str) -> str:
    """The code for a host that is in no table. host: in lower case, without a final dot."""
    labels = host.split(".")
    if _MACHINE.fullmatch(host):
        return "ip-literal"
    if any(label.startswith("xn--") for label in labels):
        return "punycode"
    if ".".join(labels[-2:]) in _OWNERS:
        return "unlisted-host"
    words = set(re.split(r"[.-]", host))
    if words & _NAMES or any(name in host for name in _LONG_NAMES):
        return "lookalike-host"
    return "unknown-host"


def why_unknown_page(pages: list[Page], path: str) -> str:
    """The code for a path that none of a known host's pages has."""
    hosts = {page.host for page in pages}
    if any(host in hosts and pattern.fullmatch(path) for host, pattern in _WITH_PLACE):
        return "bad-id"
    return "unknown-page"


def holds_rounded_number(address: str) -> bool:
    """Whether a spreadsheet program wrote a number in the address in powers of ten, or with a fraction."""
    return _ROUNDED.search(address) is not None
