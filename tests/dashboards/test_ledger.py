"""Which rows of the ledger an address asks for."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory

from corps.access.parameters import faults_of
from corps.models import User
from dashboards.statistics import read_question
from dashboards.tables import LedgerList

pytestmark = pytest.mark.usefixtures("english")


def faults(read, query):
    with pytest.raises(ValidationError) as refused:
        read(QueryDict(query))
    return set(refused.value.message_dict)


def opened(query: str) -> LedgerList:
    request = RequestFactory().get(f"/?{query}")
    request.user = User(
        pk=1, role=User.Role.SUPERVISOR, duties=[User.Duty.HEAD_OF_DEPARTMENT]
    )
    return LedgerList(request)


def test_without_a_count_the_listings_that_were_removed_are_shown():
    assert opened("").count == "listings_removed"
    assert opened("count=corrections").count == "corrections"


def test_its_files_are_called_after_the_number():
    assert opened("count=stores_shut").heading == "Ledger Stores shut"


@pytest.mark.parametrize(
    "query",
    [
        "count=tears",
        "month=2026-13",
        "month=2026-00",
        "month=2026-1",
        "month=1826-01",
        "month=２０２６-01",
        "from=2026-02-30",
        "group=firm",
        "sort=counts",
    ],
)
def test_what_it_does_not_know_is_refused_by_name(query):
    asked = QueryDict(query)
    known = {one.name: one for one in LedgerList.parameters()}
    assert set(faults_of(asked, list(asked), known, None)) == {query.split("=")[0]}


def test_days_months_and_words_narrow_the_rows():
    narrowed = opened("month=2026-02&from=2026-02-03&q=N2026&sort=-target")
    sql = str(narrowed.found.query)
    for said in ("2026-02-01 00:00", "2026-03-01 00:00", "2026-02-03 00:00", "%N2026%"):
        assert said in sql
    assert [chip.label for chip in narrowed.filters.chips()] == [
        "Counted on",
        "Month",
        "Search",
    ]


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
