"""The documents: what they name exists, and what they repeat from the code agrees with it."""

import ast
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.check import CHECKS

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
CODE = re.compile(r"`([^`\n]+)`")
# A path of this project, perhaps with a name in it: `cases/states.py:CASE_STATES`.
NAMED = re.compile(
    r"(\.?[\w-]+(?:/[\w.-]+)*\.(?:py|html|txt|tsv|csv|css|js|md|po|toml|yaml|svg))(?::([\w.]+))?"
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
# Files that a reader is told to make, or that the running program makes.
NOT_KEPT = {"campaign.json", "bench.json"}


def paths_named(document: Path) -> list[tuple[str, str]]:
    """The files that a document names in code marks, each with the name within it or ""."""
    found = []
    for code in CODE.findall(without_examples(document.read_text(encoding="utf-8"))):
        if named := NAMED.fullmatch(code):
            found.append((named[1], named[2] or ""))
    return found


def without_examples(text: str) -> str:
    """The prose of a document: without its fenced examples."""
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def names_in(path: Path) -> set[str]:
    """What a module defines at its top, and the members of its classes as `Class.member`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found |= names_of(node)
        if isinstance(node, ast.ClassDef):
            members = set().union(*map(names_of, node.body))
            found |= {f"{node.name}.{member}" for member in members}
    return found


def names_of(node: ast.stmt) -> set[str]:
    """The names that one statement defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_and_function_that_a_document_names_exists(document: Path):
    missing = []
    for path, name in paths_named(document):
        if path in NOT_KEPT:
            continue
        places = [PROJECT / path, document.parent / path]
        place = next((place for place in places if place.exists()), None)
        if place is None or (name and name not in names_in(place)):
            missing.append(f"{path}:{name}".rstrip(":"))
    assert not missing, f"{document.name} names what is not there: {missing}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path):
    links = LINK.findall(without_examples(document.read_text(encoding="utf-8")))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_product_shows_the_version_of_the_project():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert project["version"] == settings.VERSION
    assert project["version"] == settings.SPECTACULAR_SETTINGS["VERSION"]
    assert f"## [{project['version']}]" in (PROJECT / "CHANGELOG.md").read_text()


def test_the_hooks_run_what_make_check_runs():
    [repository] = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())[
        "repos"
    ]
    hooks = {hook["id"]: shlex.split(hook["entry"]) for hook in repository["hooks"]}
    commands = {name: [".venv/bin/python", *words] for name, words in CHECKS.items()}
    assert hooks == commands


def test_the_page_of_states_is_what_the_tables_say():
    from tests.states import DOCUMENT, text

    assert DOCUMENT.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("kept", sorted(PROJECT.glob("requirements*.txt")))
def test_each_dependency_of_the_program_has_a_reason(kept: Path):
    own, _, _ = kept.read_text(encoding="utf-8").partition("# Needed by the above")
    lines = [line for line in own.splitlines() if "==" in line]
    assert [line for line in lines if " # " not in line] == []
