"""What differs between two records: each request once, with the lines that went and came."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.golden.records import Record

MOST_LINES = 12
LONGEST_LINE = 200


def renamed_texts(path: Path) -> dict[str, str]:
    """A file of renamed texts: on each line the old one, a tab, the new one."""
    lines = [line for line in path.read_text().splitlines() if "\t" in line]
    return dict(line.split("\t", 1) for line in lines)


def differences(
    before: Record, after: Record, renamed: dict[str, str] | None = None
) -> dict[str, list[str]]:
    """What differs, by request: lines that say so. renamed: old texts that stand for new ones."""
    found: dict[str, list[str]] = {}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            found[name] = ["is no longer asked"]
        elif name not in before:
            found[name] = ["is asked only now"]
        else:
            old = translated(before[name], renamed or {})
            lines = list(_differing(old, after[name]))
            if lines:
                found[name] = lines
    return found


def translated(value: Any, renamed: dict[str, str]) -> Any:
    """A record's value with its old texts replaced by new ones; the longest first, each place once."""
    if not renamed:
        return value
    if isinstance(value, dict):
        return {name: translated(each, renamed) for name, each in value.items()}
    if isinstance(value, list):
        return [translated(each, renamed) for each in value]
    if not isinstance(value, str):
        return value
    longest_first = sorted(renamed, key=len, reverse=True)
    any_old = re.compile("|".join(map(re.escape, longest_first)))
    return any_old.sub(lambda found: renamed[found[0]], value)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name in ("status", "statements"):
        if before[name] != after[name]:
            yield f"{name}: {before[name]} → {after[name]}"
    yield from _of_mapping("header", before["headers"], after["headers"])
    rows = [
        {table: "\n".join(lines) for table, lines in side["rows"].items()}
        for side in (before, after)
    ]
    yield from _of_mapping("table", *rows)
    yield from _of_text("body", before["body"], after["body"])


def _of_mapping(
    what: str, before: dict[str, str], after: dict[str, str]
) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        yield from _of_text(f"{what} {name}", before.get(name, ""), after.get(name, ""))


def _of_text(what: str, before: str, after: str) -> Iterator[str]:
    if before == after:
        return
    # Depth alone is no difference: an element around others moves them all.
    old, new = (
        [line.strip() for line in text.splitlines()] for text in (before, after)
    )
    lines = [
        line[:LONGEST_LINE]
        for line in difflib.unified_diff(old, new, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    if not lines:
        return
    yield f"{what}:"
    yield from (f"    {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"    … and {len(lines) - MOST_LINES} more lines"


def report(found: dict[str, list[str]]) -> str:
    """All differences in words, those that are the same for several requests said once."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, lines in found.items():
        alike.setdefault(tuple(lines), []).append(name)
    parts = []
    for lines, names in sorted(alike.items(), key=lambda each: -len(each[1])):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        parts.append(
            "\n".join([f"{names[0][:300]}{more}", *(f"  {line}" for line in lines)])
        )
    return "\n\n".join(parts)
