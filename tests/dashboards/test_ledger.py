"""Which rows of the ledger an address asks for."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from dashboards.ledger import Chosen, read_chosen
from dashboards.statistics import Question, read_question

pytestmark = pytest.mark.usefixtures("english")


def faults(read, query):
    with pytest.raises(ValidationError) as refused:
        read(QueryDict(query))
    return set(refused.value.message_dict)


def test_without_a_count_the_listings_that_were_removed_are_shown():
    assert read_chosen(QueryDict("")) == Chosen("listings_removed", Question())


def test_everything_that_narrows_the_rows_is_read_together():
    query = "count=corrections&platform=jd&firm=HM&month=2026-11&case=C2026-000001"
    chosen = read_chosen(QueryDict(f"{query}&from=2026-11-01&campaign=7&group=firm"))
    assert (chosen.platform, chosen.firm, chosen.month) == ("jd", "HM", "2026-11")
    assert chosen.case == "C2026-000001"
    assert chosen.question == Question(from_=date(2026, 11, 1), campaign=7)


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "1826-01", "２０２６-01"]
)
def test_a_month_that_does_not_exist_is_refused(month):
    assert faults(read_chosen, f"month={month}") == {"month"}


def test_all_that_is_wrong_is_told_at_once():
    query = "count=tears&month=x&from=2026-11-05&to=2026-11-04&group=moon&campaign=x"
    assert faults(read_chosen, query) == {"count", "month", "to", "group", "campaign"}


def test_what_the_database_cannot_hold_is_left_out_and_what_is_too_long_cut():
    chosen = read_chosen(QueryDict("firm=a%00b&case=" + "c" * 99))
    assert (chosen.firm, len(chosen.case)) == ("ab", 60)


def test_a_period_may_be_one_day_and_may_be_open():
    one = read_question(QueryDict("from=2026-11-05&to=2026-11-05"))
    assert one.from_ == one.to == date(2026, 11, 5)
    assert not one.is_whole
    assert read_question(QueryDict("from=&to=")).is_whole


@pytest.mark.parametrize(
    "day", ["2026-02-30", "20261105", "05.11.2026", "2026-11-05T00:00"]
)
def test_a_day_that_is_none_is_refused(day):
    assert faults(read_question, f"to={day}") == {"to"}


def test_groups_keep_the_order_in_which_they_are_asked_for():
    question = read_question(QueryDict("group=month, firm&group=platform,"))
    assert question.group == ("month", "firm", "platform")
    assert question.asked["group"] == question.group


def test_a_group_is_named_once():
    assert faults(read_question, "group=firm,month,firm") == {"group"}


@pytest.mark.parametrize("campaign", ["-1", "1e3", "1234567890", "７"])
def test_a_campaign_is_a_number_of_its_own(campaign):
    assert faults(read_question, f"campaign={campaign}") == {"campaign"}
