"""`./manage.py apikey LOGIN`: makes an API key for an account and prints it once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from corps import workflow
from corps.commands import SealingCommand
from corps.models import User


class Command(SealingCommand):
    help = "Make an API key for an account and print it; it is not kept and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        """Prints the key alone. Raises CommandError without such an open account."""
        user = User.objects.filter(username=login, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account {login}.")
        self.stdout.write(workflow.make_key(user=user, actor=None, at=timezone.now()))
