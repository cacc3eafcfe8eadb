"""The text of one cell, whatever it was in the file."""

import datetime

import pytest

from listings.sheets.cells import (
    cell_at,
    cell_text,
    filled_length,
    is_blank,
    is_serial_number,
    is_total_row,
    plain,
    readable,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (674512345678.0, "674512345678"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**53, "9007199254740992.0"),
        (8.92507123456789e17, "8.92507123456789E+17"),
        (-3.0, "-3"),
        (12.5, "12.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (None, ""),
        (True, "是"),
        (False, "否"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it(value, text):
    assert cell_text(value) == text


def test_an_id_that_lost_digits_cannot_pass_for_an_item_number():
    assert not cell_text(892507123456789012.0).isdigit()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.datetime(2026, 3, 5), "2026-03-05"),  # noqa: DTZ001
        (datetime.datetime(2026, 3, 5, 0, 0, 1), "2026-03-05 00:00:01"),  # noqa: DTZ001
        (datetime.date(2026, 3, 5), "2026-03-05"),
        (datetime.time(8, 5), "08:05:00"),
    ],
)
def test_a_day_has_a_time_only_where_it_is_not_midnight(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize(
    "text", ["", " \t\n", "\u3000", "\u200b\ufeff", "\x00", "\u202e"]
)
def test_what_nobody_could_see_is_blank(text):
    assert is_blank(text)
    assert not is_blank(f"{text}0{text}")


def test_cells_that_are_not_there_are_empty():
    assert cell_at(["a"], 0) == "a"
    assert cell_at(["a"], 1) == ""


def test_blank_cells_at_the_end_of_a_row_do_not_count_and_those_within_do():
    assert filled_length(["a", "", "b", "\u3000", ""]) == 3
    assert filled_length(["", " "]) == 0


def test_words_are_compared_without_width_case_space_and_traditional_forms():
    assert plain(" ＳＴＯＲＥ\u200b 店 鋪 ") == plain("store店铺") == "store店铺"


def test_a_value_keeps_the_spaces_within_it_and_its_case():
    assert readable("\u3000Ａ款\u200b  红 \ufeff") == "A款  红"


@pytest.mark.parametrize(
    "text", ["12", "１２", "12.", "12、", "(3)", "12.0", "1234567"]
)
def test_a_running_number_is_known_in_every_notation(text):
    assert is_serial_number(text)


@pytest.mark.parametrize("text", ["", "12345678", "12.5", "第12", "1-2", "一"])
def test_other_numbers_are_no_running_numbers(text):
    assert not is_serial_number(text)


@pytest.mark.parametrize(
    "cells",
    [["合 计"], ["", "合计：", "20"], ["合计：20条"], ["總計"], ["Total", "3"],
     ["1", "小计"], ["共20条链接"], ["Grand Total:"]],
)  # fmt: skip
def test_a_row_of_sums_is_known_however_it_is_spaced(cells):
    assert is_total_row(cells)


@pytest.mark.parametrize(
    "cells",
    [[], ["", " "], ["合计划"], ["1", "合计20条"], ["累计销量高的店铺明细表格在另一份文件之中"], ["共享充电宝"]],
)  # fmt: skip
def test_a_row_that_only_begins_like_a_sum_is_none(cells):
    assert not is_total_row(cells)
