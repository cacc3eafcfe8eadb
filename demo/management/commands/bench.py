"""`./manage.py bench [NAME …]`: the benchmarks, in a database of their own. `make bench` provides one."""

import json
import logging
import os
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from corps.models import User
from demo.bench import answers, dispatch, imports, listing, pages, searching
from demo.bench.environment import Environment, make_environment
from demo.bench.measuring import Measured, table

# In this order: the million listings come last, so that the others work in a system of ordinary size.
BENCHMARKS: dict[str, Callable[[Environment], list[Measured]]] = {
    "answers": answers.measure,
    "dispatch": dispatch.measure,
    "pages": pages.measure,
    "import": imports.measure,
    "list": listing.measure,
    "search": searching.measure,
}


class Command(BaseCommand):
    help = "Measure the heaviest work beside its floors; `make bench` runs this with servers of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS)
        )
        parser.add_argument(
            "--json", type=Path, default=Path("bench.json"), help="where the figures go"
        )

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        """Raises CommandError for an unknown name, and in a database that somebody uses."""
        if unknown := set(names) - BENCHMARKS.keys():
            raise CommandError(
                f"There is no benchmark {', '.join(sorted(unknown))}: {', '.join(BENCHMARKS)}"
            )
        if "MIGRATION_DATABASE_URL" not in os.environ or User.objects.exists():
            raise CommandError(
                "Benchmarks fill a database of their own with rubbish; run them with make bench."
            )
        logging.getLogger().setLevel(logging.ERROR)
        environment = make_environment()
        lines: list[Measured] = []
        for name in names or BENCHMARKS:
            began = time.monotonic()
            self.stdout.write(f"{name} …", ending=" ")
            self.stdout.flush()
            measured = BENCHMARKS[name](environment)
            lines += measured
            ratios = ", ".join(f"{line.ratio:.2f}" for line in measured)
            self.stdout.write(f"{ratios} ({time.monotonic() - began:.0f} s)")
        self._tell(lines, options["json"])

    def _tell(self, lines: list[Measured], path: Path) -> None:
        load = os.getloadavg()[0]
        said = f"PostgreSQL durable, {os.cpu_count()} processors, load {load:.1f} at the end; medians of 3 rounds"
        self.stdout.write(f"\n{said}\n")
        self.stdout.write("\n".join(table(lines)))
        facts = {
            "processors": os.cpu_count(),
            "load": load,
            "benchmarks": [line.facts() for line in lines],
        }
        path.write_text(
            json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
