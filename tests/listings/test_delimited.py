"""Reading a delimited text: its delimiter, its records, and what is no table."""

import pytest

from listings.sheets.delimited import read_delimited
from listings.sheets.limits import Clock, Limits
from listings.sheets.refusals import SheetRefused

HEAD, ROW = ["平台", "商品链接", "备注"], ["淘宝", "https://item.taobao.com/item.htm?id=1", "x"]  # fmt: skip


def read(text, **limits):
    content = text.encode() if isinstance(text, str) else text
    bounds = Limits(**limits)
    return read_delimited(content, bounds, Clock(bounds), joins_fields=False)


def refusal(text, **limits):
    with pytest.raises(SheetRefused) as refused:
        read(text, **limits)
    return refused.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，", "|"])
def test_the_delimiter_is_the_one_that_parts_the_records_alike(delimiter):
    grid = read("\n".join(delimiter.join(row) for row in (HEAD, ROW, ROW)))
    assert grid.rows == [HEAD, ROW, ROW]
    assert grid.delimiter == delimiter


def test_the_delimiter_that_excel_names_holds_whatever_stands_below():
    grid = read("sep=;\r\na,b;c\r\nd,e;f\r\n")
    assert grid.rows[1:] == [["a,b", "c"], ["d,e", "f"]]


def test_a_quoted_cell_holds_delimiters_line_breaks_and_quotation_marks():
    grid = read('a,b\r\n"one, ""two""\nthree",c\r\n')
    assert grid.rows[1] == ['one, "two"\nthree', "c"]


def test_a_record_in_which_nothing_is_filled_in_keeps_its_number():
    grid = read("a,b\n , \u3000\n,\nc,d\n")
    assert grid.rows == [["a", "b"], [], [], ["c", "d"]]


def test_the_mark_of_old_programs_after_the_last_line_is_no_record():
    assert read("a,b\nc,d\n\x1a").rows == [["a", "b"], ["c", "d"]]


def test_a_byte_order_mark_is_no_part_of_the_first_heading():
    assert read(b"\xef\xbb\xbf" + "平台,链接\n".encode()).rows == [["平台", "链接"]]


def test_a_file_that_breaks_off_within_its_last_record_says_so():
    grid = read("a,b,c\n" * 5 + "d,e")
    assert grid.rows[-1] == ["d", "e\ufffd"]
    assert grid.remarks == ["record-cut:6"]


def test_a_last_record_without_a_line_end_is_whole_where_nothing_is_missing():
    assert read("a,b,c\n" * 5 + "d,e,f").remarks == []


@pytest.mark.parametrize(
    "text",
    ["<!DOCTYPE html><table>", "  <html>", '<?xml version="1.0"?>', '{"rows": []}', "[1, 2]"],
)  # fmt: skip
def test_another_format_under_the_name_of_csv_is_refused(text):
    assert refusal(text) == "wrong-extension"


def test_a_table_that_begins_with_a_bracket_is_read():
    assert read("[1],b\nc,d\n").rows[0] == ["[1]", "b"]


def test_a_quotation_mark_that_swallows_records_is_refused():
    assert refusal('a,b,c\n"d,e,f\ng,h,i\nj,k,l\n') == "unclosed-quote"


def test_more_rows_or_columns_than_are_read_are_refused():
    assert refusal("a,b\n" * 200, max_rows=10) == "too-many-rows"
    assert refusal(",".join("x" * 70) + "\n", max_columns=65) == "too-many-columns"


def test_empty_fields_beyond_the_columns_that_are_read_do_not_count():
    assert read("a,b" + "," * 100 + "\n", max_columns=65).rows == [["a", "b"]]


def test_reading_ends_with_its_time():
    assert refusal("a,b\n", seconds=-1) == "too-slow"
