"""What time it is, and which Shanghai day that is."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")

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
