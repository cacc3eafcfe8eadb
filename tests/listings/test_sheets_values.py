"""What the text of a cell means."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from listings.sheets.values import (
    asks_for_closure,
    parse_date,
    parse_price,
    unread_values,
    violation_kind,
)


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
        ("99元/盒", "99.00"), ("99元/2盒", "99.00"), ("99.00/盒", "99.00"), ("99元/次", "99.00"),
        ("拼团价99", "99.00"), ("券后价 99.9", "99.90"), ("券后到手价：¥99", "99.00"), ("直播间价88.8元", "88.80"),
        ("99.9（到手价）", "99.90"), ("99元(含运费)", "99.00"), ("99（2盒）", "99.00"), ("199（一瓶装）", "199.00"),
        ("9.9包邮", "9.90"), ("9.9元包邮", "9.90"), ('="99"', "99.00"), ('"99.5"', "99.50"), ("'99", "99.00"),
        ("¥ 1,299.00", "1299.00"), ("1.2万", "12000.00"), ("99.", "99.00"), (".99", "0.99"), ("0", "0.00"),
        ("到手价约99", "99.00"), ("百亿补贴价88", "88.00"), ("99元整", "99.00"), ("99元。", "99.00"),
        ("1,234,567", "1234567.00"), ("12345678元", "12345678.00"), ("123456", "123456.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_notation(text, amount):
    assert parse_price(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "", "面议", "199-299", "99~199", "¥ 99.00 - ¥ 199.00", "99至199元", "-5", "1,29", "99,00", "2026-03-05", "￥",
        "9" * 20, "nan", "原价199，现价99", "USD 12", "$99", "HK$99", "99/198", "2026/3", "3/5日", "2026.3.5", "1.2.3",
        "3月5日", "0099", "两百", "免费", "=A1", '=""',
    ],
)  # fmt: skip
def test_what_is_no_one_amount_is_none(text):
    assert parse_price(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "13800138000", "138 0013 8000", "4008001234", "400-800-1234", "021-12345678", "87654321", "8765432",
        "610000001281", "20260305", "1234567", "10032280299715", "00123", "电话13800138000", "id610000001281",
    ],
)  # fmt: skip
def test_telephone_numbers_ids_and_days_are_no_prices(text):
    assert parse_price(text) is None


@given(st.integers(10**6, 10**14))
def test_no_long_bare_number_is_a_price(number):
    assert parse_price(str(number)) is None


@given(
    st.decimals(0, 999_999, places=2),
    st.sampled_from(
        [
            "{}",
            "¥{}",
            "￥ {}",
            "{}元",
            "拼团价{}",
            "{}（到手价）",
            "{}包邮",
            '="{}"',
            "约{}元起",
            "{}元/盒",
        ]
    ),
)
def test_an_amount_is_the_same_in_every_notation(amount, notation):
    assert parse_price(notation.format(amount)) == amount
    assert parse_price(notation.format(f"{amount:,}")) == amount


@given(
    st.text(
        alphabet="0123456789¥元万价到手券后包邮()（）/-~,.，。 盒\u3000=\"'",
        max_size=80,
    )
)
def test_a_price_keeps_the_digits_of_its_text(text):
    amount = parse_price(text)
    if amount is not None:
        whole = str(int(amount if "万" not in text else amount / 10_000))
        assert amount >= 0
        assert whole == "0" or whole in text.replace(",", "").replace("，", "").replace(
            " ", ""
        ).replace("\u3000", "")


@pytest.mark.parametrize(
    "text",
    [
        "2026-3-5", "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "20260305", "46086", "46086.0",
        "46086.75", "2026-03-05 13:04:05", "2026/3/5 9:30", "2026年3月5日 13时20分", "2026年3月5日13:04",
        "2026-03-05T10:00:00", "２０２６年３月５日", " 2026-3-5\u3000", "2026年3月5号", "26/3/5", "26.3.5", "26-3-5",
        "26年3月5日", "2026-3-5号", "2026 年 3 月 5 日", "2026-03-05（周四）", "2026年3月5日 星期四", "2026.03.05日",
        "2026/03/05 上午10:20", "2026/3/5 9:30:00 AM", "2026年3月5日下午3点半", "2026-03-05（周四）10:20",
        "二〇二六年三月五日", "二零二六年三月五日", "二○二六年三月五号", "二O二六年三月五日", "2026—3—5",
        '="2026-03-05"', "'2026-03-05", "2026-03-05T14:20:00+08:00", "2026-03-05T14:20:00.123+0800",
        "2026-03-05T14:20:00Z", "2026.3.5.", "2026年3月5日上午", "2026/ 3/ 5",
    ],
)  # fmt: skip
def test_days_are_read_in_every_notation_with_and_without_a_time(text):
    assert parse_date(text) == datetime.date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-13-1", "2026-2-30", "2026-3/5", "3月5日", "4608", "昨天", "1999-01-01", "05/03/2026", "5/3/2026",
        "5/3/26", "2026年3月", "2026/3/5-2026/3/8", "2026/3/5-3/8", "2026年3月5日-8日", "2026-03-05 10:20至2026-03-08",
        "3-5", "3.5", "12-3-5", "二〇二六年三月", "周四", "610000001281", "13800138000",
    ],
)  # fmt: skip
def test_what_names_no_one_day_is_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二五年十二月三十一日", (2025, 12, 31)), ("二〇二五年十月二十日", (2025, 10, 20)),
        ("二〇二五年十一月廿五日", (2025, 11, 25)), ("二〇二五年一月卅日", (2025, 1, 30)),
        ("3月5日", (2026, 3, 5)), ("11月28日", (2026, 11, 28)), ("11月29日", (2025, 11, 29)),
        ("12月5号", (2025, 12, 5)),
        ("3 月 5 日 10:20", (2026, 3, 5)), ("十月一日", (2026, 10, 1)), ("2月29日", (2024, 2, 29)),
        ("26/3/28", (2026, 3, 28)), ("26/11/29", None), ("26/3/25", None), ("26年3月25日", (2026, 3, 25)),
        ("25/12/31", (2025, 12, 31)), ("2月30日", None), ("13月1日", None),
    ],
)  # fmt: skip
def test_days_without_a_whole_year_are_the_latest_ones_and_never_to_come(text, day):
    assert parse_date(text, datetime.date(2026, 11, 28)) == (
        day and datetime.date(*day)
    )


def test_day_numbers_count_from_1904_where_the_workbook_does():
    assert parse_date("44624", is_1904=True) == datetime.date(2026, 3, 5)
    assert parse_date("44624") == datetime.date(2022, 3, 4)


days = st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))


@given(
    days,
    st.sampled_from(
        [
            "{}-{}-{}",
            "{}/{}/{}",
            "{}.{}.{}",
            "{}年{}月{}日",
            "{} 年 {} 月 {} 号",
            "{}-{}-{}日",
            '="{}/{}/{}"',
        ]
    ),
    st.sampled_from(["", " 10:20", " 上午10:20", "（周四）", " 23:59:59", " 8时5分"]),
)
def test_a_whole_date_is_read_as_it_is_written(day, notation, after):
    assume(not (after and notation.startswith("=")))
    assert parse_date(notation.format(day.year, day.month, day.day) + after) == day


@given(days, days)
def test_a_day_without_its_year_is_never_after_today(day, today):
    read = parse_date(f"{day.month}月{day.day}日", today)
    assert read is None or (
        read <= today and (read.month, read.day) == (day.month, day.day)
    )
    short = parse_date(f"{day:%y}/{day.month}/{day.day}", today)
    assert short is None or (short <= today and short == day)


@given(
    st.text(
        alphabet="0123456789年月日号-/.: T上午（）周四一二三十廿〇=\"'", max_size=80
    )
)
def test_no_text_whatever_breaks_the_reading_of_days(text):
    day = parse_date(text, datetime.date(2026, 11, 28))
    assert day is None or 2000 <= day.year <= 2099


def test_a_cell_of_any_length_is_looked_at_once():
    for text in (
        "1" * 100_000,
        "到手价" * 30_000,
        "一" * 100_000,
        "2026-" + "0" * 100_000,
        "99" + "(" * 100_000,
    ):
        assert parse_price(text) is None
        assert parse_date(text, datetime.date(2026, 11, 28)) is None


def test_what_was_not_read_is_told_by_its_field():
    cells = {
        "price": "99-199",
        "list_price": "—",
        "found_on": "3月5日",
        "title": "99-199",
    }
    assert unread_values(cells) == ["price", "found_on"]
    assert unread_values(cells, datetime.date(2026, 11, 28)) == ["price"]
    assert unread_values(
        {"price": "拼团价99", "list_price": "", "found_on": "05/03/2026"}
    ) == ["found_on"]
    assert unread_values({"price": "1" * 500, "found_on": "无"}) == ["price"]


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
