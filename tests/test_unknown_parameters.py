"""A page answers 400 to what its address asks for in vain, by name and with a way on; and every page knows what the
links and the forms of all pages ask for."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from cases.models import Complaint
from corps.access.parameters import Parameter
from corps.models import Unit, User
from notices.models import LedgerEntry
from tests.cases.scene import Scene
from tests.dashboards.entries import moment, open_book
from tests.notices.world import answer, issue
from tests.route_rules import ROUTES
from tests.routes import PUBLIC, Route, every_route, rule_for

# Django's and allauth's own; asked by monitors and by the frame's script, which no list hangs on; by a button alone.
OTHERS = (
    "account_",
    "mfa_",
    "admin:",
    "healthz",
    "readyz",
    "statusz",
    "pulse",
    "set_language",
)
PAGES = [
    route
    for route in every_route()
    if not route.is_api and not route.name.startswith(OTHERS)
]


@pytest.fixture
def sign_in(db: None) -> Callable[[str], Client]:
    """Signs an account of a role in, the same one each time."""
    unit = Unit.objects.create(name="unit", path="/1/")
    clients: dict[str, Client] = {}

    def enter(role: str) -> Client:
        if role not in clients:
            of = unit if role in ("officer", "supervisor") else None
            clients[role] = Client(raise_request_exception=False)
            clients[role].force_login(
                User.objects.create(
                    username=role, name=role, role=role, unit=of, password="!"
                )
            )
        return clients[role]

    return enter


def roles_of(route: Route) -> list[str]:
    allowed = rule_for(route.name, ROUTES) or frozenset()
    assert allowed != PUBLIC, (
        f"{route}: say in OTHERS why it is asked for by nobody, or put it behind `open_to`"
    )
    return sorted(allowed)


def refused(client: Client, route: Route, query: str, name: str) -> str:
    """What is wrong with the answer to an address that asks for something in vain; "" if nothing is."""
    found = client.get(f"{route.url}?{query}")
    said = found.content.decode() if not found.streaming else ""
    if found.status_code != 400 or name not in said:
        return (
            f"{route}?{query} as {client.session['_auth_user_id']}: {found.status_code}"
        )
    return (
        ""
        if f'href="{route.url}"' in said
        else f"{route}?{query}: no way to the page without it"
    )


def test_every_page_names_a_parameter_that_it_does_not_read(
    sign_in: Callable[[str], Client],
):
    # Each role has a first page of its own; any other page is the same one for all its roles.
    asked = [
        (route, role)
        for route in PAGES
        for role in roles_of(route)[: None if route.name == "home" else 1]
    ]
    wrong = [
        refused(sign_in(role), route, "foo_unknown=1", "foo_unknown")
        for route, role in asked
    ]
    assert not list(filter(None, wrong)), "\n".join(
        ["Put `reads` beneath `open_to`:", *filter(None, wrong)]
    )


def declared(route: Route) -> dict[str, Parameter]:
    return getattr(resolve(route.url).func, "parameters", None) or {}


def test_every_page_names_a_value_that_its_parameters_do_not_have(
    sign_in: Callable[[str], Client],
):
    asked = [
        (route, parameter)
        for route in PAGES
        for parameter in declared(route).values()
        if parameter.choices or parameter.pattern or parameter.kind is not str
    ]
    assert len(asked) > 50
    wrong = []
    for route, parameter in asked:
        client = sign_in(roles_of(route)[0])
        wrong.append(
            refused(client, route, f"{parameter.name}=no%20such", parameter.name)
        )
        if not parameter.many:
            wrong.append(
                refused(
                    client,
                    route,
                    f"{parameter.name}=&{parameter.name}=",
                    parameter.name,
                )
            )
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def test_what_others_hang_on_to_an_address_is_let_through(
    sign_in: Callable[[str], Client],
):
    for address in ("/", "/cases/", "/search/", "/audit/"):
        client = sign_in("auditor" if address == "/audit/" else "officer")
        assert (
            client.get(
                f"{address}?utm_source=x&next=/&org.htmx.cache-buster=1"
            ).status_code
            == 200
        )


def test_the_rest_of_a_filter_stays_in_the_way_on(sign_in: Callable[[str], Client]):
    said = sign_in("officer").get("/cases/?state=open&foo=1").content.decode()
    assert 'href="/cases/?state=open"' in said


# --- what pages ask each other for ----------------------------------------------------------------------------------


def addresses_in(page: str, said: str) -> Iterator[str]:
    """What a page links to, and what its forms that only read would ask for."""
    for link in re.findall(r'(?:href|hx-get)="([^"]*)"', said):
        yield urljoin(page, unescape(link)).partition("#")[0]
    for head, body in re.findall(r"<form([^>]*)>(.*?)</form>", said, re.DOTALL):
        if 'method="post"' in head.lower() or 'method="dialog"' in head.lower():
            continue
        form = re.search(r'\bid="([^"]+)"', head)
        fields = re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', body)
        if form:
            fields += re.findall(
                rf'<(?:input|select)[^>]*\bname="([^"]+)"[^>]*\bform="{form[1]}"', said
            )
        action = re.search(r'\baction="([^"]*)"', head)
        goal = urljoin(
            page, unescape(action[1]) if action and action[1] else urlsplit(page).path
        )
        yield goal + "?" + "&".join(f"{name}=" for name in dict.fromkeys(fields))


def asked_in(address: str) -> set[tuple[str, str]]:
    """The parameters of an address, each with the page that it asks; a page without parameters asks for ""."""
    parts = urlsplit(address)
    try:
        page = resolve(parts.path).view_name
    except Resolver404:
        return set()
    return {
        (page, ""),
        *(
            (page, name)
            for name, _value in parse_qsl(parts.query, keep_blank_values=True)
        ),
    }


def walk(client: Client, seen: set[tuple[str, str]]) -> Iterator[tuple[str, int, str]]:
    """Follow what pages offer from the first page on, save what was seen: address, status, and where it was found."""
    waiting: list[tuple[str, str]] = [("/", "")]
    while waiting:
        address, found_on = waiting.pop(0)
        asked = asked_in(address) if address.startswith("/") else set()
        if asked <= seen or address.startswith(("/admin/", "/accounts/")):
            continue
        seen |= asked
        found = client.get(address)
        yield address, found.status_code, found_on
        if (
            not found.streaming
            and found.status_code == 200
            and "html" in found.headers.get("Content-Type", "")
        ):
            waiting += [
                (link, address)
                for link in addresses_in(address, found.content.decode())
            ]


def test_every_link_and_form_asks_for_what_its_page_reads(db: None):
    scene = Scene()
    world = scene.world
    representative = User.objects.create(
        username="firm", name="firm", role="representative", password="!"
    )
    Complaint.objects.update(submitted_by=representative)
    notices = issue(world)
    answer(world, notices[0])
    book = open_book(world)
    LedgerEntry.objects.bulk_create(book.entry(which, moment(1)) for which in (0, 1, 2))
    auditor = User.objects.create(
        username="auditor", name="auditor", role="auditor", password="!"
    )
    pages, seen = 0, set[tuple[str, str]]()
    for person in (
        world.supervisor,
        world.officer,
        world.liaison,
        scene.admin,
        auditor,
        representative,
    ):
        client = Client(raise_request_exception=False)
        client.force_login(person)
        seen -= {("home", "")}
        walked = list(walk(client, seen))
        pages += len(walked)
        wrong = [
            f"{address}, found on {page}"
            for address, status, page in walked
            if status in (400, 500)
        ]
        assert not wrong, "\n".join([f"As {person.role}:", *wrong])
    assert pages > 100
