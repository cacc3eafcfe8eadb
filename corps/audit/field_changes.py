"""Correcting a row of a registry: what it was and what it is, for the audit."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model


def put(row: Model, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set fields of a row without writing it; what those that differ were before and are after, by field.

    Both are empty where nothing differs. A foreign key is told by its primary key.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in wanted.items():
        field = row._meta.get_field(name)
        was = field.value_from_object(row)  # type: ignore[union-attr]
        setattr(row, name, value)
        now = field.value_from_object(row)  # type: ignore[union-attr]
        if now != was:
            before[name], after[name] = was, now
    return before, after
