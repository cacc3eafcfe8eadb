"""What holds for every address, known or hostile: the round trip, what changes nothing, and time in proportion."""

import re
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from listings.addresses import SITES, read_cell
from listings.addresses.pages import PATTERNS, PLACE
from listings.addresses.table import PAGES

from .address_cases import FOUND, ITEM, read, wrapped

unhurried = settings(deadline=None, max_examples=300)

IDS = {
    "N": st.from_regex(re.compile(PATTERNS["N"]), fullmatch=True),
    "H": st.from_regex(re.compile(PATTERNS["H"]), fullmatch=True),
    "C": st.from_regex(re.compile(PATTERNS["C"]), fullmatch=True)
    | st.text("._-", min_size=3, max_size=64)
    | st.sampled_from(
        ["abc.", "...", "a..", "abc.html", "index.html", "ab.html.", "t_js", "_.-"]
    ),
    "L": st.from_regex(re.compile(PATTERNS["L"]), fullmatch=True)
    | st.from_regex(re.compile("shop[0-9]{1,25}"), fullmatch=True)
    | st.sampled_from(
        ["shop123", "shop0123456", "shop", "00-", "1-2", "world-x", "shop1-2"]
    ),
    "S": st.from_regex(re.compile(PATTERNS["S"]), fullmatch=True)
    | st.sampled_from(["jiahe", "1-2", "world-x", "shop1-2"]),
    "X": st.from_regex(re.compile(PATTERNS["X"]), fullmatch=True)
    | st.sampled_from(["-s=uo-wX", "===", "abc="]),
    "text": st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
}
JUDGED = [page for page in PAGES if page.kind in ("listing", "store", "short")]
NOISE = st.lists(
    st.tuples(
        st.sampled_from(["spm", "utm_source", "ID", "x y", "甲", "id2", "", "."]),
        st.text(max_size=8),
    ),
    max_size=4,
)


@st.composite
def addresses(draw, kinds=("listing", "store", "short")):
    """(page, id, host, path, query pairs) of an address that the table knows."""
    page = draw(st.sampled_from([page for page in JUDGED if page.kind in kinds]))
    in_host = PLACE.search(page.host)
    label = (
        draw(IDS[in_host[1]].filter(lambda label: label not in page.but))
        if in_host
        else ""
    )
    code = ""
    host, path = PLACE.sub(label, page.host), page.path
    while place := PLACE.search(path):
        # The last place is what the page takes; what stands before it only has to fit.
        code = draw(IDS[place[1].removeprefix("_")])
        path = path.replace(place[0], code, 1)
    assume(path not in page.but)
    if page.path == "/*":
        path = draw(st.sampled_from(["", "/", "/x/y.htm", "//x", "/.."]))
    path = path.replace("*", "x/y.html")
    found, pairs = code or label, []
    if page.names:
        found = draw(IDS[page.takes or "C"])
        pairs = [(draw(st.sampled_from(page.names)), found)]
    return page, found, host, path, pairs


def expected_id(page, found):
    if page.site == "tmall" and page.kind == "store":
        number = re.fullmatch("shop([1-9][0-9]{4,18})", found)
        return number[1] if number else found
    if not page.takes:
        return ""
    return page.prefix + (found.lower() if page.takes == "H" else found)


def spelt(scheme, host, path, pairs, fragment=""):
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs
    )
    address = f"{scheme}://{host}{path}{'?' if query else ''}{query}{fragment}"
    # A full stop at the very end would be cut: what keeps it changes nothing itself.
    kept = "&" if query else "/"
    return address + kept if address.endswith(".") and (query or path) else address


def read_as(page, found, address):
    assert read(address) == (page.site, page.kind, expected_id(page, found))


@unhurried
@given(addresses())
def test_every_address_of_the_table_is_read_and_its_canonical_form_read_again_is_the_same(
    case,
):
    page, found, host, path, pairs = case
    address = spelt("https", host, path, [*pairs, ("end", "")])
    read_as(page, found, address)
    again = read_cell(address)
    if page.kind != "short":
        assert len(again.canonical_url) <= 300
        assert read_cell(again.canonical_url) == again
        assert read_cell("见" + again.canonical_url + "。") == again
        assert read_cell(wrapped(again.canonical_url)) == again
        assert read_cell(again.canonical_url.removeprefix("https:")) == again
        assert read_cell(again.canonical_url.removeprefix("https://")) == again


@unhurried
@given(
    addresses(),
    NOISE,
    st.randoms(use_true_random=False),
    st.sampled_from(["http", "https", "HTTP", "hTTps"]),
)
def test_tracking_parameters_their_order_scheme_and_case_of_the_host_change_nothing(
    case, noise, chance, scheme
):
    page, found, host, path, pairs = case
    wanted = {name for other in JUDGED for name in other.names} | {"tu"}
    pairs = pairs * chance.choice([1, 2]) + [
        (name, value) for name, value in noise if name not in wanted
    ]
    chance.shuffle(pairs)
    host = "".join(
        chance.choice([letter, letter.upper()]) for letter in host
    ) + chance.choice(["", "."])
    port = {"http": ":80", "https": ":443"}[scheme.lower()]
    read_as(
        page,
        found,
        spelt(
            scheme,
            host + chance.choice(["", port]),
            path,
            pairs,
            chance.choice(["", "#a", "#?id=1"]),
        ),
    )


@unhurried
@given(addresses(), st.integers(1, 3))
def test_wrapping_changes_nothing(case, times):
    page, found, host, path, pairs = case
    read_as(
        page, found, wrapped(spelt("https", host, path, [*pairs, ("end", "")]), times)
    )


PIECES = st.sampled_from(
    [
        "http://", "https://", "//", "item.taobao.com", "detail.tmall.com", "/item.htm", "?", "id=674512345678", "&",
        "#", "@", ":", ":443", ".", "evil.cn", "m.tb.cn/", "h.gT7kQx2", "【闲鱼】", "\u200b", "\u3000", "&amp;", "%",
        "+", "%2F", "%00", "%ff", "=", "，", "。", "\\", "\n", "\0", "\ud800", "٣", "login.taobao.com/?redirectURL=",
        "[", "]", "shop12345", "mobile.yangkeduo.com/app.html?launch_url=", "goods.html", "..", "6.7E+11", "ｈｔｔｐ",
        "s.click.taobao.com/t?e=",
    ]
)  # fmt: skip


@unhurried
@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_no_text_whatever_breaks_the_reading_or_its_promises(text):
    site, _kind, _canonical_id = read(text)
    assert site in ("", *SITES)
    read(wrapped(text.encode("utf-8", "replace").decode()))


@unhurried
@given(
    st.lists(
        st.sampled_from(
            [
                ITEM,
                "https://s.taobao.com/",
                "https://evil.cn/",
                "见",
                wrapped(ITEM),
                "ftp://x",
            ]
        ),
        min_size=1,
    )
)
def test_what_is_ignored_beside_a_listing_never_counts(cells):
    if ITEM in cells:
        assert read(" ".join(cells)) == FOUND


LONG = 1_000_000
LONG_CELLS = {
    "letters": "a" * LONG,
    "schemes": "https://" * (LONG // 8),
    "half schemes": "http" * (LONG // 4),
    "addresses": (ITEM + " ") * (LONG // 50),
    "different addresses": " ".join(
        f"https://item.jd.com/{number}.html" for number in range(10_000, 40_000)
    ),
    "short links": "https://m.tb.cn/h.gT7kQx2 " * (LONG // 26),
    "slashes": "https://item.taobao.com" + "/" * LONG + "x",
    "dots": "." * LONG,
    "a name of dots": "a." * (LONG // 2) + ":",
    "host": "https://" + "a." * (LONG // 2) + "taobao.com/",
    "numbers as host": "https://" + "1." * (LONG // 2) + "x/",
    "digits": "https://item.taobao.com/item.htm?id=" + "1" * LONG,
    "fractions": "https://item.taobao.com/item.htm?id=" + "1.1" * (LONG // 3),
    "parameters": "https://item.taobao.com/item.htm?"
    + "id=674512345678&" * (LONG // 16),
    "percents": "https://item.taobao.com/item.htm?id=" + "%" * LONG,
    "bad bytes": "https://item.taobao.com/item.htm?id=" + "%ff" * (LONG // 3),
    "tail": ITEM + ".,;:!?" * (LONG // 6),
    "brackets": "https://[" + "[" * LONG,
    "zero-width": "\u200b" * LONG + ITEM,
    "ampersands": "https://item.taobao.com/item.htm?" + "&amp;" * (LONG // 5),
    "wrapped": wrapped("https://evil.cn/" + "x" * (LONG // 3), 3),
    "launcher": "https://mobile.yangkeduo.com/app.html?launch_url="
    + "../" * (LONG // 3),
    "wrappers in wrappers": wrapped(" ".join([wrapped(wrapped(ITEM))] * 2_000)),
    "spaces": " " * LONG,
    "schemeless": "a" * LONG + ".com/",
}


@pytest.mark.parametrize("name", LONG_CELLS)
def test_a_cell_of_a_million_characters_is_read_in_time_proportional_to_its_length(
    name,
):
    began = process_time()
    read_cell(LONG_CELLS[name])
    assert (
        process_time() - began < 10
    )  # a fraction of a second; minutes if it grew with the square
