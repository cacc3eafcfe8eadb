"""What the system's commands have in common."""

from typing import Any

from django.core.management.base import BaseCommand

from corps import workflow
from corps.audit.origin import audit_origin


class SealingCommand(BaseCommand):
    """A command that writes: its acts are the command's, and the audit is sealed at its end, however it ends."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with audit_origin(channel="command"):
            try:
                return super().execute(*args, **options)
            finally:
                workflow.seal_audit()
