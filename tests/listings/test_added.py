"""Forms of addresses beside the shipped table, as one process knows them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from listings.addresses.added import Added, in_force, tried
from listings.addresses.pages import pages


@pytest.fixture
def listing():
    [page] = pages("jd", "listing", "m.shop.example", "/i", query="id", takes="N")
    return page


@pytest.fixture
def store():
    [page] = pages("jd", "store", "s{N}.shop.example", takes="N")
    return page


def test_pages_are_found_by_their_host_or_by_the_rest_of_it(listing, store):
    added = Added(pages=((1, listing), (2, store)))
    assert added.hosts == {"m.shop.example": [listing]}
    assert added.families == {"shop.example": [store]}


def test_listings_and_stores_have_a_form_and_other_pages_none(listing):
    [search] = pages("jd", "search", "m.shop.example", "/s")
    added = Added(pages=((1, search), (2, listing)))
    assert added.forms == {("jd", "listing"): [listing]}


def test_the_form_that_read_an_address_is_told_from_those_of_the_table(listing, store):
    added = Added(pages=((7, listing),))
    assert added.form_among([store, listing]) == 7
    assert added.form_among([store]) is None


def test_a_label_is_a_service_of_its_own_site_alone():
    added = Added(labels={"jd": frozenset({"help"})})
    assert added.is_service("jd", "help")
    assert not added.is_service("jd", "shop")
    assert not added.is_service("pdd", "help")


def test_nothing_added_is_nothing():
    assert not Added()
    assert Added(labels={"jd": frozenset({"help"})})


def test_what_is_tried_is_tried_by_one_thread_and_for_a_moment(listing):
    before, added = in_force(), Added(pages=((1, listing),))
    with tried(added), ThreadPoolExecutor(1) as pool:
        assert in_force() is added
        assert pool.submit(in_force).result() is before
    assert in_force() is before
