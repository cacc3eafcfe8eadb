"""What becomes of a row, by the row alone: every line of the table of results that needs no registry."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from listings.addresses import read_cell
from listings.classify import REASONS, judge_row
from listings.sheets import read_sheet

PLATFORMS = {"taobao", "jd", "pdd"}
LISTING = "https://item.taobao.com/item.htm?id=612345678901"
ON_TMALL = "https://detail.tmall.com/item.htm?id=612345678901&skuId=5"
OTHER_LISTING = "https://item.taobao.com/item.htm?id=699999999999"
STORE = "https://shop123456789.taobao.com/"
TMALL_STORE = "https://shop123456789.tmall.com/"
OTHER_STORE = "https://jiahe-cn.tmall.com/"
JD_LISTING, JD_STORE = (
    "https://item.jd.com/100012043978.html",
    "https://mall.jd.com/index-1000408877.html",
)
SHORT = "【淘宝】https://m.tb.cn/h.gT7kQx2 「某物」"
WEIDIAN = "https://weidian.com/item.html?itemID=4412345678"
SCIENTIFIC = "https://item.taobao.com/item.htm?id=6.12345E+11"
SEARCH = "https://s.taobao.com/search?q=x"
EVIL = "https://item.taobao.com.evil.cn/item.htm?id=612345678901"


def judge(*texts, request=""):
    fields = ("store_address", "listing_address", "listing_address")
    return judge_row(list(zip(fields, texts, strict=False)), request, PLATFORMS)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ((), "no-address"),
        ((EVIL,), "lookalike-host"),
        (("无",), "words-only"),
        (("javascript:alert(1)", EVIL), "not-http"),
        ((LISTING + ".0",), read_cell(LISTING + ".0").reason),
        ((SCIENTIFIC,), read_cell(SCIENTIFIC).reason),
        ((LISTING + "\n" + OTHER_LISTING,), "two-addresses"),
        ((LISTING + "\n" + ON_TMALL,), "two-addresses"),
        ((SEARCH,), "search-page"),
        ((EVIL, SEARCH), "search-page"),
        ((LISTING, OTHER_LISTING), "two-listings"),
        ((LISTING, JD_LISTING), "two-listings"),
        ((STORE, OTHER_STORE), "two-stores"),
        ((LISTING, WEIDIAN), "two-listings"),
        ((LISTING, OTHER_LISTING, SHORT), "two-listings"),
    ],
)
def test_a_row_is_invalid(texts, code):
    found = judge(*texts)
    assert (found.verdict, found.code, found.target) == ("invalid", code, None)
    assert str(found.reason)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ((SHORT,), "short-link"),
        ((STORE, SHORT), "short-link"),
        ((EVIL, SHORT), "short-link"),
        ((WEIDIAN,), "platform-not-registered"),
        ((STORE, WEIDIAN), "platform-not-registered"),
        (("https://shop1398745599.v.weidian.com/", LISTING), "platform-not-registered"),
        ((STORE, JD_LISTING), "two-platforms"),
        ((JD_STORE, LISTING), "two-platforms"),
    ],
)
def test_a_row_is_held_for_a_person(texts, code):
    found = judge(*texts)
    assert (found.verdict, found.code, found.target) == ("held", code, None)
    assert found.text


def test_the_target_is_the_listing_unless_closure_is_asked_and_a_store_is_there():
    assert judge(STORE, LISTING).target == "listing"
    assert judge(STORE, LISTING, request="下架商品").target == "listing"
    assert judge(STORE, LISTING, request="关闭店铺").target == "store"
    assert judge(LISTING, request="关闭店铺").target == "listing"
    assert judge(STORE).target == "store"
    assert judge(STORE, request="下架店内商品").target == "store"


def test_a_row_that_asks_for_closure_still_names_its_listing():
    found = judge(STORE, LISTING, request="关店")
    assert found.verdict == "ok"
    assert (found.listing.canonical_id, found.store.canonical_id) == (
        "612345678901",
        "123456789",
    )
    assert found.target_address == found.store


@pytest.mark.parametrize(
    "texts",
    [
        (EVIL, LISTING),
        (SEARCH, LISTING),
        ("见附件", LISTING),
        (LISTING + " " + OTHER_LISTING, LISTING),
    ],
)
def test_an_unusable_address_beside_a_usable_one_is_passed_over(texts):
    found = judge(*texts)
    assert (found.verdict, found.target, found.store) == ("ok", "listing", None)


def test_taobao_and_tmall_are_one_platform_and_one_space_of_numbers():
    assert judge(LISTING, ON_TMALL).verdict == "ok"
    assert judge(STORE, TMALL_STORE).verdict == "ok"
    assert judge(TMALL_STORE, LISTING).verdict == "ok"
    assert judge(STORE, ON_TMALL).verdict == "ok"


def test_the_column_does_not_decide_what_an_address_is():
    found = judge_row(
        [("store_address", LISTING), ("listing_address", STORE)], "", PLATFORMS
    )
    assert (found.listing.kind, found.store.kind) == ("listing", "store")


def test_every_reason_has_a_sentence():
    assert all(str(sentence) for code, sentence in REASONS.items() if code)


ROOT = Path(__file__).resolve().parents[2]
CAMPAIGNS = [
    folder
    for folder in (ROOT / "tests/demo/data/small", ROOT / "demo/data/full")
    if folder.is_dir()
]


@pytest.mark.parametrize("folder", CAMPAIGNS, ids=lambda folder: folder.name)
def test_a_campaigns_sheets_give_the_rows_that_it_expects(folder):
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    with open(folder / "platforms.csv", encoding="utf-8") as file:
        platforms = {row["slug"] for row in csv.DictReader(file)}
    verdicts = Counter()
    for path in sorted((folder / "complaints").glob("*-*")):
        for row in read_sheet(str(path), path.name).rows:
            verdicts[
                judge_row(
                    row.addresses, row.cells.get("request", ""), platforms
                ).verdict
            ] += 1
    assert verdicts.total() == expected["rows"]
    by_result = expected["rows_by_result"]
    assert (verdicts["invalid"], verdicts["held"]) == (
        by_result["invalid"],
        by_result["held"],
    )
