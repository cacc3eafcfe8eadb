"""What a person may put in place of a row's address: what it would name, and what the row itself suggests."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import ImportRow, Target
from cases.workflow.imports.rows import account_label
from corps.models import User
from listings.addresses import canonical_url, read_cell
from listings.addresses.text import clean, find_addresses
from listings.classify import REASONS
from listings.sites import platform_of, sites_named
from listings.workflow import Account, Key, Registry
from stores.models import OfficialAccount, Platform

BARE_NUMBER = re.compile(r"(?<![\d.])\d{6,20}(?![\d.])")
MOST_SUGGESTED = 4


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """What a typed address names. platform, kind, id: empty where it cannot be used, with `problem` saying why.

    result: what a row would result in that names it (a value of `ImportRow.Result`), `label` as it is shown.
    """

    platform: str = ""
    kind: Any = ""
    id: str = ""
    result: str = "invalid"
    label: Any = ""
    problem: Any = ""


def read_typed_address(
    text: str, platforms: Mapping[str, Platform], user: User
) -> TypedAddress:
    """What a typed address names. platforms: those that take part, by slug. At most four statements.

    A representative learns whether it can be used, never whether somebody named it before or claims what of it.
    """
    address = read_cell(text)
    if address.kind not in Target.Kind.values:
        code = {"search": "search-page", "short": "short-link"}.get(address.kind)
        if code:
            return TypedAddress(problem=REASONS[code])
        return TypedAddress(problem=address.message)
    platform = platforms.get(platform_of(address.site))
    kind = Target.Kind(address.kind)
    if platform is None:
        return TypedAddress(
            "",
            kind.label,
            address.canonical_id,
            "held",
            problem=REASONS["platform-not-registered"],
        )
    result = _result_for(kind, (platform.pk, address.canonical_id))
    label: Any = result.label
    if not user.is_corps and result != ImportRow.Result.OFFICIAL:
        result, label = ImportRow.Result.NEW, _("usable")
    return TypedAddress(
        platform.label, kind.label, address.canonical_id, result.value, label
    )


def _result_for(kind: Target.Kind, key: Key) -> ImportRow.Result:
    """What a row would result in that names this listing or store. At most four statements."""
    registry = Registry()
    if kind == Target.Kind.STORE:
        registry.look_up([], [key])
        account, claimed = registry.account_of(None, key), None
        is_known = key in registry.stores
    else:
        registry.look_up([key], [])
        account, claimed = registry.account_of(key, None), registry.claimed_account(key)
        is_known = key in registry.listings
    if account:
        return ImportRow.Result.OFFICIAL
    if claimed:
        return ImportRow.Result.HELD
    if is_known:
        return ImportRow.Result.REPEAT
    return ImportRow.Result.NEW


def findings_told(user: User) -> Callable[[ImportRow], str]:
    """How a person is told which account an official row hit, "" where they may only know that it is one: the corps
    learns of every account, a representative of those that `OfficialAccount.visible_to` shows them. At most one
    statement, for any number of rows."""
    if user.is_corps:
        return lambda row: row.finding
    accounts = OfficialAccount.objects.visible_to(user).values_list(
        "pk", "name", "firm__code"
    )
    own = {account_label(Account(*account)) for account in accounts}

    def own_finding(row: ImportRow) -> str:
        if row.finding not in own:
            return ""
        return row.finding

    return own_finding


def suggestions(row: ImportRow) -> list[str]:
    """Canonical addresses that a row probably means: those that its cell names, where it names several, or a bare
    number completed for the platform that the firm states. No statement."""
    text = clean(
        row.cells.get("listing_address")
        or row.cells.get("store_address")
        or row.address
    )
    addresses = []
    for address in find_addresses(text):
        read = read_cell(address)
        if read.kind in Target.Kind.values:
            addresses.append(read.canonical_url)
    if not addresses:
        addresses = _completed(text, row.cells)
    return list(dict.fromkeys(addresses))[:MOST_SUGGESTED]


def _completed(text: str, cells: Mapping[str, str]) -> list[str]:
    """A lone bare number as the address of a listing, or of a store where it stands in the store's column."""
    numbers = BARE_NUMBER.findall(text)
    sites = sites_named(cells.get("platform", ""))
    if len(numbers) != 1 or not sites or find_addresses(text):
        return []
    kind = "listing"
    if cells.get("store_address") and not cells.get("listing_address"):
        kind = "store"
    address = canonical_url(sites[0], kind, numbers[0])
    if read_cell(address).kind != kind:
        return []
    return [address]


def describe(address: str, platforms: Mapping[str, Platform]) -> str:
    """A canonical address in words: `淘宝天猫 商品 602704628222`. No statement."""
    read = read_cell(address)
    platform, name = platforms.get(platform_of(read.site)), read.site
    if platform:
        name = platform.label
    text = _("%(platform)s listing %(id)s")
    if read.kind == "store":
        text = _("%(platform)s store %(id)s")
    return text % {"platform": name, "id": read.canonical_id}
