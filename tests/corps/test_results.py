"""What a verb on many things answers."""

from corps.results import Result, tally


def test_results_are_counted_as_done_or_not_done():
    results = (Result(1), Result(2, ok=False, code="not-open"), Result(3))
    assert tally(results) == (2, 1)


def test_of_nothing_nothing_was_done_and_nothing_failed():
    assert tally(iter(())) == (0, 0)


def test_results_do_not_share_their_details():
    first, second = Result(1), Result(1)
    assert first == second
    assert first.details is not second.details
