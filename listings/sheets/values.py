"""What a cell means: an amount, a day, whether a shop is to be shut, which kind of violation is alleged."""

import datetime
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from .cells import plain, readable

_price = re.compile(
    r"(?:约|人民币|rmb|cny|价格|售价|现价|到手价?|券后价?|:|¥)*"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
    r"(?P<myriad>万)?(?:元|圆|块钱?|rmb|cny|¥|人民币)*(?:整|起|左右)?(?:/\w{1,4})?"
)
_highest_price = Decimal(10) ** 10


@lru_cache(maxsize=8192)
def parse_price(text: str) -> Decimal | None:
    """An amount in yuan with two decimals, from '¥1,299.00', '199元', '￥４９９', '12.5万'; None if it is not one."""
    match = _price.fullmatch(plain(text))
    if match is None:
        return None
    amount = Decimal(match["number"].replace(",", "")) * (10_000 if match["myriad"] else 1)
    return amount.quantize(Decimal("0.01")) if amount < _highest_price else None


_day = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})|年(?P<month_zh>[0-9]{1,2})月(?P<day_zh>[0-9]{1,2})[日号]?"
    r"|(?P<month_8>[0-9]{2})(?P<day_8>[0-9]{2}))"
    r"(?:(?:T|\s+|(?<=[日号]))[0-9]{1,2}(?:[:时点][0-9]{0,2}.*)?)?"
)
_excel_serial = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_excel_day_zero = datetime.date(1899, 12, 30)
_years = range(2000, 2100)


@lru_cache(maxsize=8192)
def parse_date(text: str) -> datetime.date | None:
    """The day in Asia/Shanghai that a cell names, as written; None if it names none.

    Read: 2026-3-5, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305 and Excel's day number 46086, each with or without a
    time of day. A year of two digits is not guessed at. Years 2000 to 2099.
    """
    text = readable(text)
    serial = _excel_serial.fullmatch(text)
    if serial is not None:
        day = _excel_day_zero + datetime.timedelta(days=int(serial[1]))
        return day if day.year in _years else None
    match = _day.fullmatch(text)
    if match is None:
        return None
    month = match["month"] or match["month_zh"] or match["month_8"]
    day_of_month = match["day"] or match["day_zh"] or match["day_8"]
    try:
        day = datetime.date(int(match["year"]), int(month), int(day_of_month))
    except ValueError:
        return None
    return day if day.year in _years else None


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
_whether = re.compile(r"是否(?P<what>.*?店.*?)[:?？]?(?P<answer>是|否|√|✓|×|x|yes|no|y|n)?")
_yes = {"是", "√", "✓", "yes", "y"}
_shop_in_english = re.compile(
    r"(?:close|shut|terminate|ban)\w*(?:down)?(?:the|this)?(?:store|shop)|(?:store|shop)(?:closure|shutdown|closed|closing)"
)


@lru_cache(maxsize=8192)
def asks_for_closure(text: str) -> bool:
    """Whether the shop itself is to be shut, and not (only) its goods; an empty cell asks for nothing.

    '关店', '查封店铺', '下架商品并关闭店铺' do; '下架店内商品', '关闭该店商品链接', '无需关店' do not.
    """
    words = readable(text)
    if "店" not in words:
        return _shop_in_english.search(plain(words)) is not None if words.isascii() else False
    words = _harmless.sub("", words.replace(" ", ""))
    asked = _whether.fullmatch(words)
    if asked is not None:
        return asked["answer"] in _yes and _clause_shuts(asked["what"])
    return any(
        _clause_shuts(part) for clause in _breaks.split(words) for part in _goods_verb.split(clause) if "店" in part
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
    return match is not None and not re.search(_goods, match["between"] + match["after"])


_of_the_shop = re.compile(r".*?" + _goods)
_store_address = re.compile(r"铺?的?(?:首页|主页)?链接")
# Stopping what a shop does is not stopping the shop.
_conduct = re.compile(r"行为|活动|宣传|广告|促销|推广|侵权$|违法$|违规$|(?:销售|售卖|出售)(?!资格|权限)")


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
    ("removed_code", re.compile(r"割码|割标|去码|刮码|抹码|无码|毁码|窜码|涂码|溯源码|防伪码|批号")),
    (
        "name_misuse",
        re.compile(r"(?:冒用|假冒|盗用|仿冒|擅用|擅自使用).*(?:企业|名称|字号|厂名|厂址|名义|主体)|企业名称|字号"),
    ),
    ("image_theft", re.compile(r"盗图|图片|照片|著作权|版权|宣传图|美术作品|素材")),
    ("defamation", re.compile(r"诋毁|抹黑|不实|造谣|谣言|差评|诽谤|商誉|贬损|诬")),
    ("false_advertising", re.compile(r"虚假|夸大|误导|宣传|广告|功效|疗效|虚构")),
    ("counterfeit", re.compile(r"假冒|假货|仿|制假|售假|假|商标|山寨|赝|伪")),
    ("low_price", re.compile(r"低价|乱价|窜货|破价|价格|控价|未(?:经)?授权(?!.*资格)|无授权|非授权")),
    ("unlicensed", re.compile(r"无证|证照|许可证|无照|经营许可|无执照|未公示执照")),
    ("unauthorised", re.compile(r"资格|授权|直销|渠道|代理|传销")),
]


@lru_cache(maxsize=8192)
def violation_kind(text: str) -> str:
    """The kind of violation that a firm's own words allege, as a key of VIOLATION_LABELS; '' for an empty cell."""
    words = plain(text)
    if not words:
        return ""
    return next((kind for kind, pattern in _violations if pattern.search(words)), "other")
