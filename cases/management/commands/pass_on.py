"""`./manage.py pass_on [--check]`: passes unfinished targets on that lie where all has ended, or only names them."""

import sys
from argparse import ArgumentParser
from typing import Any

from cases import workflow
from corps.commands import SealingCommand


class Command(SealingCommand):
    help = "Pass on what lies with an ended complaint or case. With --check nothing is written: it is only named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="only look; exit status 1 if something lies wrongly",
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Exit status 0 if every unfinished target lies where it belongs, or could be passed on; 1 if not."""
        if not check:
            self.stdout.write(f"{workflow.carry_over_all()} targets were passed on.")
        left = 0
        for move in workflow.misplaced_targets():
            self.stderr.write(f"target {move.target}: {move.way} ({move.reason})")
            left += 1
        if left:
            self.stderr.write(
                f"{left} targets lie with a complaint or a case that ended."
            )
            sys.exit(1)
        self.stdout.write(
            "Every unfinished target lies with the first living complaint that named it."
        )
