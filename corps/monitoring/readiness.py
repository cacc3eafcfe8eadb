"""How the system stands: what /readyz and /statusz tell.

/readyz asks whether pages can be served. /statusz asks every one of `status_providers`, which the apps contribute, in
their order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from corps.database.probe import answers_within
from corps.mail.outbox import backlog
from corps.models import Installation
from corps.monitoring.extensions import Status, status_providers

SWEEP_IS_LATE = timedelta(seconds=60)
# Who asks whether pages can be served gives up after a few seconds itself.
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Report:
    """The status of each part, by the provider's name."""

    parts: dict[str, Status]

    @property
    def alarms(self) -> list[str]:
        """The parts that somebody has to look at."""
        return [name for name, status in self.parts.items() if not status.is_ok]

    @property
    def word(self) -> str:
        """ "ok", or "degraded" where there is an alarm: all that a stranger is told."""
        return "degraded" if self.alarms else "ok"


def database() -> Status:
    """Whether the database answers, within ANSWER_SECONDS."""
    if answers_within(ANSWER_SECONDS):
        return Status("ok")
    return Status("unreachable", is_ok=False)


def migrations() -> Status:
    """How many migrations are missing."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Status(f"{missing} missing", is_ok=False)
    return Status("ok")


def broker() -> Status:
    """Whether the broker answers, within about a second."""
    try:
        with current_app.connection_for_write() as line:
            line.ensure_connection(
                max_retries=1, interval_start=0, interval_step=0, timeout=1
            )
    except (BrokerError, OSError) as gone:
        return Status(f"unreachable: {type(gone).__name__}", is_ok=False)
    return Status("ok")


def maintenance() -> Status:
    """How many seconds ago maintenance last ran to its end; null if it never did."""
    swept_at = Installation.objects.values_list("swept_at", flat=True).get()
    if swept_at is None:
        return Status(None, is_ok=False)
    age = timezone.now() - swept_at
    return Status(round(age.total_seconds()), age <= SWEEP_IS_LATE)


def outbox() -> Status:
    """What has not left: whether everything is held, whether there is no mail server, how many wait, since when
    (seconds), how many are uncertain or failed. It is an alarm when the outbox is held, when something waits for a
    server that there is not, or when something has waited or been undecided for too long."""
    waiting = backlog()
    value = {
        "held": waiting.is_held,
        "no_mail_server": waiting.lacks_server,
        "unsent": waiting.unsent,
        "oldest_unsent_seconds": round(waiting.oldest.total_seconds())
        if waiting.oldest
        else 0,
        "uncertain": waiting.uncertain,
        "failed": waiting.failed,
    }
    is_stopped = waiting.is_held or (waiting.lacks_server and waiting.unsent > 0)
    return Status(value, not is_stopped and not waiting.overdue)


def append_only() -> Status:
    """What protects the append-only tables: rights and triggers, or, where one role does both, triggers alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(current_user, 'corps_auditentry', 'UPDATE')"
        )
        (may_change,) = cursor.fetchone()
    return Status("triggers alone" if may_change else "grants and triggers")


# Without these no page can be served; in this order, and no further than the first that is not well.
needed: dict[str, Callable[[], Status]] = {
    "database": database,
    "migrations": migrations,
}
# Of the providers, what can be told while the database does not answer.
NEED_NO_DATABASE = frozenset({"broker", "disk"})


def ready() -> Report:
    """Whether pages can be served: asks the database, and then for missing migrations."""
    parts: dict[str, Status] = {}
    for name, provider in needed.items():
        parts[name] = ask(provider)
        if not parts[name].is_ok:
            break
    return Report(parts)


def everything() -> Report:
    """What every provider tells; of the others than the needed ones only what can be told without the database if that
    does not answer. Takes a few seconds at most when the database stands still or the broker is away."""
    report = ready()
    if report.parts["database"].is_ok:
        return Report(
            report.parts
            | {name: ask(provider) for name, provider in status_providers.items()}
        )
    parts = dict.fromkeys(status_providers, Status("unreachable", is_ok=False))
    parts |= {
        name: ask(status_providers[name])
        for name in NEED_NO_DATABASE
        if name in status_providers
    }
    return Report(report.parts | parts)


def ask(provider: Callable[[], Status]) -> Status:
    """What a provider tells, or, where the database fails it, that it could not be reached."""
    try:
        return provider()
    except DatabaseError as gone:
        return Status(f"unreachable: {type(gone).__name__}", is_ok=False)
