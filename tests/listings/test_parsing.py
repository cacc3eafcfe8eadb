"""One address taken apart, strictly."""

import pytest

from listings.addresses.parsing import Parts, parse
from listings.addresses.reasons import REASONS, Unusable


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("https://A.Example./x//y/?q=1#top", ("a.example", "/x/y", "q=1")),
        ("http://a.example:80", ("a.example", "", "")),
        ("https://a.example:443/?a=b?c", ("a.example", "", "a=b?c")),
        ("https://a.example/Path/", ("a.example", "/Path", "")),
        ("https://a.example?id=1", ("a.example", "", "id=1")),
        ("https://a.example/#/item?id=1", ("a.example", "", "")),
    ],
)
def test_host_path_and_query_are_what_a_browser_would_ask_for(address, parts):
    found = parse(address)
    assert (found.host, found.path, found.query) == parts


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://taobao.com@evil.example/", "userinfo"),
        ("https://[::1]/", "ip-literal"),
        ("https://a.example:8443/", "bad-port"),
        ("https://a.example:80/", "bad-port"),
        ("http://a.example:/", "bad-port"),
    ],
)
def test_what_hides_where_it_leads_is_refused(address, code):
    with pytest.raises(Unusable) as unusable:
        parse(address)
    assert unusable.value.code == code
    assert code in REASONS


def test_an_at_sign_behind_the_host_hides_nothing():
    assert parse("https://a.example/@shop?x=@").path == "/@shop"


def test_the_first_name_that_is_present_decides_even_if_it_is_empty():
    parts = Parts("a", "", "b=2&a=")
    assert parts.parameter(["id", "a", "b"]) == ""
    assert parts.parameter(["id"]) is None


def test_a_value_is_decoded_once():
    assert Parts("a", "", "u=%2525+x").parameter(["u"]) == "%25 x"


def test_two_different_values_of_one_name_are_two_things():
    parts = Parts("a", "", "id=1&id=2&x=3&x=3")
    assert parts.parameter(["x"]) == "3"
    with pytest.raises(Unusable, match="two-ids"):
        parts.parameter(["id"])
