"""What a column's heading says."""

import pytest

from listings.sheets.headers import Meaning, accuses, heading_field, heading_key


@pytest.mark.parametrize(
    "heading", ["商品链接", " 商 品 链 接 ", "*商品链接：", "商品链接（必填）", "商品連結", "【必填】商品链接"]
)  # fmt: skip
def test_a_heading_is_the_same_whatever_its_decoration(heading):
    assert heading_field(heading).field == "listing_address"


def test_a_heading_that_is_a_remark_alone_is_kept():
    assert heading_key("（链接）") == "(链接)"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("违规商品的网址", "listing_address"),
        ("卖家主页链接地址", "store_address"),
        ("店铺（链接）", "store_address"),
        ("链接", "address"),
        ("正品链接", "comparison"),
        ("官方旗舰店链接", "comparison"),
        ("截图链接", "evidence"),
        ("官方指导价", "list_price"),
        ("页面到手价（元）", "price"),
        ("差价", "other"),
        ("下架日期", "other"),
        ("发现日期", "found_on"),
        ("商品编码", "item_number"),
        ("发货地址", "other"),
        ("处理结果", "other"),
        ("希望处理结果", "request"),
        ("店铺旺旺", "store_name"),
        ("Listing Title", "title"),
        ("涉嫌违法行为", "violation"),
    ],
)
def test_words_of_a_heading_tell_its_field(heading, field):
    assert heading_field(heading).field == field


def test_a_known_name_is_known_and_a_likely_one_is_not():
    assert heading_field("店铺名称") == Meaning("store_name", True)
    assert heading_field("那家店铺的名称") == Meaning("store_name", False)


@pytest.mark.parametrize("heading", ["", " ", "*：", "甲乙丙", "字" * 24 + "链接"])
def test_a_heading_that_says_nothing_or_is_a_sentence_has_no_field(heading):
    assert heading_field(heading) is None


def test_a_heading_accuses_where_it_speaks_of_what_is_complained_of():
    assert accuses("涉嫌侵权链接")
    assert not accuses("官方链接")
