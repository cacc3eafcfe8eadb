"""What holds for every address, known or hostile: the round trip, what changes nothing, and time in proportion."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listings.addresses import SITES, read_cell
from tests.listings.address_strategies import JUDGED, addresses, read_as, spelt

from .address_cases import FOUND, ITEM, read, wrapped

unhurried = settings(deadline=None, max_examples=300)

NOISE = st.lists(
    st.tuples(
        st.sampled_from(["spm", "utm_source", "ID", "x y", "甲", "id2", "", "."]),
        st.text(max_size=8),
    ),
    max_size=4,
)


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
