"""Who may GET what: every room states its routes in `tests/<room>/routes.py`, and `test_every_route` walks them all.

    ROUTES = {"cases:list": CORPS, "cases:case": CORPS | {"representative"}, "admin:": {"administrator"}}

A key is a route's full name; one that ends with ":", "_" or "-" stands for all names that begin so. The value is the
set of roles that have business there, or PUBLIC.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from corps.models import Unit, User

ROLES = frozenset(
    {"officer", "supervisor", "liaison", "representative", "administrator", "auditor"}
)
CORPS = frozenset({"officer", "supervisor"})
SIGNED_IN = ROLES
PUBLIC = frozenset({"anonymous"}) | ROLES

# What stands for a parameter when nothing in particular is asked for.
SAMPLES = {
    "int": "1",
    "slug": "x",
    "str": "x",
    "uuid": "0190a6e0-0000-7000-8000-000000000000",
    "path": "x",
}


@dataclass(frozen=True, slots=True)
class Route:
    """name: with its namespaces, or its pattern where it has none. url: with samples for its parameters.

    parameters: their names. is_named: whether `reverse` knows it.
    """

    name: str
    url: str
    has_parameters: bool
    parameters: tuple[str, ...] = ()
    is_named: bool = True

    @property
    def is_api(self) -> bool:
        return self.url.startswith("/api/")

    @property
    def is_asked_by_script(self) -> bool:
        """Whether the asker is told 401, not led to the sign-in page: the API, and what is asked while one types."""
        return self.is_api or hasattr(resolve(self.url).func, "is_asked_while_typing")

    def __str__(self) -> str:
        return self.name


def every_route() -> list[Route]:
    """All routes of the house, each name once (DRF's format suffixes are the same routes)."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver().url_patterns, "", "", "/"):
        found.setdefault(route.name, route)
    return sorted(found.values(), key=str)


def rule_for(name: str, table: dict[str, frozenset[str]]) -> frozenset[str] | None:
    """The roles of a route: by its whole name, otherwise by the longest beginning that the table has."""
    if name in table:
        return table[name]
    beginnings = [key for key in table if key[-1] in ":_-" and name.startswith(key)]
    return table[max(beginnings, key=len)] if beginnings else None


def signed_in(role: str) -> Client:
    """A client of a fresh account of a role; what a view raises becomes an answer of 500."""
    unit = None
    if role in CORPS:
        unit = Unit.objects.create(name="unit", path="/1/")
    password = make_password("three-red-lanterns")
    client = Client(raise_request_exception=False)
    client.force_login(
        User.objects.create(
            username=role, name=role, role=role, unit=unit, password=password
        )
    )
    return client


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Whatever is asked inside leaves neither rows nor cookies to what is asked next."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def _walk(patterns: list, names: str, path: str, url: str) -> Iterator[Route]:
    for entry in patterns:
        here = path + str(entry.pattern)
        if "format>" in here:
            continue
        there = url + _sampled(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _walk(entry.url_patterns, inner, here, there)
        elif isinstance(entry, URLPattern):
            named = tuple(re.findall(r"<(?:\w+:)?(\w+)>", here))
            yield Route(
                names + (entry.name or here),
                there,
                "<" in here,
                named,
                bool(entry.name),
            )


def _sampled(pattern: object) -> str:
    """The address of a pattern with samples for its parameters."""
    text = str(pattern)
    if isinstance(pattern, RoutePattern):
        return re.sub(
            r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "x"), text
        )
    return (
        re.sub(
            r"\(\?P<\w+>((?:[^()]|\([^()]*\))*)\)",
            lambda found: _matching(found[1]),
            text,
        )
        .strip("^$")
        .replace("\\", "")
    )


def _matching(expression: str) -> str:
    """Something short that a group of a regular expression takes."""
    return next(
        (
            text
            for text in ("1", "x", expression.split("|")[0])
            if re.fullmatch(expression, text)
        ),
        "1",
    )
