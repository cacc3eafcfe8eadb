"""How tests are laid out: what several of them need stands in a module of its own or in `conftest.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent


def imported_by(path: Path) -> Iterator[str]:
    """The modules that a file imports from."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def is_address_of_page(node: ast.AST) -> bool:
    """Whether this is `page.url`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "url"
        and isinstance(node.value, ast.Name)
        and node.value.id == "page"
    )


def asserted_addresses(path: Path) -> Iterator[int]:
    """The lines that compare where a browser's page is. It goes there after the key or the click, so a test waits:
    `page.wait_for_url`, `expect(page).to_have_url`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assert):
            yield from (
                part.lineno for part in ast.walk(node.test) if is_address_of_page(part)
            )


def test_where_a_page_of_the_browser_is_is_waited_for():
    wrong = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        for line in asserted_addresses(path)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_imported_from_a_test_module():
    wrong = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in sorted(TESTS.rglob("*.py"))
        for module in imported_by(path)
        if module.rpartition(".")[2].startswith("test_")
    ]
    assert not wrong, "\n".join(wrong)


def test_a_module_with_tests_is_found_by_its_name():
    hidden = [
        str(path.relative_to(TESTS))
        for path in sorted(TESTS.rglob("*.py"))
        if not path.name.startswith("test_")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert set(hidden) <= {"golden/jobs.py"}
