"""How work stands: where it is stuck, and how deadlines were kept. Counts of notices and answers, not of results."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, TruncDate

from cases.models import Complaint
from cases.states import OPEN_COMPLAINT, CaseState, ComplaintState
from corps.deadlines.clock import SHANGHAI, today
from corps.ui.extensions import Aside
from notices.models import Answer, Check, Notice, NoticeItem
from notices.models.notices import NoticeItemQuerySet
from notices.states import ItemState, NoticeState
from stores.models import Platform

MOST_PLATFORMS = 2


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that waits. what: "unanswered" (by one platform), "to_check" or "to_approve".

    items: how many items; notices: in how many notices; since: the oldest; due: the earliest date due; where: platform
    slug for "unanswered".
    """

    what: str
    items: int
    notices: int
    since: datetime | None
    due: date | None
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of deadline, of those that have come to pass. what: "filing", "answer" (of one platform) or "check"."""

    what: str
    kept: int
    all: int
    platform: Platform | None = None


def stuck(user: Any, campaign: int | None) -> list[Stuck]:
    """What waits: the platforms with the most unanswered items, then checks, then approvals; nothing that is empty."""
    platforms = {
        platform.pk: platform for platform in Platform.objects.visible_to(user)
    }
    rows = [
        Stuck(
            "unanswered",
            row["items"],
            row["notices"],
            row["since"],
            row["due"],
            platforms[row["notice__platform"]],
        )
        for row in _waiting(
            _items(user, campaign).filter(
                notice__state=NoticeState.ISSUED, state=ItemState.OPEN
            )
        )
        .values("notice__platform", "items", "notices", "since", "due")
        .order_by("-items")[:MOST_PLATFORMS]
    ]
    to_check = _items(user, campaign).to_check()
    checks = to_check.aggregate(
        items=Count("pk"),
        notices=Count("notice", distinct=True),
        since=Min("answered_at"),
        due=Min("check_deadline__due_on"),
    )
    rows.append(Stuck("to_check", **checks))
    approvals = _notices(user, campaign).filter(state=NoticeState.SUBMITTED)
    rows.append(
        Stuck(
            "to_approve",
            due=None,
            **approvals.aggregate(
                items=Count("items"),
                notices=Count("pk", distinct=True),
                since=Min("submitted_at"),
            ),
        )
    )
    return [line for line in rows if line.notices]


def stuck_places(user: Any) -> Aside:
    """The same for the side of a supervisor's home page."""
    return Aside("dashboards/_stuck_places.html", {"stuck": stuck(user, None)})


def deadlines_kept(user: Any, campaign: int | None) -> list[Kept]:
    """Complaints filed in time, answers of each platform given in time, and first checks of an answer made in time."""
    platforms = {
        platform.pk: platform for platform in Platform.objects.visible_to(user)
    }
    lines = [_share("filing", of_deadlines("filing", user, campaign))]
    answers = (
        of_deadlines("answer", user, campaign)
        .order_by()
        .values("item__notice__platform")
    )
    answers = answers.annotate(
        kept=Count("pk", filter=Q(in_time=True)), all=Count("pk")
    )
    lines += [
        Kept(
            "answer", row["kept"], row["all"], platforms[row["item__notice__platform"]]
        )
        for row in answers.values("item__notice__platform", "kept", "all").order_by(
            "item__notice__platform"
        )
    ]
    lines.append(_share("check", of_deadlines("check", user, campaign)))
    return [line for line in lines if line.all]


def of_deadlines(
    what: str, user: Any, campaign: int | None, platform: str = ""
) -> QuerySet[Any]:
    """What came to pass under a kind of deadline, each with `in_time`: the rows of which `deadlines_kept` counts.

    "filing": complaints whose case was filed or declined, and those undecided past their date.
    "answer": answers, of one platform where its slug is given. "check": first checks.
    """
    if what == "filing":
        return _filings(user, campaign)

    items = _items(user, campaign)
    if platform:
        items = items.filter(notice__platform__slug=platform)
    if what == "answer":
        answers = Answer.objects.not_retracted().filter(item__in=items.values("pk"))
        return _judged(answers, Q(is_late=False))

    first = Check.objects.filter(item=OuterRef("item")).order_by("pk").values("pk")[:1]
    checks = Check.objects.filter(item__in=items.values("pk"), pk=Subquery(first))
    # The day by which it was owed stands on the check; on those of long ago only its item's, which moves.
    checks = checks.annotate(owed_on=Coalesce("due_on", "item__check_deadline__due_on"))
    looked = checks.filter(owed_on__isnull=False).annotate(
        on=TruncDate("at", tzinfo=SHANGHAI)
    )
    return _judged(looked, Q(on__lte=F("owed_on")))


def _filings(user: Any, campaign: int | None) -> QuerySet[Any]:
    """Complaints of which it was decided whether a case is filed, with `decided_at`; and those past due without it."""
    complaints = Complaint.objects.visible_to(user).filter(
        verify_deadline__isnull=False
    )
    if campaign is not None:
        complaints = complaints.filter(campaign=campaign)
    decided = complaints.annotate(
        decided_at=Coalesce("case__filed_at", "case__declined_at")
    )
    waiting = Q(state__in=OPEN_COMPLAINT) | Q(case__state=CaseState.LEAD)
    missed = waiting & Q(verify_deadline__due_on__lt=today())
    judged = decided.filter(Q(decided_at__isnull=False) | missed).exclude(
        state=ComplaintState.WITHDRAWN
    )
    on = judged.annotate(decided_on=TruncDate("decided_at", tzinfo=SHANGHAI))
    return _judged(
        on, Q(decided_at__isnull=False, decided_on__lte=F("verify_deadline__due_on"))
    )


def _judged(rows: QuerySet[Any], in_time: Q) -> QuerySet[Any]:
    return rows.annotate(in_time=ExpressionWrapper(in_time, BooleanField()))


def _share(what: str, rows: QuerySet[Any]) -> Kept:
    return Kept(
        what,
        **rows.aggregate(kept=Count("pk", filter=Q(in_time=True)), all=Count("pk")),
    )


def _waiting(items: QuerySet[NoticeItem]) -> QuerySet[Any]:
    return items.values("notice__platform").annotate(
        items=Count("pk"),
        notices=Count("notice", distinct=True),
        since=Min("notice__issued_at"),
        due=Min("notice__reply_due_on"),
    )


def _notices(user: Any, campaign: int | None) -> QuerySet[Notice]:
    notices = Notice.objects.visible_to(user)
    if campaign is None:
        return notices
    return notices.filter(case__campaign=campaign)


def _items(user: Any, campaign: int | None) -> NoticeItemQuerySet:
    return NoticeItem.objects.filter(notice__in=_notices(user, campaign).values("pk"))
