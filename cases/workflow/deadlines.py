"""Telling people of days that come near or have passed, each once: officers then, supervisors later."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Case, Complaint
from cases.states import HANDLED_CASE, CaseState
from corps.deadlines.calendar import add_working_days
from corps.deadlines.clock import today
from corps.mail.events import delay_of
from corps.models import Holiday, Notification
from corps.ui.formats import day
from corps.workflow import announce

# How long before the end of its handling period a case's officers are told.
NEAR = timedelta(days=14)
# How long before the end of the time in which to decide on filing.
FILING_NEAR = timedelta(days=3)
MOST = 200
SUPERVISOR = "supervisor"

# Of a thing: its case, what it is called, its day, and the page on which it is dealt with.
Dated = tuple[Case, str, date, str]


def announce_handling() -> int:
    """For maintenance: tell of cases whose handling period, or the time in which to decide on filing them, ends soon or
    is over; how many lines of telling."""
    cases = Case.objects.filter(state__in=HANDLED_CASE).select_related(
        "unit", "handling_deadline"
    )
    handling = announce_dates(cases, "handling_deadline__due_on", _handling, near=NEAR)
    leads = Complaint.objects.filter(case__state=CaseState.LEAD).select_related(
        "case__unit", "verify_deadline"
    )
    return handling + announce_dates(
        leads, "verify_deadline__due_on", _to_file, near=FILING_NEAR
    )


def _handling(case: Any) -> Dated:
    return case, case.number, case.handling_deadline.due_on, case.get_absolute_url()


def _to_file(complaint: Any) -> Dated:
    """A complaint whose lead is to be filed or declined by the end of its period for verification."""
    case = complaint.case
    return (
        case,
        complaint.number,
        complaint.verify_deadline.due_on,
        case.get_absolute_url(),
    )


def announce_dates(
    things: QuerySet[Any], due_on: str, of: Callable[[Any], Dated], *, near: timedelta
) -> int:
    """Tell officers of things whose day is near or over, and supervisors of those that stand for as long after it as
    the table of events says; each once; how many times.

    things: those that are still to be done. due_on: the path of their day. of: what is said of a thing.
    """
    told = _announce_each(
        "deadline.near",
        things.filter(**{f"{due_on}__range": (today(), today() + near)}),
        of,
    )
    missed = things.filter(**{f"{due_on}__lt": today()})
    told += _announce_each("deadline.missed", missed, of)
    delay = delay_of("deadline.missed", SUPERVISOR)
    if delay is None:
        return told
    # Due before the day that lies so many working days before today: that many have passed in between.
    before = add_working_days(
        today(), -delay.count, calendar=Holiday.objects.calendar()
    )
    return told + _announce_each(
        "deadline.missed", missed.filter(**{f"{due_on}__lt": before}), of, to=SUPERVISOR
    )


def _announce_each(
    event: str, things: QuerySet[Any], of: Callable[[Any], Dated], *, to: str = ""
) -> int:
    """Tell of each thing of which nobody was told this yet; how many. to: as `announce` has it."""
    label = things.model._meta.label_lower
    lines = Notification.objects.filter(
        event=event, subject_type=label, subject_id=OuterRef("pk")
    )
    told = lines.filter(facts__to=to) if to else lines
    found = list(things.filter(~Exists(told)).order_by("pk")[:MOST])
    for thing in found:
        case, name, due, url = of(thing)
        announce(
            event,
            thing,
            about=case,
            to=to,
            actor=None,
            url=url,
            what=name,
            due=day(due),
        )
    return len(found)
