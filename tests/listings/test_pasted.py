"""Text that somebody pasted, as lines and as one CSV."""

import csv
import io

import pytest

from listings.sheets.pasted import read_pasted

ADDRESS = "https://item.taobao.com/item.htm?id=674512345678"
STORE = "https://shop12345678.taobao.com/"


def records(pasted):
    return list(csv.reader(io.StringIO(pasted.content.decode(), newline="")))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_that_holds_something_is_one_whatever_its_end(end):
    pasted = read_pasted(f"{ADDRESS}{end}{end} \u3000{end}{STORE}\x00{end}")
    assert pasted.lines == [ADDRESS, STORE]
    assert records(pasted) == [["链接地址"], [ADDRESS], [STORE]]


def test_the_number_of_a_line_is_told_by_its_record():
    assert read_pasted(ADDRESS).line_of(2) == 1
    assert read_pasted(f"链接\n{ADDRESS}").line_of(2) == 2


def test_what_an_app_puts_below_an_address_belongs_to_its_line():
    pasted = read_pasted(f"{ADDRESS}\n点击链接直接打开\n{STORE}")
    assert pasted.lines == [f"{ADDRESS}\n点击链接直接打开", STORE]


def test_what_an_app_puts_first_is_a_line_of_its_own():
    assert read_pasted("点击链接直接打开").lines == ["点击链接直接打开"]


def test_cells_without_headings_are_placed_by_what_they_are():
    pasted = read_pasted(f"1\t淘宝\t{STORE}\t{ADDRESS}\t假货")
    assert records(pasted)[1] == ["淘宝", ADDRESS, STORE, "1　假货"]


def test_rows_with_their_headings_stay_as_they_are():
    pasted = read_pasted(f"序号\t商品链接\n1\t{ADDRESS}\n\t\n")
    assert pasted.has_header
    assert records(pasted) == [["序号", "商品链接"], ["1", ADDRESS]]


def test_a_row_without_an_address_is_told_whole_where_addresses_stand():
    assert records(read_pasted("京东\t某店\t假货"))[1] == ["京东", "某店　假货", "", ""]


def test_a_quoted_cell_keeps_its_line_break():
    assert len(read_pasted(f'"假\n货"\t{ADDRESS}').lines) == 1


@pytest.mark.parametrize("text", ["", "\n\n", " \t \n", "\u200b"])
def test_of_nothing_there_are_no_lines(text):
    assert read_pasted(text).lines == []
