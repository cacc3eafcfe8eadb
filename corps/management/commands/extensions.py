"""Which extension points there are, and who contributes to them."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from django.core.management.base import BaseCommand

from corps.extensions import Contribution, KeyedExtensionPoint, Point, points


def name_of(value: Any) -> str:
    """Where a function or class is written, or what an object calls itself, such as `Link cases`."""
    if isinstance(value, str):
        return value
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return f"{type(value).__name__} {_own_name(value)}".strip()


def _own_name(value: Any) -> str:
    """The key or table of an object; without one, the first function that it holds."""
    for name in ("key", "table"):
        if hasattr(value, name):
            return str(getattr(value, name))
    if not is_dataclass(value):
        return ""
    held = (getattr(value, field.name) for field in fields(value))
    return next((name_of(one) for one in held if callable(one)), "")


def told(one: Contribution) -> str:
    """The line of one contribution. What is contributed by key is told by its key, of functions with their name."""
    if one.key is None:
        return name_of(one.value)
    if callable(one.value):
        return f"{one.key} → {name_of(one.value)}"
    return str(one.key)


def as_json(point: Point) -> dict[str, Any]:
    """A point and its contributions, for programs."""
    return {
        "name": point.name,
        "description": point.description,
        "type": point.signature,
        "is_keyed": isinstance(point, KeyedExtensionPoint),
        "cardinality": str(point.cardinality),
        "contributions": [
            {"app": one.app, "contribution": told(one)} for one in point.contributions
        ],
    }


class Command(BaseCommand):
    help = "Print each extension point with its type, how many contributions it takes, and who contributes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options: Any) -> None:
        if options["json"]:
            found = [as_json(point) for point in points()]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for point in points():
            for line in self._lines(point):
                self.stdout.write(line)

    def _lines(self, point: Point) -> Iterator[str]:
        yield self.style.MIGRATE_HEADING(f"{point.name} ({point.cardinality})")
        yield f"  {point.description}"
        yield f"  {point.signature}"
        for one in point.contributions:
            yield f"    {one.app}: {told(one)}"
        yield ""
