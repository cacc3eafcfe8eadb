"""What time it is, which Shanghai day that is, and which times people may state."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from corps import access, acting
from corps.errors import TransitionRefused

SHANGHAI = ZoneInfo("Asia/Shanghai")

AHEAD = timedelta(minutes=5)
# A form or a request may lie a moment before it is handled; that is no past event.
BEHIND = timedelta(minutes=2)

PAST_EVENT = "corps.record_past_event"

WRITTEN_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")


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


def parse_day(text: str) -> date | None:
    """The date that a text writes as 2026-11-05, of these centuries and nothing looser, or None."""
    try:
        return date.fromisoformat(text) if WRITTEN_DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_moment(text: Any) -> datetime | None:
    """An aware datetime from ISO 8601 text with an offset, or None."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if moment is None or timezone.is_naive(moment) else moment


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


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
        raise TransitionRefused(
            "at-ahead", _("This time has not come yet."), at=at, now=now
        )
    if at >= now - BEHIND or acting.current().is_replay:
        return at
    if actor is not None and access.may(actor, PAST_EVENT):
        return at
    raise TransitionRefused(
        "at-past",
        _("You may not record something as done at an earlier time."),
        at=at,
        now=now,
    )
