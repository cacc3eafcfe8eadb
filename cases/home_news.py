"""What happened since a person was here, as home pages tell it: by kind, with sums, the newest first.

It is read from the audit by the time at which the system learned of it; each line says when it happened. What is much
of a kind is told once, as in a timeline.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from cases import timeline
from cases.extensions import NewsKind, news_kinds
from cases.models import Case, Complaint
from cases.states import ComplaintState
from cases.target_history import Line
from corps.mail.events import line_of
from corps.models import AuditEntry, Notification, User

# Of each kind so many lines stand open, the others unfold; in all so many are fetched.
OPEN_LINES, MOST_LINES = 3, 60


# What this app adds.
KINDS = (
    NewsKind(
        _("Decisions on cases"),
        ("case.filed", "case.not_filed", "case.closed", "case.reopened"),
    ),
    NewsKind(
        _("Complaints"), ("complaint.submitted", "complaint.withdrawn", "import.failed")
    ),
)


@dataclass(frozen=True, slots=True)
class News:
    """News of one kind. total: how many things they are about, of which `lines` and `more` tell; left: how many of
    these are not told here."""

    label: Any
    total: int
    lines: Sequence[Line]
    more: Sequence[Line] = ()
    left: int = 0


def news_since(user: User, since: datetime) -> list[News]:
    """What others did to what a person sees, since a moment; a handful of statements."""
    entries = _entries(user, since)
    sums = dict(entries.order_by().values_list("verb").annotate(Count("pk")))
    if not sums:
        return []
    acts = list(timeline.acts_of(entries).order_by("-begun", "-first")[:MOST_LINES])
    lines = [
        line for _day, of_day in timeline.days_of(entries, acts) for line in of_day
    ]
    told = list(zip(acts, lines, strict=True))
    return [news for kind in news_kinds if (news := _of_kind(kind, told, sums))]


def told_since(user: User, since: datetime) -> list[News]:
    """What a person was notified of since a moment, read or not: for whom the audit's words are not meant."""
    told = Notification.objects.filter(user=user, created_at__gt=since)
    newest = list(told.order_by("-created_at", "-pk")[:MOST_LINES])
    lines = [
        Line(line.created_at, "", url=line.url, link=line_of(line)) for line in newest
    ]
    total = len(newest)
    if total == MOST_LINES:
        total = told.count()
    if not total:
        return []
    return [
        News(
            _("Notifications"),
            total,
            lines[:OPEN_LINES],
            lines[OPEN_LINES:],
            total - len(lines),
        )
    ]


def _of_kind(
    kind: NewsKind,
    told: Iterable[tuple[Mapping[str, Any], Line]],
    sums: Mapping[str, int],
) -> News | None:
    total = sum(sums.get(verb, 0) for verb in kind.verbs)
    own = [(act["count"], line) for act, line in told if act["verb"] in kind.verbs]
    lines = [line for _count, line in own]
    left = total - sum(count for count, _line in own)
    if not total:
        return None
    return News(kind.label, total, lines[:OPEN_LINES], lines[OPEN_LINES:], left)


def _entries(user: User, since: datetime) -> QuerySet[AuditEntry]:
    """Others' acts in the person's threads. What a replay tells of long ago is no news."""
    verbs = [verb for kind in news_kinds for verb in kind.verbs]
    entries = AuditEntry.objects.filter(recorded_at__gt=since, verb__in=verbs)
    entries = entries.exclude(channel="replay", at__lte=since).exclude(actor=user)
    return entries.filter(_in_threads(user))


def _in_threads(user: User) -> Q:
    """Of the cases that a person sees, and of the complaints that are in none yet."""
    loose = (
        Complaint.objects.visible_to(user)
        .filter(case=None)
        .exclude(state=ComplaintState.REFUSED)
    )
    return Q(thread__in=threads(Case.objects.visible_to(user), "case")) | Q(
        thread__in=threads(loose, "complaint")
    )


def threads(subjects: QuerySet[Any], kind: str, field: str = "pk") -> QuerySet[Any]:
    """The audit threads of cases or complaints."""
    name = Concat(Value(f"{kind}:"), Cast(field, CharField()), output_field=CharField())
    return subjects.order_by().annotate(news_thread=name).values("news_thread")
