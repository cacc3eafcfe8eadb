"""The hosts and pages of every site, as data.

Order matters in two ways. Of the pages that fit an address, the first decides. And the first page of a site and kind
with a prefix is the one whose form the canonical address takes.

The first of several query parameters that is present decides. Labels under a site's domain that are services of the
site and no stores stand in `listings/data/service_labels.tsv`.
"""

import csv
from collections import defaultdict
from pathlib import Path

from .pages import ANY, Page, pages

SITES = (
    "taobao",
    "tmall",
    "jd",
    "pdd",
    "douyin",
    "xiaohongshu",
    "kuaishou",
    "1688",
    "weidian",
    "xianyu",
)

# These short hosts serve three apps; what the app calls itself in the shared text tells which.
SHARED_SHORT_HOSTS = "m.tb.cn e.tb.cn i.tb.cn b.mashort.cn"
APP_MARKERS = (("【闲鱼】", "xianyu"), ("【天猫】", "tmall"))

ITEM = "id itemId item_id"

SERVICE_LABELS = Path(__file__).parents[1] / "data" / "service_labels.tsv"


def services(site: str) -> frozenset[str]:
    """First labels of hosts that are services of a site, not stores."""
    with SERVICE_LABELS.open(encoding="utf-8", newline="") as file:
        return frozenset(
            row["label"]
            for row in csv.DictReader(file, delimiter="\t")
            if site in row["sites"].split()
        )


WRAPPERS = (
    *pages("", "wrapper", "login.taobao.com login.m.taobao.com login.tmall.com",
           query="redirectURL redirect_url tpl_redirect_url"),
    *pages("", "wrapper", "passport.jd.com plogin.m.jd.com", query="ReturnUrl returnurl returnUrl"),
    *pages("", "wrapper", "union-click.jd.com", query="to"),
    *pages("", "wrapper", "s.click.taobao.com", query="tu"),
    *pages("", "wrapper", "mobile.yangkeduo.com mobile.pinduoduo.com", "/login.html", query="from"),
    *pages("", "launcher", "mobile.yangkeduo.com mobile.pinduoduo.com", "/app.html", query="launch_url"),
    *pages("", "wrapper", "www.iesdouyin.com", "/redirect", query="url"),
)  # fmt: skip

TAOBAO = (
    *pages("taobao", "listing", "item.taobao.com", "/item.htm", ITEM, "N"),
    *pages("taobao", "listing", "h5.m.taobao.com", "/awp/core/detail.htm", ITEM, "N"),
    *pages(
        "taobao",
        "listing",
        "main.m.taobao.com",
        "/detail/index.html /security-h5-detail/home",
        ITEM,
        "N",
    ),
    *pages("taobao", "listing", "new.m.taobao.com", "/detail.htm", ITEM, "N"),
    *pages("taobao", "listing", "m.intl.taobao.com", "/detail/detail.html", ITEM, "N"),
    *pages("taobao", "listing", "a.m.taobao.com", "/i{N}.htm"),
    *pages("taobao", "listing", "world.taobao.com tw.taobao.com", "/item/{N}.htm"),
    *pages("taobao", "listing", "uland.taobao.com", "/item/edetail", ITEM, "N"),
    *pages(
        "taobao",
        "store",
        "shop{N}.taobao.com shop{N}.m.taobao.com shop{N}.world.taobao.com",
    ),
    *pages(
        "taobao",
        "store",
        "shop.m.taobao.com",
        "/shop/shop_index.htm /shop/shopIndex.htm",
        "shopId shop_id",
        "N",
    ),
    *pages(
        "taobao",
        "store",
        "store.taobao.com",
        "/shop/view_shop.htm",
        "user_number_id",
        "N",
        "u:",
    ),
    *pages(
        "taobao",
        "store",
        "shop.m.taobao.com",
        "/shop/shop_index.htm",
        "user_id",
        "N",
        "u:",
    ),
    *pages("taobao", "search", "s.taobao.com www.taobao.com"),
    *pages("taobao", "short", SHARED_SHORT_HOSTS, "/{C}"),
    *pages("taobao", "short", "uland.taobao.com", "/coupon/edetail", "e"),
    *pages("taobao", "short", "s.click.taobao.com", "/t", "e", "text"),
    *pages("taobao", "short", "s.click.taobao.com", "/{C}"),
    *pages(
        "taobao",
        "store",
        "{S}.taobao.com",
        "-",
        but=services("taobao"),
        is_shop_front=True,
    ),
)

TMALL_SHOPS = (
    "shop{N}.tmall.com shop{N}.m.tmall.com shop{N}.world.tmall.com shop{N}.tmall.hk"
)
TMALL_NAMES = "{L}.tmall.com {L}.m.tmall.com {L}.world.tmall.com {L}.tmall.hk"
TMALL_PHARMACIES = "detail.liangxinyao.com detail.yao.95095.com"
TMALL = (
    *pages(
        "tmall",
        "listing",
        "detail.tmall.com detail.m.tmall.com chaoshi.detail.tmall.com",
        "/item.htm",
        ITEM,
        "N",
    ),
    *pages("tmall", "listing", "detail.tmall.com", "/item_o.htm", ITEM, "N"),
    *pages("tmall", "listing", "detail.tmall.hk", "/item.htm /hk/item.htm", ITEM, "N"),
    *pages(
        "tmall",
        "listing",
        f"detail.m.tmall.hk {TMALL_PHARMACIES}",
        "/item.htm",
        ITEM,
        "N",
    ),
    *pages("tmall", "listing", "h5.m.tmall.com", "/awp/core/detail.htm", ITEM, "N"),
    *pages("tmall", "listing", "world.tmall.com", "/item/{N}.htm"),
    *pages("tmall", "search", "list.tmall.com www.tmall.com"),
    *pages("tmall", "store", TMALL_SHOPS, is_shop_front=True),
    *pages("tmall", "store", TMALL_NAMES, but=services("tmall"), is_shop_front=True),
)

JD = (
    *pages(
        "jd",
        "listing",
        "item.jd.com item.jd.hk npcitem.jd.hk item.yiyaojd.com",
        "/{N}.html",
    ),
    *pages("jd", "listing", "item.jkcsjd.com item.jingdonghealth.cn", "/{N}.html"),
    *pages(
        "jd", "listing", "item.m.jd.com in.m.jd.com mitem.jd.hk", "/product/{N}.html"
    ),
    *pages(
        "jd", "listing", "item.m.jd.com mitem.jd.hk", "/ware/view.action", "wareId", "N"
    ),
    *pages("jd", "listing", "wqitem.jd.com", "/item/view", "sku", "N"),
    *pages("jd", "store", "mall.jd.com mall.jd.hk", "/index-{N}.html"),
    *pages("jd", "store", "mall.jd.com", "/shopBrandMember-{N}.html"),
    *pages("jd", "store", "shop.m.jd.com", "- /shop/home", "shopId", "N"),
    *pages("jd", "store", "shop.m.jd.com", "- /shop/home", "venderId", "N", "v:"),
    *pages("jd", "search", "search.jd.com list.jd.com so.m.jd.com www.jd.com"),
    *pages("jd", "short", "u.jd.com 3.cn", "/{C}"),
)

PDD_HOSTS = "mobile.yangkeduo.com mobile.pinduoduo.com"
PDD_GOODS = "/goods.html /goods1.html /goods2.html /duo_coupon_landing.html"
PDD = (
    *pages("pdd", "listing", PDD_HOSTS, PDD_GOODS, "goods_id", "N"),
    *pages("pdd", "short", PDD_HOSTS, PDD_GOODS, "ps", "C"),
    *pages("pdd", "store", PDD_HOSTS, "/mall_page.html", "mall_id", "N"),
    *pages("pdd", "short", PDD_HOSTS, "/mall_page.html", "ps", "C"),
    *pages("pdd", "search", PDD_HOSTS, "/search_result.html -"),
    *pages("pdd", "search", "www.pinduoduo.com"),
    *pages("pdd", "short", "p.pinduoduo.com", "/{C}"),
)

DOUYIN_SHOP = "haohuo.jinritemai.com haohuo.snssdk.com"
DOUYIN_GOODS = "/ecommerce/trade/detail/index.html /views/product/item2 /views/product/item /views/product/detail"
DOUYIN = (
    *pages("douyin", "listing", "www.douyin.com", ANY, "modal_id", "N", "video:"),
    *pages("douyin", "listing", DOUYIN_SHOP, DOUYIN_GOODS, "id product_id", "N"),
    *pages("douyin", "listing", "www.douyin.com", "/video/{N}", prefix="video:"),
    *pages(
        "douyin", "listing", "www.iesdouyin.com", "/share/video/{N}", prefix="video:"
    ),
    *pages("douyin", "listing", "www.douyin.com", "/note/{N}", prefix="note:"),
    *pages("douyin", "listing", "www.iesdouyin.com", "/share/note/{N}", prefix="note:"),
    *pages("douyin", "store", DOUYIN_SHOP, "/views/shop/index", "id", "C"),
    *pages("douyin", "store", "www.douyin.com", "/user/{C}", prefix="u:"),
    *pages("douyin", "store", "www.iesdouyin.com", "/share/user/{C}", prefix="u:"),
    *pages("douyin", "search", "www.douyin.com", "- /search/*"),
    *pages("douyin", "short", "v.douyin.com", "/{C}"),
)

XIAOHONGSHU_HOSTS = "www.xiaohongshu.com xiaohongshu.com"
XIAOHONGSHU_NOTES = (
    "/explore/{H} /discovery/item/{H} /search_result/{H} /user/profile/{_H}/{H}"
)
XIAOHONGSHU_SHORT = "xhslink.com xhslink.cn"
XIAOHONGSHU = (
    *pages("xiaohongshu", "listing", XIAOHONGSHU_HOSTS, "/goods-detail/{H}"),
    *pages("xiaohongshu", "listing", "mall.xiaohongshu.com", "/goods-detail/{H}"),
    *pages(
        "xiaohongshu", "listing", XIAOHONGSHU_HOSTS, XIAOHONGSHU_NOTES, prefix="note:"
    ),
    *pages("xiaohongshu", "store", XIAOHONGSHU_HOSTS, "/vendor/{H} /vendor/{H}/items"),
    *pages("xiaohongshu", "store", XIAOHONGSHU_HOSTS, "/user/profile/{H}", prefix="u:"),
    *pages("xiaohongshu", "search", XIAOHONGSHU_HOSTS, "- /explore /search_result"),
    *pages("xiaohongshu", "short", XIAOHONGSHU_SHORT, "/{C}"),
    *pages("xiaohongshu", "short", XIAOHONGSHU_SHORT, "/a/{C}", prefix="a/"),
    *pages("xiaohongshu", "short", XIAOHONGSHU_SHORT, "/m/{C}", prefix="m/"),
    *pages("xiaohongshu", "short", XIAOHONGSHU_SHORT, "/o/{C}", prefix="o/"),
)

KUAISHOU_HOSTS = "www.kuaishou.com kuaishou.com"
KUAISHOU_GOODS = "/page/kwaishop-buyer-goods-detail /merchant/shop/detail"
KUAISHOU_APP = (
    "/web/kwaishop-goods-detail-page-app /page/kwaishop-goods-detail-h5-vue/detail"
)
KUAISHOU = (
    *pages(
        "kuaishou", "listing", "app.kwaixiaodian.com", KUAISHOU_GOODS, "id itemId", "N"
    ),
    *pages("kuaishou", "listing", "app.kwaixiaodian.com", KUAISHOU_APP, "id", "N"),
    *pages("kuaishou", "listing", KUAISHOU_HOSTS, "/short-video/{C}", prefix="video:"),
    *pages(
        "kuaishou", "listing", "v.m.chenzhongtech.com", "/fw/photo/{C}", prefix="video:"
    ),
    *pages("kuaishou", "store", KUAISHOU_HOSTS, "/profile/{C}", prefix="u:"),
    *pages("kuaishou", "store", "live.kuaishou.com", "/u/{C}", prefix="u:"),
    *pages("kuaishou", "search", KUAISHOU_HOSTS, "- /search/*"),
    *pages("kuaishou", "short", KUAISHOU_HOSTS, "/f/{C}"),
    *pages("kuaishou", "short", "v.kuaishou.com", "/{C}"),
    *pages("kuaishou", "short", "v.kuaishouapp.com", "/s/{C}"),
)

ALIBABA = (
    *pages("1688", "listing", "detail.1688.com m.1688.com", "/offer/{N}.html"),
    *pages("1688", "listing", "detail.1688.com", "/pic/{N}.html"),
    *pages(
        "1688",
        "listing",
        "detail.m.1688.com",
        "/page/index.html /page/index.htm",
        "offerId",
        "N",
    ),
    *pages("1688", "store", "m.1688.com", "/winport/{C}.html", prefix="u:"),
    *pages(
        "1688", "store", "winport.m.1688.com", "/page/index.html", "memberId", "C", "u:"
    ),
    *pages(
        "1688", "store", "sale.1688.com", "/factory/card.html", "memberId", "C", "u:"
    ),
    *pages("1688", "store", "{L}.1688.com", but=services("1688"), is_shop_front=True),
    *pages("1688", "search", "s.1688.com www.1688.com re.1688.com"),
    *pages("1688", "search", "m.1688.com", "-"),
    *pages("1688", "short", "qr.1688.com", "/s/{C}"),
)

WEIDIAN_HOSTS = "weidian.com www.weidian.com h5.weidian.com"
WEIDIAN = (
    *pages(
        "weidian",
        "listing",
        WEIDIAN_HOSTS + " shop{N}.v.weidian.com",
        "/item.html",
        "itemID itemId",
        "N",
    ),
    *pages("weidian", "listing", WEIDIAN_HOSTS, "/i/{N}"),
    *pages("weidian", "listing", "k.youshop10.com", "/item.html", "itemID", "N"),
    *pages("weidian", "store", WEIDIAN_HOSTS, "- /index.html", "userid", "N"),
    *pages("weidian", "store", WEIDIAN_HOSTS, "/s/{N}"),
    *pages("weidian", "search", WEIDIAN_HOSTS, "-"),
    *pages("weidian", "store", "shop{N}.v.weidian.com", ANY, but=["/item.html"]),
    *pages("weidian", "short", "k.youshop10.com", "/{X}", but=["/item.html"]),
)

XIANYU_HOSTS = "www.goofish.com goofish.com"
XIANYU = (
    *pages("xianyu", "listing", XIANYU_HOSTS, "/item /item.htm", "id itemId", "N"),
    *pages(
        "xianyu", "listing", "h5.m.goofish.com", "/item /item.html", "id itemId", "N"
    ),
    *pages("xianyu", "listing", "2.taobao.com", "/item.htm", "id itemId", "N"),
    *pages(
        "xianyu", "listing", "market.m.taobao.com", "/app/idleFish-F2e/*", "id", "N"
    ),
    *pages("xianyu", "store", XIANYU_HOSTS, "/personal", "userId", "N", "u:"),
    *pages("xianyu", "search", XIANYU_HOSTS, "- /search"),
    *pages("xianyu", "search", "s.2.taobao.com"),
)

PAGES: tuple[Page, ...] = (
    WRAPPERS
    + TAOBAO
    + TMALL
    + JD
    + PDD
    + DOUYIN
    + XIAOHONGSHU
    + KUAISHOU
    + ALIBABA
    + WEIDIAN
    + XIANYU
)

HOSTS: dict[str, list[Page]] = defaultdict(list)
FAMILIES: dict[str, list[Page]] = defaultdict(list)
for _page in PAGES:
    (FAMILIES[_page.family] if _page.family else HOSTS[_page.host]).append(_page)
