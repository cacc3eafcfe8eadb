"""Verbs on the working-day calendar: publishing a year's table, and moving the deadlines that hang on it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.recording import record
from corps.database.copy import update_many
from corps.deadlines.calendar import Calendar, Day
from corps.errors import TransitionRefused
from corps.models import Deadline, Holiday, User
from corps.workflow.extensions import Move, deadline_hooks

# Number of the advisory lock under which tables are published and deadlines recomputed, one at a time.
CALENDAR_LOCK = 0x63616C


def lock_calendar() -> None:
    """Wait until no other transaction is changing the calendar or recomputing, and keep it so until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])


@transaction.atomic
def recompute_deadlines() -> list[Move]:
    """Count every deadline again by the calendar as it stands; writes only those that differ, and returns them.

    Whatever points at a deadline moves with it. A second call changes nothing. Not an act of a person: the caller
    audits the reason (a table published, a holiday corrected) with the number moved.
    """
    lock_calendar()
    moves, moved = [], []
    for row, move in _moves(Holiday.objects.calendar()):
        moves.append(move)
        row.due_on, row.is_provisional = move.due_on, move.is_provisional
        moved.append(row)
    update_many(moved, ["due_on", "is_provisional"])
    for hook in deadline_hooks if moves else ():
        hook(moves)
    return moves


def foresee_moves(
    *, year: int, days: Iterable[Day], actor: User
) -> list[tuple[Deadline, Move]]:
    """What publishing a year's table would move, without doing it; each deadline with its rule.

    Raises as `publish_calendar` does, save "published".
    """
    require(actor, "corps.publish_calendar")
    days = list(days)
    judge_table(year, days)
    new = {day.date for day in days}
    rows = Holiday.objects.exclude(date__year=year).values_list(
        "date", "kind", "name", "is_provisional"
    )
    kept = [Day(*row) for row in rows if row[0] not in new]
    return list(_moves(Calendar.from_days([*kept, *days])))


def _moves(calendar: Calendar) -> Iterator[tuple[Deadline, Move]]:
    """The deadlines that a calendar counts otherwise than they stand, as they stand."""
    for row in (
        Deadline.objects.select_related("rule").order_by("pk").iterator(chunk_size=5000)
    ):
        due_on, is_provisional = row.count(calendar)
        if (due_on, is_provisional) != (row.due_on, row.is_provisional):
            yield row, Move(row.pk, row.due_on, due_on, is_provisional)


@transaction.atomic
def publish_calendar(
    *,
    year: int,
    days: Iterable[Day],
    source: str,
    actor: User,
    at: datetime,
    replace: bool = False,
) -> list[Move]:
    """Take in a year's published table in place of what was assumed for it, and move the deadlines.

    days: rest days and make-up workdays, none provisional; those of a New Year's holiday may lie in the December
    before, and replace that day's row alone. source: the notice's name and number. at: aware, when it was taken in.
    replace: also in place of a table that was already published.
    Raises PermissionDenied; TransitionRefused "no-days", "provisional-days", "other-year", "day-twice", "published".
    """
    require(actor, "corps.publish_calendar")
    lock_calendar()
    days = list(days)
    judge_table(year, days)
    if (
        not replace
        and Holiday.objects.filter(date__year=year, is_provisional=False).exists()
    ):
        raise TransitionRefused(
            "published", _("This year's calendar is already published."), year=year
        )

    rows = [
        Holiday(date=day.date, kind=day.kind, name=day.name, source=source)
        for day in days
    ]
    Holiday.objects.filter(date__year=year).delete()
    Holiday.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["kind", "name", "is_provisional", "source"],
    )

    moves = recompute_deadlines()
    record(
        actor,
        "calendar.published",
        None,
        at=at,
        year=year,
        days=len(days),
        source=source,
        moved=len(moves),
    )
    return moves


def judge_table(year: int, days: list[Day]) -> None:
    """Raise TransitionRefused unless the days are what a State Council notice for the year can hold."""
    dates = [day.date for day in days]
    if not any(day.year == year for day in dates):
        raise TransitionRefused(
            "no-days", _("The table has no day of this year."), year=year
        )
    if any(day.is_provisional for day in days):
        raise TransitionRefused(
            "provisional-days", _("A published table has no provisional days.")
        )
    if stray := [
        day
        for day in dates
        if day.year != year and (day.year, day.month) != (year - 1, 12)
    ]:
        raise TransitionRefused(
            "other-year",
            _("The table has a day of another year: %(day)s") % {"day": stray[0]},
        )
    if len(set(dates)) < len(dates):
        raise TransitionRefused("day-twice", _("A day stands in the table twice."))
