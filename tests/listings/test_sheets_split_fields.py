"""Records that have more fields than the header, because a comma in one of them was not quoted."""

import pytest

from listings.classify import judge_row
from listings.sheets import read_grids, read_sheet

HEADINGS = "序号,平台,店铺名称,商品链接,商品标题,售价,发现日期,诉求"
LINK = "https://item.taobao.com/item.htm?id=610000001876"
WHOLE = {
    "platform": "淘宝",
    "store_name": "某店",
    "listing_address": LINK,
    "title": "鱼油软胶囊",
    "price": "99",
    "found_on": "2026/3/5",
    "request": "下架",
}
GOOD = f"1,淘宝,某店,{LINK},鱼油软胶囊,99,2026/3/5,下架"


def read(tmp_path, *records, headings=HEADINGS):
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join([headings, *records, ""]).encode("gb18030"))
    sheet = read_sheet(str(path), "a.csv")
    return [row.cells for row in sheet.rows], sheet.remarks


@pytest.mark.parametrize(
    ("record", "cells"),
    [
        (f"2,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,99,2026/3/5,下架", {"listing_address": f"{LINK}&spm=a,b"}),
        (f"2,淘宝,某店,{LINK}&spm=a,b,c=1,鱼油软胶囊,99,2026/3/5,下架", {"listing_address": f"{LINK}&spm=a,b,c=1"}),
        (f"2,淘宝,某店,{LINK}&sku=1,2,鱼油软胶囊,99,2026/3/5,下架", {"listing_address": f"{LINK}&sku=1,2"}),
        (
            "2,淘宝,某店,https://item.taobao.com/item.htm?spm=a,b&id=610000001876,鱼油软胶囊,99,2026/3/5,下架",
            {"listing_address": "https://item.taobao.com/item.htm?spm=a,b&id=610000001876"},
        ),
        (f"2,淘宝,某店,{LINK},鱼油,60粒,99,2026/3/5,下架", {"title": "鱼油,60粒"}),
        (f"2,淘宝,某店,{LINK},鱼油,60粒,2瓶,99,2026/3/5,下架", {"title": "鱼油,60粒,2瓶"}),
        (
            f"2,淘宝,某店,{LINK}&spm=a,b,鱼油,60粒,99,2026/3/5,下架",
            {"listing_address": f"{LINK}&spm=a,b", "title": "鱼油,60粒"},
        ),
        (f"2,淘宝,某店,官方,{LINK},鱼油软胶囊,99,2026/3/5,下架", {"store_name": "某店,官方"}),
        (f"2,淘宝,某店,{LINK},鱼油软胶囊,1,299.00,2026/3/5,下架", {"price": "1,299.00"}),
        (f"2,淘宝,某店,{LINK},鱼油软胶囊,99,2026/3/5,下架,关店", {"request": "下架,关店"}),
        (
            f"2,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,面议,2026/3/5,下架",
            {"listing_address": f"{LINK}&spm=a,b", "price": "面议"},
        ),
        (f"2,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,99,2026/3/5,下架,,", {"listing_address": f"{LINK}&spm=a,b"}),
    ],
)  # fmt: skip
def test_the_pieces_are_joined_where_the_fields_to_their_right_fit(
    tmp_path, record, cells
):
    rows, remarks = read(tmp_path, GOOD, record)
    assert rows == [WHOLE, WHOLE | cells]
    assert remarks == ["fields-joined:3"]


def test_the_joining_needs_no_other_record(tmp_path):
    rows, remarks = read(
        tmp_path, f"1,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,99,2026/3/5,下架"
    )
    assert rows == [WHOLE | {"listing_address": f"{LINK}&spm=a,b"}]
    assert remarks == ["fields-joined:2"]


def test_a_heading_less_column_at_the_end_does_not_hide_what_was_moved(tmp_path):
    record = f"2,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,99,2026/3/5,下架"
    rows, remarks = read(tmp_path, record, headings=HEADINGS + ",")
    assert rows == [WHOLE | {"listing_address": f"{LINK}&spm=a,b"}]
    assert remarks == ["fields-joined:2"]


def test_long_pieces_are_looked_at_once(tmp_path):
    rows, remarks = read(
        tmp_path,
        GOOD,
        f"2,淘宝,某店,{LINK},{'.' * 100_000} x,鱼油软胶囊,99,2026/3/5,下架",
    )
    assert rows[1]["price"] == "99"
    assert remarks == ["fields-joined:3"]


@pytest.mark.parametrize(
    "record",
    [
        GOOD + ",,", GOOD + ",张三", GOOD + ",多余,多余", GOOD + "," * 60, GOOD.replace("99", "面议") + ",,",
        "1,淘宝,某店," + LINK,
    ],
)  # fmt: skip
def test_fields_that_no_heading_names_change_nothing_where_the_others_fit(
    tmp_path, record
):
    rows, remarks = read(tmp_path, *[record] * 3)
    assert all(
        cells.items() <= (WHOLE | {"price": cells.get("price")}).items()
        for cells in rows
    )
    assert remarks == []


@pytest.mark.parametrize(
    ("headings", "record", "kept"),
    [
        ("商品链接,店铺名称,备注", f"{LINK},某店,甲,乙", {"listing_address": LINK}),
        ("商品链接,备注", f"{LINK},甲,乙", {"listing_address": LINK}),
        (
            "店铺名称,商品标题,商品链接,售价",
            f"某店,官方,鱼油,{LINK},99",
            {"listing_address": LINK, "price": "99"},
        ),
        (HEADINGS, f"2,淘宝,某店,{LINK},甲,乙,丙,丁,戊,己,庚", {"listing_address": LINK}),
        (HEADINGS, f"2,甲,乙,丙,丁,戊,{LINK},己,庚,辛,壬,癸", {"listing_address": LINK}),
        (
            HEADINGS,
            f"2,淘宝,某店,{LINK},Swisse,鱼油软胶囊,99,2026/3/5,下架",
            {name: text for name, text in WHOLE.items() if name != "title"},
        ),
    ],
)  # fmt: skip
def test_where_it_cannot_be_told_only_what_is_certain_is_kept_and_the_record_is_named(
    tmp_path, headings, record, kept
):
    whole = {
        "商品链接,店铺名称,备注": f"{LINK},某店,甲",
        "商品链接,备注": f"{LINK},甲",
        HEADINGS: GOOD,
    }.get(headings, f"某店,鱼油,{LINK},99")
    rows, remarks = read(tmp_path, whole, record, headings=headings)
    assert rows[1] == kept
    assert remarks == ["fields-unclear:3"]


def test_a_further_block_with_more_columns_is_judged_by_its_own_header(tmp_path):
    second = "序号,平台,店铺名称,商品链接,商品标题,品牌,售价,发现日期,诉求,备注"
    record = f"1,淘宝,某店,{LINK},鱼油软胶囊,某牌,99,2026/3/5,下架,甲"
    _rows, remarks = read(tmp_path, GOOD, "", second, record)
    assert remarks == []


@pytest.mark.parametrize(
    "end",
    [
        "\x1a",
        "\x1a\r\n",
        "\r\n\x1a",
        "\x00\x00\r\n\x1a",
        "\r\n\x00\r\n",
        ",,,\r\n,,,\r\n",
    ],
)
def test_what_old_programs_put_after_the_last_line_is_no_row(tmp_path, end):
    rows, remarks = read(tmp_path, GOOD, end)
    assert rows == [WHOLE]
    assert remarks == []


def test_a_record_in_which_the_file_breaks_off_names_no_listing(tmp_path):
    path = tmp_path / "a.csv"
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes(
            "\r\n".join([HEADINGS, *[GOOD] * 3, GOOD.partition("1876")[0]]).encode(
                encoding
            )
        )
        sheet = read_sheet(str(path), "a.csv")
        assert sheet.remarks == ["record-cut:5"]
        assert [
            judge_row(row.addresses, "", ["taobao"]).verdict for row in sheet.rows
        ] == ["ok", "ok", "ok", "invalid"]


@pytest.mark.parametrize("last", [GOOD, GOOD + ",", f"1,淘宝,某店,{LINK}\r\n"])
def test_a_last_record_that_is_whole_or_ends_its_line_is_not_cut(tmp_path, last):
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEADINGS, *[GOOD] * 3, last]))
    sheet = read_sheet(str(path), "a.csv")
    assert sheet.remarks == []
    assert all(
        judge_row(row.addresses, "", ["taobao"]).verdict == "ok" for row in sheet.rows
    )


def test_a_sheet_of_another_shape_than_a_complaints_is_left_as_it_is(tmp_path):
    path = tmp_path / "a.csv"
    record = f"2,淘宝,某店,{LINK}&spm=a,b,鱼油软胶囊,99,2026/3/5,下架"
    path.write_text("\n".join([HEADINGS, GOOD, record, ""]))
    grid = read_grids(str(path), "a.csv")[0]
    assert grid.rows[2] == record.split(",")
    assert (grid.remarks, grid.encoding) == ([], "utf-8")
