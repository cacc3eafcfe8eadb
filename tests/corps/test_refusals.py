"""How a refused verb comes back to its form."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import RequestFactory

from corps.errors import TransitionRefused
from corps.results import Result
from corps.ui.refusals import (
    MOST_LINES,
    SecondComerMiddleware,
    came_second,
    refusals_go_to,
    say_of_lines,
    status_of,
)

pytestmark = pytest.mark.usefixtures("english")
FIRST = {"by": "Li Wei", "at": datetime(2026, 11, 5, 6, 30, tzinfo=UTC)}


class Registration(forms.Form):
    code = forms.CharField(label="Code", required=False)
    name = forms.CharField(label="Name", required=False)


@pytest.fixture
def form():
    return Registration({})


def test_a_refusal_stands_on_top_of_the_form_or_beside_the_field_it_is_about(form):
    with refusals_go_to(form, {"code-taken": "code"}):
        raise TransitionRefused("code-taken", "Taken.")
    with refusals_go_to(form, {"code-taken": "code"}):
        raise TransitionRefused("closed", "Closed.")
    assert form.errors == {"code": ["Taken."], "__all__": ["Closed."]}
    assert not form.is_valid()


def test_what_is_wrong_with_a_field_that_the_form_has_not_stands_on_top(form):
    with refusals_go_to(form):
        raise ValidationError({"name": ["Too long."], "unit": ["Unknown."]})
    assert form.errors == {"name": ["Too long."], "__all__": ["Unknown."]}


def test_what_must_be_unique_is_told_with_the_label_of_its_field(form):
    with refusals_go_to(form):
        raise ValidationError({"code": [ValidationError("x", code="unique")]})
    [said] = form.errors["code"]
    assert said.startswith("Code: there is one like this already")


def test_a_verb_that_succeeds_leaves_the_form_without_errors(form):
    with refusals_go_to(form):
        pass
    assert form.is_valid()


def test_any_other_error_is_none_of_the_forms(form):
    with pytest.raises(KeyError), refusals_go_to(form):
        raise KeyError


def test_who_came_second_knows_whose_act_came_first_and_when():
    assert came_second(TransitionRefused("taken", "Taken.", **FIRST))
    assert not came_second(TransitionRefused("taken", "Taken.", by="Li Wei"))
    assert not came_second(Result(1, ok=False, code="closed"))


def answered(raised, status=HTTPStatus.OK):
    """The status of a page that shows its form again after a refusal."""

    def page(request):
        with refusals_go_to(Registration({})):
            raise raised
        return HttpResponse(status=status)

    return SecondComerMiddleware(page)(RequestFactory().post("/")).status_code


def test_a_page_that_shows_a_form_to_who_came_second_is_a_conflict():
    assert answered(TransitionRefused("taken", "Taken.", **FIRST)) == 409
    assert answered(TransitionRefused("closed", "Closed.")) == 200
    assert answered(TransitionRefused("taken", "Taken.", **FIRST), 302) == 302


def test_one_request_that_came_second_does_not_make_the_next_one_second():
    answered(TransitionRefused("taken", "Taken.", **FIRST))
    assert answered(TransitionRefused("closed", "Closed.")) == 200


def test_many_acts_are_a_conflict_only_where_others_were_first_with_all_of_them():
    second = Result(1, ok=False, code="taken", details=FIRST)
    assert status_of([second, second]) == 409
    assert status_of([second, Result(2)]) == 200
    assert status_of([second, Result(2, ok=False, code="closed")]) == 200
    assert status_of([]) == 200


def test_of_many_refused_lines_the_first_are_told_and_the_others_counted(form):
    refused = [
        (f"line {n}", Result(n, ok=False, code="x", message="No.")) for n in range(14)
    ]
    say_of_lines(form, "name", [("good", Result(0)), *refused])
    said = form.errors["name"]
    assert len(said) == MOST_LINES + 1
    assert said[0] == "“line 0”: No."
    assert said[-1] == "and 4 more lines"


def test_a_refused_line_is_cut_and_told_by_its_code_where_it_has_no_sentence(form):
    say_of_lines(form, "name", [("x" * 500, Result(0, ok=False, code="too-long"))])
    assert form.errors["name"] == [f"“{'x' * 80}”: too-long"]
