"""The months of the dashboard, and where its numbers lead."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import time_machine
from django.http import QueryDict

from dashboards import board
from dashboards.board import ledger_url, make_board, this_month_and_last
from dashboards.statistics import COUNTS, Question, Statistics


@pytest.mark.parametrize(
    ("moment", "months"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), ("2026-12", "2026-11")),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), ("2027-01", "2026-12")),
        (datetime(2026, 3, 31, 12, 0, tzinfo=UTC), ("2026-03", "2026-02")),
    ],
)
def test_a_month_ends_at_midnight_in_shanghai(moment, months):
    with time_machine.travel(moment, tick=False):
        assert this_month_and_last() == months


def test_a_number_leads_to_its_own_rows_within_the_pages_bounds():
    url = ledger_url("stores_shut", {"from": "2026-11-01", "firm": "A&B"})
    asked = QueryDict(url.partition("?")[2])
    assert asked.dict() == {
        "count": "stores_shut",
        "from": "2026-11-01",
        "firm": "A&B",
    }


def counted(*months):
    rows = [
        {"month": month, **dict.fromkeys(COUNTS, 0), "listings_removed": count}
        for month, count in months
    ]
    return Statistics({name: sum(row[name] for row in rows) for name in COUNTS}, rows)


@pytest.fixture
def months_of(monkeypatch):
    """The months of a board whose numbers are these."""

    def make(*months):
        answers = [counted(*months), Statistics({}, [])]
        monkeypatch.setattr(board, "statistics", lambda *_args, **_more: answers.pop(0))
        matrix = SimpleNamespace()
        monkeypatch.setattr(board, "_matrix", lambda *_args: matrix)
        return make_board(None, Question(), {}).months

    return make


def test_months_without_an_entry_between_two_others_have_a_place(months_of):
    months = months_of(("2026-11", 3), ("2027-02", 5))
    assert [month.key for month in months] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert [month.counts["listings_removed"] for month in months] == [3, 0, 0, 5]


def test_a_board_without_any_entry_has_no_months(months_of):
    assert months_of() == []
