"""What happened to notices since a person was here: kinds of news for the corps, and what a liaison is told."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import home_news
from cases.extensions import NewsKind
from cases.home_news import News
from cases.states import Seen
from cases.target_history import Line
from corps.models import AuditEntry, User
from corps.ui.formats import thousands
from notices.models import Notice

# What this app adds.
KINDS = (
    NewsKind(
        gettext_lazy("Platforms' answers"), ("item.answered", "item.answer_retracted")
    ),
    NewsKind(
        gettext_lazy("Approvals"),
        ("notice.issued", "notice.returned", "notice.voided", "notice.submitted"),
    ),
    NewsKind(
        gettext_lazy("Objections"),
        ("objection.lodged", "objection.upheld", "objection.dismissed"),
    ),
    NewsKind(
        gettext_lazy("Checks"),
        ("item.checked", "target.seen", "outcome.corrected", "outcome.taken_back"),
    ),
    NewsKind(
        gettext_lazy("Letters"),
        ("notice.withdrawal_sent", "delivery.failed", "delivery.uncertain"),
    ),
)
# What a liaison is told: acts on notices, and on their items. Who in the corps acted is not told.
OF_NOTICES = {
    "notice.issued": (
        gettext_lazy("New notices"),
        gettext_lazy("Notice issued"),
        "blue",
    ),
    "notice.withdrawal_sent": (
        gettext_lazy("Withdrawn"),
        gettext_lazy("Letter of withdrawal"),
        "grey",
    ),
}


def for_liaison(user: User, since: datetime) -> list[News]:
    """Notices issued, requests withdrawn, answers checked and taken back since a moment; three statements."""
    notices = Notice.objects.visible_to(user)
    entries = AuditEntry.objects.filter(
        recorded_at__gt=since,
        verb__in=(*OF_NOTICES, "item.checked", "item.answer_retracted"),
        thread__in=home_news.threads(notices, "case", "case"),
    ).exclude(channel="replay", at__lte=since)
    told: dict[Any, list[tuple[int, Line]]] = {}
    for label, count, line in _lines(user, entries):
        told.setdefault(label, []).append((count, line))
    return [_of_kind(label, lot) for label, lot in told.items()]


def _of_kind(label: Any, told: list[tuple[int, Line]]) -> News:
    """News of one kind: its newest lines, and how much the others are about. told: (how many, line)."""
    lines = [line for _count, line in told[: home_news.MOST_LINES]]
    total = sum(count for count, _line in told)
    left = sum(count for count, _line in told[home_news.MOST_LINES :])
    return News(
        label, total, lines[: home_news.OPEN_LINES], lines[home_news.OPEN_LINES :], left
    )


def _lines(user: User, entries: Any) -> Iterator[tuple[Any, int, Line]]:
    """(kind, how many, line), the newest first, of those notices alone that are the platform's."""
    rows = list(
        entries.order_by()
        .annotate(
            about=KeyTextTransform("notice", "detail"),
            seen=KeyTextTransform("seen", "detail"),
        )
        .values("verb", "about", "seen", "subject_type", "thread")
        .annotate(count=Count("pk"), last=Max("at"), subject=Max("subject_id"))
        .order_by("-last")
    )
    by_number = Notice.objects.visible_to(user).in_bulk(
        [row["about"] for row in rows if row["about"]], field_name="number"
    )
    of_notices = [row["subject"] for row in rows if row["verb"] in OF_NOTICES]
    by_id = Notice.objects.visible_to(user).in_bulk(of_notices)
    for row in rows:
        if row["verb"] in OF_NOTICES:
            label, text, kind = map(str, OF_NOTICES[row["verb"]])
            notice = by_id.get(row["subject"])
        else:
            label, text, kind = _of_items(row)
            notice = by_number.get(row["about"])
        if notice is not None:
            yield (
                label,
                row["count"],
                Line(
                    row["last"],
                    text,
                    kind,
                    url=notice.get_absolute_url(),
                    link=str(notice),
                ),
            )


def _of_items(row: dict[str, Any]) -> tuple[Any, str, str]:
    """The kind, words and colour of what befell items of a notice."""
    count = row["count"]
    number = {"count": thousands(count)}
    if row["verb"] == "item.answer_retracted":
        sentence = ngettext(
            "%(count)s answer taken back", "%(count)s answers taken back", count
        )
        return _("Taken back"), sentence % number, "grey"
    if row["seen"] == Seen.GONE:
        sentence = ngettext(
            "%(count)s item confirmed gone", "%(count)s items confirmed gone", count
        )
        return _("Checks"), sentence % number, "green"
    if row["seen"] == Seen.LIVE:
        sentence = ngettext(
            "%(count)s item found live", "%(count)s items found live", count
        )
        return _("Checks"), sentence % number, "red"
    sentence = ngettext(
        "%(count)s item could not be opened",
        "%(count)s items could not be opened",
        count,
    )
    return _("Checks"), sentence % number, "amber"
