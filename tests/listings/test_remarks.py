"""What was done so that a text could be read, as codes and as sentences."""

import pytest

from listings.sheets.remarks import about_rows, about_worksheets, sentence

pytestmark = pytest.mark.usefixtures("english")


def test_of_many_rows_the_first_twenty_are_named_and_the_others_counted():
    assert about_rows("record-cut", [7]) == "record-cut:7"
    many = about_rows("bytes-replaced", range(1, 141))
    assert many.endswith(",19,20+120")


def test_rows_stand_in_the_sentence_as_people_write_them():
    assert str(sentence("bytes-replaced:2,5+120")) == (
        "Rows 2, 5 + 120 hold bytes that are no characters; they are shown as �."
    )


def test_of_no_worksheets_there_is_no_remark():
    assert about_worksheets("hidden-worksheets", []) == []


def test_of_many_worksheets_the_first_ten_are_named_each_cut():
    [remark] = about_worksheets("hidden-worksheets", ["长" * 40] * 12)
    assert remark == "hidden-worksheets:" + "、".join(["长" * 31] * 10) + " + 2"


def test_a_worksheet_is_named_as_it_is_called_whatever_signs_it_has():
    [remark] = about_worksheets("hidden-worksheets", ["a,b+c:d"])
    assert "were not read: a,b+c:d." in str(sentence(remark))


def test_a_remark_about_the_whole_file_needs_no_places():
    assert str(sentence("mixed-encodings")).startswith("The file mixes two")


def test_a_remark_that_nobody_makes_has_no_sentence():
    with pytest.raises(KeyError):
        sentence("unknown")
