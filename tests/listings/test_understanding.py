"""How sure the reading is of a column."""

import pytest

from listings.sheets.columns import Candidate, Column
from listings.sheets.corrections import BY_MEMORY, BY_PERSON
from listings.sheets.understanding import CERTAIN, LIKELY, UNCERTAIN, certainty


def candidate(says, *cells, known=True):
    return Candidate(0, "x", says, known, dict(enumerate(cells)))


def column(field, by="header"):
    return Column(field, 0, "x", by)


@pytest.mark.parametrize("by", [BY_PERSON, BY_MEMORY])
def test_what_a_person_said_is_certain_whatever_stands_in_it(by):
    assert certainty(candidate("price", "面膜"), column("price", by)) == CERTAIN


@pytest.mark.parametrize(
    ("known", "cells", "sure"),
    [
        (True, ("9", "10"), CERTAIN),
        (False, ("9", "10"), LIKELY),
        (True, ("9", "面膜", "洗发水"), UNCERTAIN),
        (True, (), CERTAIN),
        (False, (), LIKELY),
    ],
)
def test_a_heading_is_believed_as_far_as_its_cells_agree(known, cells, sure):
    assert certainty(candidate("price", *cells, known=known), column("price")) == sure


def test_a_column_found_by_its_content_is_never_certain():
    found = column("price", "content")
    assert certainty(candidate(None, *"12345"), found) == LIKELY
    assert certainty(candidate(None, "1", "2", "面膜"), found) == UNCERTAIN
    assert certainty(candidate("remark", *"12345"), found) == UNCERTAIN


def test_a_column_that_is_not_used_is_certain_where_its_heading_is_none_of_ours():
    assert certainty(candidate("other", "5"), None) == CERTAIN
    assert certainty(candidate("other", "5", known=False), None) == LIKELY
    assert certainty(candidate("title", "5"), None) == UNCERTAIN
    assert certainty(candidate(None), None) == CERTAIN
