"""How ids, shares, moments and lengths of time are written on every page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from corps.ui import formats

# 00:30 on 6 November in Shanghai, where it is still the 5th in UTC.
NOW = datetime(2026, 11, 5, 16, 30, tzinfo=UTC)


@pytest.fixture
def _past_midnight(english):
    with time_machine.travel(NOW, tick=False):
        yield


def test_decimals_are_kept_as_they_are_given():
    assert formats.thousands(Decimal("1234567.50")) == "1,234,567.50"


def test_an_id_of_thirteen_signs_is_shown_whole_and_a_longer_one_without_its_middle():
    assert formats.short_id("8925071234567") == "8925071234567"
    assert formats.short_id("89250712345678") == "892507…5678"


def test_a_shortened_id_can_still_be_found_and_copied_whole():
    html = formats.shortened("892507123456789c9b")
    assert html == '892507<span class="mid">12345678</span>9c9b'


@pytest.mark.parametrize("canonical_id", ["<b>", "<script>alert(1)</script>"])
def test_an_id_is_text_however_long_it_is(canonical_id):
    assert "<script" not in formats.shortened(canonical_id)
    assert "<b>" not in formats.shortened(canonical_id)


def test_a_change_that_is_unknown_is_not_shown_as_none_at_all():
    assert formats.signed(None) == "—"


def test_one_of_very_many_is_no_per_cent_and_nothing_of_something_neither():
    assert formats.percent(1, 100_000) == "0%"
    assert formats.percent(0, 7) == "0%"


@pytest.mark.usefixtures("_past_midnight")
@pytest.mark.parametrize(
    ("moment", "near", "whole"),
    [
        (datetime(2026, 11, 5, 16, 1, tzinfo=UTC), "00:01", "today 00:01"),
        (datetime(2026, 11, 5, 15, 59, tzinfo=UTC), "yest. 23:59", "yesterday 23:59"),
        (datetime(2026, 11, 4, 15, 59, tzinfo=UTC), "11-04", "11-04 23:59"),
        (datetime(2025, 11, 4, 15, 59, tzinfo=UTC), "2025-11-04", "2025-11-04 23:59"),
        (None, "—", "—"),
    ],
)
def test_today_and_yesterday_end_at_midnight_in_shanghai(moment, near, whole):
    assert formats.near_time(moment) == near
    assert formats.near_moment(moment) == whole


def test_a_year_begins_at_midnight_in_shanghai():
    eve = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    with time_machine.travel(eve, tick=False):
        assert formats.day(eve) == "01-01"
        assert formats.day(date(2026, 12, 31)) == "2026-12-31"


def test_what_must_be_exact_is_written_in_shanghai_time_with_year_and_seconds():
    assert formats.full_day(NOW) == "2026-11-06"
    assert formats.full_moment(NOW) == "2026-11-06 00:30:00"
    assert formats.clock_time(NOW) == "00:30"


def test_what_has_no_time_is_a_dash():
    written = (formats.full_day, formats.full_moment, formats.clock_time, formats.day)
    assert {write(None) for write in written} == {"—"}


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_whole_unit(length, words):
    assert formats.length_of(length) == words
