"""`./manage.py demonstration_password`: gives the accounts the password that `make run` is to print."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from corps.commands import SealingCommand
from corps.errors import TransitionRefused
from corps.workflow.demonstration import give_demonstration_password
from runtime.environment import value


class Command(SealingCommand):
    help = "Give all accounts of a demonstration the password in DEMO_PASSWORD."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if there is no password, or no demonstration."""
        password = value("DEMO_PASSWORD")
        if not password:
            raise CommandError("DEMO_PASSWORD is empty.")
        try:
            given = give_demonstration_password(password=password, at=timezone.now())
        except TransitionRefused as refused:
            raise CommandError(str(refused.message)) from refused
        self.stdout.write(f"{given} accounts have the password now.")
