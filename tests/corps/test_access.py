"""Who may do what: one table, which pages, lines of the sidebar, the search and the API ask, and which is shown."""

import ast
import importlib
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override
from playwright.sync_api import Page

from cases.extensions import home_asides
from corps.access.extensions import Rule, access_rules
from corps.access.permissions import may, who_may
from corps.access.routes import access_table, routes
from corps.models import Unit, User
from corps.search.extensions import search_kinds
from corps.ui.extensions import home_streams, sidebar_links
from tests.routes import ROLES, rule_for
from tests.seen import accessibility_faults, blank_rows

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "three-red-lanterns"
# Where roles are named: the access table, and what is about accounts. Whatever else asks of a person asks a verb
# (`may`, `who_may`) or whose records the person sees (`User.scope`).
ACCESS = ("corps/access/", "*/access.py")
ACCOUNTS = (
    "corps/models/people.py",
    "corps/accounts/",
    "corps/workflow/accounts.py",
    "corps/management/commands/administrator.py",
    "corps/views/people.py",
    "corps/forms.py",
    "corps/filters.py",
    # How many accounts of each role there are, and which ones are still owed.
    "corps/views/administrator_home.py",
    "corps/monitoring/first_steps.py",
    # An entry says in which role somebody acted; a count is composed once for all people of a role.
    "corps/audit/recording.py",
    "corps/ui/home.py",
    # Roles of the database, which are others.
    "corps/database/grants.py",
    # The accounts of the demonstration.
    "demo/",
)
ROLE_LOOKUP = re.compile(r"(\w+__)?role(__\w+)?")


def is_about_roles(path: str) -> bool:
    """Whether a module may name roles. path: from the project's root."""
    return any(
        path.startswith(one) if one.endswith("/") else fnmatch(path, one)
        for one in (*ACCESS, *ACCOUNTS)
    )


def modules() -> list[Path]:
    """The modules of all apps but for what is about roles; migrations say what a table was made of."""
    found = [
        path for app in settings.LOCAL_APPS for path in (PROJECT / app).rglob("*.py")
    ]
    return sorted(
        path
        for path in found
        if "migrations" not in path.parts
        and not is_about_roles(path.relative_to(PROJECT).as_posix())
    )


def names_role(node: ast.AST) -> bool:
    """Whether an expression asks for somebody's role, or names one: `User.Role.X`, `role=` in a lookup, its word in a
    comparison, in a collection of such words or as the key of a contribution."""
    match node:
        case ast.Attribute(attr="role"):
            return True
        case ast.Attribute(value=ast.Attribute(attr="Role")):
            return node.attr.isupper()
        case ast.keyword(arg=str(name)):
            return ROLE_LOOKUP.fullmatch(name) is not None
        case ast.Compare():
            return any(map(is_role, [node.left, *node.comparators]))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return bool(parts) and all(map(is_role, parts))
        case ast.Call(func=ast.Attribute(value=point, attr="contribute"), args=args):
            # Whom an event is told is a word of the table of events.
            return ast.unparse(point) != "event_recipients" and is_role(args[0])
    return False


def is_role(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in ROLES


def roles_named(source: str) -> list[str]:
    """Where the text of a module names roles, in words."""
    return [
        ast.unparse(node) for node in ast.walk(ast.parse(source)) if names_role(node)
    ]


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


def test_roles_are_named_in_access_and_in_accounts_alone():
    named = {
        path.relative_to(PROJECT).as_posix(): roles_named(path.read_text("utf-8"))
        for path in modules()
    }
    assert {path: found for path, found in named.items() if found} == {}


def test_templates_ask_for_no_role():
    asking = [
        path.relative_to(PROJECT).as_posix()
        for path in sorted((PROJECT / "templates").rglob("*.*"))
        if re.search(r"\buser\.role\b", path.read_text("utf-8"))
    ]
    assert asking == []


@pytest.mark.parametrize(
    "source",
    [
        "user.role",
        "User.Role.AUDITOR",
        "people.filter(officer__role='x')",
        "word == 'liaison'",
        "('officer', 'supervisor')",
        "home_pages.contribute('auditor', view)",
    ],
)
def test_what_names_a_role_is_found(source: str):
    assert roles_named(source)


def test_what_only_sounds_like_a_role_is_not_found():
    for source in (
        "turns.select_related('officer')",
        "event_recipients.contribute('administrator', people)",
        "user.scope == User.Scope.FIRM",
        "connect(role)",
    ):
        assert roles_named(source) == []


def test_every_account_exempted_is_there():
    for path in ACCOUNTS:
        assert (PROJECT / path).exists(), path


def test_who_may_gives_those_of_whom_may_is_true(db):
    unit = Unit.objects.create(name="一")
    people = [
        User.objects.create_user(role, role=role, name=role, unit=unit)
        for role in ROLES
    ]
    head = User.objects.create_user(
        "head", role="supervisor", name="head", unit=unit, duties=["head_of_unit"]
    )
    for verb in access_rules:
        able = {user.pk for user in (*people, head) if may(user, verb)}
        assert set(who_may(verb).values_list("pk", flat=True)) == able, verb
    assert list(who_may("notices.approve", User.objects.exclude(pk=head.pk))) == []


def test_every_verb_has_a_name_of_its_own_in_both_languages():
    for language in ("zh-hans", "en"):
        with override(language):
            names = [str(rule.name) for rule in access_rules.values()]
        assert len(set(names)) == len(access_rules)
    with override("zh-hans"):
        for verb, rule in access_rules.items():
            assert not str(rule.name).isascii(), verb


def test_the_table_tells_roles_duties_and_addresses_in_words():
    with access_rules.extended(
        {"corps.view_audit": Rule("读取", ("auditor",), ("reviewer",))}
    ):
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
    assert "结案<br>" in page
    assert "<dt>企业代表</dt><dd>本企业的投诉</dd>" in page
    assert "具有“部门负责人”职责" in page
    client.cookies["django_language"] = "en"
    page = client.get("/audit/access/").content.decode()
    assert "Who may do what" in page
    assert "Close cases<br>" in page


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
