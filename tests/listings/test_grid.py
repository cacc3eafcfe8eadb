"""Rows of text with their merged cells."""

import pytest

from listings.sheets.grid import Grid, Merge
from listings.sheets.refusals import SheetRefused


def test_the_width_is_that_of_the_longest_row():
    assert Grid("", [["a"], [], ["a", "b", "c"]]).width() == 3
    assert Grid("", []).width() == 0


def test_a_merged_cell_holds_for_every_row_that_it_spans_with_its_link():
    grid = Grid("", [["x", "店"], ["y"], ["z", ""]], [Merge(0, 1, 2, 1)], {(0, 1): "u"})
    grid.fill_merged_rows(10)
    assert grid.rows == [["x", "店"], ["y", "店"], ["z", "店"]]
    assert grid.links == {(0, 1): "u", (1, 1): "u", (2, 1): "u"}


def test_a_merge_beyond_the_last_row_ends_with_it_and_one_of_columns_fills_nothing():
    grid = Grid("", [["a", ""], ["", ""]], [Merge(0, 0, 0, 1), Merge(0, 0, 99, 0)])
    grid.fill_merged_rows(1)
    assert grid.rows == [["a", ""], ["a", ""]]


def test_merges_that_ask_for_more_cells_than_may_be_filled_are_refused():
    grid = Grid("", [["a"], [""], [""]], [Merge(0, 0, 2, 0)])
    with pytest.raises(SheetRefused, match="damaged"):
        grid.fill_merged_rows(1)


def test_an_empty_merged_cell_costs_nothing():
    grid = Grid("", [[""], [""], [""]], [Merge(0, 0, 2, 0)] * 100)
    grid.fill_merged_rows(0)
    assert grid.rows == [[""], [""], [""]]
