"""Where the bars of a chart and the parts of a tally stand."""

import pytest

from corps.ui.charts import (
    BOTTOM,
    TALLY_GAP,
    TALLY_LEAST,
    TALLY_WIDTH,
    TOP,
    WIDTH,
    bars_of,
    tally_of,
)


def test_the_highest_bar_reaches_the_top_and_the_others_stand_in_proportion():
    (high, half, none), zero = bars_of([("a", 10, ""), ("b", 5, ""), ("c", 0, "")])
    assert (float(high.y), float(zero)) == (TOP, BOTTOM)
    assert float(high.height) == 2 * float(half.height) == BOTTOM - TOP
    assert none.height == "0.0"


def test_a_hardly_visible_value_is_still_a_line():
    (_high, low), _zero = bars_of([("a", 100_000, ""), ("b", 1, "")])
    assert low.height == "1.0"


def test_where_all_values_are_negative_the_zero_line_is_at_the_top():
    (bar,), zero = bars_of([("a", -4, "")])
    assert float(zero) == TOP == float(bar.y)
    assert float(bar.y) + float(bar.height) == BOTTOM


def test_bars_stand_side_by_side_within_the_drawing():
    bars, _zero = bars_of([(n, n, "") for n in range(12)])
    ends = [float(bar.x) + float(bar.width) for bar in bars]
    assert all(end <= float(bar.x) for end, bar in zip(ends, bars[1:], strict=False))
    assert ends[-1] <= WIDTH


@pytest.mark.parametrize("points", [[], [("a", 0, "")]])
def test_without_any_value_the_zero_line_is_at_the_bottom(points):
    _bars, zero = bars_of(points)
    assert float(zero) == BOTTOM


def test_a_tally_has_no_part_for_the_whole_and_none_for_nothing():
    cells = [
        {"kind": "grey", "value": 9, "whole": True},
        {"kind": "green", "value": 0},
        {"kind": "red", "value": 9},
    ]
    assert tally_of(cells) == [("red", "0.0", f"{TALLY_WIDTH:.1f}")]
    assert tally_of(cells[:2]) == []


def test_the_parts_of_a_tally_fill_its_width_with_gaps_between_them():
    parts = tally_of([{"kind": "green", "value": value} for value in (1, 1, 99_999)])
    widths = [float(width) for _kind, _x, width in parts]
    assert sum(widths) + 2 * TALLY_GAP == pytest.approx(TALLY_WIDTH, abs=0.2)
    assert min(widths) == pytest.approx(TALLY_LEAST, abs=0.1)
