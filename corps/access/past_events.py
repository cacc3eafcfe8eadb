"""Which time somebody may state for an act: now, or by permission a time that is past."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.access import permissions
from corps.audit import origin
from corps.errors import TransitionRefused

AHEAD = timedelta(minutes=5)
# A form or a request may lie a moment before it is handled; that is no past event.
BEHIND = timedelta(minutes=2)

PAST_EVENT = "corps.record_past_event"


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
    if at >= now - BEHIND or origin.current().is_replay:
        return at
    if actor is not None and permissions.may(actor, PAST_EVENT):
        return at
    raise TransitionRefused(
        "at-past",
        _("You may not record something as done at an earlier time."),
        at=at,
        now=now,
    )
