"""The timeline of a case or a notice: its audit entries in words, by day.

What one person did of a kind to many targets, items or rows on one day is told once, with how many and how it went.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, Min, Q, QuerySet, When
from django.db.models import Case as Either
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.story import Line
from corps import wording
from corps.clock import SHANGHAI, shanghai_date
from corps.models import AuditEntry
from corps.pieces.words import clock_time, thousands

# Verb of the audit → (words, a word with a colour). Each room adds its own in `AppConfig.ready()`.
words: dict[str, tuple[Any, str]] = {}
# What happens to so many things that it is told once for all of a day.
BY_THE_HUNDRED = ("target.", "item.", "import.row_")
# What entries have in common that are told as one; `alone` is the id of one that is told by itself.
SAME = ("verb", "actor", "day", "about", "alone")
# How it went, by the first of these that an entry notes.
HOW = ("seen", "outcome", "reason", "ground", "decision")
MOST_WORDS = 6
# What is said of an entry told by itself: which thing, and, on a line of its own, what changed.
WHICH = ("document_number", "number", "notice", "officers", "target")
CHANGED = ("reason", "conclusion", "proof", "note", "preserve", "operator")
NUMBER = re.compile(r"([TNO])[0-9]{4}-[0-9]+")
PAGES = {"T": "cases:complaint", "N": "notices:notice", "O": "notices:objection"}
RESUMED = ("case.filed", "case.disposing", "case.concluding")
COUNTED = (
    ("targets", gettext_lazy("targets")),
    ("items", gettext_lazy("items")),
    ("rows", gettext_lazy("rows")),
)


def acts_of(entries: QuerySet[AuditEntry]) -> QuerySet:
    """What a timeline has a line for, as dicts of SAME with `first` and `when` (the first and last `at`), `last` (the
    newest entry's id) and `count`. A list shows them by ("-when", "-last").
    """
    return _alike(entries).values(*SAME).annotate(first=Min("at"), when=Max("at"), last=Max("pk"), count=Count("pk"))


def days_of(entries: QuerySet[AuditEntry], acts: Iterable[Mapping[str, Any]]) -> list[tuple[date, list[Line]]]:
    """Lines for some of `acts_of(entries)`, in their order, by Shanghai day; a handful of statements."""
    acts = list(acts)
    newest = AuditEntry.objects.select_related("actor").in_bulk([act["last"] for act in acts])
    teller = wording.teller(newest.values())
    went = _how_it_went(entries, [act for act in acts if act["count"] > 1], teller)
    lines = [
        _line_of_many(newest[act["last"]], act, went[_key(act)])
        if act["count"] > 1
        else _line(newest[act["last"]], teller)
        for act in acts
    ]
    return [(day, list(lot)) for day, lot in groupby(lines, key=lambda line: shanghai_date(line.at))]


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """A line for each entry, for the page of what they are about; one statement for each kind of thing named."""
    entries = list(entries)
    teller = wording.teller(entries)
    return [_line(entry, teller, on_its_page=True) for entry in entries]


def _alike(entries: QuerySet[AuditEntry]) -> QuerySet:
    """The entries with SAME, so that what is told once can be grouped."""
    many = Q(*[("verb__startswith", beginning) for beginning in BY_THE_HUNDRED], _connector=Q.OR)
    return entries.order_by().annotate(
        day=TruncDate("at", tzinfo=SHANGHAI),
        about=KeyTextTransform("notice", "detail"),
        alone=Either(When(many, then=None), default=F("pk"), output_field=BigIntegerField()),
    )


def _key(act: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(act[name] for name in SAME)


def _how_it_went(
    entries: QuerySet[AuditEntry], acts: list[Mapping[str, Any]], teller: wording.Teller
) -> dict[tuple[Any, ...], str]:
    """How it went with the many of each act: `Removed 35, Refused 2`; one statement."""
    said: dict[tuple[Any, ...], list[tuple[str, int]]] = {_key(act): [] for act in acts}
    if not said:
        return {}
    days = [act["day"] for act in acts]
    alike = _alike(entries).filter(verb__in={act["verb"] for act in acts}, day__gte=min(days), day__lte=max(days))
    words_of = {f"how_{name}": KeyTextTransform(name, "detail") for name in HOW}
    rows = alike.values(*SAME, **words_of).annotate(count=Count("pk")).order_by("-count", *words_of)
    for row in rows:
        if (known := said.get(_key(row))) is not None:
            known.append((_how({name: row[f"how_{name}"] for name in HOW}, teller), row["count"]))
    return {key: _in_short([pair for pair in counted if pair[0]]) for key, counted in said.items()}


def _how(detail: Mapping[str, Any], teller: wording.Teller) -> str:
    name = next((name for name in HOW if detail.get(name)), None)
    return teller.value(name, detail[name]) if name else ""


def _in_short(counted: list[tuple[str, int]]) -> str:
    if len(counted) == 1:
        return counted[0][0]
    said = [f"{word} {thousands(count)}" for word, count in counted[:MOST_WORDS]]
    return _(", ").join(said + ["…"] * (len(counted) > MOST_WORDS))


def _line_of_many(entry: AuditEntry, act: Mapping[str, Any], went: str) -> Line:
    text, kind = words.get(entry.verb, (entry.verb, "grey"))
    notes = [_who(entry), _("%(count)s of them") % {"count": thousands(act["count"])}]
    if clock_time(act["first"]) != clock_time(act["when"]):
        notes.append(f"{clock_time(act['first'])}–{clock_time(act['when'])}")
    number = act["about"] or ""
    return Line(act["when"], text, kind, went, "　".join(notes), _address(number), number)


def _line(entry: AuditEntry, teller: wording.Teller, on_its_page: bool = False) -> Line:
    text, kind = words.get(entry.verb, (entry.verb, "grey"))
    detail = entry.detail
    if entry.verb in RESUMED and detail.get("before") == "suspended":
        text, kind = _("Case resumed"), "blue"
    notes = [_who(entry)]
    notes += [f"{thousands(detail[name])} {label}" for name, label in COUNTED if isinstance(detail.get(name), int)]
    if complaints := detail.get("complaints"):
        notes.append(" ".join(str(number) for number in complaints))
    own = teller.names.get((entry.subject_type, entry.subject_id or 0), "")
    if on_its_page or entry.subject_type == Case._meta.label_lower:
        own = ""  # it stands in the page's head
    by_the_hundred = entry.verb.startswith(BY_THE_HUNDRED)
    if by_the_hundred:
        which = f"{own} {_how(detail, teller)}"
    elif entry.verb == "case.ground_given":
        which = teller.value("ground", detail.get("after"))
    else:
        which = next((teller.value(name, detail[name]) for name in WHICH if detail.get(name)), own)
    number = next((said for said in (detail.get("number"), detail.get("notice"), own) if _address(said)), "")
    if number:
        which = which.replace(number, "")  # it stands at the end of the line, as a link
    changed = "" if by_the_hundred else "　".join(_changes(detail, teller))
    return Line(entry.at, text, kind, which.strip(), "　".join(notes), _address(number), number, changed=changed)


def _changes(detail: Mapping[str, Any], teller: wording.Teller) -> Iterable[str]:
    """What changed, in words; what can only be yes or no comes with its name."""
    for name in CHANGED:
        if isinstance(detail.get(name), bool):
            yield _("%(what)s: %(value)s") % {
                "what": wording.details[name].label,
                "value": teller.value(name, detail[name]),
            }
        elif detail.get(name):
            yield teller.value(name, detail[name])


def _who(entry: AuditEntry) -> str:
    return str(entry.actor or _("the house"))


def _address(number: object) -> str:
    """Where the thing of this number is shown; empty for what has no page or no number."""
    known = NUMBER.fullmatch(number) if isinstance(number, str) else None
    return reverse(PAGES[known[1]], args=[number]) if known else ""
