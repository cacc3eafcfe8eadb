"""What a file holds besides the rows that are read."""

from listings.sheets.not_read import EXPECTED, READABLE, REASONS, NotRead


def test_nothing_is_lost_by_leaving_out_totals_and_something_by_hidden_rows():
    assert NotRead("", 9, 9, 1, "total").is_expected
    assert not NotRead("", 9, 9, 1, "hidden").is_expected


def test_every_reason_that_decides_something_has_its_words():
    assert set(REASONS) >= EXPECTED | READABLE


def test_whole_worksheets_are_not_read_by_saying_so_of_rows():
    assert not READABLE & {"left-out", "other-worksheet", "too-far"}
