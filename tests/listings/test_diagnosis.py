"""What exactly is wrong with an address that names nothing."""

import pytest

from listings.addresses.diagnosis import why_no_address, why_unknown_host


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" ", "empty"),
        ("8.92507E+17", "rounded-id"),
        ("674512345678.0", "rounded-id"),
        ("674512345678", "bare-number"),
        ("￥AbC123xYz￥", "share-code"),
        ("复制淘口令打开", "share-code"),
        ("#小程序://某店/abc", "mini-program"),
        ("taobao://item.taobao.com/x", "app-link"),
        ("ftp://a.example/x", "not-http"),
        ("见附件", "words-only"),
        ("123", "words-only"),
    ],
)
def test_a_cell_without_an_address_is_told_by_what_it_holds(text, code):
    assert why_no_address(text) == code


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("192.168.0.1", "ip-literal"),
        ("0x7f.1", "ip-literal"),
        ("xn--tabao-n0a.com", "punycode"),
        ("item.ta0bao.com", "lookalike-host"),
        ("item.taoba.com", "lookalike-host"),
        ("shop.example.net", "unknown-host"),
    ],
)
def test_an_unknown_host_is_told_by_what_it_imitates(host, code):
    assert why_unknown_host(host) == code
