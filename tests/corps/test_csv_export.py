"""CSV that no spreadsheet runs, made some hundred lines at a time."""

import csv
import io

import pytest
from django.utils.translation import get_language, gettext_lazy, override

from corps.ui.csv_export import ROWS_AT_ONCE, csv_lines, in_language, safe


@pytest.mark.parametrize("begin", "=+-@\t\r\n＝＋－＠")
def test_text_that_a_spreadsheet_would_run_gets_a_mark_before_it(begin):
    assert safe(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize(
    "cell", ["a=1", " 店铺", "'=1", "", "1-2", "892507123456789012"]
)
def test_other_text_stays_as_it_is(cell):
    assert safe(cell) == cell


@pytest.mark.parametrize("cell", [-1, -1.5, None, True])
def test_numbers_stay_numbers_also_below_zero(cell):
    assert safe(cell) is cell


def test_what_is_written_reads_back_as_the_same_cells():
    rows = [["a,b", 'say "x"', "two\nlines"], ["", 7, "全角，逗号"]]
    text = "".join(csv_lines(["One", "Two", "Three"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["One", "Two", "Three"], *[[str(c) for c in row] for row in rows]]


def test_the_head_is_there_where_no_row_is():
    assert "".join(csv_lines(["One", "Two"], [])) == "One,Two\r\n"


def test_rows_leave_in_pieces_before_all_of_them_are_made():
    made = []

    def rows():
        for number in range(2 * ROWS_AT_ONCE):
            made.append(number)
            yield [number]

    first = next(csv_lines(["No."], rows()))
    assert first.count("\r\n") == ROWS_AT_ONCE
    assert len(made) < ROWS_AT_ONCE


def test_lines_are_made_in_the_language_of_who_asked_and_leave_that_of_others():
    head = [gettext_lazy("Yes")]

    def lines():
        yield f"{head[0]} {get_language()}"
        yield f"{head[0]} {get_language()}"

    with override("zh-hans"):
        read = [(line, get_language()) for line in in_language("en", lines())]
    assert read == [("Yes en", "zh-hans")] * 2
