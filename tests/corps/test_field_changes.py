"""Correcting a row of a registry: what it was and what it is."""

from corps.audit.field_changes import put
from corps.models import Unit, User


def test_only_what_differs_is_told_and_all_that_is_wanted_is_set():
    row = User(name="Li", phone="1")
    before, after = put(row, {"name": "Li", "phone": "2"})
    assert (before, after) == ({"phone": "1"}, {"phone": "2"})
    assert row.phone == "2"


def test_nothing_is_told_where_nothing_differs():
    assert put(User(name="Li"), {"name": "Li"}) == ({}, {})


def test_a_foreign_key_is_told_by_its_primary_key():
    before, after = put(User(unit=Unit(pk=3)), {"unit": Unit(pk=4)})
    assert (before, after) == ({"unit": 3}, {"unit": 4})
    assert put(User(unit=Unit(pk=3)), {"unit": None}) == ({"unit": 3}, {"unit": None})
