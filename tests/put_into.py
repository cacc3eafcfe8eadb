"""Set-ups of tests that no verb leads to: rows written straight into a state."""

from typing import Any

import pgtrigger
from django.db.models import Manager, QuerySet


def put_into(rows: QuerySet | Manager, state: str, **changes: Any) -> int:
    """Write rows into a state whatever theirs is, past the trigger of their state table; how many."""
    label = rows.model._meta.label
    with pgtrigger.ignore(f"{label}:state_moves"):
        return rows.update(state=state, **changes)
