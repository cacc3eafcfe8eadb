"""Rows by the million for benchmarks: written with COPY, alike in shape to what complaint sheets bring."""

from collections.abc import Iterator

from django.db import transaction

from corps.bulk import copy_lines
from listings.models import Listing
from listings.registration import listing_words
from stores.models import Platform

BRANDS = ("澄溪岚", "禾曜衡", "QRITA", "砚露", "曜小禾", "云策本")
GOODS = ("胶原蛋白口服液30袋", "紧致眼霜旅行装", "辅酶Q10软胶囊450g", "不粘锅具 1L", "口红礼盒50g", "益生菌固体饮料")
HOOKS = ("扫码可查", "新日期", "包邮", "老款", "工厂直供", "会员价")
AT_ONCE = 50_000


def title_of(number: int) -> str:
    """A title as sellers write them; rarely the same for two numbers near each other."""
    hook, good = HOOKS[number % 6], GOODS[number // 6 % 6]
    return f"{hook}{brand_of(number)}{good} {number % 977}号"


def brand_of(number: int) -> str:
    return BRANDS[number // 36 % 6]


def listing_url(platform: str, number: int) -> str:
    """An address that the rules read back as this id."""
    if platform == "jd":
        return f"https://item.jd.com/{number}.html"
    return f"https://item.taobao.com/item.htm?id={number}"


def register_listings(platform: Platform, first: int, count: int) -> None:
    """Write listings with the canonical ids `first`, `first + 1` …, as registering a sheet does, but none of a case."""
    columns = ["platform_id", "canonical_id", "site", "url", "title", "brand"]
    for start in range(first, first + count, AT_ONCE):
        with transaction.atomic():
            copy_lines(Listing, columns, _lines(platform, range(start, min(start + AT_ONCE, first + count))))


def _lines(platform: Platform, numbers: range) -> Iterator[str]:
    site = "jd" if platform.slug == "jd" else "taobao"
    for number in numbers:
        words = listing_words(site, listing_url(site, number), title_of(number), brand_of(number))
        yield f"{platform.pk}\t{number}\t{words}"
