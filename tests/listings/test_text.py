"""From the text of a cell to the addresses in it."""

import pytest

from listings.addresses.text import clean, find_addresses, resolve


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("ｈｔｔｐｓ：／／ａ．ｃｏｍ／？ｉｄ＝１", "https://a.com/?id=1"),
        ("a\u200bb\ufeffc\u202e", "abc"),
        ("a.com?x=1&amp;y=2", "a.com?x=1&y=2"),
        ("店\u3000铺", "店 铺"),
        ("（甲，乙；丙！）", "（甲，乙；丙！）"),
        ("", ""),
    ],
)
def test_marks_and_widths_go_and_chinese_punctuation_stays(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("看这里 https://a.com/x?y=1。很好", ["https://a.com/x?y=1"]),
        ("(http://a.com/x), HTTPS://b.cn/y.", ["http://a.com/x", "HTTPS://b.cn/y"]),
        ("a.com/x?id=1", ["https://a.com/x?id=1"]),
        ("//a.com/x", ["https://a.com/x"]),
        ("店铺 a.com/x", []),
        ("v1.2", []),
        ("ftp://a.com/x", []),
        ("httpſ://a.com/x", []),
        ("", []),
    ],
)
def test_addresses_are_found_and_only_a_lone_one_may_lack_its_scheme(text, addresses):
    assert find_addresses(text) == addresses


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("/a/../b?id=1", "https://h.cn/b?id=1"),
        ("item.htm?id=1", "https://h.cn/item.htm?id=1"),
        ("?id=1", "https://h.cn/?id=1"),
        ("../../x", "https://h.cn/x"),
        ("//b.cn/x", "https://b.cn/x"),
        ("https://b.cn/x", "https://b.cn/x"),
        ("mailto:a@b.cn", "mailto:a@b.cn"),
        ("店铺", "店铺"),
        ("", ""),
    ],
)
def test_a_relative_reference_is_read_on_the_host_that_it_stands_on(text, absolute):
    assert resolve(text, "h.cn") == absolute
