"""Whether the house can do its work: what /readyz tells."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from corps.celery import app
from corps.models import Installation

SWEEP_IS_LATE = timedelta(seconds=60)


@dataclass(slots=True)
class Readiness:
    """found: a word for each part. faults: the parts because of which it is not ready."""

    found: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not self.faults

    def note(self, part: str, word: Any, *, ok: bool) -> None:
        self.found[part] = word
        if not ok:
            self.faults.append(part)


def look() -> Readiness:
    """Ask database, broker, migrations and the sweep. Takes about a second at most when the broker is away."""
    seen = Readiness()
    try:
        _look_at_database(seen)
    except DatabaseError as gone:
        seen.note("database", f"unreachable: {type(gone).__name__}", ok=False)
    try:
        with app.connection_for_write() as line:
            line.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
        seen.note("broker", "ok", ok=True)
    except (BrokerError, OSError) as gone:
        seen.note("broker", f"unreachable: {type(gone).__name__}", ok=False)
    return seen


def _look_at_database(seen: Readiness) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.note("database", "ok", ok=True)
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    seen.note("migrations", f"{missing} missing" if missing else "ok", ok=not missing)
    if missing:
        return
    house = Installation.objects.get()
    age = timezone.now() - house.swept_at if house.swept_at else None
    late = age is None or age > SWEEP_IS_LATE
    seen.note("sweep", "never" if age is None else f"{age.total_seconds():.0f} s ago", ok=not late)
    seen.note("outbox", "quarantined" if house.outbox_quarantined else "ok", ok=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'corps_auditentry', 'UPDATE')")
        (may_change,) = cursor.fetchone()
    seen.note("append_only", "triggers alone" if may_change else "grants and triggers", ok=True)
