"""Where things of one kind are looked for: the sources that need no database."""

from types import SimpleNamespace

import pytest

from corps.search.kinds import Listed, Through, holding
from corps.search.query import Query
from corps.search.words import TooBroad

PAGES = Listed(["first", "second", "third"])


def test_the_first_of_a_list_is_the_newest():
    keys = PAGES.newest(None, 2)
    assert keys == [3, 2]
    assert PAGES.shown(keys) == ["first", "second"]


def test_the_next_page_of_a_list_goes_on_where_the_last_ended():
    assert PAGES.shown(PAGES.newest(2, 5)) == ["third"]
    assert PAGES.newest(1, 5) == []


def test_what_belongs_to_too_many_things_is_too_broad():
    many = SimpleNamespace(newest=lambda before, limit: list(range(limit)))
    with pytest.raises(TooBroad):
        Through(many, of=lambda keys: None, most=2).newest(None, 5)


def test_what_belongs_to_nothing_is_not_looked_for():
    nothing = SimpleNamespace(newest=lambda before, limit: [])

    def of(keys):
        raise AssertionError

    assert Through(nothing, of).newest(None, 5) == []


def test_every_word_has_to_stand_in_one_of_the_columns():
    condition = holding(Query.read("tea cup"), "title", "name")
    assert condition.connector == "AND"
    assert [(part.connector, part.children) for part in condition.children] == [
        ("OR", [("title__icontains", "tea"), ("name__icontains", "tea")]),
        ("OR", [("title__icontains", "cup"), ("name__icontains", "cup")]),
    ]
