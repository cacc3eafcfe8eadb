"""Extension points: declared in one place, asked somewhere, filled by plugins alone."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from corps import extensions
from corps.extensions import (
    Cardinality,
    ExtensionPoint,
    KeyedExtensionPoint,
    Point,
    points,
)

PROJECT = Path(__file__).resolve().parents[2]
APPS = settings.LOCAL_APPS
# A public name at the top of a module that is bound to something empty to be filled, or a type that says so.
REGISTRY = re.compile(
    r"^[a-z]\w*(: (?:list|dict|set)\[.*\])? = (\[\]|\{\}|(?:list|dict|set)\(\))$", re.M
)
# A table of a page declares itself where it is made, in the app whose page it is on: nobody contributes to it.
DECLARED_BY_THEMSELVES = {"corps/ui/tables.py"}


@pytest.fixture
def declare(monkeypatch):
    """Declares points that are forgotten after the test, and lets an app contribute to them."""
    monkeypatch.setattr(extensions._Points, "by_name", {})
    monkeypatch.setattr(extensions._Points, "contributor", "lower")

    def act_as(app: str | None) -> None:
        monkeypatch.setattr(extensions._Points, "contributor", app)

    return act_as


def sources() -> Iterator[tuple[str, str]]:
    """Each module of the apps, by its path, but for migrations."""
    for app in APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(PROJECT).as_posix(), path.read_text("utf-8")


def declared_in_sources() -> dict[str, str]:
    """The name of each point → the variable that holds it, as `extensions.py` files declare them."""
    found = {}
    for path, text in sources():
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                call = node.value
                kind = ast.unparse(call.func).partition("[")[0]
                if kind in ("ExtensionPoint", "KeyedExtensionPoint"):
                    assert path.endswith("/extensions.py"), path
                    (target,) = node.targets
                    package = path.removesuffix("/extensions.py").replace("/", ".")
                    found[ast.literal_eval(call.args[0])] = (
                        f"{package}.{ast.unparse(target)}"
                    )
    return found


def test_contributions_come_in_the_order_of_the_apps_unless_they_state_one(declare):
    point = ExtensionPoint[str]("lower.words", "Words.")
    point.contribute("first")
    point.contribute("last", order=5)
    declare("higher")
    point.contribute_all(("second", "third"))
    assert list(point) == ["first", "second", "third", "last"]
    assert [one.app for one in point.contributions] == [
        "lower",
        "higher",
        "higher",
        "lower",
    ]


def test_contributing_is_a_decorator_as_well(declare):
    point = ExtensionPoint[Callable[[], int]]("lower.numbers", "Numbers.")

    @point.contribute
    def seven() -> int:
        return 7

    assert [give() for give in point] == [seven()] == [7]


def test_what_is_contributed_outside_of_a_plugin_is_refused(declare):
    point = ExtensionPoint[str]("lower.words", "Words.")
    by_key = KeyedExtensionPoint[str, str]("lower.names", "Names.")
    declare(None)
    with pytest.raises(ImproperlyConfigured, match=r"lower\.words: .*plugin\.py"):
        point.contribute("word")
    with pytest.raises(ImproperlyConfigured, match=r"lower\.names: .*plugin\.py"):
        by_key.contribute("key", "name")
    assert (list(point), dict(by_key)) == ([], {})


def test_a_key_that_two_apps_contribute_is_refused_and_both_are_named(declare):
    point = KeyedExtensionPoint[str, str]("lower.names", "Names.")
    point.contribute("key", "name")
    declare("higher")
    with pytest.raises(
        ImproperlyConfigured, match=r"lower\.names: 'key' .*lower.*higher"
    ):
        point.contribute_all({"other": "one", "key": "another"})
    assert dict(point) == {"key": "name"}


def test_a_point_is_declared_once(declare):
    ExtensionPoint[str]("lower.words", "Words.")
    with pytest.raises(ImproperlyConfigured, match=r"lower\.words is declared twice"):
        ExtensionPoint[str]("lower.words", "Words.")


@pytest.mark.parametrize(
    ("cardinality", "allowed"),
    [
        (Cardinality.ANY, {0, 1, 2}),
        (Cardinality.AT_LEAST_ONE, {1, 2}),
        (Cardinality.EXACTLY_ONE, {1}),
    ],
)
def test_too_few_or_too_many_contributions_are_a_fault(declare, cardinality, allowed):
    point = ExtensionPoint[int]("lower.numbers", "Numbers.", cardinality)
    for count in range(3):
        assert (not list(point.faults())) == (count in allowed)
        point.contribute(count)


def test_the_fault_names_the_apps_and_the_keys_that_are_missing(declare):
    point = ExtensionPoint[int]("lower.number", "N.", Cardinality.EXACTLY_ONE)
    by_key = KeyedExtensionPoint[str, int]("lower.by", "N.", required=("one", "two"))
    assert list(point.faults()) == [
        "lower.number takes exactly one contribution and has 0 (of no app)."
    ]
    point.contribute(1)
    assert point.sole == 1
    declare("higher")
    point.contribute(2)
    by_key.contribute("one", 1)
    assert list(point.faults()) == [
        "lower.number takes exactly one contribution and has 2 (higher, lower)."
    ]
    assert list(by_key.faults()) == ["lower.by lacks two: no app contributes it."]


def test_the_system_check_is_an_error_for_a_point_that_nobody_fills(declare):
    ExtensionPoint[int]("lower.number", "N.", Cardinality.EXACTLY_ONE)
    faults = [message for message in run_checks() if message.id == "corps.E001"]
    assert [message.is_serious() for message in faults] == [True]
    assert "lower.number" in faults[0].msg


def test_a_test_adds_or_replaces_for_a_while_and_all_is_as_before(declare):
    point = ExtensionPoint[str]("lower.words", "Words.")
    by_key = KeyedExtensionPoint[str, int]("lower.by", "N.")
    point.contribute("own")
    by_key.contribute("own", 1)
    with point.extended("more"), by_key.extended({"own": 2, "more": 3}):
        assert (list(point), dict(by_key)) == (["own", "more"], {"own": 2, "more": 3})

    def fail_meanwhile():
        with point.replaced("other"), by_key.replaced({}):
            assert (list(point), dict(by_key)) == (["other"], {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_meanwhile()
    assert (list(point), dict(by_key)) == (["own"], {"own": 1})


def test_every_point_is_declared_in_an_extensions_module_under_its_own_name():
    declared = declared_in_sources()
    assert {point.name for point in points()} == declared.keys()
    assert {name: name for name in declared} == declared


@pytest.mark.parametrize("point", points(), ids=lambda point: point.name)
def test_every_point_says_what_it_is_for_and_of_which_type(point: Point):
    assert point.description.endswith(".")
    assert point.signature
    assert not list(point.faults())


def test_every_point_is_asked_in_its_own_app():
    texts = {
        path: text
        for path, text in sources()
        if not path.endswith(("/extensions.py", "/plugin.py"))
    }
    unasked = []
    for name in declared_in_sources():
        app, *_package, variable = name.split(".")
        own = (text for path, text in texts.items() if path.startswith(f"{app}/"))
        if not any(re.search(rf"\b{variable}\b", text) for text in own):
            unasked.append(name)
    assert unasked == []


def test_nobody_contributes_outside_of_a_plugin():
    found = [
        path
        for path, text in sources()
        if re.search(r"\.contribute(_all)?\(|\.contribute$", text, re.M)
        and not path.endswith("/plugin.py")
        and path != "corps/extensions.py"
    ]
    assert found == []


def test_no_other_registry_is_left():
    found = [
        path
        for path, text in sources()
        if REGISTRY.search(text) and path not in DECLARED_BY_THEMSELVES
    ]
    assert found == []


def test_only_corps_does_something_when_an_app_is_ready():
    ready = [path for path, text in sources() if "def ready(self)" in text]
    assert ready == ["corps/apps.py"]


def test_the_architecture_names_every_module_of_points():
    paper = (PROJECT / "docs/architecture.md").read_text("utf-8")
    modules = {
        f"{name.rpartition('.')[0].replace('.', '/')}/extensions.py"
        for name in declared_in_sources()
    }
    assert sorted(module for module in modules if f"`{module}`" not in paper) == []


def test_the_command_prints_each_point_with_type_cardinality_and_contributors(capsys):
    call_command("extensions", no_color=True)
    printed = capsys.readouterr().out
    part = printed[printed.index("cases.closing_checks") :].split("\n\n")[0]
    assert part.splitlines() == [
        "cases.closing_checks (at least one)",
        "  What is missing before a case may be closed; or raises TransitionRefused.",
        "  Callable[[Case], Iterable[Missing] | None]",
        "    notices: notices.workflow.closing.open_work",
    ]
    assert all(f"\n{point.name} (" in f"\n{printed}" for point in points())


def test_the_command_prints_the_same_for_programs(capsys):
    call_command("extensions", json=True)
    told = {point["name"]: point for point in json.loads(capsys.readouterr().out)}
    assert told.keys() == {point.name for point in points()}
    recipients = told["corps.mail.event_recipients"]
    assert recipients["is_keyed"]
    assert {
        "app": "cases",
        "contribution": "chiefs → cases.workflow.notifications.chiefs",
    } in recipients["contributions"]
