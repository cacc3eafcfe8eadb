"""People say how a sheet is to be read, of this file or of earlier ones; what was understood is told to them."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listings.sheets import Corrections, Grid, Limits, read_sheet
from listings.sheets.choosing import NothingToRead, choose
from listings.sheets.corrections import (
    MEANINGS,
    Remembered,
    WorksheetCorrection,
    corrections_from,
    header_key,
)
from listings.sheets.headers import ADDRESS_FIELDS, FIELDS, heading_key
from listings.sheets.limits import Clock
from listings.sheets.not_read import READABLE

from .sheet_files import HEADER, complaint, complaints, write_text, write_xlsx

OTHER_HEADER = ["品牌", "商品链接", "发现日期"]


def read(path, remembered=None, **said):
    """A sheet as somebody reviews it. said: of the worksheet 清单."""
    corrections = Corrections(
        {"清单": WorksheetCorrection(**said)},
        remembered or Remembered(),
        is_reviewed=True,
    )
    return read_sheet(path, path, corrections=corrections)


def left_over(sheet):
    return [(part.worksheet, part.rows, part.why) for part in sheet.not_read]


def columns_of(sheet, worksheet=0):
    return {
        column["heading"]: column for column in sheet.understood[worksheet]["columns"]
    }


def test_what_was_understood_names_each_worksheet_and_column_with_its_certainty(
    tmp_path,
):
    rows = [
        ["关于投诉侵权店铺的函"],
        [*HEADER, "内部代号", ""],
        *([*complaint(n)[:8], f"Q{n}", "x"] for n in range(1, 5)),
    ]
    sheet = read(
        write_xlsx(
            tmp_path / "a.xlsx",
            {"清单": rows, "旧表": [OTHER_HEADER, ["甲", complaint(9)[4], "去年"]]},
        )
    )
    first, second = sheet.understood
    assert (first["name"], first["rows"], first["header_row"], first["is_read"]) == (
        "清单",
        4,
        2,
        True,
    )
    assert first["title"] == "关于投诉侵权店铺的函"
    assert (second["name"], second["is_read"], second["why"]) == (
        "旧表",
        False,
        "other-worksheet",
    )
    columns = columns_of(sheet)
    told = {
        heading: (column["meaning"], column["certainty"])
        for heading, column in columns.items()
    }
    assert told["商品链接"] == ("listing_address", "certain")
    assert told["序号"] == ("serial", "certain")
    assert told["内部代号"] == ("other", "confirm")
    assert columns["商品标题"]["samples"][0] == "鱼油软胶囊 1粒装"
    assert columns["商品标题"]["filled"] == 4


def test_without_a_person_to_look_nothing_is_told(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", complaints(3))
    assert read_sheet(path, path).understood == []


def test_a_column_is_read_as_a_person_says_and_its_meaning_taken_from_another(tmp_path):
    path = write_text(
        tmp_path / "a.csv",
        [["商品链接", "商品标题", "俗名"], [complaint(1)[4], "甲", "乙"]],
    )
    corrections = Corrections({"": WorksheetCorrection(columns={2: "title"})})
    row = read_sheet(path, path, corrections=corrections).rows[0]
    assert row.cells["title"] == "乙"
    corrections = Corrections({"": WorksheetCorrection(columns={1: "other"})})
    assert "title" not in read_sheet(path, path, corrections=corrections).rows[0].cells


def test_a_heading_is_read_as_before_in_any_sheet_and_place(tmp_path):
    remembered = Remembered(columns={heading_key("内部说明"): "remark"})
    path = write_text(
        tmp_path / "a.csv", [["内部说明 *", "商品链接"], ["急", complaint(1)[4]]]
    )
    sheet = read_sheet(path, path, corrections=Corrections(remembered=remembered))
    assert sheet.rows[0].cells["remark"] == "急"
    assert sheet.remembered == ["内部说明 *"]
    plain = write_text(tmp_path / "b.csv", [["商品链接"], [complaint(1)[4]]])
    assert (
        read_sheet(
            plain, plain, corrections=Corrections(remembered=remembered)
        ).remembered
        == []
    )


def test_the_header_stands_where_a_person_says_and_is_found_again_by_its_words(
    tmp_path,
):
    header = ["甲栏", "乙栏", "丙栏"]
    rows = [
        ["平台", "店铺名称", "商品标题"],
        ["汇总", "一家", "某某"],
        header,
        ["淘宝", complaint(1)[4], "面膜"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    said = read(path, header_row=3)
    assert (said.header_row, [row.number for row in said.rows]) == (3, [4])
    again = read(path, Remembered(headers=frozenset({header_key(header)})))
    assert (again.header_row, again.remembered) == (3, ["清单"])


def test_hidden_rows_and_rows_below_a_total_are_read_where_a_person_says_so(tmp_path):
    rows = [
        HEADER,
        complaint(1),
        ["合计", *[""] * 7],
        ["", "淘宝", "某某店", "", "", "见附图", "", ""],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    assert left_over(read(path)) == [("清单", 1, "total"), ("清单", 1, "below-total")]
    sheet = read(path, reads=frozenset({"below-total"}))
    assert left_over(sheet) == [("清单", 1, "total")]
    assert [row.number for row in sheet.rows] == [2, 4]


def test_a_further_block_of_another_meaning_is_read_with_all_its_cells(tmp_path):
    block = [
        ["品牌", "商品链接", "发现日期", "处理要求"],
        ["润颜", complaint(8)[4], "2026-03-05", "关店"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", [HEADER, complaint(1), [], *block])
    assert left_over(read(path)) == [("清单", 1, "other-columns")]
    sheet = read(path, reads=frozenset({"other-columns"}))
    assert left_over(sheet) == []
    assert sheet.rows[1].cells == {
        "brand": "润颜", "listing_address": complaint(8)[4], "found_on": "2026-03-05", "request": "关店",
    }  # fmt: skip


@pytest.mark.parametrize("said", [True, False])
def test_a_worksheet_is_taken_in_or_left_out_as_a_person_says(tmp_path, said):
    other = [
        OTHER_HEADER,
        *(["润颜", complaint(n)[4], "2026-03-05"] for n in range(20, 23)),
    ]
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"清单": complaints(4), "京东": complaints(2), "补充": other},
    )
    worksheets = {
        "补充": WorksheetCorrection(is_read=said),
        "京东": WorksheetCorrection(is_read=said),
    }
    sheet = read_sheet(
        path, path, corrections=Corrections(worksheets, is_reviewed=True)
    )
    if said:
        assert (len(sheet.rows), left_over(sheet)) == (9, [])
        assert sheet.rows[8].cells["brand"] == "润颜"
    else:
        assert (len(sheet.rows), left_over(sheet)) == (
            4,
            [("京东", 2, "left-out"), ("补充", 3, "left-out")],
        )


def test_what_is_left_out_by_memory_is_told_as_such(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", {"清单": complaints(4), "旧表": complaints(2)}
    )
    remembered = Remembered(worksheets={"旧表": False})
    sheet = read_sheet(path, path, corrections=Corrections(remembered=remembered))
    assert (left_over(sheet), sheet.remembered) == (
        [("旧表", 2, "left-out-before")],
        ["旧表"],
    )
    every = Remembered(worksheets={"旧表": False, "清单": False})
    assert (
        len(read_sheet(path, path, corrections=Corrections(remembered=every)).rows) == 6
    )


def test_one_platform_is_given_to_the_rows_of_a_worksheet_that_name_none(tmp_path):
    rows = [["平台", "商品链接"], ["", complaint(1)[4]], ["京东", complaint(2)[4]]]
    sheet = read(write_xlsx(tmp_path / "a.xlsx", rows), platform="taobao")
    assert [row.cells["platform"] for row in sheet.rows] == ["taobao", "京东"]
    sheet = read(
        write_xlsx(tmp_path / "b.xlsx", [["商品链接"], [complaint(1)[4]]]),
        platform="taobao",
    )
    assert sheet.rows[0].cells["platform"] == "taobao"


def test_several_large_worksheets_are_shown_to_whoever_looks_instead_of_refused(
    tmp_path,
):
    other = [
        OTHER_HEADER,
        *(["润颜", complaint(n)[4], "2026-03-05"] for n in range(20, 23)),
    ]
    sheet = read(
        write_xlsx(tmp_path / "a.xlsx", {"清单": complaints(4), "补充": other})
    )
    assert left_over(sheet) == [("补充", 3, "other-worksheet")]


def test_of_a_sheet_that_cannot_be_read_the_columns_are_told(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [["平台", "店铺名称", "商品标题"], ["淘宝", "某某店", "面膜"]],
    )
    with pytest.raises(NothingToRead) as refusal:
        read(path)
    (fault,) = refusal.value.faults
    assert (fault.refusal.code, fault.table.header.row) == ("no-address-column", 0)


CELLS = st.sampled_from(
    [
        "",
        "淘宝",
        "面膜",
        "99.5",
        "2026-03-05",
        complaint(1)[4],
        complaint(2)[4],
        "合计",
        "示例",
        "注：某某",
    ]
)


def gives_each_once(columns):
    """Whether each meaning of which there may be one column is given to one: the verb refuses others."""
    single = [
        meaning
        for meaning in columns.values()
        if meaning in FIELDS and meaning not in ADDRESS_FIELDS
    ]
    return len(single) == len(set(single))


SAID = st.builds(
    WorksheetCorrection,
    header_row=st.integers(0, 9),
    columns=st.dictionaries(
        st.integers(0, 5), st.sampled_from(MEANINGS), max_size=3
    ).filter(gives_each_once),
    is_read=st.sampled_from([None, True]),
    platform=st.sampled_from(["", "jd"]),
    reads=st.frozensets(st.sampled_from(sorted(READABLE))),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=8),
    SAID,
    st.sets(st.integers(1, 8)),
)
def test_whatever_people_say_each_row_is_read_or_told(rows, said, hidden):
    """Every row below the header that holds something is read, counted as not read, or the file is refused."""
    lines = [row if any(row) else [] for row in rows]  # As the readers leave them.
    grid = Grid(
        "清单", [["平台", "商品链接", "商品标题", "备注"], *lines], hidden_rows=hidden
    )
    corrections = Corrections({"清单": said}, is_reviewed=True)
    try:
        chosen = choose([grid], Limits(), Clock(Limits()), corrections)
    except NothingToRead:
        return
    table = chosen.best
    below = range(table.header.row + table.header.height, len(grid.rows))
    filled = [number + 1 for number in below if any(grid.rows[number])]
    read_rows = [number for number, _cells in table.rows]
    assert len(read_rows) == len(set(read_rows))
    assert set(read_rows) <= set(filled)
    assert len(filled) == len(read_rows) + sum(part.rows for part in table.not_read)
    for field in set(FIELDS) - set(ADDRESS_FIELDS):
        assert [column.field for column in table.columns].count(field) <= 1


@given(st.text(string.printable, max_size=20))
def test_what_is_kept_of_corrections_is_taken_or_passed_over(junk):
    kept = {
        "清单": {
            "columns": {"0": "title", "1": junk},
            "reads": ["hidden", junk],
            "header_row": 2,
            junk: junk,
        }
    }
    said = corrections_from(kept, Remembered(), is_reviewed=True).of("清单")
    assert (said.header_row, said.columns[0], "hidden" in said.reads) == (
        2,
        "title",
        True,
    )
    assert set(said.columns.values()) <= set(MEANINGS)
