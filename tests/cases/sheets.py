"""Rows of sheets by the numbers of their listings and stores."""

ITEM = "https://item.taobao.com/item.htm?id=%s"


SHOP = "https://shop%s.taobao.com/"


JD_SHOP = "https://mall.jd.com/index-%s.html"


def sheet_of(*rows: str, header: str = "商品链接,店铺链接,诉求,商品标题") -> bytes:
    """A CSV sheet. rows: comma-separated cells under listing address, store address, request, title."""
    return "\n".join([header, *rows]).encode()


def row(listing: str = "", store: str = "", request: str = "下架商品") -> str:
    """One row by the numbers of a Taobao listing and store."""
    return f"{ITEM % listing if listing else ''},{SHOP % store if store else ''},{request},精华液"


MANY_ITEMS = "https://item.taobao.com/item.htm?id=6000000%05d"
MANY_SHOPS = "https://shop7000%04d.taobao.com/"


def many(count: int, start: int = 0) -> bytes:
    """A sheet of so many listings, some twice, in a few stores, with rows that are held or invalid between."""
    rows = []
    for n in range(start, start + count):
        store = MANY_SHOPS % (n % 7) if n % 3 else ""
        address = {5: "https://m.tb.cn/h.abc", 6: "无链接"}.get(
            n % 11, MANY_ITEMS % (n - n % 4 // 3)
        )
        rows.append(f"{address},{store},{'关店' if n % 8 == 1 else '下架'},第{n}件")
    return sheet_of(*rows)
