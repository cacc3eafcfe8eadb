"""Rows read by columns of their own, put under the columns of others."""

from listings.sheets.columns import Column
from listings.sheets.places import moved_rows, with_places_for, with_platform


def columns(*fields):
    return [Column(field, at, field, "header") for at, field in enumerate(fields)]


OURS = columns("title", "listing_address")
THEIRS = columns("listing_address", "price", "title")


def test_what_they_have_and_we_lack_gets_a_place_at_the_right_of_all_cells():
    placed = with_places_for(THEIRS, OURS, [(2, ["a", "b", "c", "d"])])
    assert [(column.field, column.index) for column in placed] == [
        ("title", 0),
        ("listing_address", 1),
        ("price", 4),
    ]


def test_cells_move_to_where_our_columns_have_them():
    ours = with_places_for(THEIRS, OURS, [])
    rows = [(9, ["address", "5", "title"]), (10, ["address"])]
    assert moved_rows(rows, THEIRS, ours) == [
        (9, ["title", "address", "5"]),
        (10, ["", "address", ""]),
    ]


def test_rows_of_another_meaning_or_without_addresses_cannot_be_moved():
    assert moved_rows([(1, ["a"])], THEIRS, OURS) is None
    assert moved_rows([(1, ["a"])], columns("title"), OURS) is None


def test_a_platform_is_given_to_the_rows_that_name_none():
    rows = [(2, ["淘宝", "a"]), (3, [" \u3000", "b"]), (4, [])]
    with_platform(columns("platform", "title"), rows, "京东")
    assert [cells[0] for _number, cells in rows] == ["淘宝", "京东", "京东"]


def test_where_no_column_is_for_the_platform_one_is_added_by_whoever_said_so():
    rows = [(2, ["a", "b", "c"])]
    *_ours, added = with_platform(OURS, rows, "京东")
    assert (added.field, added.index, added.decided_by) == ("platform", 3, "person")
    assert rows == [(2, ["a", "b", "c", "京东"])]
