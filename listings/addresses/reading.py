"""Reading a cell of a complaint sheet: which one listing, store or short link it names, if it names one."""

from dataclasses import dataclass
from typing import Any, Literal

from .canonical import canonical_url
from .diagnosis import holds_rounded_number, why_no_address, why_unknown_host, why_unknown_page
from .pages import Page
from .parsing import Parts, parse
from .reasons import REASONS, Unusable
from .table import APP_MARKERS, FAMILIES, HOSTS, SHARED_SHORT_HOST
from .text import clean, find_addresses, resolve

MOST_WRAPPERS = 3
_NOTHING_INSIDE = ("empty", "no-address", "not-http")


@dataclass(frozen=True, slots=True)
class Address:
    """What a cell names.

    site: one of SITES, '' where kind is 'invalid'. canonical_id: '' where kind is 'invalid' or 'search'.
    canonical_url: '' but for listings and stores. reason: where kind is 'invalid', a key of REASONS; otherwise ''.
    """

    site: str
    kind: Literal["listing", "store", "short", "search", "invalid"]
    canonical_id: str
    canonical_url: str
    reason: str = ""

    @property
    def message(self) -> Any:
        """The reason as a sentence in the reader's language; '' if there is none."""
        return REASONS[self.reason]


def read_cell(text: str) -> Address:
    """What a cell names, by the address rules 1 to 5; kind 'invalid' with a reason if it is not exactly one thing.

    Never raises. Takes time in proportion to the length of the text.
    """
    cell = clean(text)
    try:
        return _read(cell, _app(cell), wrappers=0)
    except Unusable as fault:
        return Address("", "invalid", "", "", fault.code)


def _app(cell: str) -> str:
    """The site whose app shared the text of a cleaned cell, as its marker says; '' without one."""
    return next((app for marker, app in APP_MARKERS if marker in cell), "")


def _read(text: str, app: str, *, wrappers: int) -> Address:
    """The one result of all addresses in cleaned text. app: of the whole cell. wrappers: how many lie around the text.

    Raises Unusable.
    """
    results: set[Address] = set()
    faults: list[str] = []
    for address in find_addresses(text):
        try:
            results.add(_judge(address, app, wrappers=wrappers))
        except Unusable as fault:
            rounded = fault.code in ("bad-id", "unknown-page") and holds_rounded_number(address)
            faults.append("rounded-id" if rounded else fault.code)
    if len(results) > 1:
        results = {result for result in results if result.kind != "search"} or results
    if len(results) > 1:
        raise Unusable("two-addresses")
    if results:
        return results.pop()
    raise Unusable(faults[0] if faults else why_no_address(text))


def _judge(address: str, app: str, *, wrappers: int) -> Address:
    """What one address names, or what the address that it wraps does. Raises Unusable."""
    parts = parse(address)
    page, found = _match(parts)
    if page.kind == "wrapper" or page.kind == "launcher":
        return _unwrap(page, found, app, wrappers=wrappers + 1)
    site = (app if page.host == SHARED_SHORT_HOST else "") or page.site
    canonical_id = page.prefix + found if page.takes else ""
    return Address(site, page.kind, canonical_id, canonical_url(site, page.kind, canonical_id))


def _unwrap(page: Page, wrapped: str, app: str, *, wrappers: int) -> Address:
    """What the text that a wrapper carries names. Raises Unusable."""
    if wrappers > MOST_WRAPPERS:
        raise Unusable("wrapper-too-deep")
    text = clean(wrapped).strip()
    if not text:
        raise Unusable("wrapper-empty")
    if page.kind == "launcher":
        text = resolve(text, page.host)
    try:
        return _read(text, app, wrappers=wrappers)
    except Unusable as fault:
        raise Unusable("wrapper-empty" if fault.code in _NOTHING_INSIDE else fault.code) from None


def _match(parts: Parts) -> tuple[Page, str]:
    """The page that an address shows, and the id in it, '' if there is none; for a wrapper, what it wraps.

    Raises Unusable.
    """
    label, _, rest = parts.host.partition(".")
    pages = HOSTS.get(parts.host) or [page for page in FAMILIES.get(rest, ()) if page.label_id(label) is not None]
    if not pages:
        raise Unusable(why_unknown_host(parts.host))
    fault = ""
    for page in pages:
        in_path = page.path_id(parts.path)
        if in_path is None:
            continue
        found: str | None = in_path
        if page.names:
            found = parts.parameter(page.names)
            if found is None:
                fault = "no-id" if page.takes else "wrapper-empty"
                continue
        elif not in_path and page.family:
            found = page.label_id(label)
        return page, _fitting(page, found or "")
    raise Unusable(fault or why_unknown_page(pages, parts.path))


def _fitting(page: Page, found: str) -> str:
    """An id in the form in which it is kept; for a page without one, what was found. Raises Unusable."""
    if not page.takes:
        return found
    if not page.id_pattern.fullmatch(found):
        raise Unusable("bad-id" if found else "no-id")
    return found.lower() if page.takes == "H" else found
