"""Settings: declared once, read from the environment or from a file, and each named in the document."""

import ast
import os
from pathlib import Path

import pytest

from runtime import ServicesError
from runtime.environment import BY_NAME, load, main, read_file, value

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
