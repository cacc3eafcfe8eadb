"""`./manage.py addresses`: what each line of standard input names, by the address rules."""

import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from listings.addresses import Address, platform_of, read_cell

COLUMNS = ("platform", "canonical_id")
# What would end a column or a line, for any reader of lines.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")

Officials = dict[tuple[str, str], str]


class Command(BaseCommand):
    help = "Read addresses, one a line, and print site, kind, canonical id, canonical URL and a note, tabs between."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--official",
            metavar="FILE",
            help="official accounts: TSV with platform and canonical_id",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One line of output for each of input, an empty one too. A `\\n` in a line stands for a line break."""
        officials = read_officials(options["official"]) if options["official"] else {}
        for stream in (sys.stdin, sys.stdout):
            if hasattr(stream, "reconfigure"):
                # By lines, so that a program may ask and wait for the answer.
                stream.reconfigure(
                    encoding="utf-8",
                    errors="replace",
                    newline="\n",
                    line_buffering=True,
                )
        try:
            for line in sys.stdin or ():
                cell = line.removesuffix("\n").removesuffix("\r").replace("\\n", "\n")
                self.stdout.write(printed(read_cell(cell), officials))
        except BrokenPipeError:  # whoever reads has read enough; Python must not try to flush the rest at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printed(address: Address, officials: Officials) -> str:
    """The five columns of one address. officials: as `read_officials` gives them."""
    kind, note = str(address.kind), str(address.message)
    name = officials.get((platform_of(address.site), address.canonical_id))
    if kind == "store" and name is not None:
        kind, note = "official", name
    columns = (address.site, kind, address.canonical_id, address.canonical_url, note)
    return "\t".join(
        _BREAKS.sub(lambda found: encoded(found[0]), column) for column in columns
    )


def encoded(character: str) -> str:
    """A character as its bytes in UTF-8, percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in character.encode())


def read_officials(path: str) -> Officials:
    """(platform, canonical id) -> the name of each official account in a file; Taobao and Tmall are one platform.

    Raises CommandError if the file cannot be read or lacks a column.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(
            _("%(path)s cannot be read: %(fault)s") % {"path": path, "fault": fault}
        ) from None
    return dict(accounts(lines, path))


def accounts(lines: Iterable[str], path: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The accounts in the lines of a file of official accounts. Raises CommandError if a column is missing."""
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise CommandError(
            _("%(path)s lacks the column %(column)s.")
            % {"path": path, "column": missing[0]}
        )
    for row in rows:
        site, canonical_id = ((row[name] or "").strip() for name in COLUMNS)
        if site and canonical_id:
            yield (
                (platform_of(site), canonical_id),
                (row.get("account_name") or "").strip(),
            )
