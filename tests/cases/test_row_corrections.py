"""What a row itself suggests in place of its address."""

from types import SimpleNamespace

import pytest

from cases.row_corrections import MOST_SUGGESTED, describe, suggestions

LISTING = "https://item.taobao.com/item.htm?id=674512345678"


def row(address="", **cells):
    return SimpleNamespace(cells=cells, address=address)


def test_each_listing_that_a_cell_names_is_suggested_once_and_as_it_is_kept():
    cell = f"{LISTING}&spm=a.b\n{LISTING}\nhttps://item.jd.com/100012345678.html"
    assert suggestions(row(listing_address=cell)) == [
        LISTING,
        "https://item.jd.com/100012345678.html",
    ]


def test_no_more_is_suggested_than_a_person_can_choose_from():
    cell = "\n".join(f"{LISTING[:-1]}{digit}" for digit in range(9))
    assert len(suggestions(row(listing_address=cell))) == MOST_SUGGESTED


@pytest.mark.parametrize(
    "number", ["100012345678", "１０００１２３４５６７８", "编号100012345678"]
)
def test_a_lone_number_is_completed_for_the_platform_that_the_firm_states(number):
    assert suggestions(row(listing_address=number, platform="京东商城")) == [
        "https://item.jd.com/100012345678.html"
    ]


def test_a_number_without_its_platform_or_beside_another_suggests_nothing():
    assert suggestions(row(listing_address="100012345678")) == []
    both = row(listing_address="100012345678 100012345679", platform="京东")
    assert suggestions(both) == []


def test_an_address_is_described_by_platform_kind_and_id(english):
    platforms = {"taobao": SimpleNamespace(label="Taobao/Tmall")}
    assert describe(LISTING, platforms) == "Taobao/Tmall listing 674512345678"
    assert describe(LISTING, {}) == "taobao listing 674512345678"
