"""Who may do what: one table, which pages, lines of the sidebar, the search and the API ask, and which is shown."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from cases.extensions import home_asides
from corps.access.extensions import Rule, access_rules
from corps.access.routes import access_table, routes
from corps.models import User
from corps.search.extensions import search_kinds
from corps.ui.extensions import home_streams, sidebar_links
from tests.routes import ROLES, rule_for
from tests.seen import accessibility_faults, blank_rows

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "three-red-lanterns"
# Where pages and the API are made. What is said of a role by name there stands in the access table instead.
PAGES = ("views", "views.py", "*_views.py", "api.py", "search_providers.py")
# The dashboards keep their list of deadlines beside their views.
ALSO = ("dashboards/deadlines.py",)
# What pages say of the people that they show or make, not of who may open them.
NOT_OF_ACCESS = {"corps/views/people.py"}


def page_modules() -> list[Path]:
    """The modules of pages and of the API."""
    found = [PROJECT / path for path in ALSO]
    for app in settings.LOCAL_APPS:
        for pattern in PAGES:
            for path in (PROJECT / app).glob(pattern):
                found += path.glob("*.py") if path.is_dir() else [path]
    return sorted(found)


def roles_named(path: Path) -> list[str]:
    """Roles that a module names as `User.Role.X`, or by their word in a tuple, list, set or comparison."""
    named = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and re.search(
            r"\bRole\.[A-Z]+$", ast.unparse(node)
        ):
            named.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and node.elts:
            words = [getattr(part, "value", None) for part in node.elts]
            if set(words) <= ROLES:
                named.append(f"{path.name}:{node.lineno} {words}")
    return named


def rules_of_routes() -> dict[str, frozenset[str]]:
    """What the tests of each app say of who has business where."""
    table: dict[str, frozenset[str]] = {}
    for module in sorted((PROJECT / "tests").glob("*/routes.py")):
        table |= importlib.import_module(f"tests.{module.parent.name}.routes").ROUTES
    return table


def test_every_verb_that_something_asks_is_in_the_table():
    asked = {route.verb for route in routes() if route.verb}
    asked |= {link.verb for link in sidebar_links}
    asked |= {kind.verb for kind in search_kinds if kind.verb}
    asked |= {one.verb for one in (*home_asides, *home_streams)}
    assert sorted(asked - access_rules.keys()) == []


def test_every_route_with_a_verb_is_open_to_just_the_roles_that_its_rule_names():
    rules = rules_of_routes()
    differing = [
        f"{route.name}: {route.verb}"
        for route in routes()
        if route.verb
        and rule_for(route.name, rules) != frozenset(access_rules[route.verb].roles)
    ]
    assert differing == []


def test_pages_and_the_api_name_no_role():
    named = [
        line
        for path in page_modules()
        if path.relative_to(PROJECT).as_posix() not in NOT_OF_ACCESS
        for line in roles_named(path)
    ]
    assert named == []


def test_the_table_tells_roles_duties_and_addresses_in_words():
    with access_rules.extended({"corps.view_audit": Rule(("auditor",), ("reviewer",))}):
        told = {row.verb: row for row in access_table()}
    row = told["corps.view_audit"]
    assert [str(role) for role in row.roles] == [User.Role.AUDITOR.label]
    assert [str(duty) for duty in row.duties] == [User.Duty.REVIEWER.label]
    assert {"/audit/", "/audit/access/"} <= set(row.addresses)


def test_the_auditor_reads_who_may_do_what(client, db):
    auditor = User.objects.create_user(
        "a", password=PASSWORD, name="审", role="auditor"
    )
    client.force_login(auditor)
    assert "/audit/access/" in client.get("/audit/").content.decode()
    page = client.get("/audit/access/").content.decode()
    for verb in access_rules:
        assert f"<code>{verb}</code>" in page
    assert "具有“部门负责人”职责" in page
    client.cookies["django_language"] = "en"
    page = client.get("/audit/access/").content.decode()
    assert "Who may do what" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_can_be_read_at_any_width(page: Page, width: int):
    User.objects.create_user("a", password=PASSWORD, name="审", role="auditor")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/accounts/login/")
    page.fill("[name=login]", "a")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto("/audit/access/")
    assert blank_rows(page) == []
    assert accessibility_faults(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
