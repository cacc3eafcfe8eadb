"""How well a text fits what its column holds."""

import pytest

from listings.sheets.field_fit import fit, fit_of_joined, is_link

ADDRESS = "https://a.example/i?id=1"


def test_an_address_is_missed_most_where_addresses_stand():
    assert fit("listing_address", ADDRESS) == 2
    assert fit("listing_address", "洗发水") == -2
    assert fit("title", ADDRESS) < 0 < fit("title", "洗发水")


@pytest.mark.parametrize("kind", ["listing_address", "price", "title", "found_on"])
def test_an_empty_cell_fits_everywhere_and_nowhere(kind):
    assert fit(kind, " \u3000") == 0


def test_a_price_fits_a_price_and_a_day_a_day():
    assert fit("price", "¥99") == fit("found_on", "2026-03-05") == 1
    assert fit("price", "2026-03-05") == fit("found_on", "¥99") == -1


def test_what_a_column_of_no_known_kind_holds_says_nothing():
    assert fit("other", ADDRESS) == 0


@pytest.mark.parametrize(
    ("parts", "fits"),
    [(["1", "299.00"], True), (["1", "29"], False), (["1", "299元"], True)],
)
def test_a_comma_within_a_price_stands_before_three_digits(parts, fits):
    assert (fit_of_joined("price", parts, ",", previous="") is not None) is fits


def test_two_addresses_are_never_one():
    parts = [ADDRESS, ADDRESS]
    assert fit_of_joined("listing_address", parts, ",", previous="") is None


def test_an_address_goes_on_with_what_a_query_goes_on_with():
    joined = fit_of_joined("listing_address", [ADDRESS, "b=2"], ",", previous="")
    assert joined > fit("listing_address", ADDRESS)
    assert (
        fit_of_joined("listing_address", [ADDRESS, "洗发水"], ",", previous="") is None
    )


def test_demands_that_each_ask_for_something_are_one_request():
    assert fit_of_joined("request", ["下架商品", "关闭店铺"], ",", previous="") == 1
    assert fit_of_joined("request", ["下架商品", "谢谢"], ",", previous="") < 0


def test_a_title_does_not_begin_with_the_end_of_the_link_before_it():
    assert fit_of_joined("title", ["b=2", "洗发水"], ",", previous=ADDRESS) is None
    assert fit_of_joined("title", ["洗发水", "大瓶"], ",", previous=ADDRESS) == 0.5


def test_an_address_without_its_scheme_is_a_link_and_a_word_none():
    assert is_link("item.taobao.com/item.htm?id=674512345678")
    assert not is_link("洗发水")
