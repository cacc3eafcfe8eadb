"""Telling officers of days that come near or have passed, each once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Case
from cases.states import CaseState
from corps.clock import today
from corps.models import Notification
from corps.pieces.words import day
from corps.workflow import announce

# How long before the end of its handling period a case's officers are told.
NEAR = timedelta(days=14)
MOST = 200
UNDER_WAY = (CaseState.FILED, CaseState.DISPOSING, CaseState.CONCLUDING, CaseState.REOPENED)


def announce_handling() -> int:
    """For maintenance: tell of cases whose handling period ends soon or is over; how many cases."""
    cases = Case.objects.filter(state__in=UNDER_WAY).select_related("unit", "handling_deadline")
    ahead = {"handling_deadline__due_on__range": (today(), today() + NEAR)}
    near = cases.filter(**ahead)
    missed = cases.filter(handling_deadline__due_on__lt=today())
    return _tell("deadline.near", near) + _tell("deadline.missed", missed)


def _tell(event: str, cases: QuerySet[Case]) -> int:
    return announce_each(event, cases, lambda case: (case, case.number, case.handling_deadline.due_on))


def announce_each(event: str, things: QuerySet[Any], of: Callable[[Any], tuple[Case, str, date]]) -> int:
    """Tell of each thing of which nobody was told this yet; how many. of: its case, what it is called, its day."""
    model = things.model
    told = Notification.objects.filter(event=event, subject_type=model._meta.label_lower, subject_id=OuterRef("pk"))
    found = list(things.filter(~Exists(told)).order_by("pk")[:MOST])
    for thing in found:
        case, name, due = of(thing)
        announce(event, thing, about=case, actor=None, url=thing.get_absolute_url(), what=name, due=day(due))
    return len(found)
