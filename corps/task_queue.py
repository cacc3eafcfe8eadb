"""Telling workers that there is something to do. What is to be done stands in PostgreSQL; a task only carries an id."""

import time
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def enqueue(
    name: str, *args: Any, queue: str | None = None, countdown: float | None = None
) -> None:
    """Put a task into the queue once the present transaction is committed.

    Tries the broker once, within about a second; logs when it is missing and never raises: the act is done, and the
    periodic maintenance will find it.
    name: the task's own, such as "corps.tasks.send_due", so that workflow needs no module of tasks.
    countdown: seconds to wait before it runs.
    """

    def after_commit() -> None:
        started = time.monotonic()
        try:
            current_app.send_task(
                name, args=args, retry=False, queue=queue, countdown=countdown
            )
        except (OperationalError, OSError) as missing:
            took = time.monotonic() - started
            log.warning(
                "broker.missing", task=name, error=type(missing).__name__, s=took
            )

    transaction.on_commit(after_commit)
