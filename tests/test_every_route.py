"""Every route of the house has a rule, and keeps it: a new route without one fails here."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from corps.models import Unit, User
from tests.routes import PUBLIC, ROLES, SIGNED_IN, Route, every_route, rule_for

ROUTES: dict[str, frozenset[str]] = {}
for table in sorted(Path(__file__).parent.glob("*/routes.py")):
    ROUTES |= importlib.import_module(f"tests.{table.parent.name}.routes").ROUTES

EVERY = every_route()
GUARDED = [
    route for route in EVERY if rule_for(route.name, ROUTES) not in (None, PUBLIC)
]
CLOSED = [
    (route, role)
    for route in GUARDED
    for role in sorted(ROLES - rule_for(route.name, ROUTES))
]
# Second factors are there once one has been set up, and Django's admin has addresses for its own scripts.
ONLY_WITH_SOMETHING = ("mfa_", "admin:")
OPEN = [
    (route, role)
    for route in GUARDED
    for role in sorted(rule_for(route.name, ROUTES))
    if not route.has_parameters
    and not route.name.startswith(ONLY_WITH_SOMETHING)
    and (rule_for(route.name, ROUTES) != SIGNED_IN or role == "officer")
]


@pytest.fixture(scope="session")
def password() -> str:
    """A hashed password, made once."""
    return make_password("three-red-lanterns")


@pytest.fixture
def sign_in(client: Client, db: None, password: str) -> Callable[[str], Client]:
    """Signs a fresh account of a role in."""

    def enter(role: str) -> Client:
        unit = (
            Unit.objects.create(name="unit", path="/1/")
            if role in ("officer", "supervisor")
            else None
        )
        client.force_login(
            User.objects.create(
                username=role, name=role, role=role, unit=unit, password=password
            )
        )
        client.raise_request_exception = False
        return client

    return enter


def is_refused(route: Route, status: int, location: str) -> bool:
    """Whether an answer to the anonymous says: sign in first."""
    return (
        status == 401
        if route.is_asked_by_script
        else status == 302 and location.startswith("/accounts/")
    )


def test_every_route_has_a_rule():
    unruled = [route.name for route in EVERY if rule_for(route.name, ROUTES) is None]
    assert not unruled, "\n".join(
        ["Routes without a rule in tests/<room>/routes.py:", *unruled]
    )


def test_no_rule_is_left_over_from_a_route_that_is_gone():
    names = [route.name for route in EVERY]
    used = {
        key
        for key in ROUTES
        if any(
            name == key or (key[-1] in ":_-" and name.startswith(key)) for name in names
        )
    }
    assert sorted(set(ROUTES) - used) == []


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_the_anonymous_are_sent_to_sign_in(route: Route, client: Client, db: None):
    for answer in (client.get(route.url), client.post(route.url)):
        assert is_refused(
            route, answer.status_code, answer.headers.get("Location", "")
        ), answer.status_code


@pytest.mark.parametrize(("route", "role"), CLOSED, ids=str)
def test_a_role_without_business_finds_nothing_there(
    route: Route, role: str, sign_in: Callable[[str], Client]
):
    client = sign_in(role)
    assert client.get(route.url).status_code == 404
    assert client.post(route.url).status_code == 404


@pytest.mark.parametrize(("route", "role"), OPEN, ids=str)
def test_a_role_with_business_is_answered(
    route: Route, role: str, sign_in: Callable[[str], Client]
):
    assert sign_in(role).get(route.url).status_code in (200, 302, 405)
