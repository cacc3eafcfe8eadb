"""What becomes of a complaint row, as far as the row alone can tell.

Whether an acceptable row is new, a repeat or about an official account is for the import, which knows the registry.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext_lazy as _

from .addresses import Address, platform_of, read_cell
from .addresses.added import Added, in_force
from .sheets.values import asks_for_closure

Verdict = Literal["invalid", "held", "ok"]

REASONS: dict[str, Any] = {
    "": "",
    "no-address": _("The row names no address."),
    "unusable-address": _("No address in the row can be used."),
    "search-page": _(
        "The address is a search page or a start page, not a listing or a store."
    ),
    "two-listings": _("The row names two different listings. Give each its own row."),
    "two-stores": _("The row names two different stores. Give each its own row."),
    "short-link": _(
        "A short link does not show where it leads. A person must open it and enter the address."
    ),
    "platform-not-registered": _(
        "The platform of this address is not registered, or was retired."
    ),
    "two-platforms": _("The listing and the store are on different platforms."),
}


class RowReading(NamedTuple):
    """A row judged by itself.

    verdict: 'invalid', 'held' or 'ok'. code: a key of REASONS or of `listings.addresses.REASONS`, '' when ok. reason:
    its sentence.
    listing, store: the addresses that are named, one of each at most; where the row is held they are what is known so
    far. target: 'listing' or 'store', None unless ok. text: the cell that stands for the row where it has no target.
    """

    verdict: Verdict
    code: str
    reason: Any
    listing: Address | None = None
    store: Address | None = None
    target: Literal["listing", "store"] | None = None
    text: str = ""

    @property
    def target_address(self) -> Address | None:
        """The address of the target; None unless ok."""
        return getattr(self, self.target) if self.target is not None else None


def judge_row(
    addresses: Iterable[tuple[str, str]],
    request: str,
    registered_platforms: Collection[str],
) -> RowReading:
    """Judge one row by its addresses and by what it asks for.

    addresses: (field, text) of the address cells, as `SheetRow.addresses`; the field is not looked at, for the address
    itself tells whether it is a listing or a store. request: the text of what is asked for, '' for none.
    registered_platforms: slugs of the platforms that take part.

    An unusable address beside a usable one is passed over; one that must be held holds its row. One listing under two
    forms, or on Taobao and on Tmall, is one. Precedence: two different listings or stores, nothing usable, then held.
    """
    added = in_force()
    cells = [(text, _read(text, added)) for _field, text in addresses]
    listings, stores = _different(cells, "listing"), _different(cells, "store")
    if len(listings) > 1:
        return _not_ok("invalid", "two-listings", _texts(cells, "listing"))
    if len(stores) > 1:
        return _not_ok("invalid", "two-stores", _texts(cells, "store"))
    listing, store = next(iter(listings), None), next(iter(stores), None)
    short = [text for text, address in cells if address.kind == "short"]
    if short:
        return _not_ok("held", "short-link", short[0], listing, store)
    if listing is None and store is None:
        return _unusable(cells)
    code, kind = _platform_fault(listings + stores, registered_platforms)
    if code:
        return _not_ok("held", code, _texts(cells, kind), listing, store)

    target: Literal["listing", "store"] = "listing"
    if listing is None or (store is not None and asks_for_closure(request)):
        target = "store"
    return RowReading("ok", "", "", listing, store, target)


# One store is named by many rows of a sheet.
@lru_cache(maxsize=16_384)
def _read(text: str, _added: Added) -> Address:
    """What a cell of a sheet names, by the forms that are added now.

    U+FFFD stands for bytes that were lost: what is left before it is no whole id.
    """
    return read_cell(text.replace("\ufffd", "%EF%BF%BD"))


def _platform_fault(
    named: list[Address], registered_platforms: Collection[str]
) -> tuple[str, str]:
    """Why the platforms hold a row, and of which kind of address it is said; ('', '') if they do not."""
    platforms = [platform_of(address.site) for address in named]
    for address, platform in zip(named, platforms, strict=True):
        if platform not in registered_platforms:
            return "platform-not-registered", address.kind
    if platforms[0] != platforms[-1]:
        return "two-platforms", "listing"
    return "", ""


def _different(cells: list[tuple[str, Address]], kind: str) -> list[Address]:
    """The addresses of a kind, one for each listing or store that is named."""
    found: dict[tuple[str, str], Address] = {}
    for _text, address in cells:
        if address.kind == kind:
            found.setdefault((platform_of(address.site), address.canonical_id), address)
    return list(found.values())


def _texts(cells: list[tuple[str, Address]], kind: str) -> str:
    return "\n".join(text for text, address in cells if address.kind == kind)


def _not_ok(
    verdict: Verdict,
    code: str,
    text: str,
    listing: Address | None = None,
    store: Address | None = None,
) -> RowReading:
    return RowReading(verdict, code, REASONS[code], listing, store, text=text)


def _unusable(cells: list[tuple[str, Address]]) -> RowReading:
    """A row without a usable address: the reason is that of its first cell that has anything in it."""
    if not cells:
        return _not_ok("invalid", "no-address", "")
    text, address = next((pair for pair in cells if pair[1].kind == "search"), cells[0])
    if address.kind == "search":
        return _not_ok("invalid", "search-page", text)
    return RowReading("invalid", address.reason, address.message, text=text)
