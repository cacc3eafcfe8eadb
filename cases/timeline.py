"""The timeline of a case or a notice: its audit entries in words, by day.

What one person did of a kind to many targets, items or rows on one day, in one notice, is told once, with how many and
how it went.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, Min, Q, QuerySet, When
from django.db.models import Case as Either
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.extensions import timeline_words
from cases.models import Case, CaseNote
from cases.states import CaseState
from cases.target_history import Line
from corps.audit import labels
from corps.audit.extensions import detail_labels
from corps.deadlines.clock import SHANGHAI, shanghai_date
from corps.models import AuditEntry
from corps.ui.formats import clock_time, thousands

# What happens to so many things that it is told once for all of a day and a notice.
BY_THE_HUNDRED = ("target.", "item.", "import.row_")
# What entries have in common that are told as one; `alone` is the id of one that is told by itself.
SAME = ("verb", "actor", "day", "about", "alone")
# How it went, by the first of these that an entry notes.
HOW = ("way", "why", "seen", "outcome", "reason", "ground", "decision")
# As many as there are answers, so that none is left out.
MOST_WORDS = 8
# What is said of an entry told by itself: which thing, and, on a line of its own, what changed.
WHICH = ("document_number", "number", "notice", "officers", "target")
CHANGED = ("reason", "conclusion", "proof", "evidence")
# The same with its name, without which it would not be understood.
NAMED = ("relieved", "preserve", "operator")
LONGEST_NOTE = 120
NUMBER = re.compile(r"([TNO])[0-9]{4}-[0-9]+")
PAGES = {"T": "cases:complaint", "N": "notices:notice", "O": "notices:objection"}
RESUMED = ("case.filed", "case.disposing", "case.concluding")
COUNTED = (
    ("targets", gettext_lazy("targets")),
    ("items", gettext_lazy("items")),
    ("rows", gettext_lazy("rows")),
)
COUNTED_BY_NAME = ("new", "repeat", "held", "official", "invalid")


def acts_of(entries: QuerySet[AuditEntry]) -> QuerySet:
    """What a timeline has a line for, as dicts of SAME with `begun` and `ended` (the first and last `at`), `first` and
    `last` (the oldest and newest entry's id) and `count`.

    A list shows them by ("-begun", "-first"): an act that goes on while somebody turns pages keeps its place.
    """
    grouped = _alike(entries).values(*SAME)
    return grouped.annotate(
        begun=Min("at"),
        ended=Max("at"),
        first=Min("pk"),
        last=Max("pk"),
        count=Count("pk"),
    )


def days_of(
    entries: QuerySet[AuditEntry], acts: Iterable[Mapping[str, Any]]
) -> list[tuple[date, list[Line]]]:
    """Lines for some of `acts_of(entries)`, in their order, by Shanghai day; a handful of statements."""
    acts = list(acts)
    newest = AuditEntry.objects.select_related("actor").in_bulk(
        [act["last"] for act in acts]
    )
    writer = _writer(newest.values())
    went = _how_it_went(entries, [act for act in acts if act["count"] > 1], writer)

    def line_of(act: Mapping[str, Any]) -> Line:
        if act["count"] > 1:
            return writer.line_of_many(newest[act["last"]], act, went[_key(act)])
        return writer.line(newest[act["last"]])

    return _by_day(map(line_of, acts))


def _by_day(lines: Iterable[Line]) -> list[tuple[date, list[Line]]]:
    return [
        (day, list(lot))
        for day, lot in groupby(lines, key=lambda line: shanghai_date(line.at))
    ]


def one_by_one(entries: QuerySet[AuditEntry], newest: int) -> QuerySet[AuditEntry]:
    """The entries that are told as one with this one, with their actors; none for an id that is not among them."""
    alike = _alike(entries)
    act = alike.filter(pk=newest).values(*SAME).first()
    if act is None:
        return entries.none()
    same = {name: value for name, value in act.items() if value is not None}
    missing = {f"{name}__isnull": True for name, value in act.items() if value is None}
    return alike.filter(**same, **missing).select_related("actor")


def days_of_each(entries: Iterable[AuditEntry]) -> list[tuple[date, list[Line]]]:
    """A line for each entry, by Shanghai day; one statement for each kind of thing named."""
    entries = list(entries)
    writer = _writer(entries)
    return _by_day(writer.line(entry) for entry in entries)


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """A line for each entry, for the page of what they are about; one statement for each kind of thing named."""
    entries = list(entries)
    writer = _writer(entries)
    return [writer.line(entry, on_its_page=True) for entry in entries]


def _alike(entries: QuerySet[AuditEntry]) -> QuerySet:
    """The entries with SAME, so that what is told once can be grouped."""
    many = Q(
        *[("verb__startswith", beginning) for beginning in BY_THE_HUNDRED],
        _connector=Q.OR,
    )
    return entries.order_by().annotate(
        day=TruncDate("at", tzinfo=SHANGHAI),
        about=KeyTextTransform("notice", "detail"),
        alone=Either(
            When(many, then=None), default=F("pk"), output_field=BigIntegerField()
        ),
    )


def _key(act: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(act[name] for name in SAME)


def _how_it_went(
    entries: QuerySet[AuditEntry], acts: list[Mapping[str, Any]], writer: "_Writer"
) -> dict[tuple[Any, ...], str]:
    """How it went with the many of each act: `Removed 35, Refused 2`; one statement."""
    if not acts:
        return {}
    meant = entries.filter(
        verb__in={act["verb"] for act in acts},
        at__gte=min(act["begun"] for act in acts),
        at__lte=max(act["ended"] for act in acts),
    )
    words_of = {f"how_{name}": KeyTextTransform(name, "detail") for name in HOW}
    rows = (
        _alike(meant).values(*SAME, **words_of).annotate(count=Count("pk")).order_by()
    )
    said: dict[tuple[Any, ...], Counter[str]] = {_key(act): Counter() for act in acts}
    for row in rows:
        if (known := said.get(_key(row))) is not None:
            known[writer.how({name: row[f"how_{name}"] for name in HOW})] += row[
                "count"
            ]
    return {key: _in_short(counted) for key, counted in said.items()}


def _in_short(counted: "Counter[str]") -> str:
    """What all have in common, or the words with how many of each, the most frequent first."""
    if len(counted) == 1:
        return next(iter(counted))
    by_count = sorted((-count, word) for word, count in counted.items() if word)
    said = [f"{word} {thousands(-count)}" for count, word in by_count[:MOST_WORDS]]
    return _(", ").join(said + ["…"] * (len(by_count) > MOST_WORDS))


def _writer(entries: Iterable[AuditEntry]) -> "_Writer":
    entries = list(entries)
    notes = [entry.detail["note"] for entry in entries if entry.verb == "case.noted"]
    texts = (
        dict(CaseNote.objects.filter(pk__in=notes).values_list("pk", "text"))
        if notes
        else {}
    )
    return _Writer(labels.interpreter(entries), texts)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts entries into words. notes: the texts of the case notes that they tell of, by key."""

    names: labels.Interpreter
    notes: Mapping[int, str]

    def line_of_many(
        self, entry: AuditEntry, act: Mapping[str, Any], went: str
    ) -> Line:
        """One line for all of an act, of which `entry` is the newest. went: how it went."""
        text, kind = _words(entry)
        notes = [_who(entry)]
        if clock_time(act["begun"]) != clock_time(act["ended"]):
            notes.append(f"{clock_time(act['begun'])}–{clock_time(act['ended'])}")
        number = act["about"] or ""
        each = _("%(count)s of them") % {"count": thousands(act["count"])}
        each_url = f"?tab=timeline&each={act['last']}"
        note, url = "　".join(notes), _address(number)
        return Line(
            act["begun"],
            text,
            kind,
            went,
            note,
            url,
            number,
            each=each,
            each_url=each_url,
        )

    def line(self, entry: AuditEntry, on_its_page: bool = False) -> Line:
        """One entry by itself; on the page of what it is about, without the name of that."""
        text, kind = _words(entry)
        detail = entry.detail
        own = self.names.names.get((entry.subject_type, entry.subject_id or 0), "")
        if on_its_page or entry.subject_type == Case._meta.label_lower:
            own = ""  # it stands in the page's head
        by_the_hundred = entry.verb.startswith(BY_THE_HUNDRED)
        if by_the_hundred:
            which = f"{own} {self.how(detail)}"
        else:
            which = next(
                (
                    self.names.value(name, detail[name])
                    for name in WHICH
                    if detail.get(name)
                ),
                own,
            )
        number = next(
            (
                said
                for said in (detail.get("number"), detail.get("notice"), own)
                if _address(said)
            ),
            "",
        )
        if number:
            which = which.replace(
                number, ""
            )  # it stands at the end of the line, as a link
        note = "　".join([_who(entry), *self.counts(detail)])
        changed = "" if by_the_hundred else "　".join(self.changes(entry))
        return Line(
            entry.at,
            text,
            kind,
            which.strip(),
            note,
            _address(number),
            number,
            changed=changed,
        )

    def how(self, detail: Mapping[str, Any]) -> str:
        """How it went, in a word; of what passed on, from where to where and why."""
        if detail.get("way") and detail.get("why"):
            return _("%(way)s, %(why)s") % {
                name: self.names.value(name, detail[name]) for name in ("way", "why")
            }
        name = next((name for name in HOW if detail.get(name)), None)
        return self.names.value(name, detail[name]) if name else ""

    def counts(self, detail: Mapping[str, Any]) -> Iterator[str]:
        """Of how many things it tells, and which complaints."""
        for name, label in COUNTED:
            if isinstance(detail.get(name), int):
                yield f"{thousands(detail[name])} {label}"
        for name in COUNTED_BY_NAME:
            if isinstance(detail.get(name), int) and detail[name]:
                yield f"{detail_labels[name].label} {thousands(detail[name])}"
        if complaints := detail.get("complaints"):
            yield " ".join(str(number) for number in complaints)

    def changes(self, entry: AuditEntry) -> Iterator[str]:
        """What became different, and why."""
        detail = entry.detail
        if isinstance(detail.get("before"), str) and isinstance(
            detail.get("after"), str
        ):
            yield self.names.change(entry)
        if text := self.notes.get(detail.get("note", 0)):
            yield Truncator(text).chars(LONGEST_NOTE)
        for name in CHANGED:
            if detail.get(name):
                yield self.names.value(name, detail[name])
        for name in NAMED:
            if detail.get(name) not in (None, []):
                said = {
                    "what": detail_labels[name].label,
                    "value": self.names.value(name, detail[name]),
                }
                yield _("%(what)s: %(value)s") % said


def _words(entry: AuditEntry) -> tuple[Any, str]:
    if entry.verb in RESUMED and entry.detail.get("before") == CaseState.SUSPENDED:
        return _("Case resumed"), "blue"
    return timeline_words.get(entry.verb) or (labels.act_words(entry.verb), "grey")


def _who(entry: AuditEntry) -> str:
    return str(entry.actor or _("the system"))


def _address(number: object) -> str:
    """Where the thing of this number is shown; empty for what has no page or no number."""
    known = NUMBER.fullmatch(number) if isinstance(number, str) else None
    return reverse(PAGES[known[1]], args=[number]) if known else ""
