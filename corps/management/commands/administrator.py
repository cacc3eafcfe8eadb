"""`./manage.py administrator LOGIN`: makes the first administrator, or lets one in again."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone, translation

from corps import workflow
from corps.accounts.second_factor import has_factor
from corps.commands import SealingCommand
from corps.models import User
from runtime.environment import value


class Command(SealingCommand):
    help = (
        "Make an administrator's account, or let an administrator in again: a new password, and no second factor any"
        " more. The password comes from"
        " ADMIN_PASSWORD, or is asked for on a terminal; otherwise one is made up and printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")
        parser.add_argument(
            "--name",
            default="",
            help="how the person is called; the login unless given",
        )

    def handle(self, *args: Any, login: str, name: str, **options: Any) -> None:
        """Raises CommandError, having done nothing, if the login is somebody else's or the password too weak."""
        user = User.objects.filter(username=login).first()
        if user and user.role != User.Role.ADMINISTRATOR:
            raise CommandError(f"{login} is an account with the role {user.role}.")
        password = self._password()
        try:
            with translation.override("en"):
                shown = self._let_in(user, login, name, password)
        except ValidationError as invalid:
            raise CommandError(" ".join(invalid.messages)) from invalid
        self.stdout.write(
            f"{login} may sign in."
            if password
            else f"{login} may sign in with the password {shown}"
        )

    @transaction.atomic
    def _let_in(
        self, user: User | None, login: str, name: str, password: str | None
    ) -> str:
        """All of it or nothing: the account, open, without a second factor, and its password, which is returned.

        user: None for a new account. password: None to have one made up. Raises ValidationError.
        """
        at = timezone.now()
        if user is None:
            user = workflow.create_user(
                actor=None,
                username=login,
                name=name or login,
                role=User.Role.ADMINISTRATOR,
                at=at,
            )
        if not user.is_active:
            workflow.reactivate_user(user=user, actor=None, at=at)
        if has_factor(user):
            workflow.reset_second_factor(user=user, actor=None, at=at)
        return workflow.reset_password(user=user, actor=None, at=at, password=password)

    def _password(self) -> str | None:
        """From the environment or the terminal; None to have one made up."""
        if given := value("ADMIN_PASSWORD"):
            return str(given)
        if not sys.stdin.isatty():
            return None
        first = getpass.getpass("Password (empty: one is made up): ")
        if first and first != getpass.getpass("Once more: "):
            raise CommandError("The two are not the same.")
        return first or None
