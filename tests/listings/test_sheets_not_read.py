"""What a sheet holds besides its rows is told: totals, notes, examples, further blocks and worksheets, hidden rows."""

import pytest

from listings.sheets import ROWS_OF_A_WORKSHEET, Grid, Limits, SheetRefused, read_sheet
from listings.sheets.layout import understand
from listings.sheets.limits import Clock
from listings.sheets.not_read import NotRead

from .sheet_files import HEADER, complaint, complaints, write_text, write_xlsx


def read(path):
    return read_sheet(path, path)


def numbers_and_reasons(sheet):
    return [row.number for row in sheet.rows], [
        (part.first, part.last, part.rows, part.why) for part in sheet.not_read
    ]


def understood(rows, **more):
    """A grid of text understood, with what an XLSX says beside its cells."""
    grid = Grid("清单", [[str(cell) for cell in row] for row in rows], **more)
    return understand(grid, Limits(), Clock(Limits()))


BLANK = [""] * 7


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["小计", *BLANK], "total"),
        (["", "", "", "累计：3", "", "", "", ""], "total"),
        (["共3条", *BLANK], "total"),
        (["Grand Total", "", "", "", "3"], "total"),
        (["备注：以上链接均为我司未授权店铺，请依法处理。"], "note"),
        (["注：价格为取证当日"], "note"),
        (["制表人：", "", "", "", "2026年3月5日"], "note"),
        (["联系人：张某", "", "", "", "电话：021-00000000"], "note"),
        (
            [
                "填表说明：链接请填写完整，如 https://item.taobao.com/item.htm?id=600000000009"
            ],
            "note",
        ),
        (["示例", *complaint(9)[1:]], "example"),
        (["例", *complaint(9)[1:]], "example"),
        (["样例：", *complaint(9)[1:]], "example"),
        (["填写示例", *complaint(9)[1:]], "example"),
        (HEADER, "repeated-header"),
        ([" 序号", *HEADER[1:]], "repeated-header"),
    ],
)
def test_a_row_that_is_no_data_is_left_out_and_told(tmp_path, row, why):
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", [HEADER, complaint(1), row, complaint(2)])
    )
    assert numbers_and_reasons(sheet) == ([2, 4], [(3, 3, 1, why)])


@pytest.mark.parametrize(
    "row",
    [
        ["3", "淘宝", "例外小店", "", "", "某某营养粉"],
        ["3", "淘宝", "某某小店", "", "见附件", "备注：某某"],
        ["", "淘宝", "合计划店", "", "", "某某营养粉"],
        ["例外", *complaint(9)[1:]],
    ],
)
def test_what_may_be_data_is_read(tmp_path, row):
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", [HEADER, complaint(1), row, complaint(2)])
    )
    assert numbers_and_reasons(sheet) == ([2, 3, 4], [])


def test_a_total_directly_below_the_headings_ends_nothing(tmp_path):
    sheet = read(
        write_xlsx(
            tmp_path / "a.xlsx",
            [HEADER, ["合计", "", "", "", "2条"], complaint(1), complaint(2)],
        )
    )
    assert numbers_and_reasons(sheet) == ([3, 4], [(2, 2, 1, "total")])


def test_blocks_with_a_total_each_are_all_read(tmp_path):
    block = [HEADER, complaint(1), complaint(2), ["合计", "", "", "", "2条"]]
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", [["淘宝"], *block, [], ["京东"], *block])
    )
    assert [row.number for row in sheet.rows] == [3, 4, 9, 10]
    assert {(part.why, part.rows) for part in sheet.not_read} >= {
        ("total", 2),
        ("repeated-header", 1),
    }


def test_a_block_whose_columns_stand_in_another_order_is_read_by_their_meaning(
    tmp_path,
):
    turned = [list(reversed(row)) for row in (HEADER, complaint(7))]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", [HEADER, complaint(1), [], *turned]))
    assert [row.number for row in sheet.rows] == [2, 5]
    assert sheet.rows[1].cells == {**sheet.rows[0].cells} | {
        "store_name": "某某优选店7",
        "store_address": "https://shop100000007.taobao.com/",
        "listing_address": "https://item.taobao.com/item.htm?id=600000000007",
        "title": "鱼油软胶囊 7粒装",
    }


def test_a_block_with_columns_of_another_meaning_is_told(tmp_path):
    other = [
        ["序号", "品牌", "发现日期", "商品链接"],
        ["1", "甲", "2026-03-05", complaint(9)[4]],
    ]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", [HEADER, complaint(1), [], *other]))
    assert numbers_and_reasons(sheet) == ([2], [(5, 5, 1, "other-columns")])


def test_worksheets_with_columns_of_the_same_meaning_are_read_together(tmp_path):
    turned = [list(reversed(row)) for row in complaints(3)]
    sheets = {
        "淘宝": complaints(30),
        "京东": complaints(8),
        "拼多多": turned,
        "示例": complaints(1),
    }
    sheet = read(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert (sheet.worksheets, len(sheet.rows)) == (["淘宝", "京东", "拼多多"], 41)
    places = [divmod(row.number, ROWS_OF_A_WORKSHEET) for row in sheet.rows]
    assert places == [
        (index, row + 2) for index, rows in enumerate((30, 8, 3)) for row in range(rows)
    ]
    assert sheet.rows[40].cells == sheet.rows[2].cells
    assert sheet.not_read == [NotRead("示例", 2, 2, 1, "example")]


def test_small_worksheets_with_columns_of_another_meaning_are_told(tmp_path):
    other = [["品牌", "发现日期", "商品链接"], ["甲", "2026-03-05", complaint(9)[4]]]
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", {"清单": complaints(30), "旧表": other})
    )
    assert (len(sheet.rows), sheet.not_read) == (
        30,
        [NotRead("旧表", 2, 2, 1, "other-worksheet")],
    )


def test_all_worksheets_together_keep_to_the_limit_of_rows(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", {"淘宝": complaints(6), "京东": complaints(5)}
    )
    with pytest.raises(SheetRefused, match="too-many-rows"):
        read_sheet(path, path, Limits(max_rows=10))


def test_an_empty_worksheet_hides_no_fault_of_another(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"清单": [["甲", "乙"], ["某某", "某某"]], "Sheet2": [], "Sheet3": []},
    )
    with pytest.raises(SheetRefused) as fault:
        read(path)
    assert fault.value.code in ("no-header", "no-address-column")


def test_of_two_faulty_worksheets_the_fuller_one_is_named(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"封面": [["某公司"]], "清单": [["甲", "乙"], ["某某", "某某"], ["某", "某"]]},
    )
    with pytest.raises(SheetRefused) as fault:
        read(path)
    assert fault.value.details["worksheet"] == "清单"
    assert "清单" in str(fault.value.message)


def test_one_complaint_as_a_form_is_refused_with_a_sentence_of_its_own(tmp_path):
    form = [
        ["投诉单位", "某公司"],
        ["平台", "淘宝"],
        ["店铺名称", "某店"],
        ["商品链接", complaint(1)[4]],
        ["诉求", "下架"],
    ]
    for path in (
        write_xlsx(tmp_path / "a.xlsx", form),
        write_text(tmp_path / "a.csv", form),
    ):
        with pytest.raises(SheetRefused, match="label-and-value"):
            read(path)


def test_hidden_rows_are_told_and_not_read():
    table = understood(complaints(6), hidden_rows={3, 5})
    assert [number for number, _cells in table.rows] == [2, 3, 5, 7]
    assert table.not_read == [NotRead("清单", 4, 6, 2, "hidden")]


def test_a_sheet_of_which_all_rows_are_hidden_says_so():
    with pytest.raises(SheetRefused, match="only-hidden-rows"):
        understood(complaints(3), hidden_rows={1, 2, 3})


def test_a_hidden_column_of_links_gives_way_to_a_visible_one():
    rows = [list(row) for row in complaints(3)]
    for number, row in enumerate(rows):
        row.append(
            f"https://item.taobao.com/item.htm?id=70000000000{number}"
            if number
            else "正确链接"
        )
    table = understood(rows, hidden_columns={4})
    assert [
        column.index for column in table.columns if column.field == "listing_address"
    ] == [8]
    alone = understood(complaints(3), hidden_columns={3, 4})
    assert {column.field for column in alone.columns} >= {
        "listing_address",
        "store_address",
    }


def test_links_behind_words_are_read_in_a_column_of_addresses():
    rows = complaints(3)
    links = {(number, 4): rows[number][4] for number in (1, 2, 3)}
    for number in (1, 2, 3):
        rows[number][4] = "点击查看"
    table = understood(rows, links=links)
    assert [cells[4] for _number, cells in table.rows] == list(links.values())


def test_links_behind_titles_and_store_names_become_columns_where_there_are_none():
    rows = [
        [cell for place, cell in enumerate(row) if place not in (3, 4)]
        for row in complaints(3)
    ]
    whole = complaints(3)
    links = {(number, 3): whole[number][4] for number in (1, 2, 3)} | {
        (number, 2): whole[number][3] for number in (1, 2, 3)
    }
    table = understood(rows, links=links)
    found = {column.field: column.index for column in table.columns}
    assert [cells[found["listing_address"]] for _number, cells in table.rows] == [
        whole[n][4] for n in (1, 2, 3)
    ]
    assert [cells[found["store_address"]] for _number, cells in table.rows] == [
        whole[n][3] for n in (1, 2, 3)
    ]
    assert [cells[3] for _number, cells in table.rows] == [
        whole[n][5] for n in (1, 2, 3)
    ]


def test_a_link_behind_an_address_does_not_replace_it():
    rows = complaints(2)
    table = understood(
        rows, links={(1, 4): "https://item.taobao.com/item.htm?id=799999999999"}
    )
    assert table.rows[0][1][4] == rows[1][4]
