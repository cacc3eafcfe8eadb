"""What `make check` does: every check, all of them even if one fails, and a line for each at the end."""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
APPS = [path.parent.name for path in sorted(PROJECT.glob("*/apps.py"))]
PACKAGES = ["config", "runtime", *APPS]
# What a reader can hold of one function, whatever its layout.
MOST_NODES, MOST_BRANCHES, MOST_LEVELS = 300, 12, 3
BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.comprehension,
    ast.Assert,
    ast.match_case,
)
WIDEST_TEMPLATE = 120
LEVELS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "imports": [
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ],
    "lengths": ["-m", "tests.check", "lengths"],
    "translations": ["-m", "config.catalogues", "--check"],
    "settings": ["-m", "runtime.environment", "--check"],
    "refusals": ["-m", "tests.refusals", "--check"],
    "states": ["-m", "tests.states", "--check"],
    "access": ["-m", "tests.access", "--check"],
    "migrations": [
        "-W",
        "ignore::RuntimeWarning",
        "manage.py",
        "makemigrations",
        "--check",
        "--dry-run",
    ],
    "OpenAPI": [
        "manage.py",
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--file",
        os.devnull,
    ],
    "types": ["-m", "mypy", *PACKAGES],
}


def too_large() -> Iterator[str]:
    """Functions that are larger than they may be; migrations aside."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, Function):
                    continue
                place = f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}"
                yield from (f"{place} has {fault}" for fault in faults_of(node))


def faults_of(function: Function) -> Iterator[str]:
    """What is too large of a function."""
    nodes = sum(1 for _node in ast.walk(function))
    if nodes > MOST_NODES:
        yield f"{nodes} nodes, more than {MOST_NODES}"
    branches = branches_of(function)
    if branches > MOST_BRANCHES:
        yield f"{branches} branches, more than {MOST_BRANCHES}"
    levels = levels_of(function)
    if levels > MOST_LEVELS:
        yield f"{levels} levels of nesting, more than {MOST_LEVELS}"


def branches_of(function: Function) -> int:
    """Its cyclomatic complexity, in which a comprehension and each `and` or `or` count too."""
    nodes = list(ast.walk(function))
    words = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + sum(isinstance(node, BRANCHES) for node in nodes) + words


def levels_of(node: ast.AST, level: int = 0) -> int:
    """How deep its statements are nested; those of functions and classes inside it do not count."""
    deepest = level
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.ClassDef):
            inner = level + isinstance(child, LEVELS)
            deepest = max(deepest, levels_of(child, inner))
    return deepest


def too_wide() -> Iterator[str]:
    """Lines of templates in which a reviewer would have to scroll."""
    for folder in ("templates", "tests"):
        for path in sorted((PROJECT / folder).rglob("*.html")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if len(line) > WIDEST_TEMPLATE:
                    place = f"{path.relative_to(PROJECT)}:{number}"
                    yield f"{place} has {len(line)} columns, more than {WIDEST_TEMPLATE}"


def main() -> int:
    """Run the checks. 1 if any failed."""
    if sys.argv[1:] == ["lengths"]:
        found = [*too_large(), *too_wide()]
        print("\n".join(found))
        return 1 if found else 0
    failed, summary = [], []
    for name, words in CHECKS.items():
        began = time.monotonic()
        ran = subprocess.run(
            [sys.executable, *words],
            cwd=PROJECT,
            env=os.environ | {"SECRET_KEY": "only-for-checks"},
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if ran.returncode:
            failed.append(name)
            print(f"--- {name}\n{ran.stdout.strip()}\n", flush=True)
        summary.append(
            f"{'failed' if ran.returncode else 'ok':>6}  {name} ({time.monotonic() - began:.1f} s)"
        )
    print("\n".join(summary))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
