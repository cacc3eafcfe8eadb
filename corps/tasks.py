"""Celery tasks: sending what is due, and the periodic maintenance that finds what nobody enqueued."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from corps import workflow
from corps.access import limits
from corps.audit.origin import audit_origin
from corps.deadlines.clock import now
from corps.mail import outbox
from corps.task_queue import enqueue
from corps.workflow.extensions import maintenance_tasks
from corps.workflow.files import FOLDERS

# Every quarter of an hour so many folders: of 256 each comes three times a day.
FILES_EACH_MINUTES, FOLDERS_AT_ONCE = 15, 8


@shared_task(bind=True, ignore_result=True)
def send_due(self: Any, replay: str = "") -> None:
    """Send what is due in the outbox. A second ring finds it claimed or sent, and stops.

    Where there is much, it rings once more on its own queue, so that idle workers come to help.
    """
    queue = (self.request.delivery_info or {}).get("routing_key")
    with audit_origin(channel="task"):
        outbox.send_due(
            replay=replay,
            call_for_help=lambda: enqueue(send_due.name, replay, queue=queue),
        )


@shared_task(ignore_result=True)
def sweep() -> None:
    """Look after everything that a lost bell or a dead worker left lying."""
    with audit_origin(channel="task"):
        outbox.clean_up()
        workflow.check_identity(at=timezone.now())
        outbox.send_due()
        for run in maintenance_tasks:
            run()
        workflow.index_words()
        limits.clear_counts()
        at = timezone.now()
        workflow.tell_owners(at=at)
        workflow.clear_attempts(at=at)
        workflow.clear_sessions(at=at)
        workflow.alarm_administrators()
        workflow.seal_audit()
        workflow.note_sweep()


@shared_task(ignore_result=True)
def put_files_away() -> None:
    """Take off the storage what nobody named, and a part of what lies there without a row: all of it within a day."""
    with audit_origin(channel="task"):
        workflow.put_away_unnamed()
        minute = int(now().timestamp()) // 60
        for step in range(FOLDERS_AT_ONCE):
            workflow.put_away_strays(
                (minute // FILES_EACH_MINUTES * FOLDERS_AT_ONCE + step) % FOLDERS
            )
