"""`./manage.py due RULE DATE`: the due date of a clock rule."""

import re
import sys
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection
from django.utils.translation import gettext as _

from corps.deadlines.calendar import (
    Calendar,
    Clock,
    ClockError,
    due_on,
    parse_day,
    parse_spans,
    shipped_calendar,
    shipped_clock,
)
from corps.models import ClockRule, Holiday
from corps.models.calendar import pick_version

# A database that does not answer within seconds is treated as none.
CONNECT_TIMEOUT = 2


class Command(BaseCommand):
    help = "Print the due date of a clock rule, and whether it is firm or provisional."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "rule",
            metavar="RULE",
            help="a clock rule's code; - reads lines from standard input",
        )
        parser.add_argument(
            "date",
            metavar="DATE",
            nargs="?",
            help="the start day, YYYY-MM-DD; it is not counted",
        )
        parser.add_argument(
            "--extension",
            metavar="N",
            default="",
            help="days, or months, in the rule's own unit",
        )
        parser.add_argument(
            "--excluded",
            metavar="SPANS",
            default="",
            help="YYYY-MM-DD..YYYY-MM-DD;…, both ends in",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one call, or each line of standard input; exit status 2 if any was bad."""
        if options["rule"] == "-":
            if options["date"] or options["extension"] or options["excluded"]:
                raise CommandError(
                    _("With - everything comes from standard input."), returncode=2
                )
            calls: Iterable[list[str]] = (
                line.rstrip("\r\n").split("\t") for line in lines_of_input()
            )
        else:
            calls = [
                [
                    options["rule"],
                    options["date"] or "",
                    options["extension"],
                    options["excluded"],
                ]
            ]
        calendar, clock_for = the_calendar()
        faults = 0
        for columns in calls:
            try:
                answer = answer_to(columns, calendar, clock_for)
            except ClockError as fault:
                faults += 1
                answer = f"error\t{fault.message}"
            self.stdout.write(answer)
        if faults:
            sys.exit(2)


def lines_of_input() -> Iterable[str]:
    """Lines of standard input as UTF-8; bytes that are none become a sign that no code or date contains."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline="\n")
    return sys.stdin


def the_calendar() -> tuple[Calendar, Callable[[str, date], Clock]]:
    """The calendar, and what finds a clock by code and start day: the database's, or the shipped ones without it."""
    connection.settings_dict["OPTIONS"].setdefault("connect_timeout", CONNECT_TIMEOUT)
    try:
        rules, calendar = list(ClockRule.objects.all()), Holiday.objects.calendar()
    except Error:  # no database, or one that is not migrated
        return shipped_calendar(), lambda code, start: shipped_clock(code)

    def clock_for(code: str, start: date) -> Clock:
        return pick_version(
            [rule for rule in rules if rule.code == code], code, start
        ).clock()

    return calendar, clock_for


def answer_to(
    columns: list[str], calendar: Calendar, clock_for: Callable[[str, date], Clock]
) -> str:
    """`date<TAB>firm` or `date<TAB>provisional` for rule, date, extension and excluded spans; the last two optional.

    Raises ClockError.
    """
    if len(columns) < 2 or any(columns[4:]):
        raise ClockError(
            "bad-line",
            _("Expected RULE, DATE, EXTENSION and EXCLUDED, with tabs between."),
        )
    code, start_text, extension_text, spans_text = (
        column.strip() for column in (*columns, "", "")[:4]
    )
    start = parse_day(start_text)
    due = due_on(
        clock_for(code, start),
        start,
        calendar=calendar,
        extension=parse_extension(extension_text),
        excluded=parse_spans(spans_text),
    )
    return f"{due.date.isoformat()}\t{'provisional' if due.is_provisional else 'firm'}"


def parse_extension(text: str) -> int:
    """A number of days or months in ASCII digits; nothing is 0. Raises ClockError "bad-extension"."""
    if re.fullmatch(r"[0-9]{0,9}", text):
        return int(text or 0)
    raise ClockError("bad-extension", _("An extension is a whole number from 0."))
