"""Settings: declared once, read from the environment or from a file, and each named in the document."""

import ast
import os
from pathlib import Path

import pytest

from runtime import ServicesError
from runtime.environment import (
    BY_NAME,
    load,
    main,
    number,
    read_file,
    seconds,
    secure_origins,
    switch,
    value,
    words,
)

PROJECT = Path(__file__).resolve().parents[2]
APPS = [
    "corps",
    "firms",
    "stores",
    "listings",
    "cases",
    "notices",
    "dashboards",
    "demo",
]
# Set by one process for another, or by make and Python; nobody gives them.
INTERNAL = {
    "DJANGO_SETTINGS_MODULE",
    "EMBEDDED_SERVICES",
    "DATABASE_IS_NAMED",
    "LOCAL_SINK_URL",
    "MAKELEVEL",
}
INTERNAL |= {"RUNTIME_ROLE", "PASSING_SECRET_KEY"}


def names_read(path: Path) -> set[str]:
    """Names that a module asks the environment for."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        asks = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if asks in {
            "os.environ.get",
            "os.getenv",
            "value",
            "is_given",
            "env.dj_db_url",
            "env.dj_email_url",
        }:
            found |= {
                part.value for part in node.args[:1] if isinstance(part, ast.Constant)
            }
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            found |= (
                {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
            )
    return found


def test_whatever_the_code_asks_the_environment_for_is_declared():
    modules = [path for app in APPS for path in (PROJECT / app).rglob("*.py")]
    read = {name for path in modules for name in names_read(path)}
    assert read - BY_NAME.keys() - INTERNAL == set()


def test_the_document_says_what_the_settings_are():
    assert main(["--check"]) == 0


def test_the_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    lines = [
        "# of this host",
        "",
        "export SITE_URL = 'https://corps.test'",
        "ORGANISATION=a = b # c",
        "LOG_LEVEL=DEBUG",
    ]
    (tmp_path / "env").write_text("\n".join(lines))
    monkeypatch.setattr(os, "environ", {"LOG_LEVEL": "ERROR"})
    load(tmp_path)
    assert value("SITE_URL") == "https://corps.test"
    assert value("ORGANISATION") == "a = b # c"
    assert value("LOG_LEVEL") == "ERROR"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SITE_URL", "line 2: NAME=VALUE is expected."),
        ("SITE-URL=1", "line 2: NAME=VALUE is expected."),
        ("SITEURL=1", "line 2: SITEURL is no setting"),
        ("DATA_DIR=/srv", "line 2: DATA_DIR is no setting of this file"),
        ("PORT=1\nPORT=2", "line 3: PORT is given twice."),
        ("SITE_URL='1", "line 2: the quotation mark is not closed."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, line, said):
    (tmp_path / "env").write_text(f"# first\n{line}\n")
    with pytest.raises(ServicesError, match=said):
        read_file(tmp_path / "env")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("PORT", "80a", "PORT is '80a': it must be a whole number"),
        ("HTTPS", "maybe", "HTTPS is 'maybe': it must be 1 or 0"),
        ("STATEMENT_SECONDS", "-1", "it must be a number of seconds"),
        ("LOG_FORMAT", "xml", "it must be one of text, json"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_in_a_sentence(
    monkeypatch, name, given, said
):
    monkeypatch.setenv(name, given)
    with pytest.raises(ServicesError, match=said):
        value(name)


@pytest.mark.parametrize(
    ("given", "read"), [(" On ", True), ("YES", True), ("0", False), ("false", False)]
)
def test_a_switch_is_read_in_every_usual_spelling(given, read):
    assert switch(given) is read


def test_empty_pieces_of_a_list_are_none():
    assert words(" a, ,b,") == ["a", "b"]
    assert words("") == []


@pytest.mark.parametrize("given", ["-1", "1.5", "1e3", "", "²"])
def test_a_number_is_whole_and_not_below_zero(given):
    with pytest.raises(ValueError, match="whole number"):
        number(given)


@pytest.mark.parametrize("given", ["nan", "inf", "-0.1", "1s", ""])
def test_seconds_are_a_number_that_comes_to_an_end(given):
    with pytest.raises(ValueError, match="number of seconds"):
        seconds(given)


@pytest.mark.parametrize(
    ("address", "origins"),
    [
        ("https://corps.example:8443/x", ["https://corps.example:8443"]),
        ("http://corps.example", []),
        ("https:///x", []),
        ("", []),
    ],
)
def test_only_an_address_by_https_is_an_origin_whose_forms_are_accepted(
    address, origins
):
    assert secure_origins(address) == origins


def test_a_secret_that_cannot_be_read_is_not_told(monkeypatch):
    monkeypatch.setenv("FILES_URL", "ftp://hush@files.example/")
    with pytest.raises(ServicesError, match="FILES_URL cannot be read") as refused:
        value("FILES_URL")
    assert "hush" not in str(refused.value)


def test_an_empty_text_is_a_value_for_lists_and_none_for_numbers(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "")
    monkeypatch.setenv("PORT", "")
    assert value("ALLOWED_HOSTS") == []
    assert value("PORT") == BY_NAME["PORT"].default
