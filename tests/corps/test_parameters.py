"""What an address may ask for: each name and value is known, or refused by name."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory

from corps.access.parameters import (
    Parameter,
    UnknownInput,
    day,
    faults_of,
    number,
    passes_on,
    reads,
    refuse_unknown,
    refuse_unknown_fields,
)

pytestmark = pytest.mark.usefixtures("english")


def asked(address: str, method: str = "GET"):
    request = RequestFactory().generic(method, address)
    request.user = AnonymousUser()
    return request


def listing(request):
    """A page of a list."""


def test_a_parameter_that_is_given_twice_is_refused_unless_it_may_be():
    assert Parameter("q").fault(["a", "b"]) == "“q” may be given once."
    assert Parameter("q", many=True).fault(["a", "b"]) == ""


def test_an_empty_value_asks_for_nothing_and_is_never_wrong():
    assert number("unit").fault([""]) == ""
    assert day("from").fault([""]) == ""
    assert Parameter("state", ("open",)).fault([""]) == ""


def test_a_wrong_value_is_answered_with_those_there_are():
    fault = Parameter("state", ("open", "closed")).fault(["gone"])
    assert fault == "“state” has no value “gone”. There are: open, closed."


def test_more_than_twenty_choices_are_not_listed():
    fault = Parameter("unit", [str(n) for n in range(21)]).fault(["x"])
    assert fault == "“unit” has no value “x”."


def test_choices_of_a_person_are_theirs_and_are_never_listed():
    parameter = Parameter("unit", lambda user: {user})
    assert parameter.fault(["li"], user="li") == ""
    assert parameter.fault(["li"], user="wang") == "“unit” has no value “li”."


def test_a_long_value_is_cut_in_the_message():
    fault = Parameter("state", ("open",)).fault(["x" * 500])
    assert f"“{'x' * 40}”" in fault


@pytest.mark.parametrize("value", ["-1", "1.5", "1" * 19, "１２", " 1", "1\n"])
def test_an_id_is_digits_alone_and_fits_the_column(value):
    assert number("unit").fault([value])


def test_the_longest_id_is_taken():
    assert number("unit").fault(["9" * 18]) == ""


@pytest.mark.parametrize("value", ["2026-02-30", "2026-1-1", "20260101", "yesterday"])
def test_a_day_that_does_not_exist_is_refused_with_an_example(value):
    parameter = day("from")
    assert parameter.kind is date
    assert parameter.fault([value]) == "“from”: give a date as 2026-11-05."


def test_each_unknown_name_and_each_wrong_value_has_its_own_sentence():
    values = QueryDict("unit=x&colour=red")
    faults = faults_of(values, values, {"unit": number("unit")}, None)
    assert set(faults) == {"unit", "colour"}
    assert faults["colour"] == "There is no parameter “colour” here."


def test_a_view_that_declares_nothing_reads_nothing():
    with pytest.raises(UnknownInput, match="q") as unknown:
        refuse_unknown(asked("/?q=1"), listing)
    assert list(unknown.value.faults) == ["q"]


def test_a_page_of_a_list_reads_where_it_begins_as_well():
    view = reads("q", paged=True)(lambda request: None)
    refuse_unknown(asked("/?q=1&after=abc"), view)
    plain = reads("q")(lambda request: None)
    with pytest.raises(UnknownInput, match="after"):
        refuse_unknown(asked("/?q=1&after=abc"), plain)


def test_what_mailings_and_the_sign_in_add_to_an_address_is_let_through():
    refuse_unknown(asked("/?utm_source=mail&utm_x=1&next=/"), listing)


def test_a_form_that_is_sent_is_not_asked_about_its_address():
    refuse_unknown(asked("/?q=1", "POST"), listing)


def test_a_view_that_passes_on_leaves_the_asking_to_the_other():
    refuse_unknown(asked("/?q=1"), passes_on(lambda request: None))


def test_an_unknown_field_is_named_with_the_place_of_its_body():
    bodies = [("[0].", {"id": 1}), ("[1].", {"id": 2, "colour": "red"})]
    with pytest.raises(ValidationError) as refused:
        refuse_unknown_fields(bodies, ["id"])
    assert refused.value.message_dict == {
        "[1].colour": ["There is no field “colour” here."]
    }


def test_the_token_of_a_browsers_form_is_no_unknown_field():
    refuse_unknown_fields([("", {"csrfmiddlewaretoken": "x", "id": 1})], ["id"])
