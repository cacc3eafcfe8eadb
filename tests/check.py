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
LONGEST_FILE, LONGEST_FUNCTION = 700, 100
TEXTS = {".py", ".html", ".txt", ".js", ".css"}

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


def too_long() -> Iterator[str]:
    """Files and functions longer than they may be; migrations and what others wrote aside."""
    folders = [PROJECT / name for name in [*PACKAGES, "tests", "templates", "static"]]
    for path in sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in TEXTS
    ):
        if {"migrations", "vendor"} & set(path.parts):
            continue
        text = path.read_text()
        name = path.relative_to(PROJECT)
        if (lines := text.count("\n")) > LONGEST_FILE:
            yield f"{name} has {lines} lines, more than {LONGEST_FILE}"
        for node in ast.walk(ast.parse(text)) if path.suffix == ".py" else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"{name}:{node.lineno} {node.name} has {lines} lines, more than {LONGEST_FUNCTION}"


def main() -> int:
    """Run the checks. 1 if any failed."""
    if sys.argv[1:] == ["lengths"]:
        found = list(too_long())
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
