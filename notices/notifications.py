"""Whom the events of notices are told, and in which words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.states import CaseState
from cases.workflow.deadlines import Dated, announce_dates
from cases.workflow.notifications import officers_of, supervisors_of
from corps.mail.compose import ascii_address
from corps.models import Delivery, User
from corps.workflow import announce
from notices import withdrawal_letters
from notices.models import Notice, PendingApproval, PendingCheck, WithdrawalLetter
from notices.states import ItemState, NoticeState

SENTENCES: dict[str | tuple[str, str], Any] = {
    "notice.issued": _("Notice %(number)s asks for your answer."),
    "notice.submitted": _("Notice %(number)s to %(platform)s waits for approval."),
    "notice.returned": _("Notice %(number)s was returned to you."),
    "approval.voided": _("Notice %(number)s has to be submitted anew. %(why)s"),
    ("approval.voided", "approver"): _(
        "Your approval of notice %(number)s is void. %(why)s"
    ),
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
    "verdict.voided": ngettext_lazy(
        "%(count)d of your checks in notice %(number)s does not count: %(why)s",
        "%(count)d of your checks in notice %(number)s do not count: %(why)s",
        "count",
    ),
    "notice.withdrawn": ngettext_lazy(
        "%(letter)s takes back what notice %(number)s asked: %(count)d item.",
        "%(letter)s takes back what notice %(number)s asked: %(count)d items.",
        "count",
    ),
    "item.reopened": ngettext_lazy(
        "%(count)d item of notice %(number)s was seen live and waits for your answer again.",
        "%(count)d items of notice %(number)s were seen live and wait for your answer again.",
        "count",
    ),
    "objection.received": _("Objection %(number)s was lodged in case %(case)s."),
    ("objection.decided", "officers"): _(
        "Objections of case %(number)s that were decided: %(count)d; the last: %(decision)s."
    ),
    ("objection.decided", "firm"): _(
        "Objections about what you named that were decided: %(count)d; the last: %(decision)s."
    ),
    ("objection.decided", "liaison"): _(
        "An appeal against notice %(number)s was dismissed; its items wait for your answer again."
    ),
    "appeal.given": ngettext_lazy(
        "%(platform)s says that merchants appeal: %(count)d item of %(number)s.",
        "%(platform)s says that merchants appeal: %(count)d items of %(number)s.",
        "count",
    ),
    "delivery.failed": _("Letter %(number)s could not be delivered to %(recipient)s."),
    "delivery.uncertain": _(
        "Nobody knows whether letter %(number)s reached %(recipient)s."
    ),
}


def announce_notice(
    event: str, notice: Notice, *, actor: User | None, url: str = "", **more: Any
) -> int:
    """Tell of something that happened to a notice, which the sentence calls by number and platform.

    url: where it is dealt with, the notice's own page unless given. more: as `announce` has it.
    """
    named: dict[str, Any] = {
        "platform": notice.platform.name,
        "platform_en": notice.platform.name_en,
        "number": str(notice),
    }
    return announce(
        event,
        notice,
        actor=actor,
        url=url or notice.get_absolute_url(),
        **(named | more),
    )


def announce_voided(checks: Mapping[PendingCheck, Any]) -> None:
    """Tell officers of their checks that do not count: one line for each notice. checks: with why each is void."""
    lots: dict[tuple[User, Notice], list[PendingCheck]] = {}
    for check in checks:
        lots.setdefault((check.by, check.item.notice), []).append(check)
    for (_officer, notice), lot in lots.items():
        reasons = dict.fromkeys(str(checks[check]) for check in lot)
        if len(reasons) == 1:
            why = checks[lot[0]]
        else:
            why = " ".join(reasons)
        announce_notice(
            "verdict.voided", notice, about=lot[0], actor=None, count=len(lot), why=why
        )


def announce_due() -> int:
    """For maintenance: tell of answers due today or overdue, each notice once; how many lines of telling."""
    open_ones = Notice.objects.filter(
        state=NoticeState.ISSUED, items__state=ItemState.OPEN
    ).distinct()
    open_ones = open_ones.exclude(case__state=CaseState.SUSPENDED)
    return announce_dates(
        open_ones.select_related("case__unit"),
        "reply_due_on",
        _to_answer,
        near=timedelta(),
    )


def _to_answer(notice: Any) -> Dated:
    return notice.case, str(notice), notice.reply_due_on, notice.get_absolute_url()


def announce_delivery(delivery: Delivery) -> int:
    """Tell officers that a notice's letter, or one that withdraws something of it, failed, or that nobody knows whether
    it arrived; how many people."""
    message = delivery.message
    notice = Notice.objects.select_related("case__unit", "drafted_by").get(
        pk=message.subject_id
    )
    number = str(notice)
    if message.purpose == withdrawal_letters.PURPOSE:
        number = notice.withdrawal_letters.get(nth=message.step).document_number
    url = f"{notice.get_absolute_url()}?tab=deliveries"
    facts: dict[str, Any] = {"number": number, "recipient": message.recipient}
    return announce(
        f"delivery.{delivery.state}",
        delivery,
        about=notice,
        actor=None,
        url=url,
        **facts,
    )


def _recipient(notice: Notice) -> Iterable[User]:
    person = None
    if notice.recipient:
        person = notice.recipient.user
    if person:
        return [person]
    return []


def _liaisons(notice: Notice) -> Iterable[User]:
    """Whoever answers for a notice's platform."""
    return User.objects.filter(
        liaison__platform=notice.platform_id, liaison__is_active=True
    )


def _addressees(letter: WithdrawalLetter) -> Iterable[User]:
    """Those to whom a letter of withdrawal was queued, as far as they have accounts."""
    mailboxes = withdrawal_letters.deliveries_of(letter).values_list(
        "message__recipient", flat=True
    )
    sent_to = set(mailboxes)
    liaisons = letter.notice.platform.liaisons.filter(is_active=True)
    reached = [
        liaison.pk for liaison in liaisons if ascii_address(liaison.email) in sent_to
    ]
    return User.objects.filter(liaison__in=reached)


def _approvers(about: Notice | PendingApproval) -> Iterable[User]:
    """Who gave the approval that waits its ten seconds."""
    if isinstance(about, PendingApproval):
        return [about.by]
    return User.objects.filter(
        pk__in=PendingApproval.objects.filter(notice=about).values("by")
    )


def _officers(about: Any) -> Iterable[User]:
    """Whoever handles the case; where nobody does, who drafted the notice, or the supervisors of its unit."""
    people: list[User] = list(officers_of(about))
    if people:
        return people
    if isinstance(about, Notice):
        return [about.drafted_by]
    return supervisors_of(about)


def _drafters(notice: Notice) -> Iterable[User]:
    """Who drafted and who submitted the notice."""
    return [who for who in (notice.drafted_by, notice.submitted_by) if who]


def _who_judged(check: PendingCheck) -> Iterable[User]:
    return [check.by]


def _nobody(_about: Any) -> Iterable[User]:
    """Who objects has no account and is told by letter; and no campaign has the legal section asked yet."""
    return []


# Phrases of the table of events → whom they name.
RECIPIENTS: dict[str, Callable[[Any], Iterable[User]]] = {
    "officers": _officers,
    "both officers": _officers,
    "both officers of the case": _officers,
    "primary liaison": _recipient,
    "liaison": _liaisons,
    "liaison who got the letter": _addressees,
    "drafter": _drafters,
    "approver": _approvers,
    "officer who judged": _who_judged,
    "objector": _nobody,
    "reviewer if asked": _nobody,
}
