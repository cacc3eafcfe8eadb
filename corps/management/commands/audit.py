"""`./manage.py audit verify`: checks the audit seals."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from corps import workflow
from corps.models import AuditSeal

COUNTS = """
SELECT coalesce(sum(cardinality(entries)), 0), count(*), (SELECT count(*) FROM corps_auditentry) FROM corps_auditseal"""


class Command(BaseCommand):
    help = "Check every audit seal against the one before it and against its entries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument(
            "--known",
            metavar="HASH",
            action="append",
            default=[],
            help="the hash of a seal that must still stand, as an earlier run printed it or the log holds it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 0 if all holds; 1, naming the first broken entry or the seals that are gone, if not."""
        fault = workflow.verify_audit()
        if fault is not None:
            what = {
                "changed": f"Entry {fault.entry} was changed after it was sealed",
                "missing": f"Entry {fault.entry} is missing",
                "inserted": f"Entry {fault.entry} was put in afterwards",
                "outside": f"Entry {fault.entry} stands outside the order in which entries are written",
                "seal": f"The seal itself does not hold; its first entry is {fault.entry}",
                "cut": "The last seal is gone: the end of the audit, or all of it, was replaced",
                "renamed": f"A person bears another name than entry {fault.entry} gave them",
            }[fault.kind]
            self.stderr.write(
                f"{what} (seal {fault.seal})." if fault.seal else f"{what}."
            )
            sys.exit(1)
        for seal in (lost := workflow.lost_seals(options["known"])):
            self.stderr.write(
                f"No seal {seal} stands any more: the end of the audit, or all of it, was replaced."
            )
        if lost:
            sys.exit(1)
        with connection.cursor() as cursor:
            cursor.execute(COUNTS)
            sealed, seals, entries = cursor.fetchone()
        last = AuditSeal.objects.order_by("-pk").values_list("hash", flat=True).first()
        self.stdout.write(
            f"{sealed} entries under {seals} seals are as they were sealed; {entries - sealed} not yet sealed."
        )
        if last:
            self.stdout.write(f"Last seal: {last}")
