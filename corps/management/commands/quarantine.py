"""`./manage.py quarantine`: whether the outbox is held, and holding, releasing and enrolling."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone, translation

from corps import workflow
from corps.commands import SealingCommand
from corps.errors import TransitionRefused
from corps.installation import identity
from corps.models import Delivery, Installation


class Command(SealingCommand):
    help = (
        "Without an act: say whether the outbox is held, and why. on: hold every mail. off: let the outbox send again. "
        "enrol: make this database and this DATA_DIR the ones that may send, after a restore or on a new host; what is "
        "held stays held until it is released."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", nargs="?", choices=["on", "off", "enrol"])

    def handle(self, *args: Any, act: str | None, **options: Any) -> None:
        """Raises CommandError where a copy that was never enrolled is to send."""
        with translation.override("en"):
            try:
                self._perform(act, timezone.now())
            except TransitionRefused as refused:
                raise CommandError(str(refused.message)) from refused
            self._tell(Installation.objects.get())

    def _perform(self, act: str | None, at: datetime) -> None:
        """Do what was asked; without an act nothing changes."""
        if act == "on":
            workflow.quarantine_outbox(actor=None, at=at)
        elif act == "off":
            workflow.lift_quarantine(actor=None, at=at)
        elif act == "enrol":
            self._enrol(workflow.enrol(at=at))

    def _enrol(self, differed: list[str]) -> None:
        for code in differed:
            self.stdout.write(f"Differed: {Installation.Held(code).label}.")
        self.stdout.write(
            f"This database and {settings.DATA_DIR} are enrolled: they may send."
        )

    def _tell(self, installation: Installation) -> None:
        waiting = Delivery.objects.held().count()
        if installation.outbox_quarantined:
            because = "; ".join(
                str(Installation.Held(code).label) for code in installation.held_because
            )
            if because:
                because = f" ({because})"
            self.stdout.write(f"The outbox is held{because}; {waiting} mails wait.")
        elif identity.lacks_mail_server(installation):
            self.stdout.write(
                f"The outbox sends nothing, for EMAIL_URL is not set; {waiting} mails wait."
            )
        else:
            self.stdout.write(f"The outbox sends; {waiting} mails wait.")
        for code in identity.differences(installation):
            self.stdout.write(
                f"Not enrolled: {Installation.Held(code).label}. See ./manage.py quarantine enrol."
            )
