"""Problem documents: how the API tells an error."""

import json

import pytest
from django.test import RequestFactory

from corps.api.problems import document, is_api, problem_page

ask = RequestFactory()


def test_a_problem_names_its_status_its_code_and_what_is_given_besides():
    assert document(409, "Closed.", "closed", ids=[3], by="") == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Closed.",
        "code": "closed",
        "ids": [3],
    }


def test_a_status_that_is_none_makes_no_document():
    with pytest.raises(ValueError, match="999"):
        document(999, "", "")


def test_a_problem_has_the_media_type_and_the_status_that_it_tells():
    page = problem_page(ask.get("/api/"), 404, "Nothing here.", "not-found")
    assert page.status_code == json.loads(page.content)["status"] == 404
    assert page["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "is_of_a_program"),
    [("/api/v1/cases/", True), ("/apiary/", False), ("/cases/?x=/api/", False)],
)
def test_only_what_lies_below_api_is_asked_for_by_programs(path, is_of_a_program):
    assert is_api(ask.get(path)) is is_of_a_program
