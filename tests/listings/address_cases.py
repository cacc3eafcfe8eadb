"""What the tests of addresses share: worked rows, ways to dress an address up, and the promises that always hold."""

import csv
from pathlib import Path
from urllib.parse import quote

from listings.addresses import read_cell

DATA = Path(__file__).parent / "data"
ITEM = "https://item.taobao.com/item.htm?id=674512345678"
OTHER = "https://item.taobao.com/item.htm?id=674512345699"
FOUND = ("taobao", "listing", "674512345678")
INVALID = ("", "invalid", "")


def rows(name):
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(text):
    """(site, kind, canonical id) of a cell; with the promises that hold for every cell."""
    address = read_cell(text)
    assert bool(address.canonical_url) == (address.kind in ("listing", "store"))
    assert bool(address.reason) == (address.kind == "invalid")
    assert bool(address.site) == (address.kind != "invalid")
    assert address.canonical_id or address.kind not in ("listing", "store")
    assert not (address.canonical_id and address.kind in ("invalid", "search"))
    if address.canonical_url:
        assert address.canonical_url.startswith("https://")
        assert read_cell(address.canonical_url) == address
    return address.site, address.kind, address.canonical_id


def wrapped(target, times=1):
    for _ in range(times):
        target = "https://login.taobao.com/member/login.jhtml?redirectURL=" + quote(
            target, safe=""
        )
    return target


def full_width(text):
    return "".join(
        chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character
        for character in text
    )
