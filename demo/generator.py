"""Rows by the million for benchmarks: written with COPY, alike in shape to what complaint sheets bring."""

from collections.abc import Iterator, Sequence

from django.db import transaction

from cases.models import Case, Target
from corps.database.copy import copy_lines, take_ids
from corps.deadlines.clock import now
from listings.models import Listing
from listings.workflow import listing_words, store_words
from stores.models import Platform, Store

BRANDS = ("澄溪岚", "禾曜衡", "QRITA", "砚露", "曜小禾", "云策本")
GOODS = (
    "胶原蛋白口服液30袋",
    "紧致眼霜旅行装",
    "辅酶Q10软胶囊450g",
    "不粘锅具 1L",
    "口红礼盒50g",
    "益生菌固体饮料",
)
HOOKS = ("扫码可查", "新日期", "包邮", "老款", "工厂直供", "会员价")
AT_ONCE = 50_000
TO_A_STORE = 12
FIRST_ID = 100_000_000_000
TARGET_COLUMNS = [
    "id", "kind", "platform_id", "listing_id", "firm_id", "case_id", "state", "is_official", "is_counted", "alleged",
    "claim", "claim_remark", "seen", "dropped_reason", "reported_at",
]  # fmt: skip


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
            copy_lines(
                Listing,
                columns,
                _lines(platform, range(start, min(start + AT_ONCE, first + count))),
            )


def _lines(platform: Platform, numbers: range) -> Iterator[str]:
    site = "jd" if platform.slug == "jd" else "taobao"
    for number in numbers:
        words = listing_words(
            site, listing_url(site, number), title_of(number), brand_of(number)
        )
        yield f"{platform.pk}\t{number}\t{words}"


def fill_market(
    platforms: Sequence[Platform], count: int, *, case: Case, noted: int
) -> None:
    """So many listings over some platforms, a dozen to a store, and targets of a case for every other of the last."""
    for start in range(0, count, AT_ONCE):
        some = range(start, min(start + AT_ONCE, count))
        platform = platforms[start // AT_ONCE % len(platforms)]
        with transaction.atomic():
            _fill(platform, some, case, noted_from=count - noted)


def _fill(platform: Platform, some: range, case: Case, noted_from: int) -> None:
    stores, listings = (
        take_ids(Store, len(some) // TO_A_STORE + 1),
        take_ids(Listing, len(some)),
    )
    copy_lines(
        Store,
        ["id", "platform_id", "canonical_id", "site", "url", "name"],
        (f"{pk}\t{platform.pk}\tb{pk}\t{_shop(platform.slug, pk)}" for pk in stores),
    )
    copy_lines(
        Listing,
        [
            "id",
            "store_id",
            "platform_id",
            "canonical_id",
            "site",
            "url",
            "title",
            "brand",
        ],
        (
            f"{pk}\t{stores[place // TO_A_STORE]}\t{line}"
            for place, (pk, line) in enumerate(
                zip(listings, _lines(platform, _ids(some)), strict=True)
            )
        ),
    )
    at = now().isoformat()
    copy_lines(
        Target,
        TARGET_COLUMNS,
        (
            f"{target}\tlisting\t{platform.pk}\t{listings[place]}\t{case.firm_id}\t{case.pk}\treported\tf\tf\t\t\t\t\t\t{at}"
            for target, place in _noted(some, noted_from)
        ),
    )


def _noted(some: range, noted_from: int) -> Iterator[tuple[int, int]]:
    """A target's new key, and the place in `some` of the listing that it is about."""
    places = [
        place
        for place, number in enumerate(some)
        if number >= noted_from and number % 2
    ]
    return zip(take_ids(Target, len(places)), places, strict=True)


def _ids(some: range) -> range:
    return range(FIRST_ID + some.start, FIRST_ID + some.stop)


def _shop(site: str, pk: int) -> str:
    return store_words(site, f"https://shop{pk}.example/", f"顺达{pk % 9973}号工厂店")
