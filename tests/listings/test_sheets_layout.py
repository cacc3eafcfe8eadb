"""Where a complaint sheet keeps its rows and columns, however the firm laid it out."""

import datetime

import pytest
import xlsxwriter

from listings.sheets import SheetRefused, read_sheet
from listings.sheets.not_read import NotRead
from listings.sheets.remarks import sentence
from tests.listings.sheet_files import (
    HEADER,
    LISTING,
    STORE,
    complaint,
    complaints,
    write_text,
    write_xlsx,
)


def read(path):
    return read_sheet(path, path)


def fields(sheet):
    """Which heading each field is read from."""
    return {name: column.heading for name, column in sheet.columns.items()}


def test_rows_are_numbered_as_in_the_worksheet_with_title_and_empty_rows_counted(
    tmp_path,
):
    rows = [
        ["月度清单"],
        ["投诉单位", "某公司"],
        [],
        HEADER,
        complaint(1),
        [],
        complaint(2),
    ]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert sheet.header_row == 4
    assert [row.number for row in sheet.rows] == [5, 7]
    assert sheet.rows[1].cells["title"] == "鱼油软胶囊 2粒装"


def test_csv_rows_are_numbered_by_record_though_a_quoted_cell_breaks_the_line(tmp_path):
    one = complaint(1)
    one[4] = "我发现了一个好物\n" + one[4]
    sheet = read(
        write_text(tmp_path / "a.csv", [["清单"], HEADER, one, [], complaint(2)])
    )
    assert [row.number for row in sheet.rows] == [3, 5]


def test_rows_start_where_the_table_starts_though_columns_before_it_are_empty(tmp_path):
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", [["", "", *row] for row in complaints(2)])
    )
    assert len(sheet.rows) == 2
    assert sheet.columns["listing_address"].index == 6


def test_a_row_with_nothing_but_a_serial_number_is_empty(tmp_path):
    rows = [
        HEADER,
        complaint(1),
        [2],
        [3, "", "\u200b \u3000"],
        ["４"],
        [5, "", "", "", "", "", "", "关店"],
    ]
    assert [row.number for row in read(write_xlsx(tmp_path / "a.xlsx", rows)).rows] == [
        2,
        6,
    ]


def test_serial_numbers_may_stand_in_the_second_column_whose_heading_would_do_for_them(
    tmp_path,
):
    rows = [
        ["ID", *HEADER],
        ["674512345678", *complaint(1)],
        ["", 2],
        ["", 3, "", "", "", "", "", "", "关店"],
    ]
    assert [row.number for row in read(write_xlsx(tmp_path / "a.xlsx", rows)).rows] == [
        2,
        4,
    ]


@pytest.mark.parametrize(
    "word",
    [
        "合计",
        "总计",
        "合 计",
        "总　计：",
        "合计:",
        " 合\u3000\u3000计 ",
        "合计：20条",
        "总计20条",
        "小计",
        "共计2条",
        "Total",
    ],
)
def test_below_a_row_of_sums_what_names_something_is_read_and_the_rest_is_told(
    tmp_path, word
):
    rows = [
        HEADER,
        complaint(1),
        [word, "", "", "", "", "", "", "1条"],
        complaint(2),
        ["签章处", "某公司"],
    ]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.number for row in sheet.rows] == [2, 4]
    assert [(part.first, part.rows, part.why) for part in sheet.not_read] == [
        (3, 1, "total"),
        (5, 1, "below-total"),
    ]


def test_the_word_for_total_may_stand_in_any_column(tmp_path):
    rows = [HEADER, complaint(1), ["", "", "", "", "合计", "", 99.5], ["签章"]]
    assert len(read(write_xlsx(tmp_path / "a.xlsx", rows)).rows) == 1


def test_a_row_that_only_speaks_of_a_total_is_a_data_row(tmp_path):
    mentions = complaint(1)
    mentions[5] = "总计销量三百"
    plan = ["", "", "合计划店", "", "", "", "", "关店"]
    assert (
        len(
            read(
                write_xlsx(tmp_path / "a.xlsx", [HEADER, mentions, plan, complaint(3)])
            ).rows
        )
        == 3
    )


def test_a_merged_cell_holds_for_every_row_that_it_spans(tmp_path):
    rows = complaints(4)
    for row in (2, 3):
        rows[row][2] = rows[row][3] = ""
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", rows, merges=[(1, 2, 3, 2), (1, 3, 3, 3)])
    )
    assert [row.cells["store_address"] for row in sheet.rows[:3]] == [
        STORE.format(100_000_001)
    ] * 3
    assert sheet.rows[3].cells["store_address"] == STORE.format(100_000_004)


TWO_ROWS = [
    ["序号", "平台", "店铺信息", "", "商品信息", "", "", "诉求"],
    ["", "", "名称", "链接", "链接", "标题", "售价", ""],
    *complaints(3)[1:],
]
MERGES = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 7, 1, 7), (0, 2, 0, 3), (0, 4, 0, 6)]


def check_two_rows(sheet):
    assert [row.number for row in sheet.rows] == [3, 4, 5]
    assert fields(sheet) == {
        "store_address": "店铺信息链接",
        "listing_address": "商品信息链接",
        "platform": "平台",
        "store_name": "店铺信息名称",
        "title": "商品信息标题",
        "price": "商品信息售价",
        "request": "诉求",
    }


def test_a_header_of_two_merged_rows_is_read_as_one(tmp_path):
    check_two_rows(read(write_xlsx(tmp_path / "a.xlsx", TWO_ROWS, merges=MERGES)))


def test_a_header_of_two_rows_is_read_as_one_where_the_file_knows_no_merging(tmp_path):
    check_two_rows(read(write_text(tmp_path / "a.csv", TWO_ROWS)))


def test_a_first_row_without_an_address_is_no_second_header_row(tmp_path):
    rows = complaints(3)
    rows[1][3] = rows[1][4] = ""
    assert [row.number for row in read(write_xlsx(tmp_path / "a.xlsx", rows)).rows] == [
        2,
        3,
        4,
    ]


def test_hidden_worksheets_are_not_read_and_small_visible_ones_passed_over(tmp_path):
    sheets = {
        "说明": [["填写说明"], ["1", "每行填写一个链接"]],
        "示例": complaints(1),
        "清单": complaints(30),
        "旧表": complaints(60),
        "备份": complaints(60),
    }
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", sheets, hidden=["旧表"], very_hidden=["备份"])
    )
    assert (sheet.worksheets, len(sheet.rows)) == (["清单"], 30)
    assert sheet.not_read == [NotRead("示例", 2, 2, 1, "example")]
    assert [str(sentence(remark)) for remark in sheet.remarks] == [
        "隐藏的工作表未读：旧表、备份。如需读入，请在文件中取消隐藏后重新提交。"
    ]


def test_worksheets_of_like_size_with_columns_of_another_meaning_are_refused_by_name(
    tmp_path,
):
    other = [
        ["品牌", "发现日期", "商品链接"],
        *(["甲", "2026-03-05", complaint(number)[4]] for number in range(8)),
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"淘宝": complaints(9), "京东": other})
    with pytest.raises(SheetRefused, match="two-worksheets") as fault:
        read(path)
    assert fault.value.details == {"names": "“淘宝”、“京东”"}


def test_headings_are_known_whatever_their_width_marks_and_brackets(tmp_path):
    rows = complaints(2)
    rows[0] = [
        "Ｎｏ．",
        "* 平 台",
        "店铺名（昵称）",
        "店铺ＵＲＬ：",
        "*商品\n链接(必填)",
        "【商品】标题",
        "现价(元)",
        "处置 要求：",
    ]
    assert set(fields(read(write_xlsx(tmp_path / "a.xlsx", rows)))) == {
        "platform", "store_name", "store_address", "listing_address", "title", "price", "request",
    }  # fmt: skip


UNHEARD_OF = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"]


def test_columns_are_found_by_content_where_no_heading_is_understood(tmp_path):
    rows = complaints(20)
    rows[0] = UNHEARD_OF
    rows[1][3] = rows[1][4] = ""
    sheet = read(write_xlsx(tmp_path / "a.xlsx", [["某公司报送"], *rows]))
    assert [row.number for row in sheet.rows] == list(range(3, 23))
    found = fields(sheet)
    assert (found["store_address"], found["listing_address"]) == ("丁", "戊")
    assert (found["platform"], found["request"]) == ("乙", "辛")
    assert {column.decided_by for column in sheet.columns.values()} == {"content"}


def test_one_column_may_hold_listings_and_stores(tmp_path):
    rows = [["序号", "店名", "链接", "要求"]]
    rows += [
        [1, "甲店", LISTING.format(612345678901), "下架"],
        [2, "乙店", STORE.format(123456789), "关店"],
    ]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.addresses[0][1] for row in sheet.rows] == [rows[1][2], rows[2][2]]


@pytest.mark.parametrize(
    "heading",
    [
        "我司官方页面（供比对）",
        "正品链接",
        "官方商品页",
        "对比链接",
        "官方旗舰店网址",
        "参考页面",
        "真品店铺地址",
        "公司官网",
        "正品参照",
    ],
)
def test_pages_given_for_comparison_do_not_count(tmp_path, heading):
    rows = complaints(8)
    rows[0] = [*HEADER, heading]
    rows[1:] = [[*row, "https://mall.jd.com/index-1000102031.html"] for row in rows[1:]]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [column.heading for column in sheet.address_columns] == [
        "店铺链接",
        "商品链接",
    ]


@pytest.mark.parametrize("heading", ["", "网页2", "同款", "自有页面"])
@pytest.mark.parametrize(
    "address",
    ["https://mall.jd.com/index-1000102031.html", LISTING.format(699999999999)],
)
def test_a_column_that_disagrees_row_after_row_is_for_comparison_whatever_its_heading(
    tmp_path, heading, address
):
    rows = complaints(8)
    rows[0] = [*HEADER, heading]
    rows[1:] = [[*row, address] for row in rows[1:]]
    assert len(read(write_xlsx(tmp_path / "a.xlsx", rows)).address_columns) == 2


def test_two_listings_in_a_few_rows_are_left_to_the_judgement_of_the_row(tmp_path):
    rows = complaints(8)
    rows[0] = [*HEADER, "手机端商品链接"]
    rows[1:] = [
        [*row, row[4].replace("item.taobao.com", "detail.tmall.com")]
        for row in rows[1:]
    ]
    rows[3][8] = LISTING.format(688888888888)
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [column.heading for column in sheet.address_columns] == [
        "店铺链接",
        "商品链接",
        "手机端商品链接",
    ]


@pytest.mark.parametrize(
    "heading", ["证据链接", "取证文件", "截图地址", "商品ID", "商品编号"]
)
def test_evidence_and_item_numbers_are_no_addresses(tmp_path, heading):
    rows = complaints(4)
    rows[0] = [*HEADER, heading]
    rows[1:] = [
        [*row, f"https://item.taobao.com/item.htm?id=70000000000{row[0]}"]
        for row in rows[1:]
    ]
    assert len(read(write_xlsx(tmp_path / "a.xlsx", rows)).address_columns) == 2


def test_where_somebody_lives_is_no_address_of_a_store(tmp_path):
    rows = complaints(4)
    rows[0] = [*HEADER, "地址"]
    rows[1:] = [[*row, "上海市黄浦区某路1号"] for row in rows[1:]]
    assert len(read(write_xlsx(tmp_path / "a.xlsx", rows)).address_columns) == 2


def test_what_is_asked_for_is_found_by_content(tmp_path):
    rows = complaints(6)
    rows[0] = [*HEADER[:-1], "想法"]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert (sheet.columns["request"].heading, sheet.columns["request"].decided_by) == (
        "想法",
        "content",
    )


def test_a_question_whether_to_close_is_read_with_its_answer(tmp_path):
    rows = complaints(2)
    rows[0] = [*HEADER[:-1], "是否关店"]
    rows[1][7], rows[2][7] = "是", "否"
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.cells["request"] for row in sheet.rows] == [
        "是否关店：是",
        "是否关店：否",
    ]


def test_of_two_columns_for_one_field_the_known_name_wins(tmp_path):
    rows = complaints(3)
    rows[0] = [*HEADER, "平台处理意见"]
    rows[1:] = [[*row, "待处理"] for row in rows[1:]]
    assert (
        read(write_xlsx(tmp_path / "a.xlsx", rows)).columns["request"].heading == "诉求"
    )


def test_numbers_dates_and_formulas_read_as_a_person_sees_them(tmp_path):
    path = str(tmp_path / "a.xlsx")
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(
        0, 0, ["序号", "商品链接", "商品ID", "发现日期", "备注", "平台", "售价"]
    )
    sheet.write_row(1, 0, [1])
    sheet.write_formula(1, 1, '="x"', None, LISTING.format(612345678901))
    sheet.write_number(1, 2, 674512345678)
    sheet.write_datetime(
        1,
        3,
        datetime.date(2026, 3, 5),
        book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}),
    )
    sheet.write_number(1, 4, 3628812345678901234)
    sheet.write_formula(1, 5, "=1/0", None, "#DIV/0!")
    sheet.write_number(1, 6, 135.7)
    book.close()
    row = read(path).rows[0]
    assert row.raw[:2] == ["1", LISTING.format(612345678901)]
    assert row.raw[2:] == [
        "674512345678",
        "2026-03-05",
        "3.628812345678901E+18",
        "",
        "135.7",
    ]


def test_a_sheet_without_rows_says_so(tmp_path):
    with pytest.raises(SheetRefused, match="no-rows"):
        read(write_xlsx(tmp_path / "a.xlsx", [HEADER, [1], ["合计"]]))


def test_a_sheet_of_other_things_says_that_it_has_no_header_or_no_addresses(tmp_path):
    with pytest.raises(SheetRefused, match="no-header"):
        read(write_xlsx(tmp_path / "a.xlsx", [["一", "二"], ["三", "四"]]))
    with pytest.raises(SheetRefused, match="no-address-column"):
        read(
            write_xlsx(
                tmp_path / "b.xlsx",
                [["品牌", "售价", "备注", "平台"], ["甲", 3, "", "淘宝"]],
            )
        )
