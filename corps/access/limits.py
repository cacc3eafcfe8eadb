"""How much and how often: the limits of what comes in, as `corps/access/limits.tsv` states them.

They hold for views and the API, never for the workflow: an import, a replay and a task have no limits of this kind.
A limit with a window is counted in the database, so that all processes share one count.
"""

import csv
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from http import HTTPStatus
from math import ceil
from pathlib import Path
from typing import Any, TypeVar, cast

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from corps.deadlines.clock import now
from corps.models import RateCount

View = TypeVar("View", bound=Callable[..., Any])
TABLE = Path(__file__).with_name("limits.tsv")
UNITS = {"": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "s": 1, "min": 60, "h": 3600}
# Up to this share of a limit a process counts in steps, and from there on one by one.
COUNTED_IN_STEPS = 0.8
ADD = """
INSERT INTO corps_ratecount (code, key, ends_at, count) VALUES (%s, %s, %s, %s)
ON CONFLICT (code, key, ends_at) DO UPDATE SET count = corps_ratecount.count + excluded.count
RETURNING count"""

# What programs are told, by the status of the answer.
LIMIT_CODES = {
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.INSUFFICIENT_STORAGE: "no-room",
}

# What is limited, as its reader calls it; a code that is not here is told without a name.
SUBJECTS = {
    "api.reads": gettext_lazy("API reads"),
    "api.writes": gettext_lazy("API writes"),
    "api.wrong_keys": gettext_lazy("Unknown API keys"),
    "sheets.firm": gettext_lazy("Sheets submitted by your firm"),
    "sheets.officer": gettext_lazy("Sheets submitted by you"),
    "exports": gettext_lazy("Exports of lists"),
    "addresses.asked": gettext_lazy("Addresses examined"),
    "papers.saved": gettext_lazy("Files saved"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """most: a number of acts, rows or bytes. window: in which they are counted, or None. answer: HTTP status."""

    code: str
    most: int
    window: timedelta | None
    answer: HTTPStatus


class LimitExceeded(Exception):
    """More than a limit allows. retry_after: seconds until more is taken, 0 if waiting does not help.
    message: a sentence for the person."""

    def __init__(self, limit: Limit, retry_after: int, message: Any) -> None:
        super().__init__(limit.code)
        self.limit, self.retry_after, self.message = limit, retry_after, message


@cache
def limits() -> dict[str, Limit]:
    """Every limit by its code."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["code"]: _read(row) for row in rows}


def limit(code: str) -> Limit:
    """One limit. Raises KeyError for a code that the table has not."""
    return limits()[code]


def megabytes(code: str) -> int:
    """A limit of size in whole megabytes, for sentences."""
    return limit(code).most // UNITS["MB"]


def count(code: str, key: Any) -> None:
    """Count one act of somebody. key: whose, such as a primary key or an address.

    Raises LimitExceeded once there are more than `most` within the present window. One short statement, committed at
    once when the caller is in no transaction.
    """
    _require_within(limit(code), _added(limit(code), str(key), 1))


def allowance(code: str, key: Any, wanted: int) -> int:
    """Count as many acts of somebody as are wanted, for what may be done in part; how many of them are within the
    limit. One short statement."""
    held = limit(code)
    return (
        max(0, min(wanted, wanted + held.most - _added(held, str(key), wanted)))
        if wanted
        else 0
    )


def count_often(code: str, key: Any) -> None:
    """As `count`, for what comes by the thousand: below four fifths of the limit only every hundredth part of it costs
    a statement, and what a process has counted ahead is used up by it."""
    held = limit(code)
    place = (code, str(key), _window_end(held))
    with _ahead_lock:
        left = _ahead.get(place, 0)
        if left:
            _ahead[place] = left - 1
    if left:
        return
    total = _added(held, str(key), 1)
    step = max(1, held.most // 100)
    if step > 1 and total + step < held.most * COUNTED_IN_STEPS:
        _added(held, str(key), step)
        with _ahead_lock:
            _forget_old_windows()
            _ahead[place] = _ahead.get(place, 0) + step
    _require_within(held, total)


def counted(code: str) -> Callable[[View], View]:
    """A page that counts against a limit of the person who opens it; stands below the decorator that says for whom."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *given: Any, **more: Any) -> Any:
            count(code, request.user.pk)
            return view(request, *given, **more)

        return cast(View, guarded)

    return guard


def clear_counts() -> int:
    """Delete the counts of windows that have ended; how many went."""
    return RateCount.objects.filter(ends_at__lt=now()).delete()[0]


def wait_in_words(seconds: int) -> str:
    """A wait as a person says it: "40 seconds", "3 minutes"."""
    if seconds < 120:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {
            "count": seconds
        }
    minutes = ceil(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {
        "count": minutes
    }


# (code, key, end of the window) → acts counted in the database that this process has not seen yet.
_ahead: dict[tuple[str, str, datetime], int] = {}
_ahead_lock = threading.Lock()


def _forget_old_windows() -> None:
    moment = now()
    for place in [place for place in _ahead if place[2] <= moment]:
        del _ahead[place]


def _require_within(held: Limit, total: int) -> None:
    if total <= held.most:
        return
    seconds = max(1, ceil((_window_end(held) - now()).total_seconds()))
    said = {
        "subject": SUBJECTS.get(held.code, _("Requests")),
        "most": held.most,
        "window": wait_in_words(int(_window_of(held).total_seconds())),
        "wait": wait_in_words(seconds),
    }
    message = (
        _("%(subject)s: at most %(most)d within %(window)s. Try again in %(wait)s.")
        % said
    )
    raise LimitExceeded(held, seconds, message)


def _added(held: Limit, key: str, number: int) -> int:
    """Add to the count of the present window; the count after it."""
    with connection.cursor() as cursor:
        cursor.execute(ADD, [held.code, key[:100], _window_end(held), number])
        (total,) = cursor.fetchone()
    return int(total)


def _window_of(held: Limit) -> timedelta:
    if held.window is None:
        raise ValueError(f"the limit {held.code} has no window to count in")
    return held.window


def _window_end(held: Limit) -> datetime:
    """The end of the present window, which all processes reckon alike."""
    seconds = int(_window_of(held).total_seconds())
    return datetime.fromtimestamp(
        (int(now().timestamp()) // seconds + 1) * seconds, UTC
    )


def _read(row: dict[str, str]) -> Limit:
    window = timedelta(seconds=_number(row["window"])) if row["window"] else None
    return Limit(
        row["code"], _number(row["most"]), window, HTTPStatus(int(row["answer"]))
    )


def _number(text: str) -> int:
    """`20 MB` as bytes, `10 min` as seconds, `300` as it is. Raises ValueError."""
    parts = re.fullmatch(r"(\d+) ?([A-Za-z]*)", text)
    if parts is None or parts[2] not in UNITS:
        raise ValueError(f"no number with a known unit: {text!r}")
    return int(parts[1]) * UNITS[parts[2]]
