"""`./manage.py campaign DIR [--json]`: walks a campaign folder along the real path into an empty database."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import connection

from cases.models import Case
from corps import workflow as corps_workflow
from corps.audit.origin import audit_origin
from corps.commands import SealingCommand
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.mail import outbox
from corps.workflow.demonstration import begin_demonstration, open_demonstration
from dashboards.workflow import recount
from demo.folder import Folder, FolderError, read_folder
from demo.replay import Replay, ReplayError
from demo.result import campaign_result
from demo.services import MachineryError, machinery
from firms.models import Firm
from runtime.demonstration import LOADING_LOCK
from runtime.environment import value
from runtime.secrets import secret


class Command(SealingCommand):
    help = (
        "Load a campaign folder along the real path, with a worker and an SMTP sink of its own, into a database without"
        " firms and cases. With DEMO=1 an empty database becomes a demonstration."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--json",
            action="store_true",
            help="print last, on one line, what stands on the dashboard",
        )

    def handle(self, *args: Any, folder: Path, json: bool, **options: Any) -> None:
        """Raises CommandError if the folder or the database is not as it should be, or the path cannot be walked."""
        self.began = time.monotonic()
        try:
            campaign = read_folder(folder)
        except FolderError as wrong:
            raise CommandError(str(wrong)) from wrong
        with self._alone():
            self._require_empty()
            is_demonstration = value("DEMO") == "1"
            try:
                if is_demonstration:
                    begin_demonstration(at=now())
                result = self._walk(campaign)
                if is_demonstration:
                    self._open_demonstration()
            except (MachineryError, ReplayError) as stopped:
                raise CommandError(str(stopped)) from stopped
            except TransitionRefused as refused:
                raise CommandError(f"{refused.message} ({refused.code})") from refused
            except ValidationError as wrong:
                raise CommandError(_sentences(wrong)) from wrong
        self._say("done")
        self.stdout.write(_one_line(result) if json else _words(result))

    def _walk(self, campaign: Folder) -> dict[str, Any]:
        with (
            outbox.replaying() as mark,
            machinery(mark) as parts,
            audit_origin(channel="replay", replay=mark),
        ):
            replay = Replay(campaign, parts, self._say)
            replay.run()
            deliveries = parts.await_deliveries(60)
            differences = recount()
            sealed = corps_workflow.seal_audit()
            self._say(
                f"{deliveries.get('sent', 0)} notices sent to {parts.mail}, {sealed} audit entries sealed"
            )
            if unsent := {
                state: count for state, count in deliveries.items() if state != "sent"
            }:
                raise MachineryError(
                    f"Not every notice was sent: {unsent}; see {parts.log}"
                )
            if differences:
                raise ReplayError(f"The numbers do not agree: {differences[0]}")
            return campaign_result(replay.cast["chief"], replay.refused)

    def _open_demonstration(self) -> None:
        given = value("DEMO_PASSWORD")
        open_demonstration(
            password=given or secret(settings.DATA_DIR, "demo_password"), at=now()
        )
        if not given:
            self._say(
                f"the password of all accounts stands in {settings.DATA_DIR / 'secrets' / 'demo_password'}"
            )

    def _require_empty(self) -> None:
        found = {"firms": Firm.objects.count(), "cases": Case.objects.count()}
        if any(found.values()):
            there = " and ".join(
                f"{count} {what}" for what, count in found.items() if count
            )
            raise CommandError(
                f"A campaign is loaded into an empty database only; there are {there} in this one."
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One loading at a time; whoever finds a half-loaded demonstration can tell by the lock whether it is alive."""
        lock_connection = connection.copy()
        try:
            with lock_connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOADING_LOCK])
                if not cursor.fetchone()[0]:
                    raise CommandError(
                        "Another campaign is being loaded into this database."
                    )
            yield
        finally:
            lock_connection.close()

    def _say(self, line: str) -> None:
        self.stderr.write(f"{time.monotonic() - self.began:6.1f} s  {line}")
        self.stderr.flush()


def _sentences(wrong: ValidationError) -> str:
    if not hasattr(wrong, "error_dict"):
        return " ".join(wrong.messages)
    return "; ".join(
        f"{field}: {' '.join(said)}" for field, said in wrong.message_dict.items()
    )


def _one_line(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _words(result: dict[str, Any]) -> str:
    return (
        f"{result['listings_removed']} listings removed, {result['stores_shut']} stores shut;"
        f" {result['repeat_removals']} repeat removals, {result['relistings']} relistings,"
        f" {result['corrections']} corrections; {result['replies_refused']} replies refused"
    )
