"""What a cell means: an amount, a day, whether a shop is to be shut, which kind of violation is alleged."""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from .cells import BLANK, plain, readable
from .traditional import SIMPLIFIED

# No amount and no day is longer; so no text costs more than its first look.
_LONGEST = 60
_formula = re.compile(r"""=?["'](?P<text>[^"']*)["']|'(?P<mark>[^"']*)""")


def _as_shown(text: str) -> str:
    """What Excel shows for ="99" and '99, which keep a number from being changed."""
    match = _formula.fullmatch(text.strip(BLANK))
    if match is None:
        return text
    return match["text"] or match["mark"] or ""


_price_name = (
    r"(?:售|现|单|标|实付|到手|券后|券前|折后|拼团|团购|拼单|秒杀|活动|直播间?|会员|优惠|特|促销|补贴后?|百亿补贴|新人|首单"
    r"|预估到手|页面|成交|销售|网店|店铺|最低)价格?"
)
_price_word = (
    r"约|大约|人民币|rmb|cny|价格|到手|券后|折后|拼团|秒杀|仅售?|只要|低至|最低"
)
_measure = (
    r"(?:盒|瓶|罐|袋|件|箱|包|套|支|个|只|条|片|粒|颗|桶|份|组|提|对|双|台|斤|公斤|千克|克|毫升|升|板|贴|听|枚|张|剂|丸"
    r"|疗程|kg|g|ml|l)装?"
)
_price = re.compile(
    r"(?:(?P<name>" + _price_name + "|" + _price_word + r"):?){0,3}(?P<sign>¥)?"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?P<myriad>万)?(?P<unit>元|圆|块钱?|rmb|cny|¥|人民币){0,2}"
    r"(?:整|起|左右|包邮|不含邮|含邮|含税|券后|到手)?(?:[/每][0-9]{0,4}"
    + _measure
    + r"|(?<=[元圆块钱])/\w{1,4})?"
    r"(?:\([^()0-9]{0,12}(?:价|券|补贴|优惠|活动|邮|运费|税|到手|拼团|秒杀|折|促销|会员|直播)[^()0-9]{0,12}\)"
    r"|\(每?[0-9一二两三四五六十]{1,3}" + _measure + r"\))?[。.;]?"
)
_highest_price = Decimal(10) ** 10
# A longer bare number is a telephone number, an id or a day.
_most_bare_digits = 6


@lru_cache(maxsize=8192)
def parse_price(text: str) -> Decimal | None:
    """An amount in yuan with two decimals; None if the text is not one amount.

    Read: '¥1,299.00', '199元', '￥４９９', '12.5万', '拼团价99', '99.9（到手价）', '9.9包邮', '99元/盒', '="99"'.
    Not read: '99-199' and other ranges, two amounts, other currencies, and seven or more digits that nothing marks
    as money.
    """
    if len(text) > _LONGEST:
        return None
    match = _price.fullmatch(plain(_as_shown(text)))
    if match is None:
        return None
    number = match["number"]
    if (
        len(number) > _most_bare_digits
        and number.isdigit()
        and not any(match.group("sign", "unit", "myriad"))
    ):
        return None
    amount = Decimal(number.replace(",", "")) * (10_000 if match["myriad"] else 1)
    return amount.quantize(Decimal("0.01")) if amount < _highest_price else None


_clock_time = r"[0-9]{1,2}\s?[:时点](?:\s?[0-9]{1,2}|半|整)?(?:[:分]\s?(?:[0-9]{1,2}(?:\.[0-9]{1,9})?)?秒?)?"
_part_of_day = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|夜间|am|pm)"
_weekday = r"\(?(?:周|星期|礼拜)[一二三四五六日天]\)?"
_day = re.compile(
    r"(?:(?P<year>[0-9]{4}|[0-9]{2})\s*(?:"
    r"(?P<sep>[-/.])\s*(?P<month>[0-9]{1,2})\s*(?P=sep)\s*(?P<day>[0-9]{1,2})"
    r"|年\s*(?P<month_zh>[0-9]{1,2})\s*月\s*(?P<day_zh>[0-9]{1,2}))"
    r"|(?P<this_month>[0-9]{1,2})\s*月\s*(?P<this_day>[0-9]{1,2})(?=\s*[日号])"
    r"|(?P<year_8>[0-9]{4})(?P<month_8>[0-9]{2})(?P<day_8>[0-9]{2}))"
    r"(?:\s*[日号])?(?:\s*" + _weekday + r")?"
    r"(?:(?:t|\s+|(?<=[日号天)])|(?=" + _part_of_day + r"))"
    r"(?:"
    + _part_of_day
    + r"\s*)?(?:"
    + _clock_time
    + r"(?:\s*"
    + _part_of_day
    + r")?[^0-9]{0,12}"
    r"(?:(?<=[-+])[0-9]{2}:?[0-9]{2})?)?)?[.。]?"
)
_excel_serial = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_excel_day_zero = datetime.date(1899, 12, 30)
_excel_1904_day_zero = datetime.date(1904, 1, 1)
_years = range(2000, 2100)
# The first year that two digits may stand for.
_earliest_short_year = 2020


@lru_cache(maxsize=8192)
def parse_date(
    text: str, today: datetime.date | None = None, is_1904: bool = False
) -> datetime.date | None:
    """The day in Asia/Shanghai that a cell names, as written; None if it names none, or might name another as well.

    Read: 2026-3-5, 2026/3/5, 2026.3.5, 2026年3月5日, 二〇二六年三月五日, 20260305, 26/3/5 and Excel's day number
    46086, each with or without a weekday and a time of day. Years 2000 to 2099.
    today: 3月5日 is its latest 5 March that is not after today; not read where today is not given.
    is_1904: day numbers count from 1904, as the workbook says of itself.
    """
    if len(text) > _LONGEST:
        return None
    text = _digits_for_numerals(
        _one_dash.sub("-", readable(_as_shown(text))).lower().translate(SIMPLIFIED)
    )
    serial = _excel_serial.fullmatch(text)
    if serial is not None:
        return _of_day_number(int(serial[1]), is_1904)
    match = _day.fullmatch(text)
    if match is None:
        return None
    if match["this_month"]:
        return _latest(int(match["this_month"]), int(match["this_day"]), today)
    year = match["year"] or match["year_8"]
    month = match["month"] or match["month_zh"] or match["month_8"]
    day_of_month = match["day"] or match["day_zh"] or match["day_8"]
    if len(year) == 2:
        return _of_short_year(
            int(year),
            int(month),
            int(day_of_month),
            today,
            year_is_named=bool(match["month_zh"]),
        )
    return _date(int(year), int(month), int(day_of_month))


def _of_day_number(days: int, is_1904: bool) -> datetime.date | None:
    """Excel's day number: days since the workbook's day zero."""
    day_zero = _excel_day_zero
    if is_1904:
        day_zero = _excel_1904_day_zero
    day = day_zero + datetime.timedelta(days=days)
    return day if day.year in _years else None


def _date(year: int, month: int, day: int) -> datetime.date | None:
    """The day, if there is such a one within the years that are read."""
    try:
        return datetime.date(year, month, day) if year in _years else None
    except ValueError:
        return None


def _latest(month: int, day: int, today: datetime.date | None) -> datetime.date | None:
    """The latest such day that is not after today. 29 February is looked for in the last eight years."""
    if today is None:
        return None
    days = (_date(year, month, day) for year in range(today.year, today.year - 9, -1))
    return next((found for found in days if found is not None and found <= today), None)


def _of_short_year(
    first: int,
    month: int,
    last: int,
    today: datetime.date | None,
    *,
    year_is_named: bool,
) -> datetime.date | None:
    """26/3/5 is 5 March 2026. None where it would be after today, or where the last number may be the year as well."""

    def past(day: datetime.date | None) -> datetime.date | None:
        if (
            day is None
            or day.year < _earliest_short_year
            or (today is not None and day > today)
        ):
            return None
        return day

    may_be_year_last = (
        not year_is_named and past(_date(2000 + last, month, first)) is not None
    )
    if may_be_year_last:
        return None
    return past(_date(2000 + first, month, last))


_one_dash = re.compile(r"[\u2010-\u2015\u2212]")
_numerals = re.compile(r"[〇零○o一二三四五六七八九十廿卅]{1,4}(?=\s*[年月日号])")
_digit_of = {
    **{numeral: digit for digit, numeral in enumerate("〇一二三四五六七八九")},
    "零": 0,
    "○": 0,
    "o": 0,
}


def _digits_for_numerals(text: str) -> str:
    """2026年3月5日 for 二〇二六年三月五日."""
    if text.isascii():
        return text
    return _numerals.sub(lambda match: _number(match[0]), text)


def _number(numeral: str) -> str:
    """The digits of a numeral: each its own, as in 二〇二六, or with tens, as in 二十一 and 廿一."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return "".join(str(_digit_of[sign]) for sign in numeral)
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return numeral
    return str(_digit_of.get(tens, 1) * 10 + _digit_of.get(ones, 0))


_VALUES: dict[str, Callable[[str, datetime.date | None], Any]] = {
    "price": lambda text, _today: parse_price(text),
    "list_price": lambda text, _today: parse_price(text),
    "found_on": parse_date,
}
_nothing = frozenset(
    ["-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "n/a", "na", "none", "null"]
)


def unread_values(
    cells: Mapping[str, str], today: datetime.date | None = None
) -> list[str]:
    """The fields among price, list price and day found whose text says something that was not read as such.

    Their cells are kept as they came; whoever shows the row says of these that they were not read.
    """
    return [
        name
        for name, parse in _VALUES.items()
        if (text := cells.get(name, ""))
        and plain(text[:_LONGEST]) not in _nothing | {""}
        and parse(text, today) is None
    ]


# Words in which 关 or 封 shuts nothing.
_harmless = re.compile(
    r"相关|有关|关于|关联|无关|海关|关注|关键|关系|机关|攸关|公关|关怀|关心|关乎|封面|封装|密封|封口|封条|信封|封边|不法|不良|不当|不正当"
)
_breaks = re.compile(
    r"[,，;；。.、!！?？/|+&()（）\[\]【】《》<>:：\n\r]|并且|同时|以及|另外|然后|其次|一并|[并及和且或]"
)
_goods_verb = re.compile(r"(?=下架|删除|移除|屏蔽|断开|撤下|撤除|下线|清理|处理)")
_shut = (
    r"(?:关闭|关停|关掉|关张|关门|关|封停|封禁|查封|封闭|封掉|封|清退|清除出|清出|终止|取缔|注销|吊销"
    r"|停止|停业|停运|停用|闭|撤)"
)
_no = re.compile(
    r"(?:不|无需|无须|勿|别|毋|没有?|未|暂缓|免|非)"
    r"(?:予以?|再|要求?|必|需要?|用|要求|申请|请求|做|作|进行|宜|能|应|会|得|建议|主张|考虑|先|涉及|同意|求|将)*"
    + _shut
)
_goods = r"(?:商品|宝贝|产品|货品|货物|单品|链接|详情|sku)"
_verb_then_shop = re.compile(_shut + r"(?P<between>.*?)店(?P<after>.*)")
_shop_then_verb = re.compile(r"店(?P<between>.*?)" + _shut + r"(?P<after>.*)")
_shop_itself = re.compile(
    r"(?:请|予以|要求|申请|建议|希望|平台|贵平台|立即|尽快|永久|对|将|把)*(?:下架|删除|移除|屏蔽|下线|清理)"
    r"(?:该|此|本|整个|整|涉案|涉嫌|违规|违法|侵权|问题|对应|相应|相关|全部|所有|上述|的)*(?:店铺|网店|店)(?:账号|主页)?"
)
_whether = re.compile(
    r"是否(?P<what>.*?店.*?)[:?？]?(?P<answer>是|否|√|✓|×|x|yes|no|y|n)?"
)
_yes = {"是", "√", "✓", "yes", "y"}
_shop_in_english = re.compile(
    r"(?:close|shut|terminate|ban)\w*(?:down)?(?:the|this)?(?:store|shop)|(?:store|shop)(?:closure|shutdown|closed|closing)"
)


@lru_cache(maxsize=8192)
def asks_for_closure(text: str) -> bool:
    """Whether the shop itself is to be shut, and not (only) its goods; an empty cell asks for nothing.

    '关店', '查封店铺', '下架商品并关闭店铺' do; '下架店内商品', '关闭该店商品链接', '无需关店' do not.
    """
    words = readable(text).translate(SIMPLIFIED)
    if "店" not in words:
        return (
            _shop_in_english.search(plain(words)) is not None
            if words.isascii()
            else False
        )
    words = _harmless.sub("", words.replace(" ", ""))
    asked = _whether.fullmatch(words)
    if asked is not None:
        return asked["answer"] in _yes and _clause_shuts(asked["what"])
    return any(
        _clause_shuts(part)
        for clause in _breaks.split(words)
        for part in _goods_verb.split(clause)
        if "店" in part
    )


def _clause_shuts(clause: str) -> bool:
    if _shop_itself.fullmatch(clause):
        return True
    if _no.search(clause):
        return False
    match = _verb_then_shop.search(clause)
    if match is not None:
        return not _speaks_of_goods_in_shop(match["after"])
    match = _shop_then_verb.search(clause)
    return match is not None and not re.search(
        _goods, match["between"] + match["after"]
    )


_of_the_shop = re.compile(r".*?" + _goods)
_store_address = re.compile(r"铺?的?(?:首页|主页)?链接")
# Stopping what a shop does is not stopping the shop.
_conduct = re.compile(
    r"行为|活动|宣传|广告|促销|推广|侵权$|违法$|违规$|(?:销售|售卖|出售)(?!资格|权限)"
)


def _speaks_of_goods_in_shop(after: str) -> bool:
    """What follows 店: '内商品', '铺所售产品' are goods in it; '铺', '铺服务', '铺链接' are the shop."""
    if _store_address.fullmatch(after):
        return False
    return _of_the_shop.match(after) is not None or _conduct.search(after) is not None


VIOLATION_LABELS: dict[str, Any] = {
    "counterfeit": _("Counterfeit"),
    "low_price": _("Unauthorised low price"),
    "defamation": _("Malicious defamation"),
    "false_advertising": _("False advertising"),
    "image_theft": _("Theft of pictures"),
    "name_misuse": _("Misuse of a firm's name"),
    "removed_code": _("Batch or trace code removed"),
    "unlicensed": _("Trading without a licence"),
    "unauthorised": _("Selling without authorisation"),
    "other": _("Other"),
}
_violations = [
    (
        "removed_code",
        re.compile(r"割码|割标|去码|刮码|抹码|无码|毁码|窜码|涂码|溯源码|防伪码|批号"),
    ),
    (
        "name_misuse",
        re.compile(
            r"(?:冒用|假冒|盗用|仿冒|擅用|擅自使用).*(?:企业|名称|字号|厂名|厂址|名义|主体)|企业名称|字号"
        ),
    ),
    ("image_theft", re.compile(r"盗图|图片|照片|著作权|版权|宣传图|美术作品|素材")),
    ("defamation", re.compile(r"诋毁|抹黑|不实|造谣|谣言|差评|诽谤|商誉|贬损|诬")),
    ("false_advertising", re.compile(r"虚假|夸大|误导|宣传|广告|功效|疗效|虚构")),
    ("counterfeit", re.compile(r"假冒|假货|仿|制假|售假|假|商标|山寨|赝|伪")),
    (
        "low_price",
        re.compile(
            r"低价|乱价|窜货|破价|价格|控价|未(?:经)?授权(?!.*资格)|无授权|非授权"
        ),
    ),
    ("unlicensed", re.compile(r"无证|证照|许可证|无照|经营许可|无执照|未公示执照")),
    ("unauthorised", re.compile(r"资格|授权|直销|渠道|代理|传销")),
]


@lru_cache(maxsize=8192)
def violation_kind(text: str) -> str:
    """The kind of violation that a firm's own words allege, as a key of VIOLATION_LABELS; '' for an empty cell."""
    words = plain(text)
    if not words:
        return ""
    return next(
        (kind for kind, pattern in _violations if pattern.search(words)), "other"
    )
