"""The answers for what somebody pasted, counted."""

from cases.models import ImportRow
from cases.pasted import PastedLine, PastedLines

Result = ImportRow.Result


def lines(*results):
    told = [PastedLine(n, "x", result=result) for n, result in enumerate(results, 1)]
    return PastedLines(told, b"")


def test_results_are_counted_in_their_order_and_those_that_there_are_none_of_left_out():
    counts = lines(Result.INVALID, Result.NEW, "", Result.NEW).counts
    assert [(word, count) for word, _label, count in counts] == [
        (Result.NEW, 2),
        (Result.INVALID, 1),
    ]


def test_a_line_that_is_no_row_is_none_and_one_that_is_invalid_is_still_a_row():
    assert lines("", Result.INVALID, Result.NEW).rows == 2


def test_what_can_be_registered_now_or_after_a_look_is_usable():
    every = lines(*Result.values, "")
    assert every.usable == len({Result.NEW, Result.REPEAT, Result.HELD})
