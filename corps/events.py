"""What people are told when something happens: who, by which channels, and whether they may switch it off.

The rule is data (`data/events.tsv`). Apps say whom a phrase of it names (`recipients`) and in which words an event is
told (`words`); `corps.workflow.announce` does the telling.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from corps.models import Notification, User

TABLE = Path(__file__).parent / "data" / "events.tsv"
BELL = "bell"


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the table. who: phrases such as "both officers". channels: such as "bell", "digest", "letter"."""

    code: str
    who: tuple[str, ...]
    channels: tuple[str, ...]
    may_be_switched_off: str


@cache
def events() -> dict[str, Event]:
    """The table, by the events' codes."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        row["event"]: Event(row["event"], _parts(row["who"]), _parts(row["channels"]), row["may_be_switched_off"])
        for row in rows
    }


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


# A phrase of the table's column `who` → the people whom it names, given what the event is about.
recipients: dict[str, Callable[[Any], Iterable[User]]] = {}
# An event's code → its sentence, lazily translated, with `%(name)s` for each fact and `%(count)d` for how many.
words: dict[str, Any] = {}


def people_for(event: Event, about: Any) -> dict[int, User]:
    """The active people whom an event is told, by their ids. Phrases that no app knows yet name nobody."""
    named = (person for phrase in event.who if phrase in recipients for person in recipients[phrase](about))
    return {person.pk: person for person in named if person.is_active}


def tell(code: str, facts: Mapping[str, Any], count: int) -> str:
    """An event's sentence in the reader's language; of a fact `x` the English `x_en`, where there is one."""
    sentence = words.get(code, code)
    return str(sentence % (_in_language(facts) | {"count": count})) if code in words else str(sentence)


def line_of(notification: Notification) -> str:
    """What a line of the bell says to its reader now."""
    if not notification.event:
        return notification.text
    return tell(notification.event, notification.facts, notification.count)


def _in_language(facts: Mapping[str, Any]) -> dict[str, Any]:
    if (get_language() or "zh").startswith("zh"):
        return dict(facts)
    return {name: facts.get(f"{name}_en") or value for name, value in facts.items()}
