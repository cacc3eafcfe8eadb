"""`./manage.py mailtest ADDRESS`: sends one test mail through the real settings and prints the server's answer."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone, translation

from corps import workflow
from corps.commands import SealingCommand
from corps.errors import TransitionRefused
from corps.mail.compose import compose_test
from corps.mail.smtp import Line, Verdict


class Command(SealingCommand):
    help = "Send one test mail to ADDRESS through EMAIL_URL, and say what the mail server answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        """Raises CommandError without a mail server of one's own, and if the server does not take the mail."""
        if not settings.HAS_MAIL_SERVER:
            raise CommandError(
                "EMAIL_URL is not set, so there is no mail server to send through: set it in the environment or in "
                f"{settings.DATA_DIR / 'env'} (smtp://USER:PASSWORD@HOST:PORT), and try again."
            )
        try:
            with translation.override("en"):
                recipient, content = compose_test(address)
        except TransitionRefused as refused:
            raise CommandError(str(refused.message)) from refused
        server = f"{settings.EMAIL_CONFIG['EMAIL_HOST']}:{settings.EMAIL_CONFIG['EMAIL_PORT'] or 25}"
        with Line(settings.EMAIL_CONFIG) as line:
            answer = line.say(
                sender=settings.MAIL_FROM, recipient=recipient, content=content
            )
        was_taken = answer.verdict is Verdict.SENT
        workflow.note_mail_test(
            recipient=recipient,
            answer=answer.text,
            was_taken=was_taken,
            at=timezone.now(),
        )
        if not was_taken:
            raise CommandError(
                f"{server} did not take the mail to {recipient}: {answer.text}"
            )
        self.stdout.write(
            f"{server} took the mail from {settings.MAIL_FROM} to {recipient}: {answer.text}"
        )
