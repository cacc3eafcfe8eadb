"""Text files whose bytes are not all clean UTF-8, and what is said of them."""

from contextlib import suppress

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from listings.classify import judge_row
from listings.sheets import SheetRefused, read_sheet
from listings.sheets.encodings import REPLACEMENT, decode
from listings.sheets.remarks import REMARKS, about_rows, sentence
from listings.sheets.values import asks_for_closure, parse_date, parse_price

HEADINGS = "序号,平台,店铺名称,商品链接,售价,发现日期,诉求"
ROW = "{0},淘宝,某某小店{0}号,https://item.taobao.com/item.htm?id=6100000019{0:02},99,2026/3/5,关店"
SIMPLE = [HEADINGS, *(ROW.format(number) for number in range(1, 31))]
TRADITIONAL = [
    "序號,平台,店鋪名稱,商品連結,售價,發現日期,訴求",
    *(
        row.replace("淘宝", "淘寶").replace("号", "號").replace("关", "關")
        for row in SIMPLE[1:]
    ),
]


def encoded(lines, *encodings):
    """Each line in one of the encodings, in turn."""
    pairs = (
        (line, encodings[index % len(encodings)]) for index, line in enumerate(lines)
    )
    return b"".join((line + "\r\n").encode(encoding) for line, encoding in pairs)


def replaced(content, place, *bad):
    return content[:place] + bytes(bad) + content[place:]


UTF8, GB = encoded(SIMPLE, "utf-8"), encoded(SIMPLE, "gb18030")
# The bytes, the codes of the remarks, and how many of the 30 rows keep all their words.
FILES = {
    "utf-8": (UTF8, [], 30),
    "gb18030": (GB, [], 30),
    "gb18030, traditional": (encoded(TRADITIONAL, "gb18030"), [], 30),
    "big5": (encoded(TRADITIONAL, "big5"), [], 30),
    "big5 of one row": (encoded(TRADITIONAL[:2], "big5"), [], 1),
    "cp950": (encoded(TRADITIONAL, "cp950"), [], 30),
    "utf-8, last character cut": (UTF8[:-3], ["bytes-replaced"], 29),
    "utf-8, one row, last character cut": (encoded(SIMPLE[:2], "utf-8")[:-4], ["bytes-replaced"], 0),
    "utf-8, bad byte in a row": (replaced(UTF8, len(UTF8) - 2, 0xFF), ["bytes-replaced"], 29),
    "utf-8, bad bytes in two rows": (
        UTF8.replace("某某小店7".encode(), b"\xe6\x9f7").replace("小店8".encode(), b"\xb0"), ["bytes-replaced"], 28
    ),
    "utf-8, bad byte in the header": (replaced(UTF8, 6, 0xFF), ["bytes-replaced"], 30),
    "utf-8 with its mark, cut": (b"\xef\xbb\xbf" + UTF8[:-3], ["bytes-replaced"], 29),
    "gb18030, last character cut": (GB[:-3], ["bytes-replaced"], 29),
    "gb18030, bad byte in a row": (replaced(GB, len(GB) - 2, 0xFF), ["bytes-replaced"], 29),
    "big5, last character cut": (encoded(TRADITIONAL, "big5")[:-3], ["bytes-replaced"], 29),
    "utf-16, last byte cut": (encoded(SIMPLE, "utf-16-le")[:-3], ["bytes-replaced"], 29),
    "header in gb18030": (encoded(SIMPLE[:1], "gb18030") + encoded(SIMPLE[1:], "utf-8"), ["mixed-encodings"], 30),
    "every other line in gb18030": (encoded(SIMPLE, "gb18030", "utf-8"), ["mixed-encodings"], 30),
    "one line in gb18030": (
        encoded(SIMPLE[:9], "utf-8") + encoded(SIMPLE[9:10], "gb18030") + encoded(SIMPLE[10:], "utf-8"),
        ["mixed-encodings"], 30,
    ),
    "one line in utf-8": (GB + encoded(SIMPLE[1:2], "utf-8"), ["mixed-encodings"], 31),
    "header in big5": (encoded(TRADITIONAL[:1], "big5") + encoded(TRADITIONAL[1:], "utf-8"), ["mixed-encodings"], 30),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_words_of_every_row_are_read_or_the_row_is_named(tmp_path, name):
    content, codes, whole = FILES[name]
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    sheet = read_sheet(str(path), "a.csv")
    assert [remark.partition(":")[0] for remark in sheet.remarks] == codes
    assert (
        sum(
            REPLACEMENT not in "".join(row.raw)
            and asks_for_closure(row.cells["request"])
            for row in sheet.rows
        )
        == whole
    )
    assert {"listing_address", "store_name", "price", "found_on", "request"} <= set(
        sheet.columns
    )
    assert all(
        row.cells["listing_address"].startswith("https://item.taobao.com/")
        for row in sheet.rows
    )


def test_the_rows_with_replaced_bytes_are_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        UTF8.replace("小店8".encode(), b"\xb0").replace("小店12".encode(), b"\xb0")
    )
    assert read_sheet(str(path), "a.csv").remarks == ["bytes-replaced:9,13"]


@pytest.mark.parametrize("place", [1, 5, 11, 12])
def test_an_id_with_a_lost_byte_names_no_other_listing(tmp_path, place):
    address = b"https://item.taobao.com/item.htm?id=610000001911"
    broken = address[: 36 + place - 1] + b"\xff" + address[36 + place :]
    path = tmp_path / "a.csv"
    path.write_bytes(
        "商品链接,店铺名称,诉求\n".encode() + broken + ",某店,下架\n".encode()
    )
    row = read_sheet(str(path), "a.csv").rows[0]
    assert (
        judge_row(row.addresses, row.cells["request"], ["taobao"]).verdict == "invalid"
    )


@pytest.mark.parametrize(
    "content",
    [
        "龘龖龗靐齉,爩鱻麤龗\n".encode("gb18030") * 5,
        bytes(range(128, 256)) * 20,
        UTF8[:60] + b"\xff\xfa\x80\x81\xff\xf8," * 40,
        b"\xff\xfe" + b"\x00\xd8" * 200,
    ],
)
def test_what_nobody_can_read_is_refused_and_never_guessed(content):
    with pytest.raises(SheetRefused, match="unreadable-encoding"):
        decode(content)


def test_rare_names_under_known_headings_are_no_mojibake():
    text = "链接,标题\nhttps://x.cn/1,𠮷堂鱲鱺囍犇骉\n"
    assert decode(text.encode("gb18030")).text == text


def test_a_file_in_ascii_with_one_bad_byte_is_read():
    assert decode(b"url,title\nhttps://x.cn/1,caf\xe9\n").text.endswith(
        f"caf{REPLACEMENT}\n"
    )


words = st.text(
    alphabet="店铺商品链接价格日期平台淘宝京东某优选旗舰关闭下架诉求侵权假冒企业名称",
    min_size=3,
    max_size=12,
)


@given(
    st.lists(st.lists(words, min_size=3, max_size=5), min_size=1, max_size=12),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_chinese_text_comes_back_whole_from_either_encoding(rows, encoding):
    text = "\r\n".join([HEADINGS, *(",".join(row) for row in rows)])
    assert decode(text.encode(encoding)).text == text


@given(st.integers(0, len(UTF8) - 1), st.integers(0x80, 0xFF))
def test_one_bad_byte_anywhere_costs_one_row_at_most(place, bad):
    found = decode(replaced(UTF8, place, bad))
    lines = found.text.splitlines()
    assert sum(line not in lines for line in SIMPLE) <= 1 + (REPLACEMENT in found.text)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reading(content):
    with suppress(SheetRefused):
        assert isinstance(decode(content).text, str)


def test_traditional_words_mean_what_the_simplified_ones_do():
    assert asks_for_closure("請關閉該店鋪")
    assert not asks_for_closure("關閉該店商品連結")
    assert parse_price("到手價99圓") == 99
    assert parse_date("2026年3月5號").isoformat() == "2026-03-05"


def test_a_total_in_traditional_characters_is_no_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(encoded([*TRADITIONAL, "合計,,,,2970,,"], "big5"))
    assert len(read_sheet(str(path), "a.csv").rows) == 30


def test_every_remark_speaks_chinese_and_names_its_rows():
    for code in REMARKS:
        remark = (
            about_rows(code, [*range(2, 40)])
            if "%(rows)s" in str(REMARKS[code])
            else code
        )
        with translation.override("zh-hans"):
            chinese = str(sentence(remark))
        with translation.override("en"):
            assert chinese != str(sentence(remark))
        assert ("2, 3, 4" in chinese and "+ 18" in chinese) == (remark != code)
