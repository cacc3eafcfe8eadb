"""Every route of the house has a rule, and keeps it: a new route without one fails here."""

import pytest
from django.test import Client

from tests.route_rules import EVERY, GUARDED, ROUTES
from tests.routes import (
    ROLES,
    SIGNED_IN,
    Route,
    rule_for,
    signed_in,
    undone,
)

# Second factors are there once one has been set up, and Django's admin has addresses for its own scripts.
ONLY_WITH_SOMETHING = ("mfa_", "admin:")


def closed_to(role: str) -> list[Route]:
    """The routes on which a role has no business."""
    return [route for route in GUARDED if role not in rule_for(route.name, ROUTES)]


def open_to(role: str) -> list[Route]:
    """The routes that a role is asked to open: those for every signed-in role are opened by officers alone."""
    return [
        route
        for route in GUARDED
        if role in rule_for(route.name, ROUTES)
        and not route.has_parameters
        and not route.name.startswith(ONLY_WITH_SOMETHING)
        and (rule_for(route.name, ROUTES) != SIGNED_IN or role == "officer")
    ]


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


def test_the_anonymous_are_sent_to_sign_in(client: Client, db: None):
    answered = []
    for route in GUARDED:
        for ask in (client.get, client.post):
            with undone(client):
                answer = ask(route.url)
            location = answer.headers.get("Location", "")
            if not is_refused(route, answer.status_code, location):
                answered.append((route.name, ask.__name__, answer.status_code))
    assert answered == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_without_business_finds_nothing_there(role: str, db: None):
    client = signed_in(role)
    answered = []
    for route in closed_to(role):
        for ask in (client.get, client.post):
            with undone(client):
                status = ask(route.url).status_code
            if status != 404:
                answered.append((route.name, ask.__name__, status))
    assert answered == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_with_business_is_answered(role: str, db: None):
    client = signed_in(role)
    refused = []
    for route in open_to(role):
        with undone(client):
            status = client.get(route.url).status_code
        if status not in (200, 302, 405):
            refused.append((route.name, status))
    assert refused == []
