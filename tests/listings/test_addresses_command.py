"""`./manage.py addresses`: a line for a line, five columns, whatever comes in."""

import csv
import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from .address_cases import DATA, ITEM, rows

OFFICIAL = str(DATA / "official_accounts.tsv")
LISTING = (
    "taobao\tlisting\t674512345678\thttps://item.taobao.com/item.htm?id=674512345678\t"
)


@pytest.fixture
def addresses(monkeypatch):
    """Call the command with these bytes on standard input; the lines it prints, without their line feeds."""

    def call(given, *words, encoding="latin-1"):
        data = given.encode() if isinstance(given, str) else given
        printed = io.BytesIO()
        monkeypatch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding=encoding)
        )
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding=encoding))
        call_command("addresses", *words)
        sys.stdout.flush()
        text = printed.getvalue().decode("utf-8")
        assert text == "" or text.endswith("\n")
        lines = text.split("\n")[:-1]
        assert text.splitlines() == lines
        assert all(line.count("\t") == 4 for line in lines)
        return lines

    return call


def columns(line):
    return line.split("\t")


def test_every_worked_row_comes_out_as_it_should_official_accounts_too(addresses):
    worked = rows("addresses.tsv")
    lines = addresses(
        "".join(row["url"] + "\n" for row in worked), "--official", OFFICIAL
    )
    assert [columns(line)[:3] for line in lines] == [
        [row["platform"], row["kind"], row["canonical_id"]] for row in worked
    ]


def test_every_line_gets_a_line_an_empty_one_too(addresses):
    assert addresses("") == []
    assert [columns(line)[1] for line in addresses("\n\n" + ITEM)] == [
        "invalid",
        "invalid",
        "listing",
    ]
    assert len(addresses("\n" * 5)) == 5
    assert len(addresses("a\vb\fc\x1cd\x85e\u2028f\u2029g\rh\n")) == 1


def test_a_listing_has_its_columns_and_an_empty_note(addresses):
    assert addresses(ITEM) == [LISTING]


def test_lines_may_end_as_in_windows_and_begin_with_a_byte_order_mark(addresses):
    assert addresses(f"\ufeff{ITEM}\r\n\r\n{ITEM}\r\n")[::2] == [LISTING, LISTING]


def test_a_backslash_n_stands_for_a_line_break_of_the_cell(addresses):
    assert addresses(rf"商品\n{ITEM}\n下架") == [LISTING]
    kind = columns(
        addresses(rf"{ITEM}\nhttps://detail.tmall.com/item.htm?id=674512345678")[0]
    )[1]
    assert kind == "invalid"


def test_bytes_that_are_no_text_are_read_past(addresses):
    assert addresses(b"\xff\xfe\x80 " + ITEM.encode() + b"\xa3\xac\xd5\xe6\n") == [
        LISTING
    ]
    assert len(addresses(bytes(range(256)) * 4)) == 5


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030", "utf-16"])
def test_input_and_output_are_utf_8_whatever_the_terminal_is(addresses, encoding):
    with translation.override("zh-hans"):
        lines = addresses(f"{ITEM}，下架\n见附件\n", encoding=encoding)
    assert lines[0] == LISTING
    assert columns(lines[1])[4]


def test_tabs_and_line_breaks_in_an_id_are_percent_encoded(addresses):
    breaks = "%09%0A%0B%0C%0D%1C%1D%1E%C2%85%E2%80%A8%E2%80%A9"
    (line,) = addresses(f"https://s.click.taobao.com/t?e=a{breaks}%25b+%E4%BD%A0")
    assert columns(line)[:4] == ["taobao", "short", f"a{breaks}%b 你", ""]


def test_invalid_search_and_short_have_no_canonical_address_and_invalid_says_why(
    addresses,
):
    lines = addresses("https://evil.cn/\nhttps://www.jd.com/\nhttps://3.cn/abc\n")
    assert [columns(line)[:4] for line in lines] == [
        ["", "invalid", "", ""],
        ["jd", "search", "", ""],
        ["jd", "short", "abc", ""],
    ]
    assert columns(lines[0])[4]


def test_the_canonical_address_read_again_gives_the_same_line(addresses):
    first = addresses("".join(row["cell"] + "\n" for row in rows("address_pages.tsv")))
    kept = [line for line in first if columns(line)[3]]
    assert kept
    assert addresses("".join(columns(line)[3] + "\n" for line in kept)) == kept


def test_only_stores_are_official_and_taobao_and_tmall_are_one_list(addresses):
    given = [
        "https://shop104736810.taobao.com/",
        "https://shop104736810.tmall.com/",
        "https://store.taobao.com/shop/view_shop.htm?user_number_id=2616970884",
        "https://shop108822334.tmall.com/",
        "https://item.taobao.com/item.htm?id=104736810",
        "https://mall.jd.com/index-104736810.html",
        "https://m.tb.cn/jiahe",
        "https://mobile.pinduoduo.com/mall_page.html?mall_id=518203377",
        "https://www.douyin.com/user/MS4wLjABAAAAb1nGk4ngOfFic1al",
        "https://haohuo.jinritemai.com/views/shop/index?id=vfbtnx",
    ]
    lines = addresses("\n".join(given), "--official", OFFICIAL)
    kinds = "official official official official listing store short official official store".split()  # noqa: SIM905
    assert [columns(line)[1] for line in lines] == kinds
    assert columns(lines[0])[:4] == [
        "taobao",
        "official",
        "104736810",
        "https://shop104736810.taobao.com/",
    ]
    assert columns(lines[1])[0] == "tmall"
    assert "official" not in "".join(addresses("\n".join(given)))


def test_the_file_of_official_accounts_is_read_by_its_header(addresses, tmp_path):
    file = tmp_path / "official.tsv"
    file.write_text(
        '\ufeffcanonical_id\tplatform\r\n"jiahe"\ttmall\r\njiahe\ttmall\r\n\r\nx\r\n',
        "utf-8",
        newline="",
    )
    lines = addresses("jiahe.tmall.com\nyihejk.tmall.com", "--official", str(file))
    assert [columns(line)[1] for line in lines] == ["official", "store"]


def test_a_file_that_cannot_be_used_is_refused_by_name(addresses, tmp_path):
    (tmp_path / "none.tsv").write_text("platform,canonical_id\ntmall,jiahe\n")
    (tmp_path / "bytes.tsv").write_bytes(b"platform\tcanonical_id\n\xff\xfe\n")
    (tmp_path / "empty.tsv").write_text("")
    for name in ("none.tsv", "bytes.tsv", "empty.tsv", "missing.tsv", "."):
        with pytest.raises(CommandError, match=str(tmp_path)):
            addresses(ITEM, "--official", str(tmp_path / name))


def test_the_official_list_is_the_one_that_the_rules_came_with():
    with open(OFFICIAL, encoding="utf-8") as file:
        assert len(list(csv.DictReader(file, delimiter="\t"))) == 20
