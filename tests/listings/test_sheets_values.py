"""What the text of a cell means."""

import datetime
from decimal import Decimal

import pytest

from listings.sheets.values import asks_for_closure, parse_date, parse_price, violation_kind


@pytest.mark.parametrize(
    "text",
    [
        "关店", "封店", "关闭店铺", "查封店铺", "清退店铺", "请求关停该店", "永久关闭网店", "终止店铺服务",
        "店铺清退", "店铺关闭", "关 店", "\xa0关闭店铺\u3000", "\u200b关店", "下架商品并关闭店铺",
        "下架商品，关店", "关闭店铺（下架商品）", "关闭店铺下架商品", "关闭店铺及下架全部商品",
        "对该店铺予以关闭", "将该店清退出平台", "封禁该网店", "下架或关店", "关闭销售假货的店铺",
        "终止对该店铺提供服务", "终止该店经营", "停止店铺运营", "封店处理", "下架店铺", "取缔该店",
        "下架链接、封停店铺", "请贵平台依法关闭该店", "关闭店铺账号", "如不整改则关店", "是否关店：是",
        "close the store",
    ],
)  # fmt: skip
def test_closure_is_asked_when_the_shop_itself_is_to_be_shut(text):
    assert asks_for_closure(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "下架", "下架链接", "删除链接", "屏蔽商品页", "断开链接", "请予下架处理", "下架（删除）",
        "关闭链接", "下架店内商品", "关闭该店商品链接", "删除店铺内链接", "封禁店内商品", "关闭店铺内全部商品",
        "下架该店铺的全部商品", "店铺相关商品下架", "店铺商品全部下架并关闭", "终止该店销售侵权商品",
        "停止店铺侵权行为", "关于该店的商品，请下架", "无需关店", "不要求关闭店铺", "仅下架，不关店",
        "暂不关店", "不予关店", "关闭链接（店铺保留）", "是否关店：否", "封停商品链接",
        "下架某某专营店的相关链接", "对店铺警告", "remove the listing from the store",
    ],
)  # fmt: skip
def test_closure_is_not_asked_for_goods_or_where_it_is_denied(text):
    assert not asks_for_closure(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("¥1,299.00", "1299.00"), ("￥１，２９９．００", "1299.00"), ("199元", "199.00"),
        ("￥４９９", "499.00"), ("12.5万", "125000.00"), ("1.2万元", "12000.00"), ("135.7", "135.70"),
        (" 59 ", "59.00"), ("约199元", "199.00"), ("RMB88", "88.00"), ("1299元起", "1299.00"),
        ("99元/盒", "99.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_notation(text, amount):
    assert parse_price(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "面议", "199-299", "-5", "1,29", "2026-03-05", "￥", "9" * 20, "nan"])
def test_what_is_no_one_amount_is_none(text):
    assert parse_price(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-3-5", "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "46086", "46086.0",
        "46086.75", "2026-03-05 13:04:05", "2026/3/5 9:30", "2026年3月5日 13时20分", "2026年3月5日13:04",
        "2026-03-05T10:00:00", "２０２６年３月５日", " 2026-3-5\u3000", "2026年3月5号",
    ],
)  # fmt: skip
def test_days_are_read_in_every_notation_with_and_without_a_time(text):
    assert parse_date(text) == datetime.date(2026, 3, 5)


@pytest.mark.parametrize(
    "text", ["", "26-3-5", "26/3/5", "2026-13-1", "2026-2-30", "2026-3/5", "3月5日", "4608", "昨天", "1999-01-01"]
)
def test_two_digit_years_and_days_that_do_not_exist_are_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("假冒注册商标", "counterfeit"), ("售假", "counterfeit"), ("高仿", "counterfeit"),
        ("商标侵权", "counterfeit"), ("未经授权低价销售（Ａ类）", "low_price"), ("乱价", "low_price"),
        ("窜货", "low_price"), ("无授权", "low_price"), ("诋毁商誉", "defamation"), ("差评攻击", "defamation"),
        ("不实信息", "defamation"), ("虚假宣传", "false_advertising"), ("盗用宣传图片（１）", "image_theft"),
        ("盗图", "image_theft"), ("冒用企业名称", "name_misuse"), ("割码销售", "removed_code"),
        ("无食品经营许可", "unlicensed"), ("无证照", "unlicensed"), ("无直销资格销售", "unauthorised"),
        ("其他", "other"), ("", ""),
    ],
)  # fmt: skip
def test_the_kind_of_violation_is_told_from_the_firms_own_words(text, kind):
    assert violation_kind(text) == kind
