"""Whose sheet it is and what it is about, as the file's name tells."""

from types import SimpleNamespace

import pytest

from cases.guessing import guess, is_title, subject_of


def firm(pk, code, name, short_name, *brands):
    rows = [SimpleNamespace(name=brand) for brand in brands]
    return SimpleNamespace(
        pk=pk,
        code=code,
        name=name,
        short_name=short_name,
        brands=SimpleNamespace(all=lambda: rows),
    )


HM = firm(1, "HM", "华美日化有限公司", "华美", "雪莲", "X")
LT = firm(2, "LT", "蓝天食品有限公司", "蓝天", "雪莲", "云朵")
FIRMS = [HM, LT]


@pytest.mark.parametrize(
    ("filename", "guessed"),
    [
        ("HM-003 投诉清单.xlsx", HM),
        ("hm003投诉.csv", HM),
        ("ＨＭ００３ 投诉.csv", HM),
        ("华美投诉清单.xlsx", HM),
        ("C:\\文件\\蓝天\\云朵侵权.xlsx", LT),
        ("/华美/投诉.xlsx", None),
        ("云朵侵权链接.xlsx", LT),
        ("雪莲侵权链接.xlsx", None),
        ("华美与蓝天投诉.xlsx", None),
        ("HM-蓝天.xlsx", None),
        ("HMX-1.xlsx", None),
        ("X光机.xlsx", None),
    ],
)
def test_a_firm_is_guessed_where_the_name_tells_of_one_alone(filename, guessed):
    assert guess(filename, FIRMS).firm is guessed


def test_a_name_goes_before_the_brand_of_another_firm():
    assert guess("华美 云朵.xlsx", FIRMS).firm is HM


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("HM-003_雪莲侵权清单（1）", "雪莲侵权清单"),
        ("雪莲侵权清单 - 副本 - 副本", "雪莲侵权清单"),
        ("雪莲侵权清单最终版v2", "雪莲侵权清单"),
        ("T12 雪莲", "雪莲"),
        ("HM003", "HM003"),
        ("20261105", ""),
        ("A1", ""),
        ("", ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_subject_is_the_words_without_what_programs_add(name, subject):
    assert subject_of(name) == subject


def test_a_title_says_what_is_listed_and_is_no_page_of_text():
    assert is_title("雪莲侵权清单")
    assert not is_title("投诉")
    assert not is_title("2026年11月5日")
    assert not is_title("投诉" * 101)
