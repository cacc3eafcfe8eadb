"""What an account's home page lists. This room and those above add to it in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from corps.models import User


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the home page: what is to be done. count, unit: of how many what. verb: what the button says.

    due: a Shanghai date by which it is to be done, or None. since: when somebody else was asked, for what only waits.
    """

    title: Any
    note: Any
    place: str
    count: int
    url: str
    verb: Any
    due: date | None = None
    provisional: bool = False
    calendar_days: bool = False
    since: datetime | None = None
    unit: Any = ""


# By section of the page: providers of its rows.
providers: dict[str, list[Callable[[User], Iterable[Task]]]] = {
    "due": [],
    "back": [],
    "send": [],
    "check": [],
    "take_in": [],
    "waiting": [],
}
# The page that lists exactly what a section counts, by the name of its address; the home page itself lists the others.
more: dict[str, str] = {}
# No provider gives more rows than this.
MOST = 500
