"""`./manage.py recount [--check]`: makes the rollup anew, or only compares it with ledger and targets."""

import sys
from argparse import ArgumentParser
from typing import Any

from corps.commands import SealingCommand
from dashboards import workflow
from notices.models import LedgerEntry


class Command(SealingCommand):
    help = "Count anew from the ledger. With --check no number is written: rollup, ledger and targets are compared."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="only compare; exit status 1 if they differ",
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Exit status 0 if rollup, ledger and targets say the same; 1, naming each difference, if not."""
        if not check:
            self.stdout.write(
                f"The rollup was made anew: {workflow.rebuild_rollup()} rows."
            )
        differences = workflow.recount()
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            self.stderr.write(f"{len(differences)} differences.")
            sys.exit(1)
        self.stdout.write(
            f"Rollup, ledger ({LedgerEntry.objects.count()} entries) and targets say the same."
        )
