"""Numbers, dates, deadlines, colours and charts as they are written on every page."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import engines
from django.utils import translation

from cases.states import CaseState, Claim, ComplaintState, Seen, TargetState
from corps.deadlines.calendar import shipped_calendar
from corps.models.messages import DeliveryState
from corps.states import COLOURS
from corps.ui import formats
from corps.ui.charts import bars_of, tally_of
from corps.ui.deadline_marks import chip
from corps.ui.status_colours import KINDS, NAMES, kind_of
from notices.states import ItemState, NoticeState

TODAY = date(2026, 11, 5)


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9189, "9,189"),
        (0, "0"),
        (-1, "−1"),
        (-1234, "−1,234"),
        (None, "—"),
        (12.5, "12.5"),
    ],
)
def test_numbers_have_a_thousands_comma_and_a_real_minus(value, text):
    assert formats.thousands(value) == text


def test_changes_show_their_sign_and_none_for_nothing():
    assert [formats.signed(n) for n in (29, 0, -1)] == ["+29", "0", "−1"]


def test_only_what_is_complete_is_a_hundred_per_cent():
    assert [
        formats.percent(*pair)
        for pair in ((24, 24), (9_999, 10_000), (312, 400), (0, 0))
    ] == [
        "100%",
        "99%",
        "78%",
        "—",
    ]


def test_times_are_shown_in_shanghai_and_days_of_other_years_with_their_year(
    time_machine_at_today,
):
    late = datetime(2026, 11, 4, 16, 30, tzinfo=UTC)
    assert (formats.day(late), formats.moment(late)) == ("11-05", "11-05 00:30")
    assert formats.full_moment(late) == "2026-11-05 00:30:00"
    assert (formats.day(date(2025, 11, 5)), formats.full_day(TODAY)) == (
        "2025-11-05",
        "2026-11-05",
    )
    assert formats.moment(None) == "—"


@pytest.mark.parametrize(
    ("due", "kind", "text"),
    [
        (date(2026, 11, 3), "red", "逾期 2 个工作日・11-03"),
        (date(2026, 11, 5), "amber", "今天到期・11-05"),
        (date(2026, 11, 9), "amber", "剩 2 个工作日・11-09"),
        (date(2026, 11, 16), "grey", "剩 7 个工作日・11-16"),
        (None, "grey", "未定期限"),
    ],
)
def test_a_deadline_says_its_working_days_and_warns_two_days_before(
    time_machine_at_today, due, kind, text
):
    found = chip(due, calendar=shipped_calendar(), on=TODAY)
    assert (found.kind, found.text) == (kind, text)


def test_a_deadline_in_calendar_days_and_a_provisional_one_say_so(
    time_machine_at_today,
):
    found = chip(date(2026, 11, 30), calendar_days=True, provisional=True, on=TODAY)
    assert (found.text, found.provisional) == ("剩 25 日・11-30，暂定", True)
    with translation.override("en"):
        assert (
            chip(date(2026, 11, 6), left=1, on=TODAY).text
            == "1 working day left · 11-06"
        )


@pytest.fixture
def time_machine_at_today():
    with (
        time_machine.travel(datetime(2026, 11, 5, 6, 30, tzinfo=UTC), tick=False),
        translation.override("zh-hans"),
    ):
        yield


def test_every_state_word_of_the_house_has_one_colour():
    tables = (
        CaseState,
        Claim,
        ComplaintState,
        Seen,
        TargetState,
        DeliveryState,
        ItemState,
        NoticeState,
    )
    said = {word for table in tables for word in table.values}
    assert said - {*KINDS, *COLOURS} == set()
    assert {*KINDS.values(), *COLOURS.values()} <= set(NAMES)
    assert not KINDS.keys() & COLOURS
    assert (kind_of("amber"), kind_of("no such word")) == ("amber", "grey")


def test_a_bar_below_zero_stands_below_the_line_and_inside_the_drawing():
    bars, zero = bars_of([("10月", 4, ""), ("11月", -4, "")])
    assert float(bars[0].y) + float(bars[0].height) == pytest.approx(
        float(zero), abs=0.2
    )
    assert float(bars[1].y) == pytest.approx(float(zero), abs=0.2)
    assert float(bars[1].y) + float(bars[1].height) <= 170.1
    assert bars_of([])[0] == []


def test_two_of_five_thousand_are_still_seen_in_the_tally():
    cells = [
        {"value": 5000, "kind": "grey", "whole": True},
        {"value": 4998, "kind": "verified"},
        {"value": 2, "kind": "red"},
    ]
    green, red = tally_of(cells)
    assert (green[0], red[0]) == ("green", "red")
    assert float(red[2]) >= 2.9
    assert float(red[1]) + float(red[2]) == pytest.approx(1200, abs=0.3)


def test_what_people_typed_is_text_in_every_piece():
    nasty = "<script>alert(1)</script>"
    source = (
        "{% status_mark s s %}{% badge s s %}{% page_head s crumbs=s label=s extra=s %}{% endpage_head %}"
        "{% section_head s note=s %}{% endsection_head %}{% bar_chart points label=s %}"
        '{% include "corps/components/address.html" with platform=s url=s id=s %}'
    )
    html = render(source, s=nasty, points=[(nasty, 1, f"?q={nasty}")])
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_slots_keep_their_markup():
    html = render(
        "{% capture as x %}<a href='#'>{{ v }}</a>{% endcapture %}{% page_head v crumbs=x %}<b>1</b>{% endpage_head %}",
        v="<i>",
    )
    assert "<a href='#'>&lt;i&gt;</a>" in html
    assert '<div class="verbs"><b>1</b></div>' in html
