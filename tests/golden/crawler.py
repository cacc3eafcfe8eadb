"""Making a plan: what the pages of a world offer each role, and what is refused to others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve

from tests.golden.page_forms import Form, filled, offers
from tests.golden.requests import PEOPLE, Recorder, Request, rolled_back

NOT_FOLLOWED = (
    "/admin/logout",
    "/accounts/logout",
    "/static/",
    "/i18n/",
    "/accounts/sessions/end/",
)
# Parameters whose values lead to pages that differ.
TOLD_APART = {"tab", "show", "group", "kind", "what"}
# Who goes the same ways as another asks for what that one did not find.
SAME_WAYS = {
    "officer2": "officer",
    "stranger": "officer",
    "supervisor2": "supervisor",
    "chief": "supervisor",
    "other liaison": "liaison",
}


def page_of(path: str) -> str:
    """The name of the page at an address, or ""."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def asked_in(address: str) -> set[tuple[str, ...]]:
    """What an address asks for: its page, and each parameter with its value where values are few."""
    parts = urlsplit(address)
    name = page_of(address)
    if not name:
        return set()
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return {(name,), *((name, *pair_of(pair)) for pair in pairs)}


def pair_of(pair: tuple[str, str]) -> tuple[str, ...]:
    """A parameter with its value; without it where it is a number, a date or a text."""
    name, value = pair
    if name in TOLD_APART and re.fullmatch(r"[a-z_-]{1,30}", value):
        return pair
    return (name,)


def thinned(plan: list[Request]) -> list[Request]:
    """A plan in which each question stands once for one role, and every third of what others and strangers ask."""
    kept: list[Request] = []
    often: dict[tuple, int] = {}
    for request in plan:
        key = _question(request)
        often[key] = often.get(key, -1) + 1
        others = sum(often.values())
        is_new = often[key] == 0 and request.role != "anonymous"
        if is_new or others % 3 == 0:
            kept.append(request)
    return kept


def _question(request: Request) -> tuple:
    parts = urlsplit(request.path)
    names = sorted({name for name, _value in parse_qsl(parts.query)})
    if request.json:
        fields = [str(request.data)]
    else:
        fields = [
            f"{name}={value}" for name, value in request.data or [] if name == "act"
        ]
    has_body = bool(request.data)
    page = page_of(request.path)
    if page.startswith("admin:"):
        page = page.rpartition("_")[2]
    more = (request.json, request.htmx, request.language)
    is_anonymous = request.role == "anonymous"
    return (request.method, page, *names, *fields, has_body, is_anonymous, *more)


@dataclass
class Visited:
    """What was asked for already, and which forms were sent."""

    seen: set[tuple[str, ...]] = field(default_factory=set)
    sent: set[tuple[str, ...]] = field(default_factory=set)


def crawl(recorder: Recorder) -> list[Request]:
    """A plan: what each role is offered from its first page on, every form sent, and what others are refused."""
    plan: dict[str, Request] = {}
    known: dict[str, Request] = {}
    asked: set[tuple[str, str]] = set()
    all_visited: dict[str, Visited] = {}
    for role in PEOPLE:
        visited = all_visited.setdefault(SAME_WAYS.get(role, role), Visited())
        for request in _walk(recorder, role, visited):
            plan.setdefault(request.name, request)
            page = page_of(request.path)
            known.setdefault(page, request)
            asked.add((role, page))
    for number, (page, request) in enumerate(known.items()):
        strangers = [role for role in PEOPLE if (role, page) not in asked]
        turn = number % max(1, len(strangers))
        for role in ("anonymous", *strangers[turn : turn + 1]):
            refused = _as_another(request, role)
            plan.setdefault(refused.name, refused)
    return list(plan.values())


def _as_another(request: Request, role: str) -> Request:
    """The same asked by somebody to whom it is not offered."""
    return Request(role, request.method, request.path, request.data, request.json)


def _walk(recorder: Recorder, role: str, visited: Visited) -> Iterator[Request]:
    seen = visited.seen - {("home",)}
    waiting = ["/"]
    while waiting:
        address = waiting.pop(0)
        if not address.startswith("/") or address.startswith(NOT_FOLLOWED):
            continue
        asked = asked_in(address)
        if asked <= seen:
            continue
        seen |= asked
        visited.seen |= asked
        request = Request(role, "GET", address)
        with rolled_back():
            answer = recorder.ask(request)
            content = answer.getvalue()
        yield request
        if answer.headers.get("Location", "").startswith("/"):
            waiting.append(answer.headers["Location"])
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        offered = offers(address, content.decode())
        waiting += offered.links
        for form in offered.forms:
            if form.method == "GET":
                query = "&".join(f"{name}=" for name, *_rest in form.fields)
                waiting.append(f"{form.action.partition('?')[0]}?{query}")
            elif form.method == "POST":
                yield from _sent(role, form, visited.sent)


def _sent(role: str, form: Form, sent: set[tuple[str, ...]]) -> Iterator[Request]:
    for button in form.buttons or [("", "", "")]:
        action = button[2] or form.action
        page = page_of(action)
        if not page or action.startswith(NOT_FOLLOWED):
            continue
        act = tuple(
            value for name, value, _kind in form.fields if name in ("act", "kind")
        )
        key = (page, *button[:2], *act)
        if key in sent:
            continue
        sent.add(key)
        yield Request(role, "POST", action, filled(form, button))
        if (page,) not in sent:
            sent.add((page,))
            yield Request(role, "POST", action, [])


def sketch(plan: list[Request]) -> dict[str, Any]:
    """How many of each method and role a plan holds."""
    counted: dict[str, int] = {}
    for request in plan:
        key = f"{request.role} {request.method}"
        counted[key] = counted.get(key, 0) + 1
    return counted
