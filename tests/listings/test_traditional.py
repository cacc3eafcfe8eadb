"""The simplified form of the traditional characters that headings are written with."""

from listings.sheets.traditional import SIMPLIFIED


def test_a_simplified_text_stays_as_it_is():
    for simple in SIMPLIFIED.values():
        assert simple.translate(SIMPLIFIED) == simple


def test_headings_in_traditional_characters_read_as_the_simplified_ones():
    assert "商品鏈接 店鋪網址 處理請求 發現時間".translate(SIMPLIFIED) == (
        "商品链接 店铺网址 处理请求 发现时间"
    )
