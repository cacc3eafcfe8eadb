"""What somebody typed into the search: its words, a number as people say it, or too little."""

import pytest
import time_machine

from corps.search.query import LONGEST, Query


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "nothing"),
        ("　 \x00", "nothing"),
        ("茶", "too-short"),
        ("a b", "too-short"),
        ("茶叶", ""),
        ("3号", ""),
        ("x" * 201, "too-long"),
        (" ".join(f"w{n}" for n in range(11)), "too-long"),
        ("https://e.example/" + "x" * 300, ""),
        ("https://e.example/" + "x" * LONGEST, "too-long"),
    ],
)
def test_what_is_too_little_or_too_much_is_told(text, fault):
    assert Query.read(text).fault == fault


def test_full_width_signs_and_spaces_are_read_as_ordinary_ones():
    assert Query.read("　Ｃ２０２６－０００００３　 茶 ").plain == "C2026-000003 茶"


def test_each_word_is_looked_for_once_in_small_letters():
    assert Query.read("Tea TEA 茶叶 tea").words == ("tea", "茶叶")


@pytest.mark.parametrize(
    ("text", "series", "year", "count"),
    [
        ("C2026-000003", "C", 2026, 3),
        ("c 2026 - 3", "C", 2026, 3),
        ("c2026000003", "C", 2026, 3),
        ("第3号案件", "C", None, 3),
        ("3号", "", None, 3),
        ("2026年第12号通知书", "N", 2026, 12),
    ],
)
def test_a_number_is_read_as_people_say_it(text, series, year, count):
    number = Query.read(text).number
    assert (number.series, number.year, number.count) == (series, year, count)


@pytest.mark.parametrize("text", ["3", "茶叶3号仓", "C20", "2026", "C2026-0000003"])
def test_what_only_looks_like_a_number_names_none_of_a_year(text):
    number = Query.read(text).number
    assert number is None or number.year is None


def test_an_official_number_is_found_by_how_it_ends_whatever_its_brackets():
    for text in ("沪市监〔2026〕7号", "沪市监[2026]007号", "沪市监（2026）第7号"):
        number = Query.read(text).number
        assert (number.ending, number.is_official) == ("沪市监〔2026〕7号", True)
        assert number.numbers("C") == []


def test_a_number_without_its_year_is_looked_for_in_every_year_up_to_the_next():
    with time_machine.travel("2026-12-31T16:00:00+00:00", tick=False):
        numbers = Query.read("3号案件").number.numbers("C")
    assert numbers[0] == "C2000-000003"
    assert numbers[-1] == "C2028-000003"


def test_a_number_of_one_series_is_none_of_another():
    number = Query.read("T2026-000003").number
    assert number.numbers("T") == ["T2026-000003"]
    assert number.numbers("C") == []


def test_signs_that_mean_something_to_the_database_are_looked_for_as_they_are():
    assert Query.read(r"50%_a\b").patterns == [r"%50\%\_a\\b%"]


def test_a_long_number_is_found_by_how_it_begins_and_a_short_one_anywhere():
    assert Query.read("123456 12345").beginnings == ["(^|[^0-9])123456"]


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("892507123456", "892507123456"), ("tb_12:9.c-d", "tb_12:9.c-d"), ("abc", ""),
     ("_abcd", ""), ("店铺1234", ""), ("a" * 101, "")],
)  # fmt: skip
def test_only_what_may_be_how_an_id_begins_is_looked_for_as_an_id(text, prefix):
    assert Query.read(text).id_prefix == prefix


def test_full_width_digits_are_digits_alone():
    assert Query.read("１２３").is_digits
    assert not Query.read("12 3").is_digits
