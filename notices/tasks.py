"""Celery tasks of the notices app."""

from celery import shared_task

from corps.audit.origin import audit_origin
from notices import workflow


@shared_task(ignore_result=True)
def settle_approvals() -> None:
    """Issue the notices whose approvals are ten seconds old. A second call finds nothing, and stops."""
    with audit_origin(channel="task"):
        workflow.settle_approvals()


@shared_task(ignore_result=True)
def settle_pending_checks() -> None:
    """Let the checks count whose ten seconds are over. A second run finds nothing, and stops."""
    with audit_origin(channel="task"):
        workflow.settle_pending_checks()
