"""Corrections of the calendar and of clock rules, row by row; a whole year's table comes by `publish_calendar`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from corps.access.permissions import require
from corps.audit.recording import record
from corps.models import ClockRule, Holiday, User
from corps.workflow.calendar import lock_calendar, recompute_deadlines


@transaction.atomic
def keep_holiday(*, holiday: Holiday, actor: User, at: datetime) -> int:
    """Write a holiday as corrected and move the deadlines; how many moved. Raises PermissionDenied."""
    require(actor, "corps.publish_calendar")
    lock_calendar()
    holiday.save()
    moved = len(recompute_deadlines())
    record(
        actor,
        "calendar.corrected",
        None,
        at=at,
        moved=moved,
        date=holiday.date,
        kind=holiday.kind,
        name=holiday.name,
        provisional=holiday.is_provisional,
    )
    return moved


@transaction.atomic
def remove_holidays(*, dates: Iterable[date], actor: User, at: datetime) -> int:
    """Take days out of the calendar and move the deadlines; how many moved. Raises PermissionDenied."""
    require(actor, "corps.publish_calendar")
    lock_calendar()
    gone = sorted(dates)
    Holiday.objects.filter(pk__in=gone).delete()
    moved = len(recompute_deadlines())
    record(actor, "calendar.corrected", None, at=at, moved=moved, removed=gone)
    return moved


@transaction.atomic
def keep_clock_rule(*, rule: ClockRule, actor: User, at: datetime) -> int:
    """Write a clock rule and move the deadlines that go by it; how many moved. Raises PermissionDenied."""
    require(actor, "corps.publish_calendar")
    lock_calendar()
    rule.save()
    moved = len(recompute_deadlines())
    record(
        actor,
        "clock_rule.kept",
        rule,
        at=at,
        moved=moved,
        code=rule.code,
        length=rule.length,
        unit=rule.unit,
        valid_from=rule.valid_from,
    )
    return moved
