"""Doors for the reading and registering of sheets."""

from celery import shared_task

from cases import workflow
from corps.audit.origin import audit_origin


@shared_task(ignore_result=True)
def read_sheet(import_id: str) -> None:
    """Read an import's sheet. A second ring finds somebody at work, or nothing to read, and stops."""
    with audit_origin(channel="task"):
        workflow.read_sheet(import_id)


@shared_task(ignore_result=True)
def register_sheet(import_id: str) -> None:
    """Register an import's rows from where it stands. A second ring finds somebody at work, or nothing left."""
    with audit_origin(channel="task"):
        workflow.continue_registering(import_id)
