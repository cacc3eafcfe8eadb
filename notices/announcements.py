"""Whom the events of notices are told, and in which words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.states import CaseState
from cases.workflow.deadlines import Dated, announce_dates
from cases.workflow.telling import officers_of, supervisors_of
from corps import events
from corps.models import Delivery, User
from corps.workflow import announce
from notices.models import Notice
from notices.states import ItemState, NoticeState

WORDS = {
    "notice.issued": _("Notice %(number)s asks for your answer."),
    "notice.submitted": _("Notice %(number)s to %(platform)s waits for approval."),
    "notice.returned": _("Notice %(number)s was returned to you."),
    "approval.voided": _("Notice %(number)s has to be submitted anew. %(why)s"),
    "answers.given": ngettext_lazy(
        "%(platform)s answered %(count)d item of %(number)s.",
        "%(platform)s answered %(count)d items of %(number)s.",
        "count",
    ),
    "answers.taken_back": ngettext_lazy(
        "%(platform)s took back %(count)d answer in notice %(number)s.",
        "%(platform)s took back %(count)d answers in notice %(number)s.",
        "count",
    ),
    "appeal.given": ngettext_lazy(
        "%(platform)s says that merchants appeal: %(count)d item of %(number)s.",
        "%(platform)s says that merchants appeal: %(count)d items of %(number)s.",
        "count",
    ),
    "delivery.failed": _("The letter of notice %(number)s could not be delivered to %(recipient)s."),
    "delivery.uncertain": _("Nobody knows whether the letter of notice %(number)s reached %(recipient)s."),
}


def announce_notice(
    event: str, notice: Notice, *, actor: User | None, url: str = "", count: int = 1, **facts: Any
) -> int:
    """Tell of something that happened to a notice, which the sentence calls by number and platform.

    url: where it is dealt with, the notice's own page unless given.
    """
    named: dict[str, Any] = {
        "platform": notice.platform.name,
        "platform_en": notice.platform.name_en,
        "number": str(notice),
    }
    return announce(event, notice, actor=actor, url=notice.get_absolute_url(), count=count, **(named | facts))


def announce_due() -> int:
    """For maintenance: tell of answers due today or overdue, each notice once; how many lines of telling."""
    open_ones = Notice.objects.filter(state=NoticeState.ISSUED, items__state=ItemState.OPEN).distinct()
    open_ones = open_ones.exclude(case__state=CaseState.SUSPENDED)
    return announce_dates(open_ones.select_related("case__unit"), "reply_due_on", _to_answer, near=timedelta())


def _to_answer(notice: Any) -> Dated:
    return notice.case, str(notice), notice.reply_due_on, notice.get_absolute_url()


def announce_delivery(delivery: Delivery) -> int:
    """Tell officers that a notice's letter failed, or that nobody knows whether it arrived; how many people."""
    notice = Notice.objects.select_related("case__unit", "drafted_by").get(pk=delivery.message.subject_id)
    url = f"{notice.get_absolute_url()}?tab=deliveries"
    facts: dict[str, Any] = {"number": str(notice), "recipient": delivery.message.recipient}
    return announce(f"delivery.{delivery.state}", delivery, about=notice, actor=None, url=url, **facts)


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    events.words.update(WORDS)
    for phrase in ("officers", "both officers", "both officers of the case"):
        events.recipients[phrase] = _officers
    events.recipients["primary liaison"] = _recipient
    events.recipients["drafter"] = lambda notice: [notice.drafted_by]
    events.recipients["approver"] = lambda notice: [notice.submitted_by] if notice.submitted_by else []


def _recipient(notice: Notice) -> Iterable[User]:
    person = notice.recipient.user if notice.recipient else None
    return [person] if person else []


def _officers(about: Any) -> Iterable[User]:
    """Whoever handles the case; where nobody does, who drafted the notice, or the supervisors of its unit."""
    people: list[User] = list(officers_of(about))
    if people:
        return people
    return [about.drafted_by] if isinstance(about, Notice) else supervisors_of(about)
