"""How far a worksheet reaches: columns by letters, and the prefix of its tags."""

import pytest

from listings.sheets.extent import column_letters, column_number, root_prefix
from listings.sheets.refusals import SheetRefused


@pytest.mark.parametrize(
    ("letters", "number"),
    [("A", 1), ("Z", 26), ("AA", 27), ("AB", 28), ("ZZ", 702), ("XFD", 16384)],
)
def test_a_column_is_counted_from_one_by_its_letters(letters, number):
    assert column_number(letters.encode()) == number
    assert column_letters(number) == letters


def test_small_letters_name_the_same_column():
    assert column_number(b"ab") == column_number(b"AB")


@pytest.mark.parametrize(
    ("content", "prefix"),
    [
        (b"<?xml version='1.0'?><worksheet xmlns='m'>", b""),
        (b"<x:worksheet xmlns:x='m'>", b"x:"),
    ],
)
def test_tags_are_known_with_the_prefix_of_the_worksheet(content, prefix):
    assert root_prefix(content) == prefix


def test_a_part_that_is_no_worksheet_is_damaged():
    with pytest.raises(SheetRefused, match="damaged"):
        root_prefix(b"<workbook/>")
