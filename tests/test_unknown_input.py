"""What nobody asks for is refused by name, and nothing is done: on every route."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from corps.models import Unit, User
from tests.route_rules import ROUTES
from tests.routes import Route, every_route, rule_for

WRITES = ("post", "put", "patch", "delete")
API = [route for route in every_route() if route.is_api]


def callbacks() -> dict[str, Any]:
    """What Django calls for each route of the API."""
    found: dict[str, Any] = {}
    for entry in get_resolver().url_patterns:
        if str(entry.pattern) == "api/v1/":
            for pattern in entry.url_patterns:
                found.setdefault(pattern.name or "", pattern.callback)
    return found


@pytest.fixture
def sign_in(db: None) -> Callable[[str], APIClient]:
    def enter(role: str) -> APIClient:
        unit = (
            Unit.objects.create(name="unit", path="/1/")
            if role in ("officer", "supervisor")
            else None
        )
        client = APIClient(raise_request_exception=False)
        client.force_authenticate(
            User.objects.create(username=role, name=role, role=role, unit=unit)
        )
        return client

    return enter


def fields_of(answer) -> list[str]:
    assert answer.status_code == 400, (answer.status_code, answer.content[:300])
    return [error["field"] for error in answer.data["errors"]]


@pytest.mark.parametrize("route", API, ids=str)
def test_an_unknown_parameter_of_the_api_is_named(
    route: Route, sign_in: Callable[[str], APIClient]
):
    client = sign_in(sorted(rule_for(route.name, ROUTES))[-1])
    answers = [
        getattr(client, method)(f"{route.url}?foo_unknown=1")
        for method in ("get", *WRITES)
    ]
    taken = [answer for answer in answers if answer.status_code != 405]
    assert taken
    for answer in taken:
        assert fields_of(answer) == ["foo_unknown"]


@pytest.mark.parametrize("route", API, ids=str)
def test_an_unknown_field_of_a_body_that_is_not_read_is_named(
    route: Route, sign_in: Callable[[str], APIClient]
):
    client = sign_in(sorted(rule_for(route.name, ROUTES))[-1])
    for method in WRITES:
        answer = getattr(client, method)(
            route.url, {"foo_unknown": 1}, format=body_format(route)
        )
        if answer.status_code not in (404, 405):
            assert "foo_unknown" in fields_of(answer)


def body_format(route: Route) -> str:
    parsers = callbacks()[route.name].cls.parser_classes
    return (
        "json"
        if any("json" in parser.media_type for parser in parsers)
        else "multipart"
    )


def handler_of(route: Route) -> Callable[..., object] | None:
    """What answers a GET of a route of the API."""
    callback = callbacks()[route.name]
    return getattr(
        callback.cls, getattr(callback, "actions", {"get": "get"}).get("get", ""), None
    )


ENUMERATIONS = [
    (route, parameter)
    for route in API
    for parameter in getattr(handler_of(route), "parameters", {}).values()
    if parameter.choices
]


@pytest.mark.parametrize(("route", "parameter"), ENUMERATIONS, ids=str)
def test_an_enumeration_takes_no_other_value_and_only_one(
    route, parameter, sign_in: Callable[[str], APIClient]
):
    client = sign_in(sorted(rule_for(route.name, ROUTES))[-1])
    assert fields_of(client.get(f"{route.url}?{parameter.name}=nonsense")) == [
        parameter.name
    ]
    assert fields_of(
        client.get(f"{route.url}?{parameter.name}=&{parameter.name}=")
    ) == [parameter.name]
