"""The timeline of a case: its audit entries in words, by day, what happened at once to many told once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, LegalGround
from corps.clock import shanghai_date
from corps.models import AuditEntry
from corps.pieces.words import thousands
from corps.wording import name_things

# Verb of the audit → (words, a word with a colour). The rooms above add theirs in `AppConfig.ready()`.
words: dict[str, tuple[Any, str]] = {
    "case.opened": (gettext_lazy("Case opened"), "grey"),
    "case.complaints_added": (gettext_lazy("Complaints taken into the case"), "grey"),
    "case.assigned": (gettext_lazy("Officers assigned"), "grey"),
    "case.filed": (gettext_lazy("Case filed"), "blue"),
    "case.not_filed": (gettext_lazy("Case not filed"), "red"),
    "case.reconsidered": (gettext_lazy("Decision not to file taken back"), "grey"),
    "case.ground_given": (gettext_lazy("Legal ground given"), "grey"),
    "case.noted": (gettext_lazy("Note written"), "grey"),
    "case.disposing": (gettext_lazy("First notice issued, disposing begins"), "blue"),
    "case.concluding": (gettext_lazy("Case concluded"), "blue"),
    "case.closed": (gettext_lazy("Case closed"), "green"),
    "case.archived": (gettext_lazy("Case archived"), "grey"),
    "case.reopened": (gettext_lazy("Case reopened"), "amber"),
    "case.suspended": (gettext_lazy("Case suspended"), "amber"),
    "case.transferred": (gettext_lazy("Case transferred"), "grey"),
    "case.withdrawn": (gettext_lazy("Case withdrawn"), "grey"),
    "complaint.submitted": (gettext_lazy("Complaint handed in"), "grey"),
    "complaint.accepted": (gettext_lazy("Complaint accepted"), "blue"),
    "complaint.refused": (gettext_lazy("Complaint refused"), "red"),
    "complaint.withdrawn": (gettext_lazy("Complaint withdrawn"), "grey"),
    "complaint.in_case": (gettext_lazy("Complaint in the case"), "grey"),
    "complaint.answered": (gettext_lazy("Complaint answered"), "green"),
    "complaint.closed": (gettext_lazy("Complaint closed"), "grey"),
    "import.read": (gettext_lazy("Sheet read"), "grey"),
    "import.released": (gettext_lazy("Sheet released for registration"), "grey"),
    "import.registered": (gettext_lazy("Sheet registered"), "grey"),
    "import.failed": (gettext_lazy("Sheet could not be read"), "red"),
    "import.abandoned": (gettext_lazy("Import given up"), "grey"),
    "import.row_settled": (gettext_lazy("Row of a sheet settled"), "grey"),
    "target.reported": (gettext_lazy("Target reported"), "grey"),
    "target.added": (gettext_lazy("Target added by hand"), "grey"),
    "target.taken_up": (gettext_lazy("Target taken up again"), "grey"),
    "target.dropped": (gettext_lazy("Target dropped"), "grey"),
    "target.ground_given": (gettext_lazy("Target given its own ground"), "grey"),
    "target.found_official": (gettext_lazy("Target found to be an official account's"), "purple"),
}
# What happens to so many things at once that it is told apart, once for each act.
BY_THE_HUNDRED = ("target.", "item.", "import.row_")
MOST_ACTS = 200
NUMBER = re.compile(r"([TNO])[0-9]{4}-[0-9]+")
PAGES = {"T": "cases:complaint", "N": "notices:notice", "O": "notices:objection"}
RESUMED = ("case.filed", "case.disposing", "case.concluding")
COUNTED = (
    ("targets", gettext_lazy("targets")),
    ("items", gettext_lazy("items")),
    ("rows", gettext_lazy("rows")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the piece `timeline`."""

    at: Any
    text: Any
    kind: str
    note: str
    strong: str = ""
    changed: str = ""
    url: str = ""
    link: str = ""


def days_of(entries: Iterable[AuditEntry]) -> list[tuple[date, list[Entry]]]:
    """Entries, newest first, by the Shanghai day of `at`. One statement for the names of grounds, and one for each kind
    of thing that they are about."""
    return _by_day((entry, 1) for entry in entries)


def acts_of(entries: QuerySet[AuditEntry]) -> list[tuple[date, list[Entry]]]:
    """The same, each act on many things as one line that says on how many; the newest MOST_ACTS."""
    acts = entries.order_by().values("verb", "actor", "at").annotate(count=Count("pk"), last=Max("pk"))
    counts = {act["last"]: act["count"] for act in acts.order_by("-at", "-last")[:MOST_ACTS]}
    found = AuditEntry.objects.filter(pk__in=counts).select_related("actor").order_by("-at", "-pk")
    return _by_day((entry, counts[entry.pk]) for entry in found)


def _by_day(counted: Iterable[tuple[AuditEntry, int]]) -> list[tuple[date, list[Entry]]]:
    grounds = {ground.code: ground.label for ground in LegalGround.objects.all()}
    entries = list(counted)
    names = name_things((entry.subject_type, entry.subject_id) for entry, count in entries if count == 1)
    lines = [_line(entry, count, grounds, names) for entry, count in entries]
    return [(day, list(lot)) for day, lot in groupby(lines, key=lambda line: shanghai_date(line.at))]


def _line(entry: AuditEntry, count: int, grounds: Mapping[str, str], names: Mapping[tuple[str, int], str]) -> Entry:
    text, kind = words.get(entry.verb, (entry.verb, "grey"))
    detail = entry.detail
    if entry.verb in RESUMED and detail.get("before") == "suspended":
        text, kind = _("Case resumed"), "blue"
    notes = [str(entry.actor or _("the house"))]
    if count > 1:
        notes.append(_("%(count)s of them") % {"count": thousands(count)})
    notes += [f"{thousands(detail[name])} {label}" for name, label in COUNTED if isinstance(detail.get(name), int)]
    if isinstance(complaints := detail.get("complaints"), list):
        notes.append(" ".join(str(number) for number in complaints))
    own = names.get((entry.subject_type, entry.subject_id or 0), "")
    if entry.subject_type == Case._meta.label_lower:
        own = ""  # it stands in the page's head
    strong = str(detail.get("document_number") or detail.get("number") or detail.get("notice") or own)
    changed = str(detail.get("reason") or detail.get("conclusion") or "")
    if entry.verb.endswith("ground_given"):
        code = str(detail.get("after") or detail.get("ground") or "")
        strong = grounds.get(code, code)
    number = next((said for said in (detail.get("number"), detail.get("notice"), own) if _address(said)), "")
    if number:
        strong = strong.replace(number, "").strip()  # it stands at the end of the line, as a link
    return Entry(
        entry.at, text, kind, "　".join(notes), strong=strong, changed=changed, url=_address(number), link=number
    )


def _address(number: object) -> str:
    """Where the thing of this number is shown; empty for what has no page or no number."""
    known = NUMBER.fullmatch(number) if isinstance(number, str) else None
    return reverse(PAGES[known[1]], args=[number]) if known else ""
