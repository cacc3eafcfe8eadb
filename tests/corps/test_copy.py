"""Rows for COPY: what is escaped, what is dropped, and which ids can be looked for."""

import gc
import json

import pytest

from corps.database.copy import (
    copied,
    copied_json,
    copied_texts,
    ids_among,
    in_lines,
    without_collector,
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\tb", "a\\tb"),
        ("a\r\nb", "a\\r\\nb"),
        ("\\N", "\\\\N"),
        ("a\x00b", "ab"),
        ("", ""),
        ("店铺，“全角”", "店铺，“全角”"),
    ],
)
def test_what_would_end_a_field_or_a_row_is_escaped(text, escaped):
    assert copied(text) == escaped


def test_a_line_break_within_json_stays_within_its_field():
    field = copied_json({"remark": "one\ntwo\tthree"})
    assert "\n" not in field
    assert "\t" not in field
    assert field == '{"remark":"one\\\\ntwo\\\\tthree"}'


def test_nul_is_dropped_from_every_key_and_value_of_json():
    field = copied_json({"a\x00": ["b\x00", {"c": "\x00"}], "n": 1})
    assert json.loads(field) == {"a": ["b", {"c": ""}], "n": 1}


@pytest.mark.parametrize("text", ["", "plain", "“引号”", 'a "b"', "a\\b\n\x00", "\x1f"])
def test_a_flat_object_is_written_like_any_other(text):
    assert copied_texts({"title": text, "x": "y"}) == copied_json(
        {"title": text, "x": "y"}
    )


def test_the_last_row_ends_with_a_line_break_like_the_others():
    assert in_lines(["1\ta", "2\tb"]) == b"1\ta\n2\tb\n"
    assert in_lines([]) == b""


def test_half_a_surrogate_pair_is_dropped_and_the_text_around_it_kept():
    assert in_lines(["a\ud83db"]) == b"ab\n"


def test_an_id_that_no_key_can_have_is_looked_for_nowhere():
    wanted = ids_among([1, None, 2**63, -(2**63), 2**63 - 1])
    assert wanted.params == [[1, 2**63 - 1]]


def test_the_collector_runs_again_after_a_block_that_failed():
    def fail():
        with without_collector():
            assert not gc.isenabled()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert gc.isenabled()
