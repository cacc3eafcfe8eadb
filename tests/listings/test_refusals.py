"""Why a file is not read, as a code and as a sentence."""

import pytest
from django.utils import translation

from listings.sheets.refusals import refused, too_far_down

pytestmark = pytest.mark.usefixtures("english")


def test_a_refusal_has_its_figures_in_its_sentence_and_beside_it():
    refusal = refused("too-many-rows", rows=100)
    assert refusal.code == "too-many-rows"
    assert refusal.details == {"rows": 100}
    assert "more than 100 rows" in str(refusal.message)


def test_one_of_several_worksheets_is_named_before_its_fault():
    refusal = refused("no-header", worksheet="明细")
    assert str(refusal.message).startswith("Worksheet “明细”: No header row was found")


def test_a_per_cent_sign_in_a_worksheets_name_is_a_sign():
    refusal = refused("too-many-rows", rows=1, worksheet="50%(rows)s")
    assert "“50%(rows)s”" in str(refusal.message)


def test_a_refusal_is_read_in_the_language_of_its_reader():
    refusal = refused("empty-file")
    english = str(refusal.message)
    with translation.override("zh-hans"):
        assert str(refusal.message) != english


def test_a_lone_row_far_below_is_told_otherwise_than_too_many_rows():
    far, many = too_far_down(200_000, 100_000), refused("too-many-rows", rows=100_000)
    assert far.code == many.code
    assert "as far down as row 200000" in str(far.message)


def test_a_fault_without_a_sentence_cannot_be_told():
    with pytest.raises(KeyError):
        refused("bad-mood")
