"""What forms read of a request, and what they pass over."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from corps.forms import (
    CalendarForm,
    NoActChosen,
    chosen_act,
    posted,
    resent,
    ticked_ids,
)

ask = RequestFactory()


def test_a_form_is_bound_to_an_empty_body_and_never_to_an_address():
    assert posted(ask.post("/")) == QueryDict()
    assert posted(ask.get("/?name=x")) is None


def test_the_act_is_the_one_of_the_pressed_button():
    assert chosen_act(ask.post("/", {"act": "close"}), "open", "close") == "close"


@pytest.mark.parametrize("sent", [{}, {"act": ""}, {"act": "burn"}])
def test_without_an_act_that_the_page_offers_none_is_done(sent):
    with pytest.raises(NoActChosen):
        chosen_act(ask.post("/", sent), "open", "close")


def test_an_act_is_meant_by_default_only_where_none_is_named():
    assert chosen_act(ask.post("/"), "look", "close", default="look") == "look"
    with pytest.raises(NoActChosen):
        chosen_act(ask.post("/", {"act": "burn"}), "look", default="look")


def test_what_cannot_be_an_id_is_not_ticked():
    sent = QueryDict(f"ids=3&ids=x&ids=-1&ids=１&ids={'9' * 19}&ids=1&rows=7")
    assert ticked_ids(sent) == [3, 1]
    assert ticked_ids(sent, "rows") == [7]


def test_what_is_sent_again_leaves_what_was_sent_as_it_was():
    sent = QueryDict("step=1&step=2&name=x")
    again = resent(sent, step="3")
    assert again.getlist("step") == ["3"]
    assert again["name"] == "x"
    assert sent.getlist("step") == ["1", "2"]


def test_each_line_of_a_holiday_table_that_cannot_be_read_is_an_error_beside_it(
    english,
):
    form = CalendarForm({"table": "x\n2027-01-01, rest, y\nz", "source": "notice"})
    assert not form.is_valid()
    assert [said.partition(":")[0] for said in form.errors["table"]] == [
        "Line 1",
        "Line 3",
    ]
