"""What a letter says of its items."""

from types import SimpleNamespace

import pytest

from notices.letters import ground_of, store_name_of, title_of
from notices.states import ItemState

STORE = SimpleNamespace(name="某店", canonical_id="s1")
NAMELESS = SimpleNamespace(name="", canonical_id="s2")


def target(listing=None, store=None, ground=None):
    return SimpleNamespace(listing=listing, store=store, ground=ground)


def listing(store=None):
    return SimpleNamespace(title="洗发水", store=store)


def test_a_listing_has_its_title_and_a_store_its_name():
    assert title_of(target(listing=listing(STORE))) == "洗发水"
    assert title_of(target(store=STORE)) == "某店"
    assert title_of(target()) == ""


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (target(store=STORE), "某店"),
        (target(listing=listing(STORE)), "某店"),
        (target(listing=listing(NAMELESS)), "s2"),
        (target(listing=listing()), ""),
        (target(), ""),
    ],
)
def test_a_store_without_a_name_is_called_by_its_id(of, name):
    assert store_name_of(of) == name


def test_a_draft_takes_the_ground_of_its_target_and_else_of_its_case():
    case = SimpleNamespace(ground="case's")
    draft = SimpleNamespace(
        state=ItemState.DRAFT, ground="old", target=target(ground="target's")
    )
    assert ground_of(draft, case) == "target's"
    draft.target.ground = None
    assert ground_of(draft, case) == "case's"


def test_an_issued_item_keeps_the_ground_that_it_was_issued_with():
    case = SimpleNamespace(ground="case's")
    issued = SimpleNamespace(
        state=ItemState.OPEN, ground=None, target=target(ground="target's")
    )
    assert ground_of(issued, case) is None
