"""Reading a cell of a complaint sheet: which one listing, store or short link it names, if it names one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .added import in_force
from .canonical import canonical_url
from .diagnosis import (
    NOTHING_INSIDE,
    holds_rounded_number,
    why_no_address,
    why_unknown_host,
    why_unknown_page,
)
from .mending import Mended, mended, without_capitals
from .pages import Page
from .parsing import Parts, parse
from .reasons import MENDINGS, REASONS, WITH_HOST, Unusable
from .table import APP_MARKERS, FAMILIES, HOSTS, SHARED_SHORT_HOSTS
from .text import clean, find_addresses, resolve

MOST_WRAPPERS = 3
_SHARED_SHORT = frozenset(SHARED_SHORT_HOSTS.split())
_ONE_THING = frozenset({"id", "itemId", "item_id", "offerId"})
_PATH_WORDS = re.compile(r"[A-Za-z0-9]+")
_ONE_THING_WORDS = frozenset({"detail", "item", "offer"})
# Of an address that is unusable for one of these reasons the table knows nothing.
OPEN_TO_ADDED = frozenset(
    {
        "unknown-host",
        "unlisted-host",
        "lookalike-host",
        "unknown-page",
        "unknown-listing-page",
        "no-id",
    }
)
# What is wrong with an address that has none of the parameters of a page, by the kind of the page; "no-id" for others.
_WITHOUT_PARAMETER = {"wrapper": "wrapper-empty", "launcher": "wrapper-empty"}
# In an id of another kind, capitals and small letters differ.
_SAME_IN_CAPITALS = re.compile(r"[0-9]+|[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Address:
    """What a cell names.

    site: one of SITES, '' where kind is 'invalid'. canonical_id: '' where kind is 'invalid' or 'search'.
    canonical_url: '' but for listings and stores. reason: where kind is 'invalid', a key of REASONS; otherwise ''.
    host: where the reason is about a host, which. mended: keys of MENDINGS, for what was spoilt in the text and is read
    as it was meant.
    """

    site: str
    kind: Literal["listing", "store", "short", "search", "invalid"]
    canonical_id: str
    canonical_url: str
    reason: str = ""
    host: str = ""
    mended: tuple[str, ...] = field(default=(), compare=False)

    @property
    def message(self) -> Any:
        """The reason as a sentence in the reader's language; of an address that was mended, how; '' for others."""
        if self.mended:
            return " ".join(str(MENDINGS[code]) for code in self.mended)
        if self.host and self.reason in WITH_HOST:
            return WITH_HOST[self.reason] % {"host": self.host}
        return REASONS[self.reason]


def read_cell(text: str) -> Address:
    """What a cell names, by the address rules 1 to 7; kind 'invalid' with a reason if it is not exactly one thing.

    Text that names nothing as it stands is read once more with what copying spoils put right. Never raises. Takes time
    in proportion to the length of the text.
    """
    cell = clean(text)
    try:
        return _read(cell, _app(cell), wrappers=0)
    except Unusable as fault:
        return _read_mended(text) or Address(
            "", "invalid", "", "", fault.code, fault.host
        )


def pages_read(text: str) -> list[Page]:
    """The pages by which a cell is read, those of wrappers before what they wrap; [] where it names nothing."""
    address = read_cell(text)
    if address.kind == "invalid":
        return []
    cell = clean(text)
    for spoilt in (
        (mended(text), without_capitals(mended(text))) if address.mended else ()
    ):
        if spoilt.codes == address.mended:
            cell = clean(spoilt.text)
    pages = list(dict.fromkeys(_pages_in(cell, wrappers=0)))
    return [
        page for page in pages if page.kind in ("wrapper", "launcher", address.kind)
    ]


def _pages_in(text: str, *, wrappers: int) -> Iterator[Page]:
    """The pages that the addresses in cleaned text show, whether they are usable or not."""
    if wrappers > MOST_WRAPPERS:
        return
    for address in find_addresses(text):
        try:
            page, found = _match(parse(address))
        except Unusable:
            continue
        yield page
        if page.kind in ("wrapper", "launcher"):
            yield from _pages_in(_wrapped_text(page, found), wrappers=wrappers + 1)


def _read_mended(text: str) -> Address | None:
    """What spoilt text names once it is put right; None where that names nothing either, or nothing was spoilt."""
    as_meant = mended(text)
    found = _usable(as_meant)
    if found is None:
        in_small = without_capitals(as_meant)
        found = _usable(in_small)
        if found is None or not _SAME_IN_CAPITALS.fullmatch(
            found.canonical_id.rpartition(":")[2]
        ):
            return None
        as_meant = in_small
    return replace(found, mended=as_meant.codes)


def _usable(spoilt: Mended) -> Address | None:
    """What text names that was put right somewhere; None where it was not, or names nothing."""
    if not spoilt.codes:
        return None
    cell = clean(spoilt.text)
    try:
        return _read(cell, _app(cell), wrappers=0)
    except Unusable:
        return None


def _app(cell: str) -> str:
    """The site whose app shared the text of a cleaned cell, as its marker says; '' without one."""
    return next((app for marker, app in APP_MARKERS if marker in cell), "")


def _read(text: str, app: str, *, wrappers: int) -> Address:
    """The one result of all addresses in cleaned text. app: of the whole cell. wrappers: how many lie around the text.

    Raises Unusable.
    """
    results: set[Address] = set()
    faults: list[Unusable] = []
    for address in find_addresses(text):
        try:
            results.add(_judge(address, app, wrappers=wrappers))
        except Unusable as fault:
            if fault.code in ("bad-id", "unknown-page") and holds_rounded_number(
                address
            ):
                fault = Unusable("rounded-id")
            faults.append(fault)
    if len(results) > 1:
        results = {result for result in results if result.kind != "search"} or results
    if len(results) > 1:
        raise Unusable("two-addresses")
    if results:
        return results.pop()
    if faults:
        raise faults[0]
    raise Unusable(why_no_address(text))


def _judge(address: str, app: str, *, wrappers: int) -> Address:
    """What one address names, or what the address that it wraps does. Raises Unusable."""
    parts = parse(address)
    page, found = _match(parts)
    if page.kind == "wrapper" or page.kind == "launcher":
        return _unwrap(page, found, app, wrappers=wrappers + 1)
    site = (app if page.host in _SHARED_SHORT else "") or page.site
    canonical_id = page.prefix + found if page.takes else ""
    return Address(
        site, page.kind, canonical_id, canonical_url(site, page.kind, canonical_id)
    )


def _unwrap(page: Page, wrapped: str, app: str, *, wrappers: int) -> Address:
    """What the text that a wrapper carries names. Raises Unusable."""
    if wrappers > MOST_WRAPPERS:
        raise Unusable("wrapper-too-deep")
    text = _wrapped_text(page, wrapped)
    if not text:
        raise Unusable("wrapper-empty")
    try:
        return _read(text, app, wrappers=wrappers)
    except Unusable as fault:
        if fault.code in NOTHING_INSIDE:
            raise Unusable("wrapper-empty") from None
        raise fault from None


def _wrapped_text(page: Page, wrapped: str) -> str:
    """The text that a wrapper carries, cleaned; that of a launcher as an address of its host. '' where it is empty."""
    text = clean(wrapped).strip()
    if page.kind == "launcher":
        return resolve(text, page.host)
    return text


def _match(parts: Parts) -> tuple[Page, str]:
    """The page that an address shows, and the id in it, '' if there is none; for a wrapper, what it wraps.

    Raises Unusable.
    """
    label, _, rest = parts.host.partition(".")
    pages = HOSTS.get(parts.host) or [
        page
        for page in FAMILIES.get(rest, ())
        if page.label_id(label) is not None
        and not in_force().is_service(page.site, label)
    ]
    try:
        if not pages:
            raise Unusable(why_unknown_host(parts.host), parts.host)
        return _first_that_fits(pages, parts, label)
    except Unusable as fault:
        if fault.code not in OPEN_TO_ADDED or not (
            pages := _added_pages(parts.host, label, rest)
        ):
            raise
    return _first_that_fits(pages, parts, label)


def _added_pages(host: str, label: str, rest: str) -> list[Page]:
    """The pages that an administrator added for a host."""
    added = in_force()
    return added.hosts.get(host) or [
        page
        for page in added.families.get(rest, ())
        if page.label_id(label) is not None and not added.is_service(page.site, label)
    ]


def _first_that_fits(
    pages: Sequence[Page], parts: Parts, label: str
) -> tuple[Page, str]:
    """The first of a host's pages that an address shows, and the id in it. Raises Unusable."""
    fault = ""
    for page in pages:
        in_path = page.path_id(parts.path)
        if in_path is None:
            continue
        if page.is_shop_front and _shows_one_thing(parts):
            fault = "unknown-listing-page"
            continue
        found: str | None = in_path
        if page.names:
            found = _in_query(page, parts)
        elif not in_path and page.family:
            found = page.label_id(label) or ""
        if found is not None:
            return page, _fitting(page, found)
        if not page.is_overlay:
            fault = _WITHOUT_PARAMETER.get(page.kind, "no-id")
    raise Unusable(fault or why_unknown_page(pages, parts.path))


def _in_query(page: Page, parts: Parts) -> str | None:
    """What the parameter of a page says; None without it, and where it should show one thing above any page and holds
    no id. Raises Unusable."""
    found = parts.parameter(page.names)
    if page.is_overlay and not (found and page.id_pattern.fullmatch(found)):
        return None
    return found


def _shows_one_thing(parts: Parts) -> bool:
    """Whether an address on a store's own host shows one thing that is sold there."""
    words = (word.lower() for word in _PATH_WORDS.findall(parts.path))
    return not _ONE_THING.isdisjoint(
        parts.parameters
    ) or not _ONE_THING_WORDS.isdisjoint(words)


def _fitting(page: Page, found: str) -> str:
    """An id in the form in which it is kept; for a page without one, what was found. Raises Unusable."""
    if not page.takes:
        return found
    if not page.id_pattern.fullmatch(found):
        raise Unusable("bad-id" if found else "no-id")
    return found.lower() if page.takes == "H" else found
