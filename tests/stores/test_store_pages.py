"""What the page of a store shows besides its listings."""

from stores.extensions import Counted, Month
from stores.store_pages import in_shares


def test_shares_are_of_the_largest_and_nothing_else_changes():
    rows = [Counted("a", 3, "/a/", "note"), Counted("b", 9), Counted("c", 0)]
    assert in_shares(rows) == [
        Counted("a", 3, "/a/", "note", share=33),
        Counted("b", 9, share=100),
        Counted("c", 0, share=0),
    ]


def test_of_nothing_at_all_there_are_no_shares():
    assert in_shares([]) == []
    assert in_shares([Counted("a", 0)]) == [Counted("a", 0, share=0)]


def test_what_went_in_a_month_is_told_with_its_sign():
    assert Month("11月", on_sale=5, reported=7, removed=2, relisted=0).left == -2
