"""What a case is called before an officer gives it a better title."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from cases import titles


@pytest.fixture
def counted(monkeypatch):
    """Bounds of the periods in which cases are counted; there are always four."""
    bounds = []

    class Objects:
        def filter(self, opened_at__gte, opened_at__lt):
            bounds.append((opened_at__gte, opened_at__lt))
            return self

        def count(self):
            return 4

    monkeypatch.setattr(titles, "Case", type("Case", (), {"objects": Objects()}))
    return bounds


def test_a_title_counts_the_cases_of_its_year_in_shanghai_this_one_included(counted):
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    title = titles.proposed_title(new_year, "销售假冒注册商标的商品")
    assert "2027" in title
    assert "5" in title
    assert "销售假冒注册商标的商品" in title
    [(first, after)] = counted
    assert first == new_year
    assert after == datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


def test_a_title_is_chinese_whatever_language_its_officer_reads(counted):
    at = datetime(2026, 11, 5, tzinfo=UTC)
    with translation.override("en"):
        english = titles.proposed_title(at)
    with translation.override("zh-hans"):
        assert titles.proposed_title(at) == english
    assert not english.isascii()
    assert "selling" not in english
