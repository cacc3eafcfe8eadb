"""The hosts and pages of every site, as data.

Order matters in two ways. Of the pages that fit an address, the first decides. And the first page of a site and kind
with a prefix is the one whose form the canonical address takes.

The first of several query parameters that is present decides.
"""

from collections import defaultdict

from .pages import ANY, Page, pages

SITES = ("taobao", "tmall", "jd", "pdd", "douyin", "xiaohongshu", "kuaishou", "1688", "weidian", "xianyu")

# One short host serves three apps; what the app calls itself in the shared text tells which.
SHARED_SHORT_HOST = "m.tb.cn"
APP_MARKERS = (("【闲鱼】", "xianyu"), ("【天猫】", "tmall"))

ITEM = "id itemId item_id"

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
    *pages("taobao", "listing", "main.m.taobao.com", "/detail/index.html /security-h5-detail/home", ITEM, "N"),
    *pages("taobao", "listing", "new.m.taobao.com", "/detail.htm", ITEM, "N"),
    *pages("taobao", "listing", "m.intl.taobao.com", "/detail/detail.html", ITEM, "N"),
    *pages("taobao", "listing", "a.m.taobao.com", "/i{N}.htm"),
    *pages("taobao", "listing", "world.taobao.com", "/item/{N}.htm"),
    *pages("taobao", "store", "shop{N}.taobao.com shop{N}.m.taobao.com shop{N}.world.taobao.com"),
    *pages("taobao", "store", "shop.m.taobao.com", "/shop/shop_index.htm", "shop_id", "N"),
    *pages("taobao", "store", "store.taobao.com", "/shop/view_shop.htm", "user_number_id", "N", "u:"),
    *pages("taobao", "store", "shop.m.taobao.com", "/shop/shop_index.htm", "user_id", "N", "u:"),
    *pages("taobao", "search", "s.taobao.com www.taobao.com"),
    *pages("taobao", "short", SHARED_SHORT_HOST, "/{C}"),
    *pages("taobao", "short", "s.click.taobao.com", "/t", "e", "text"),
    *pages("taobao", "short", "s.click.taobao.com", "/{C}"),
)

NO_TMALL_STORE = "detail list www login world m chaoshi s img cart pages member rate trade buy content"
TMALL = (
    *pages("tmall", "listing", "detail.tmall.com detail.m.tmall.com chaoshi.detail.tmall.com", "/item.htm", ITEM, "N"),
    *pages("tmall", "listing", "detail.tmall.hk", "/item.htm /hk/item.htm", ITEM, "N"),
    *pages("tmall", "listing", "world.tmall.com", "/item/{N}.htm"),
    *pages("tmall", "search", "list.tmall.com www.tmall.com"),
    *pages("tmall", "store", "shop{N}.tmall.com shop{N}.m.tmall.com shop{N}.world.tmall.com shop{N}.tmall.hk"),
    *pages("tmall", "store", "{L}.tmall.com {L}.m.tmall.com {L}.world.tmall.com {L}.tmall.hk", but=NO_TMALL_STORE),
)

JD = (
    *pages("jd", "listing", "item.jd.com item.jd.hk npcitem.jd.hk item.yiyaojd.com", "/{N}.html"),
    *pages("jd", "listing", "item.m.jd.com in.m.jd.com mitem.jd.hk", "/product/{N}.html"),
    *pages("jd", "listing", "item.m.jd.com mitem.jd.hk", "/ware/view.action", "wareId", "N"),
    *pages("jd", "listing", "wqitem.jd.com", "/item/view", "sku", "N"),
    *pages("jd", "store", "mall.jd.com mall.jd.hk", "/index-{N}.html"),
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
    *pages("pdd", "search", PDD_HOSTS, "/search_result.html -"),
    *pages("pdd", "search", "www.pinduoduo.com"),
    *pages("pdd", "short", "p.pinduoduo.com", "/{C}"),
)

DOUYIN_SHOP = "haohuo.jinritemai.com haohuo.snssdk.com"
DOUYIN_GOODS = "/ecommerce/trade/detail/index.html /views/product/item2 /views/product/item /views/product/detail"
DOUYIN = (
    *pages("douyin", "listing", DOUYIN_SHOP, DOUYIN_GOODS, "id product_id", "N"),
    *pages("douyin", "listing", "www.douyin.com", "/video/{N}", prefix="video:"),
    *pages("douyin", "listing", "www.iesdouyin.com", "/share/video/{N}", prefix="video:"),
    *pages("douyin", "store", DOUYIN_SHOP, "/views/shop/index", "id", "C"),
    *pages("douyin", "store", "www.douyin.com", "/user/{C}", prefix="u:"),
    *pages("douyin", "store", "www.iesdouyin.com", "/share/user/{C}", prefix="u:"),
    *pages("douyin", "search", "www.douyin.com", "- /search/*"),
    *pages("douyin", "short", "v.douyin.com", "/{C}"),
)

XIAOHONGSHU = (
    *pages("xiaohongshu", "listing", "www.xiaohongshu.com", "/goods-detail/{H}"),
    *pages("xiaohongshu", "listing", "www.xiaohongshu.com", "/explore/{H} /discovery/item/{H}", prefix="note:"),
    *pages("xiaohongshu", "store", "www.xiaohongshu.com", "/vendor/{H}"),
    *pages("xiaohongshu", "store", "www.xiaohongshu.com", "/user/profile/{H}", prefix="u:"),
    *pages("xiaohongshu", "search", "www.xiaohongshu.com", "- /explore /search_result"),
    *pages("xiaohongshu", "short", "xhslink.com", "/{C}"),
    *pages("xiaohongshu", "short", "xhslink.com", "/a/{C}", prefix="a/"),
    *pages("xiaohongshu", "short", "xhslink.com", "/m/{C}", prefix="m/"),
)

KUAISHOU_GOODS = "/page/kwaishop-buyer-goods-detail /merchant/shop/detail"
KUAISHOU = (
    *pages("kuaishou", "listing", "app.kwaixiaodian.com", KUAISHOU_GOODS, "id itemId", "N"),
    *pages("kuaishou", "listing", "www.kuaishou.com", "/short-video/{C}", prefix="video:"),
    *pages("kuaishou", "store", "www.kuaishou.com", "/profile/{C}", prefix="u:"),
    *pages("kuaishou", "search", "www.kuaishou.com", "- /search/*"),
    *pages("kuaishou", "short", "v.kuaishou.com", "/{C}"),
)

NO_1688_STORE = "detail m s www login work trade cart air qr show sale page winport"
ALIBABA = (
    *pages("1688", "listing", "detail.1688.com m.1688.com", "/offer/{N}.html"),
    *pages("1688", "listing", "detail.m.1688.com", "/page/index.html", "offerId", "N"),
    *pages("1688", "store", "m.1688.com", "/winport/{C}.html", prefix="u:"),
    *pages("1688", "store", "winport.m.1688.com", "/page/index.html", "memberId", "C", "u:"),
    *pages("1688", "store", "{L}.1688.com", but=NO_1688_STORE),
    *pages("1688", "search", "s.1688.com www.1688.com"),
    *pages("1688", "search", "m.1688.com", "-"),
    *pages("1688", "short", "qr.1688.com", "/s/{C}"),
)

WEIDIAN_HOSTS = "weidian.com www.weidian.com h5.weidian.com"
WEIDIAN = (
    *pages("weidian", "listing", WEIDIAN_HOSTS + " shop{N}.v.weidian.com", "/item.html", "itemID itemId", "N"),
    *pages("weidian", "listing", WEIDIAN_HOSTS, "/i/{N}"),
    *pages("weidian", "store", WEIDIAN_HOSTS, "- /index.html", "userid", "N"),
    *pages("weidian", "store", WEIDIAN_HOSTS, "/s/{N}"),
    *pages("weidian", "search", WEIDIAN_HOSTS, "-"),
    *pages("weidian", "store", "shop{N}.v.weidian.com", ANY, but="/item.html"),
    *pages("weidian", "short", "k.youshop10.com", "/{C}"),
)

XIANYU = (
    *pages("xianyu", "listing", "www.goofish.com h5.m.goofish.com", "/item", "id itemId", "N"),
    *pages("xianyu", "listing", "2.taobao.com", "/item.htm", "id itemId", "N"),
    *pages("xianyu", "store", "www.goofish.com", "/personal", "userId", "N", "u:"),
    *pages("xianyu", "search", "www.goofish.com", "- /search"),
    *pages("xianyu", "search", "s.2.taobao.com"),
)

PAGES: tuple[Page, ...] = (
    WRAPPERS + TAOBAO + TMALL + JD + PDD + DOUYIN + XIAOHONGSHU + KUAISHOU + ALIBABA + WEIDIAN + XIANYU
)

HOSTS: dict[str, list[Page]] = defaultdict(list)
FAMILIES: dict[str, list[Page]] = defaultdict(list)
for _page in PAGES:
    (FAMILIES[_page.family] if _page.family else HOSTS[_page.host]).append(_page)
