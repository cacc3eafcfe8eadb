"""The one form in which an address is kept and shown."""

import pytest

from listings.addresses import read_cell
from listings.addresses.added import Added, tried
from listings.addresses.canonical import canonical_url
from listings.addresses.pages import pages
from listings.addresses.table import PAGES

OF_THINGS = sorted({(p.site, p.kind) for p in PAGES if p.kind in ("listing", "store")})


@pytest.mark.parametrize(
    "address",
    [
        "https://item.taobao.com/item.htm?spm=a.b&id=674512345678&from=x",
        "https://detail.tmall.com/item.htm?id=674512345678&skuId=1",
        "https://item.jd.com/100012345678.html?cu=true#comment",
        "https://shop12345678.taobao.com/category.htm",
    ],
)
def test_the_kept_address_reads_as_the_same_thing_and_stays_as_it_is(address):
    read = read_cell(address)
    kept = canonical_url(read.site, read.kind, read.canonical_id)
    again = read_cell(kept)
    assert (again.site, again.kind, again.canonical_id) == (
        read.site,
        read.kind,
        read.canonical_id,
    )
    assert canonical_url(again.site, again.kind, again.canonical_id) == kept
    assert "spm" not in kept
    assert "skuId" not in kept


@pytest.mark.parametrize("canonical_id", ["", " ", "1' OR 1", "a/b", "<b>", "1\n"])
@pytest.mark.parametrize(("site", "kind"), OF_THINGS)
def test_what_is_no_id_has_no_address(site, kind, canonical_id):
    assert canonical_url(site, kind, canonical_id) == ""


@pytest.mark.parametrize("kind", ["short", "search", "wrapper", ""])
def test_only_listings_and_stores_have_an_address(kind):
    assert canonical_url("taobao", kind, "674512345678") == ""


def test_an_added_form_gives_addresses_where_the_table_has_none():
    [page] = pages("new", "listing", "m.new.example", "/i", query="id", takes="N")
    assert canonical_url("new", "listing", "12345678") == ""
    with tried(Added(pages=((1, page),))):
        assert canonical_url("new", "listing", "12345678") == (
            "https://m.new.example/i?id=12345678"
        )


def test_a_code_that_ends_in_a_full_stop_keeps_it():
    [page] = pages("new", "store", "m.new.example", "/u/{C}", takes="C")
    [by_name] = pages("old", "store", "m.old.example", "/u", query="c", takes="C")
    with tried(Added(pages=((1, page), (2, by_name)))):
        assert canonical_url("new", "store", "abc.") == "https://m.new.example/u/abc./"
        assert canonical_url("old", "store", "abc.") == (
            "https://m.old.example/u?c=abc%2E"
        )
