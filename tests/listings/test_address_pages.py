"""The address rules 4 and 5: wrappers, every page of every site, the canonical address, and the reasons."""

from urllib.parse import quote

import pytest

from listings.addresses import REASONS, SITES, canonical_url, platform_of, read_cell
from listings.addresses.reasons import MENDINGS
from listings.addresses.table import PAGES, services

from .address_cases import FOUND, INVALID, ITEM, OTHER, full_width, read, rows, wrapped


@pytest.mark.parametrize("row", rows("addresses.tsv"), ids=lambda row: row["note"])
def test_worked_rows(row):
    kind = "store" if row["kind"] == "official" else row["kind"]
    assert read(row["url"].replace("\\n", "\n")) == (
        row["platform"],
        kind,
        row["canonical_id"],
    )


@pytest.mark.parametrize("row", rows("address_pages.tsv"), ids=lambda row: row["cell"])
def test_every_page_of_every_host(row):
    assert read(row["cell"]) == (row["site"], row["kind"], row["canonical_id"])


def hosts_where_the_path_counts():
    cells = [row["cell"].partition("://")[2] for row in rows("address_pages.tsv")]
    hosts = {cell.replace("?", "/").partition("/")[0] for cell in cells}
    return sorted(
        h
        for h in hosts
        if not h.startswith(("shop0", "shop1", "a-b", "myshop", "1234"))
        and h + "/any" not in cells
    )


@pytest.mark.parametrize("host", hosts_where_the_path_counts())
def test_any_other_path_on_a_known_host_is_invalid(host):
    assert read(f"https://{host}/no/such/page.htm?id=12345&itemId=12345") == INVALID


# 4 Wrappers

WRAPPERS = [
    (
        "https://login.taobao.com/member/login.jhtml",
        "redirectURL redirect_url tpl_redirect_url",
    ),
    ("https://login.m.taobao.com", "redirectURL redirect_url tpl_redirect_url"),
    ("https://login.tmall.com/any", "redirectURL redirect_url tpl_redirect_url"),
    ("https://passport.jd.com/new/login.aspx", "ReturnUrl returnurl returnUrl"),
    ("https://plogin.m.jd.com/", "ReturnUrl returnurl returnUrl"),
    ("https://union-click.jd.com/jdc", "to"),
    ("https://s.click.taobao.com/t_js", "tu"),
    ("https://s.click.taobao.com", "tu"),
    ("https://mobile.yangkeduo.com/login.html", "from"),
    ("https://mobile.pinduoduo.com/login.html", "from"),
    ("https://mobile.yangkeduo.com/app.html", "launch_url"),
    ("https://mobile.pinduoduo.com/app.html", "launch_url"),
    ("https://www.iesdouyin.com/redirect", "url"),
]


@pytest.mark.parametrize(
    ("page", "name"),
    [(page, name) for page, names in WRAPPERS for name in names.split()],
)
def test_every_wrapper_is_judged_by_what_it_wraps(page, name):
    def wrap(target):
        return read(f"{page}?a=1&{name}={quote(target, safe='')}&b=2")

    assert wrap(ITEM) == FOUND
    assert wrap("//item.taobao.com/item.htm?id=674512345678") == FOUND
    assert wrap("看 " + ITEM + "，下架") == FOUND
    assert wrap("https://v.douyin.com/iRNBho5x/") == ("douyin", "short", "iRNBho5x")
    assert wrap("https://www.jd.com/") == ("jd", "search", "")
    assert wrap("https://evil.cn/item.htm?id=674512345678") == INVALID
    assert wrap("https://item.taobao.com@evil.cn/") == INVALID
    assert wrap("javascript:alert(1)") == wrap("") == wrap(" ") == INVALID
    assert wrap(quote(ITEM, safe="")) == INVALID
    assert wrap(f"{ITEM} {OTHER}") == INVALID


@pytest.mark.parametrize(
    ("page", "names"), [(page, names) for page, names in WRAPPERS if " " in names]
)
def test_the_first_listed_name_that_is_present_decides(page, names):
    first, second, third = names.split()
    good, evil = quote(ITEM, safe=""), quote("https://evil.cn/", safe="")
    assert read(f"{page}?{third}={evil}&{second}={evil}&{first}={good}") == FOUND
    assert read(f"{page}?{third}={evil}&{second}={good}") == FOUND
    assert read(f"{page}?{first}=&{second}={good}") == INVALID
    assert read(f"{page}?{first}={good}&{first}={evil}") == INVALID
    assert read(f"{page}?{first}={good}&{first}={good}") == FOUND
    assert read(page + "?x=" + good) == INVALID


def test_three_levels_of_wrappers_are_read_and_a_fourth_is_not():
    for times in (1, 2, 3):
        assert read(wrapped(ITEM, times)) == FOUND
    for times in (4, 5, 20):
        assert read_cell(wrapped(ITEM, times)).reason == "wrapper-too-deep"
    assert read(f"{wrapped(ITEM, 3)} {wrapped(OTHER, 4)}") == FOUND


def test_wrappers_with_different_results_in_one_cell_are_invalid():
    assert read(f"{wrapped(ITEM)} {wrapped(OTHER, 2)}") == INVALID
    assert read(wrapped(f"{wrapped(ITEM)} {wrapped(OTHER)}")) == INVALID
    assert (
        read(wrapped(f"{wrapped(ITEM)} https://s.taobao.com/ {ITEM} https://evil.cn/"))
        == FOUND
    )


def test_what_is_wrapped_is_decoded_once_and_then_cleaned():
    login = "https://login.taobao.com/?redirectURL="
    assert read(login + quote(full_width(ITEM))) == FOUND
    assert (
        read(
            login
            + quote("https://item.taobao.com/item.htm?a=1&amp;id=674512345678", safe="")
        )
        == FOUND
    )
    assert (
        read(login + "https://item.taobao.com/item.htm?spm=1&id=674512345678")
        == INVALID
    )
    assert read(login + ITEM) == FOUND
    assert read(login + "item.taobao.com/item.htm%3Fid=674512345678") == FOUND
    assert (
        read(
            login
            + quote("https://item.taobao.com/item.htm?id=%36%37%34512345678", safe="")
        )
        == FOUND
    )


def test_a_promotion_link_is_a_wrapper_only_if_it_holds_a_target():
    assert read("https://s.click.taobao.com/t?e=x&tu=" + quote(ITEM, safe="")) == FOUND
    assert read("https://s.click.taobao.com/t?e=x&tu=") == INVALID
    assert read("https://s.click.taobao.com/t_js?e=x") == ("taobao", "short", "t_js")
    assert read("https://s.click.taobao.com/t?e=") == INVALID
    assert read("https://s.click.taobao.com/t?E=x") == INVALID
    assert read("https://s.click.taobao.com/t?e=a&e=b") == INVALID
    assert read("https://s.click.taobao.com/") == INVALID
    assert read("https://s.click.taobao.com/t?e=a+b%09%0A%00%FF%E4%BD%A0%") == (
        "taobao",
        "short",
        "a b\t\n\0\ufffd你%",
    )


@pytest.mark.parametrize("host", ["mobile.yangkeduo.com", "mobile.pinduoduo.com"])
def test_a_launch_address_may_be_relative(host):
    def launch(target):
        return read(f"https://{host}/app.html?launch_url=" + quote(target, safe=""))

    listing = ("pdd", "listing", "358812345671")
    for reference in (
        "goods.html",
        "/goods.html",
        "./goods.html",
        "../goods.html",
        "/x/../goods.html",
        " goods2.html",
    ):
        assert launch(reference + "?goods_id=358812345671") == listing
    assert launch("goods.html?goods_id=358812345671&from=https://evil.cn/") == listing
    assert launch(f"//{host}/goods.html?goods_id=358812345671") == listing
    assert launch(f"//{host}/goods.html?goods_id=358812345671&from={ITEM}") == listing
    assert launch(f"//{host}/?from={ITEM}") == ("pdd", "search", "")
    assert launch(f"//evil.cn/?from={ITEM}") == launch("//") == INVALID
    assert (
        launch("HTTPS://mobile.yangkeduo.com/goods.html?goods_id=358812345671")
        == listing
    )
    assert launch("goods.html?ps=Xy12AbCdEf#x") == ("pdd", "short", "Xy12AbCdEf")
    assert launch("login.html?from=" + quote(ITEM, safe="")) == FOUND
    assert launch("/") == launch("?x=1") == ("pdd", "search", "")
    for bad in (
        "item.taobao.com/item.htm?id=674512345678",
        "goods.htm",
        "pinduoduo://goods.html?goods_id=358812345671",
    ):
        assert launch(bad) == INVALID
    assert launch("//evil.cn/goods.html?goods_id=358812345671") == INVALID
    assert launch("goods.html?goods_id=358812345671 看看") == listing
    assert launch("看 https://evil.cn/") == launch("") == INVALID


def test_only_the_launch_address_may_be_relative():
    assert (
        read(
            "https://mobile.yangkeduo.com/login.html?from=goods.html%3Fgoods_id%3D358812345671"
        )
        == INVALID
    )
    assert (
        read(
            "https://mobile.yangkeduo.com/login.html?from=%2Fgoods.html%3Fgoods_id%3D358812345671"
        )
        == INVALID
    )


# 5 Platforms


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.m.taobao.com/shop/shop_index.htm?shop_id=&user_id=2616970885",
        "https://shop.m.taobao.com/shop/shop_index.htm?shop_id=12&user_id=2616970885",
        "https://shop.m.jd.com/?shopId=&venderId=1000408999",
        "https://shop.m.jd.com/shop",
        "https://item.m.jd.com/12345678.html",
        "https://in.m.jd.com/ware/view.action?wareId=12345678",
        "https://mobile.yangkeduo.com/goods.html?goods_id=&ps=Xy12AbCdEf",
        "https://mobile.yangkeduo.com/goods3.html?goods_id=358812345671",
        "https://www.douyin.com/search",
        "https://www.douyin.com/search/",
        "https://www.douyin.com/searching/x",
        "https://www.douyin.com/share/video/7312345678901234567",
        "https://www.kuaishou.com/search/",
        "https://www.goofish.com/search/x",
        "https://www.xiaohongshu.com/search_result/x",
        "https://xhslink.com/a/b/Ab3dE5fG7h",
        "https://www.weidian.com/index.html",
        "https://weidian.com/?userid=",
        "https://weidian.com/?userid=abc",
        "https://shop1398745599.v.weidian.com/item.html",
        "https://shop1398745599.v.weidian.com/item.html?itemid=4412345678",
        "https://m.tb.cn/",
        "https://m.tb.cn/ab",
        "https://m.tb.cn/h.gT7kQx2/x",
        "https://qr.1688.com/abc",
        "https://detail.m.1688.com/offer/712345678901.html",
        "https://2.taobao.com/",
        "https://2.taobao.com/item.htm?item_id=812345678901",
        "https://app.kwaixiaodian.com/merchant/shop/detail?item_id=20012345678901",
    ],
)
def test_pages_that_are_nearly_one_are_invalid(url):
    assert read(url) == INVALID


NO_STORE_OF_TMALL = "detail list www login world m chaoshi s img cart pages member rate trade buy content"
NO_STORE_OF_1688 = "detail m s www login work trade cart air qr show sale page winport"


@pytest.mark.parametrize("label", NO_STORE_OF_TMALL.split())
def test_some_hosts_of_tmall_are_no_stores(label):
    for host in (
        f"{label}.tmall.com",
        f"{label}.m.tmall.com",
        f"{label}.world.tmall.com",
        f"{label}.tmall.hk",
    ):
        assert read(f"https://{host}/x.htm")[1] in ("invalid", "search")
    assert read(f"https://{label}-x.tmall.com/") == ("tmall", "store", label + "-x")


@pytest.mark.parametrize("label", NO_STORE_OF_1688.split())
def test_some_hosts_of_1688_are_no_stores(label):
    assert read(f"https://{label}.1688.com/x.htm")[1] in ("invalid", "search")
    assert read(f"https://{label}-x.1688.com/x.htm") == ("1688", "store", label + "-x")


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("【闲鱼】{}", "xianyu"),
        ("{} 【天猫】", "tmall"),
        ("【天猫】{} 【闲鱼】", "xianyu"),
        ("【\u200b天猫】\n{}", "tmall"),
        ("闲鱼 {}", "taobao"),
        ("【淘宝】{}", "taobao"),
    ],
)
def test_the_marker_anywhere_in_the_cell_tells_the_app_of_the_shared_short_host(
    text, site
):
    link = "https://m.tb.cn/h.gT7kQx2"
    assert (
        read(text.format(link))
        == read(text.format(wrapped(link)))
        == (site, "short", "h.gT7kQx2")
    )
    assert read(text.format(ITEM)) == FOUND
    assert read(text.format("https://s.click.taobao.com/AbCdE12")) == (
        "taobao",
        "short",
        "AbCdE12",
    )


# The canonical address


@pytest.mark.parametrize(
    ("site", "kind", "canonical_id", "url"),
    [
        ("tmall", "store", "104736812", "https://shop104736812.tmall.com/"),
        ("tmall", "store", "shop123", "https://shop123.tmall.com/"),
        ("tmall", "store", "1234", ""),
        ("taobao", "store", "jiahe", "https://jiahe.taobao.com/"),
        ("taobao", "store", "shop123", ""),
        (
            "douyin",
            "listing",
            "video:7630000000000000001",
            "https://www.douyin.com/video/7630000000000000001",
        ),
        ("douyin", "store", "u:self", ""),
        (
            "taobao",
            "store",
            "u:2616970885",
            "https://store.taobao.com/shop/view_shop.htm?user_number_id=2616970885",
        ),
        ("jd", "store", "v:1000408999", "https://shop.m.jd.com?venderId=1000408999"),
        (
            "douyin",
            "store",
            "abc.",
            "https://haohuo.jinritemai.com/views/shop/index?id=abc%2E",
        ),
        ("douyin", "store", "u:abc.", "https://www.douyin.com/user/abc./"),
        ("1688", "store", "u:abc.", "https://m.1688.com/winport/abc..html"),
        ("weidian", "store", "1398745599", "https://weidian.com?userid=1398745599"),
        ("tmall", "store", "detail", ""),
        ("tmall", "store", "u:2616970884", ""),
        ("1688", "store", "www", ""),
        ("taobao", "listing", "12", ""),
        ("taobao", "short", "h.gT7kQx2", ""),
        ("taobao", "search", "", ""),
        ("", "invalid", "", ""),
        ("no-such-site", "listing", "674512345678", ""),
    ],
)
def test_the_canonical_address_holds_only_what_identifies(
    site, kind, canonical_id, url
):
    found = canonical_url(site, kind, canonical_id)
    assert found.replace("com/?", "com?") == url
    if found:
        assert read(found) == (site, kind, canonical_id)


def test_the_platform_of_a_site_is_the_one_that_answers_for_it():
    assert {site: platform_of(site) for site in SITES if platform_of(site) != site} == {
        "tmall": "taobao"
    }
    assert {row["site"] for row in rows("address_pages.tsv")} == set(SITES)


def test_every_reason_has_a_sentence():
    assert all(str(sentence) for code, sentence in REASONS.items() if code)
    assert str(read_cell("").message)
    assert read_cell(ITEM).message == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\u200b\u3000", "empty"),
        ("甲禾营养粉", "words-only"),
        ("点击查看", "words-only"),
        ("674512345678", "bare-number"),
        ("￥AbCd1234Ef￥", "share-code"),
        ("8￥AbCd1234Ef￥ https:/", "share-code"),
        ("复制淘口令打开", "share-code"),
        ("#小程序://优选商城/AbCd12", "mini-program"),
        ("taobao://item.taobao.com/item.htm?id=674512345678", "app-link"),
        ("tbopen://m.taobao.com/tbopen/index.html", "app-link"),
        ("6.74512E+11", "rounded-id"),
        ("ftp://item.taobao.com/", "not-http"),
        ("javascript:alert(1)", "not-http"),
        ("https://item.jd.com/abc.html", "bad-id"),
        ("https://item.jd.com/1.00012E+11.html", "rounded-id"),
        ("https://item.jd.com/", "unknown-page"),
        ("https://jiahe.tmall.com/item.htm?id=674512345678", "unknown-listing-page"),
        ("https://jiahe.1688.com/offer/674512345678.html", "unknown-listing-page"),
        ("https://login.taobao.com/", "wrapper-empty"),
        (wrapped("见附件"), "wrapper-empty"),
        (wrapped("https://evil.cn/"), "unknown-host"),
    ],
)
def test_the_reason_says_what_is_wrong(text, reason):
    assert read_cell(text).reason == reason


# Forms of November 2026 (address rules, section 7)


@pytest.mark.parametrize(
    "row", rows("address_forms.tsv"), ids=lambda row: row["cell"][:60]
)
def test_forms_that_were_seen_in_the_field(row):
    cell = row["cell"].replace("\\n", "\n").replace("\\r", "\r")
    assert read(cell) == (row["site"], row["kind"], row["canonical_id"])


@pytest.mark.parametrize("site", ["taobao", "tmall", "1688"])
def test_no_service_of_a_site_is_ever_a_store(site):
    for label in services(site):
        for host in {
            page.family for page in PAGES if page.site == site and page.is_shop_front
        }:
            assert read_cell(f"https://{label}.{host}/").kind != "store"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("http://https://{}%20", ("double-scheme", "blank-at-end")),
        ("https:////{}", ("slashes",)),
        ("http:// {}", ("blank-after-scheme",)),
        ("https://{}/", ("slash-at-end",)),
        ("链接：{}", ("after-colon",)),
        ("https://{}", ()),
    ],
)
def test_what_was_put_right_is_said(text, codes):
    address = read_cell(text.format("item.taobao.com/item.htm?id=674512345678"))
    assert (address.kind, address.mended) == ("listing", codes)
    assert all(str(MENDINGS[code]) in str(address.message) for code in codes)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://detail.vip.com/x", "detail.vip.com"),
        ("https://new.jd.com/x", "new.jd.com"),
    ],
)
def test_a_host_that_is_not_known_is_named_and_not_accused(text, host):
    address = read_cell(text)
    assert (address.host, address.reason in ("unknown-host", "unlisted-host")) == (
        host,
        True,
    )
    assert host in str(address.message)
