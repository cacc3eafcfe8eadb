"""Addresses that the table of pages knows, drawn and spelt in many ways."""

import re
from urllib.parse import quote

from hypothesis import assume
from hypothesis import strategies as st

from listings.addresses.pages import PATTERNS, PLACE
from listings.addresses.table import PAGES
from tests.listings.address_cases import read

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
