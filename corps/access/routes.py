"""The access table as it stands: each verb, who may do it, and which pages and addresses of the API it opens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from corps.access.extensions import access_rules
from corps.models import User
from corps.models.people import SCOPES

# A named group of a regular expression, and its name as a path has it.
GROUP = re.compile(r"\(\?P(<\w+>)[^()]*\)")
# Django's own pages of reference data, told as one.
ADMIN = "/admin/"


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the system. name: as `reverse` knows it, "" without one. address: with its parameters.

    verb: who may do it may open it; "" for everybody who is signed in; None where the view itself decides, such as the
    sign-in page or an address of Django's admin.
    """

    name: str
    address: str
    verb: str | None


@dataclass(frozen=True, slots=True)
class VerbAccess:
    """A verb of the access table: its name, who may do it, in the words of the reader's language, and what it opens."""

    verb: str
    name: Any
    roles: tuple[Any, ...]
    duties: tuple[Any, ...]
    addresses: tuple[str, ...]


@cache
def routes() -> tuple[Route, ...]:
    """Every address, in the order of addresses."""
    found = _walk(get_resolver().url_patterns, "", "/")
    return tuple(sorted(set(found), key=lambda route: (route.address, route.name)))


def _walk(patterns: list[Any], namespace: str, beginning: str) -> Iterator[Route]:
    for entry in patterns:
        address = f"{beginning}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = namespace
            if entry.namespace:
                inner = f"{namespace}{entry.namespace}:"
            yield from _walk(entry.url_patterns, inner, address)
        elif isinstance(entry, URLPattern) and "format>" not in address:
            name = f"{namespace}{entry.name}" if entry.name else ""
            yield Route(name, _plain(address), _verb_of(entry.callback))


def _verb_of(view: Any) -> str | None:
    """The verb that a page is open to, or that an API view names."""
    return getattr(view, "verb", getattr(getattr(view, "cls", None), "verb", None))


def _plain(address: str) -> str:
    """An address without the marks of a regular expression, its groups as parameters."""
    named = GROUP.sub(r"\1", address).replace("\\.", ".")
    return named.replace("^", "").removesuffix("$").replace("\\Z", "")


def access_table() -> list[VerbAccess]:
    """Every verb, in the order in which the apps declare them."""
    opened: dict[str, list[str]] = {}
    for route in routes():
        if route.verb:
            opened.setdefault(route.verb, []).append(route.address)
    return [
        VerbAccess(
            verb,
            rule.name,
            tuple(role.label for role in User.Role if role in rule.roles),
            tuple(duty.label for duty in User.Duty if duty in rule.duties),
            tuple(opened.get(verb, ())),
        )
        for verb, rule in access_rules.items()
    ]


def for_everybody() -> list[str]:
    """The addresses that everybody may open who is signed in."""
    return [route.address for route in routes() if route.verb == ""]


def decided_by_their_views() -> list[str]:
    """The addresses whose views decide themselves: signing in, the state of the system, Django's admin."""
    own = (route.address for route in routes() if route.verb is None)
    return [
        address for address in own if address == ADMIN or not address.startswith(ADMIN)
    ]


def scope_table() -> list[tuple[Any, Any]]:
    """Each role with the words for whose records its people see."""
    return [(role.label, SCOPES[role].label) for role in User.Role]
