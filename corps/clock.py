"""What time it is, which Shanghai day that is, and which times people may state."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps import access, acting
from corps.errors import TransitionRefused

SHANGHAI = ZoneInfo("Asia/Shanghai")

AHEAD = timedelta(minutes=5)
# A form or a request may lie a moment before it is handled; that is no past event.
BEHIND = timedelta(minutes=2)

PAST_EVENT = "corps.record_past_event"


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now()


def shanghai_date(moment: datetime) -> date:
    """The business day of a moment. Raises ValueError if the moment is naive."""
    if timezone.is_naive(moment):
        raise ValueError("a naive datetime lies on no certain day")
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    """This business day in Shanghai."""
    return shanghai_date(now())


def accept_at(actor: Any, at: datetime | None, now: datetime) -> datetime:
    """The time at which an act counts as done: `at` where it may be stated, `now` where none is stated.

    at: aware. Only a replay, and people with the permission to record past events, may state a time before now.
    Raises TransitionRefused "at-ahead", "at-past"; ValueError if naive.
    """
    if at is None:
        return now
    if timezone.is_naive(at):
        raise ValueError("when an act happened must be an aware datetime")
    if at > now + AHEAD:
        raise TransitionRefused("at-ahead", _("This time has not come yet."), at=at, now=now)
    if at >= now - BEHIND or acting.current().is_replay:
        return at
    if actor is not None and access.may(actor, PAST_EVENT):
        return at
    raise TransitionRefused("at-past", _("You may not record something as done at an earlier time."), at=at, now=now)
