"""How numbers, dates and times are written on every page, in both languages alike. Times are Asia/Shanghai.

Plain functions, so that a table of thousands of rows can format once in Python and keep its loop flat.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.deadlines.clock import shanghai_date, today

NOTHING = "—"
LONGEST_WHOLE_ID = 13
MINUS = "\u2212"


def thousands(value: int | float | Decimal | None) -> str:
    """9189 → `9,189`, -1 → `−1` with a real minus, None → `—`. Decimals are kept as they are given."""
    if value is None or value == "":
        return NOTHING
    return f"{value:,}".replace("-", MINUS)


def shortened(canonical_id: str) -> SafeString:
    """An id of up to 13 signs whole; of a longer one the middle in an element that narrow tables show as an ellipsis.

    The whole id stays in the text, so that it is found, read aloud and copied.
    """
    if len(canonical_id) <= LONGEST_WHOLE_ID:
        return conditional_escape(canonical_id)
    head, middle, tail = canonical_id[:6], canonical_id[6:-4], canonical_id[-4:]
    return format_html('{}<span class="mid">{}</span>{}', head, middle, tail)


def short_id(canonical_id: str) -> str:
    """An id of up to 13 signs whole, a longer one without its middle: `892507…6c9b`."""
    return (
        canonical_id
        if len(canonical_id) <= LONGEST_WHOLE_ID
        else f"{canonical_id[:6]}…{canonical_id[-4:]}"
    )


def signed(value: int | None) -> str:
    """A change: 29 → `+29`, -1 → `−1`, 0 → `0`."""
    return ("+" if value and value > 0 else "") + thousands(value)


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, `—` of nothing; only what is complete says 100 %."""
    if not whole:
        return NOTHING
    share = round(100 * part / whole)
    return f"{min(share, 99) if part < whole else share}%"


def _local(value: date | datetime) -> date | datetime:
    return (
        timezone.localtime(value)
        if isinstance(value, datetime) and timezone.is_aware(value)
        else value
    )


def day(value: date | datetime | None) -> str:
    """`11-05`; with its year, `2025-11-05`, when that is not the present one."""
    if value is None or value == "":
        return NOTHING
    on = shanghai_date(value) if isinstance(value, datetime) else value
    return f"{on:%m-%d}" if on.year == today().year else f"{on:%Y-%m-%d}"


def full_day(value: date | datetime | None) -> str:
    """`2026-11-05`."""
    return f"{_local(value):%Y-%m-%d}" if value else NOTHING


def moment(value: datetime | None) -> str:
    """`11-05 14:30`; with its year when that is not the present one."""
    return f"{day(value)} {_local(value):%H:%M}" if value else NOTHING


def full_moment(value: datetime | None) -> str:
    """`2026-11-05 14:30:08`, for what must be exact."""
    return f"{_local(value):%Y-%m-%d %H:%M:%S}" if value else NOTHING


def near_time(value: datetime | None) -> str:
    """`14:30` of today, `yest. 14:30` of yesterday, `11-02` of a day before."""
    if value is None or value == "":
        return NOTHING
    ago = (today() - shanghai_date(value)).days
    if ago == 0:
        return clock_time(value)
    return _("yest. %(time)s") % {"time": clock_time(value)} if ago == 1 else day(value)


def near_moment(value: datetime | None) -> str:
    """`today 14:30`, `yesterday 14:30`, `11-02 14:30`."""
    if value is None or value == "":
        return NOTHING
    ago = (today() - shanghai_date(value)).days
    if ago == 0:
        return _("today %(time)s") % {"time": clock_time(value)}
    return (
        _("yesterday %(time)s") % {"time": clock_time(value)}
        if ago == 1
        else moment(value)
    )


def clock_time(value: datetime | None) -> str:
    """`14:30`."""
    return f"{_local(value):%H:%M}" if value else NOTHING


def length_of(time: timedelta) -> str:
    """How long something has taken, in the largest whole unit: `40 minutes`, `2 hours`, `3 days`."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {
            "count": minutes
        }
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
