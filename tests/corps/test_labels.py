"""What the audit's codes are called in the reader's language."""

import pytest

from corps.audit.extensions import act_families, act_labels
from corps.audit.labels import act_words, acts_by_family, kind_words


@pytest.fixture(autouse=True)
def named():
    """Two acts of one family, and one of another."""
    acts = {"case.opened": "Opened", "case.closed": "Closed", "unit.made": "Made"}
    with (
        act_labels.replaced(acts),
        act_families.replaced({"case": "Work on cases", "unit": "Units"}),
    ):
        yield


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("case.opened", "Opened"),
        ("case.", "Work on cases"),
        ("case.lost", "case.lost"),
        ("moon.", "moon."),
    ],
)
def test_an_act_is_told_in_words_and_one_without_words_by_its_code(act, words):
    assert act_words(act) == words


def test_what_can_be_asked_for_stands_by_families_and_by_words():
    assert acts_by_family() == [
        ("unit.", "Units", [("unit.made", "Made")]),
        ("case.", "Work on cases", [("case.closed", "Closed"), ("case.opened", "Opened")]),
    ]  # fmt: skip


def test_a_kind_without_words_is_told_by_its_code():
    assert kind_words("moon.rock") == "moon.rock"
