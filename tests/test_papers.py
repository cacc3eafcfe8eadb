"""The documents: what they name exists, and what they repeat from the code agrees with it."""

import ast
import re
import shlex
import tomllib
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from babel.messages.catalog import Message
from django.apps import apps
from django.conf import settings
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from config.catalogues import read_catalogue
from corps.models.words import RecordWords
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


def place_of(path: str, document: Path) -> Path | None:
    """Where a named file is: from the project, from the document, or, for a mere name, in any app."""
    places = [PROJECT / path, document.parent / path]
    if "/" not in path:
        places += PROJECT.glob(f"*/{path}")
        places += PROJECT.glob(f"tests/*/{path}")
    return next((place for place in places if place.exists()), None)


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
        place = place_of(path, document)
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


@pytest.mark.django_db
def test_the_foot_of_each_page_names_the_version(client: Client):
    page = client.get("/accounts/login/")
    assert f"版本 {settings.VERSION}" in page.text


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


class Term(NamedTuple):
    """A row of the glossary. code, fields: what stands in code marks in its cells."""

    chinese: str
    english: str
    code: list[str]
    fields: list[str]


# Apps whose models are terms of the domain.
DOMAIN = ("firms", "stores", "listings", "cases", "notices", "dashboards")
# Of the API's fields those that any API has: pages of a list, problem documents, progress.
PLAIN_FIELDS = {
    *("next", "previous", "results"),
    *("at", "code", "detail", "done", "errors", "field", "status", "title", "type"),
    *("from", "state", "to", "why"),
}


def terms() -> list[Term]:
    """The glossary's rows."""
    found = []
    for line in (PROJECT / "docs/glossary.md").read_text(encoding="utf-8").split("\n"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("中文", "---"):
            chinese, english, code, fields, _meaning = cells
            found.append(
                Term(chinese, english, CODE.findall(code), CODE.findall(fields))
            )
    return found


def test_each_term_of_the_glossary_stands_once():
    english = [term.english for term in terms()]
    assert len(english) == len(set(english))


def test_the_glossary_names_every_model_of_the_domain():
    named = {name for term in terms() for name in term.code}
    models = {model.__name__: model for model in apps.get_models()}
    domain = {
        model.__name__
        for app in DOMAIN
        for model in apps.get_app_config(app).get_models()
        if not issubclass(model, RecordWords)
    }
    assert domain - named == set()
    for name in named:
        model, _, member = name.partition(".")
        assert model in models, name
        assert not member or hasattr_at(models[model], member), name


def hasattr_at(model: object, path: str) -> bool:
    """Whether a model has a member, such as `Role.OFFICER`."""
    try:
        attrgetter(path)(model)
    except AttributeError:
        return False
    return True


def test_the_glossary_names_every_field_of_the_api():
    schemas = SchemaGenerator().get_schema(public=True)["components"]["schemas"]
    fields = {name for each in schemas.values() for name in each.get("properties", {})}
    named = {name for term in terms() for name in term.fields}
    assert fields - PLAIN_FIELDS == named


def test_the_words_of_the_glossary_are_those_of_the_catalogues():
    entries = [
        (english(message), chinese(message))
        for path in sorted(PROJECT.glob("locale/*/zh_Hans/LC_MESSAGES/django.po"))
        for message in read_catalogue(path)
        if message.id
    ]
    missing = [
        f"{term.english}: {term.chinese}"
        for term in terms()
        if not any(
            term.english.lower() in text and term.chinese in said
            for text, said in entries
        )
    ]
    assert missing == []


def english(message: Message) -> str:
    """What an entry is of, in small letters."""
    return "\n".join(
        [message.id] if isinstance(message.id, str) else message.id
    ).lower()


def chinese(message: Message) -> str:
    """What an entry says."""
    said = message.string
    return said if isinstance(said, str) else "\n".join(said)
