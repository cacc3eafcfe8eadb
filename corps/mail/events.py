"""What people are told when something happens: who, by which channels, and whether they may switch it off.

The rule is data (`events.tsv`). Apps say whom a phrase of it names (`event_recipients`) and in which words an event is
told (`event_sentences`); `corps.workflow.announce` does the telling. A phrase such as "supervisor after 1 working day"
names people who are told later, where the thing still stands: maintenance finds it and asks the table how long
(`delay_of`).
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from corps.mail.extensions import event_recipients, event_sentences
from corps.models import Notification, User

TABLE = Path(__file__).with_name("events.tsv")
BELL = "bell"
LATER = re.compile(r"(?P<who>.+) after (?P<count>\d+) (?P<unit>hour|working day)s?")


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a thing has to stand before somebody is told of it. unit: "hour" or "working day"."""

    count: int
    unit: str

    @property
    def span(self) -> timedelta:
        """The delay as a span. Raises ValueError if it counts working days, which a calendar counts."""
        if self.unit != "hour":
            raise ValueError(f"{self.count} {self.unit}: no span")
        return timedelta(hours=self.count)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the table. who: phrases such as "both officers". later: phrases and how long a thing has to stand
    before these are told. channels: such as "bell", "digest", "letter"."""

    code: str
    who: tuple[str, ...]
    later: Mapping[str, Delay]
    channels: tuple[str, ...]
    may_be_switched_off: str


@cache
def events() -> dict[str, Event]:
    """The table, by the events' codes."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["event"]: _event(row) for row in rows}


def _event(row: Mapping[str, str]) -> Event:
    phrases = {phrase: LATER.fullmatch(phrase) for phrase in _parts(row["who"])}
    return Event(
        row["event"],
        tuple(phrase for phrase, later in phrases.items() if later is None),
        {
            later["who"]: Delay(int(later["count"]), later["unit"])
            for later in phrases.values()
            if later
        },
        _parts(row["channels"]),
        row["may_be_switched_off"],
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


def delay_of(code: str, phrase: str) -> Delay | None:
    """How long a thing has to stand before the people of a phrase are told; None where the table tells them never."""
    return events()[code].later.get(phrase)


def people_for(event: Event, about: Any, to: str = "") -> dict[int, User]:
    """The active people whom an event is told, by their ids.

    to: of these the people of one phrase alone; nobody, unless the table names it. Those who are told later are only
    told so. Phrases that no app knows yet name nobody.
    """
    phrases: Iterable[str] = event.who
    if to:
        phrases = {to} & {*event.who, *event.later}
    named = (
        person
        for phrase in phrases
        if phrase in event_recipients
        for person in event_recipients[phrase](about)
    )
    return {person.pk: person for person in named if person.is_active}


def tell(code: str, facts: Mapping[str, Any], count: int) -> str:
    """An event's sentence in the reader's language; of a fact `x` the English `x_en`, where there is one."""
    sentence = event_sentences.get(
        (code, facts.get("to", "")), event_sentences.get(code)
    )
    return (
        code
        if sentence is None
        else str(sentence % (_in_language(facts) | {"count": count}))
    )


def line_of(notification: Notification) -> str:
    """What a line of the bell says to its reader now."""
    if not notification.event:
        return notification.text
    return tell(notification.event, notification.facts, notification.count)


def _in_language(facts: Mapping[str, Any]) -> dict[str, Any]:
    if (get_language() or "zh").startswith("zh"):
        return dict(facts)
    return {name: facts.get(f"{name}_en") or value for name, value in facts.items()}
