"""The address rules 1 to 3: cleaning a cell, finding the addresses in it, and taking one apart."""

import pytest

from listings.addresses import read_cell

from .address_cases import FOUND, INVALID, ITEM, OTHER, full_width, read, wrapped

# 1 Clean the text


@pytest.mark.parametrize(
    "mark",
    [
        *map(chr, range(0x200B, 0x2010)),
        *map(chr, range(0x202A, 0x202F)),
        "\u2060",
        "\ufeff",
    ],
)
def test_invisible_marks_are_dropped_wherever_they_stand(mark):
    assert read(mark.join(ITEM)) == FOUND


@pytest.mark.parametrize(
    "mark",
    [
        "\u00ad",
        "\u180e",
        "\u2061",
        "\u2066",
        "\u2069",
        "\u061c",
        "\u200a",
        "\u00a0",
        "\x00",
    ],
)
def test_other_invisible_characters_end_an_address(mark):
    assert (
        read("https://item.taobao.com/item.htm?id=6745" + mark + "12345678") == INVALID
    )
    assert read(ITEM + mark + "9") == FOUND


def test_an_ideographic_space_is_a_space():
    assert read("\u3000" + ITEM + "\u3000" + ITEM + "\u3000") == FOUND
    assert read("\u3000item.taobao.com/item.htm?id=674512345678\u3000") == FOUND


def test_html_ampersands_are_undone_once_and_other_entities_are_not():
    assert read("https://item.taobao.com/item.htm?a=1&amp;id=674512345678") == FOUND
    assert (
        read("https://item.taobao.com/item.htm?a=1&amp;amp;id=674512345678") == INVALID
    )
    assert read("https://item.taobao.com/item.htm?a=1&#38;id=674512345678") == INVALID
    assert read("https://item.taobao.com/item.htm?a=1&AMP;id=674512345678") == INVALID


def test_full_width_letters_digits_and_signs_are_read_as_half_width():
    assert read(full_width(ITEM)) == FOUND
    assert (
        read(full_width("https://item.taobao.com/item.htm?a=%31&id=674512345678#x"))
        == FOUND
    )
    assert read("https://mall.jd.com/ｉｎｄｅｘ－1000408877．ｈｔｍｌ") == (
        "jd",
        "store",
        "1000408877",
    )


@pytest.mark.parametrize(
    "sign", '，；！（）［］｛｝＂＇＜＞。、“”「」【】—…\\|^`{}"<> \t\r\n中é'
)
def test_what_is_not_in_the_set_of_address_characters_ends_an_address(sign):
    assert read(ITEM + sign + "9") == FOUND
    assert read(ITEM + sign) == FOUND


def test_a_full_width_sign_that_becomes_one_of_the_set_goes_on():
    assert read(ITEM + "＆x＝1") == FOUND
    assert read(ITEM + "．9") == INVALID
    assert read(ITEM + "９") == ("taobao", "listing", "6745123456789")


# 2 Find addresses


@pytest.mark.parametrize("scheme", ["http://", "https://", "HTTP://", "hTTpS://"])
def test_the_scheme_is_read_in_any_case_and_anywhere(scheme):
    rest = "item.taobao.com/item.htm?id=674512345678"
    assert (
        read(scheme + rest)
        == read("见" + scheme + rest)
        == read("x" + scheme + rest)
        == FOUND
    )
    assert read("taobao://x?url=" + scheme + rest) == FOUND


def test_letters_that_only_fold_to_those_of_http_are_not_those_of_http():
    assert read("httpſ://item.taobao.com/item.htm?id=674512345678") == INVALID


@pytest.mark.parametrize("tail", [*".,;:!?'\"()[]<>", "...", ".)", "!?!", "',", "])"])
def test_trailing_punctuation_is_cut(tail):
    assert read(ITEM + tail) == FOUND
    assert read("https://shop104736811.taobao.com" + tail) == (
        "taobao",
        "store",
        "104736811",
    )
    assert read("https://v.douyin.com/iRNBho5x" + tail) == (
        "douyin",
        "short",
        "iRNBho5x",
    )


@pytest.mark.parametrize(
    "tail", ["-", "_", "~", "/", "#", "@", "$", "&", "*", "+", "=", "%"]
)
def test_other_trailing_signs_are_not(tail):
    assert read("https://s.click.taobao.com/t?e=x" + tail)[2] == {
        "#": "x",
        "&": "x",
        "+": "x ",
    }.get(tail, "x" + tail)


@pytest.mark.parametrize(
    "text",
    [
        "//item.taobao.com/item.htm?id=674512345678",
        "item.taobao.com/item.htm?id=674512345678",
        "  ITEM.taobao.com/item.htm?id=674512345678，请下架 ",
        "item.taobao.com/item.htm?id=674512345678 item.taobao.com/item.htm?id=1",
    ],
)
def test_a_lone_address_may_lack_its_scheme(text):
    assert read(text) == FOUND


def test_a_name_may_be_followed_by_a_query_or_by_nothing():
    assert read("shop.m.jd.com?shopId=1000408877") == ("jd", "store", "1000408877")
    assert read(" meizhuang88.tmall.com ") == ("tmall", "store", "meizhuang88")
    assert read("3.cn/1-aBcDeF") == ("jd", "short", "1-aBcDeF")


@pytest.mark.parametrize(
    "text",
    [
        "item.taobao.com:443/item.htm?id=674512345678",
        "item.taobao.com./item.htm?id=674512345678",
        "shop104736811.taobao.com#x",
        "shop104736811.taobao.com，关店",
        "shop104736811.taobao.com 关店",
        "链接 item.taobao.com/item.htm?id=674512345678",
        "/item.taobao.com/item.htm?id=674512345678",
        "///item.taobao.com/item.htm?id=674512345678",
        ":item.taobao.com/item.htm?id=674512345678",
        "https:item.taobao.com/item.htm?id=674512345678",
        "https:/item.taobao.com/item.htm?id=674512345678",
        "https:\\\\item.taobao.com\\item.htm?id=674512345678",
        "https//item.taobao.com/item.htm?id=674512345678",
        "ftp://item.taobao.com/item.htm?id=674512345678",
        "tbopen://item.taobao.com/item.htm?id=674512345678",
        "data:text/html,item.taobao.com",
        "674512345678",
        "甲禾营养粉",
        "",
        " \t\u3000\u200b",
        "//",
        "https://",
        "http://。",
    ],
)
def test_anything_else_is_invalid(text):
    assert read(text) == INVALID


def test_an_address_in_the_cell_goes_before_a_beginning_without_scheme():
    assert read("evil.cn/?u=" + ITEM) == FOUND
    assert read("item.taobao.com/item.htm?id=674512345699 " + ITEM) == FOUND
    assert (
        read("//item.taobao.com/item.htm?id=674512345699 https://evil.cn/") == INVALID
    )


def test_an_address_inside_another_is_part_of_it():
    assert read("https://evil.cn/" + ITEM) == INVALID
    assert (
        read("https://item.taobao.com/item.htm?id=674512345678&from=" + OTHER) == FOUND
    )
    assert read(ITEM + "," + OTHER) == INVALID
    assert read(ITEM + "，" + ITEM) == FOUND


def test_invalid_ones_are_ignored_then_search_ones():
    evil, search, jd_search = (
        "https://evil.cn/",
        "https://s.taobao.com/search?q=x",
        "https://search.jd.com/Search",
    )
    assert read(f"{evil} {ITEM} {evil}") == FOUND
    assert read(f"{search} {ITEM} {jd_search}") == FOUND
    assert read(f"{evil} {search}") == ("taobao", "search", "")
    assert read(f"{search} https://www.taobao.com/") == ("taobao", "search", "")
    assert read(f"{search} {jd_search}") == INVALID
    assert read(f"{evil} https://evil.com/") == INVALID


@pytest.mark.parametrize(
    "other",
    [
        OTHER,
        "https://detail.tmall.com/item.htm?id=674512345678",
        "https://shop104736811.taobao.com/",
        "https://m.tb.cn/h.gT7kQx2",
        "https://2.taobao.com/item.htm?id=674512345678",
    ],
)
def test_two_different_results_are_invalid(other):
    assert read(f"{ITEM} {other}") == read(f"{other}\n{ITEM}") == INVALID
    assert read_cell(f"{ITEM} {other}").reason == "two-addresses"


def test_the_same_thing_in_two_forms_is_one_result():
    assert (
        read(f"{ITEM} https://a.m.taobao.com/i674512345678.htm {wrapped(ITEM, 3)}")
        == FOUND
    )


# 3 Parse strictly


@pytest.mark.parametrize(
    ("authority", "reason"),
    [
        ("item.taobao.com@evil.cn", "userinfo"),
        ("evil.cn@item.taobao.com", "userinfo"),
        ("user:pw@item.taobao.com", "userinfo"),
        ("@item.taobao.com", "userinfo"),
        ("item.taobao.com:", "bad-port"),
        ("item.taobao.com:80", "bad-port"),
        ("item.taobao.com:0443", "bad-port"),
        ("item.taobao.com:443:443", "bad-port"),
        ("item.taobao.com::443", "bad-port"),
        ("item.taobao.com:44", "bad-port"),
        ("item.taobao.com:4433", "bad-port"),
        ("item.taobao.com:%34%34%33", "bad-port"),
        (":443", "unknown-host"),
        ("203.119.175.1", "ip-literal"),
        ("3413618433", "ip-literal"),
        ("0xcb77af01", "ip-literal"),
        ("[2001:db8::1]", "ip-literal"),
        ("[::ffff:203.119.175.1]:443", "ip-literal"),
        ("xn--tobao-nza.com", "punycode"),
        ("item.xn--taobao-9s0a.com", "punycode"),
        ("item%2Etaobao%2Ecom", "lookalike-host"),
        ("item.taobao.com%2f.evil.cn", "lookalike-host"),
        ("item.taobao.com.evil.cn", "lookalike-host"),
        ("evil-taobao.com", "lookalike-host"),
        ("item.taobao.co", "lookalike-host"),
        ("item-jd.com.cn", "lookalike-host"),
        ("item.taobao.com..", "lookalike-host"),
        ("item..taobao.com", "unlisted-host"),
        (".item.taobao.com", "unlisted-host"),
        ("taobao.com", "unlisted-host"),
        ("x.item.taobao.com", "unlisted-host"),
        ("shop1234.taobao.com", "unlisted-host"),
        ("shop01234567.taobao.com", "unlisted-host"),
        ("shop12345678901234567890.taobao.com", "unlisted-host"),
        ("my.shop104736811.taobao.com", "unlisted-host"),
        ("shop104736811-.m.taobao.com", "unlisted-host"),
        ("a.b.tmall.com", "unlisted-host"),
        ("-ab.tmall.com", "unlisted-host"),
        ("a_b.tmall.com", "unlisted-host"),
        ("a.tmall.com", "unlisted-host"),
        ("x.1688.com.", "unlisted-host"),
        ("shop.v.weidian.com", "unlisted-host"),
        ("x.xiaohongshu.com", "unlisted-host"),
        ("taoba0.com", "lookalike-host"),
        ("item.taobaoo.com", "lookalike-host"),
        ("yangkedu0.com", "lookalike-host"),
        ("taobaotools.com", "unknown-host"),
        ("kuaishouapp.com", "unlisted-host"),
        ("jd-health.cn", "unknown-host"),
        ("evil.cn", "unknown-host"),
    ],
)
def test_an_authority_that_is_not_exactly_a_known_host_is_invalid(authority, reason):
    for tail in ("/item.htm?id=674512345678", "?id=674512345678", "#x"):
        found = read_cell(f"https://{authority}{tail}")
        assert (found.kind, found.reason) == ("invalid", reason)


def test_the_default_port_of_the_scheme_is_allowed():
    assert read("http://item.taobao.com:80/item.htm?id=674512345678") == FOUND
    assert read("https://item.taobao.com.:443/item.htm?id=674512345678") == FOUND
    assert read("http://item.taobao.com:443/item.htm?id=674512345678") == INVALID
    assert read("//item.taobao.com:443/item.htm?id=674512345678") == FOUND
    assert read("//item.taobao.com:80/item.htm?id=674512345678") == INVALID


def test_an_at_sign_or_colon_after_the_authority_is_harmless():
    assert read("https://item.taobao.com/item.htm?id=674512345678&u=a@b:8443") == FOUND
    assert read("https://shop104736811.taobao.com/@evil.cn:81") == (
        "taobao",
        "store",
        "104736811",
    )
    assert read("https://shop104736811.taobao.com?@evil.cn") == (
        "taobao",
        "store",
        "104736811",
    )
    assert read("https://shop104736811.taobao.com#@evil.cn") == (
        "taobao",
        "store",
        "104736811",
    )
    assert read("https://evil.cn#@shop104736811.taobao.com/") == INVALID


def test_paths_are_collapsed_lose_one_final_slash_and_are_compared_literally():
    assert read("https://item.taobao.com//item.htm?id=674512345678") == FOUND
    assert read("https://item.taobao.com///item.htm//?id=674512345678") == FOUND
    assert read("https://world.taobao.com//item//674512345678.htm/") == FOUND
    for path in (
        "Item.htm",
        "item.HTM",
        "%69tem.htm",
        "./item.htm",
        "x/../item.htm",
        "item.htm;x=1",
        "item.htm/x",
    ):
        assert read(f"https://item.taobao.com/{path}?id=674512345678") == INVALID
    assert read("https://item.jd.com/%31%30%30%30%31%32043978.html") == INVALID


def test_the_fragment_never_counts():
    assert read(ITEM + "#id=1&id=2") == FOUND
    assert read("https://www.goofish.com/#/item?id=812345678901") == (
        "xianyu",
        "search",
        "",
    )
    assert read("https://item.taobao.com/item.htm?spm=1#?id=674512345678") == INVALID
    assert read("https://item.taobao.com#/item.htm?id=674512345678") == INVALID


@pytest.mark.parametrize(
    "query",
    [
        "%69%64=674512345678",
        "id=%36%37%34%35%31%32%33%34%35%36%37%38",
        "id=674512345678&id=%3674512345678",
        "&&id=674512345678&&",
        "id=674512345678&a=%&b=%zz&c=%ff%fe&%00=%00",
        "ID=1&Id=2&iD=3&id=674512345678",
        "xid=1&id=674512345678&id%20=2",
        "id=674512345678&itemId=1&itemId=2",
        "item_id=1&itemId=2&id=674512345678",
        "itemId=674512345678&item_id=1",
    ],
)
def test_queries_that_hold_the_id(query):
    assert read("https://item.taobao.com/item.htm?" + query) == FOUND


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("id=674512345678&id=", "two-ids"),
        ("id=674512345678&id", "two-ids"),
        ("id=674512345678&%69d=674512345679", "two-ids"),
        ("itemId=674512345678&itemId=674512345679", "two-ids"),
        ("id=&itemId=674512345678", "no-id"),
        ("id&itemId=674512345678", "no-id"),
        ("ID=674512345678", "no-id"),
        ("itemid=674512345678", "no-id"),
        ("a=1;id=674512345678", "no-id"),
        ("a=1?id=674512345678", "no-id"),
        ("id=674512345678;a=1", "bad-id"),
        ("id=674512345678?a=1", "bad-id"),
        ("id==674512345678", "bad-id"),
        ("id=+674512345678", "bad-id"),
        ("id=674512345678%0A", "bad-id"),
        ("id=674512345678%00", "bad-id"),
        ("id=6745123456%ff", "bad-id"),
        ("id=674512345678%", "bad-id"),
        ("id=%2536%2537%2534512345678", "bad-id"),
        ("id=%EF%BC%96%EF%BC%97%EF%BC%94%EF%BC%95%EF%BC%91", "bad-id"),
        ("id=%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6", "bad-id"),
        ("id=1234", "bad-id"),
        ("id=012345", "bad-id"),
        ("id=-12345", "bad-id"),
        ("id=12345678901234567890", "bad-id"),
        ("id=6.74512E+11", "rounded-id"),
        ("id=6.74512E%2B11", "rounded-id"),
        ("id=674512345678.0", "rounded-id"),
    ],
)
def test_queries_that_do_not(query, reason):
    found = read_cell(f"https://item.taobao.com/item.htm?{query}&x=1")
    assert (found.kind, found.reason) == ("invalid", reason)


def test_numbers_have_five_to_nineteen_digits():
    for number in ("12345", "1234567890123456789"):
        assert read(f"https://item.jd.com/{number}.html") == ("jd", "listing", number)
    for number in ("1234", "12345678901234567890", "012345", "12345a", "１２３４ ５"):
        assert read(f"https://item.jd.com/{number}.html") == INVALID


def test_codes_have_three_to_64_characters_and_keep_their_case():
    for code in ("aBc", "A" * 64, "_.-", "a.b", "0-0", "..."):
        assert read(f"https://www.kuaishou.com/profile/{code}/") == (
            "kuaishou",
            "store",
            "u:" + code,
        )
    for code in ("ab", "A" * 65, "a~b", "a%62c", "a+b", "a:b"):
        assert read(f"https://www.kuaishou.com/profile/{code}/") == INVALID


def test_hex_ids_have_24_digits():
    assert read("https://www.xiaohongshu.com/explore/" + "aF" * 12) == (
        "xiaohongshu",
        "listing",
        "note:" + "af" * 12,
    )
    for digits in ("a" * 23, "a" * 25, "g" * 24):
        assert read("https://www.xiaohongshu.com/explore/" + digits) == INVALID


def test_labels_have_three_to_41_characters():
    for label in ("a12", "a" * 41, "1-2", "0--0"):
        assert read(f"https://{label.upper()}.tmall.com/") == ("tmall", "store", label)
        assert read(f"https://{label}.1688.com/") == ("1688", "store", label)
    for label in ("a", "a1", "a" * 42, "-ab", "123456", "xn--abc"):
        assert (
            read(f"https://{label}.tmall.com/")
            == read(f"https://{label}.1688.com/")
            == INVALID
        )
