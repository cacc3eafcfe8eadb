"""What copying does to addresses, put right."""

import pytest

from listings.addresses.mending import LONGEST, Mended, mended, without_capitals


@pytest.mark.parametrize(
    ("text", "meant", "code"),
    [
        ("https://a.cn/x?\nid=1", "https://a.cn/x?id=1", "line-break"),
        ("http://https://a.cn/x", "https://a.cn/x", "double-scheme"),
        ("https:///a.cn/x", "https://a.cn/x", "slashes"),
        ("https:// a.cn/x", "https://a.cn/x", "blank-after-scheme"),
        ("https://a.cn/x?id=1%20", "https://a.cn/x?id=1", "blank-at-end"),
        ("https://a.cn/x?id=1/", "https://a.cn/x?id=1", "slash-at-end"),
        ("链接：a.cn/x", "链接： https://a.cn/x", "after-colon"),
        (
            "pinduoduo://com.xunmeng.pinduoduo/goods.html?goods_id=1",
            "https://mobile.yangkeduo.com/goods.html?goods_id=1",
            "app-form",
        ),
    ],
)
def test_what_was_spoilt_is_put_right_and_told(text, meant, code):
    assert mended(text) == Mended(meant, (code,))


@pytest.mark.parametrize(
    "text",
    [
        "https://a.cn/x?id=1",
        "https://a.cn/x\nhttps://b.cn/y",
        "https://a.cn/x%20y",
        "https://a.cn/shop/",
        "说明：见附件",
        "",
    ],
)
def test_what_is_as_it_was_meant_stays_so(text):
    assert mended(text) == Mended(text)


def test_several_faults_are_put_right_together():
    assert mended("http://https:// a.cn/x?id=1%20") == Mended(
        "https://a.cn/x?id=1",
        ("double-scheme", "blank-after-scheme", "blank-at-end"),
    )


def test_a_text_longer_than_any_cell_is_left_as_it_is():
    text = "https:///" + "a" * LONGEST
    assert mended(text) == Mended(text)


def test_only_an_address_in_capitals_throughout_is_read_in_small_letters():
    assert without_capitals(Mended("HTTPS://A.CN/X?ID=1")) == Mended(
        "https://a.cn/x?id=1", ("capitals",)
    )
    assert without_capitals(Mended("HTTPS://A.CN/x", ("slashes",))).text == (
        "HTTPS://A.CN/x"
    )
