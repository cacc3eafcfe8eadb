"""Who may check an answer: one officer alone makes no number.

Whoever drafted the notice, or recorded its answer in the platform's stead, does not check it. Where these two leave no
officer who could, a supervisor who did not approve the notice does.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseOfficer
from corps.access.permissions import may, who_may
from corps.models import User
from corps.results import Result
from notices.models import NoticeItem

# Who checks whatever is not their own work; others who may check do it where nobody of these is left.
CHECKS_FIRST = "notices.check_first"


def check_refusals(items: Iterable[NoticeItem], actor: User) -> dict[int, Result]:
    """Why a person may not check some of these items, by their ids; those that they may are not in it.

    Items with their notices and cases. Codes: "drafted-by-you", "answered-by-you"; for a supervisor also
    "approved-by-you", "for-an-officer". No statement for an officer, two for a supervisor, whatever the number.
    """
    items = list(items)
    refused = {item.pk: refusal for item in items if (refusal := _own(item, actor))}
    if not may(actor, CHECKS_FIRST):
        officers = _officers_by_case(
            {item.notice.case for item in items if item.pk not in refused}
        )
        for item in items:
            others = officers.get(item.notice.case_id, set()) - {
                item.notice.drafted_by_id,
                item.answered_by_id,
            }
            if item.pk not in refused and others:
                reason = _(
                    "An officer checks it; a supervisor does where drafter and answerer leave nobody else."
                )
                refused[item.pk] = Result(item.pk, False, "for-an-officer", reason)
    return refused


def own_work(user: User) -> Q:
    """Items that are a person's own work, as `_own` says of one, and that somebody else checks."""
    return Q(notice__drafted_by=user) | Q(answered_by=user) | Q(notice__issued_by=user)


def _own(item: NoticeItem, actor: User) -> Result | None:
    """Why an item is not for this person, whose own work it is, if it is."""
    reason: Any
    if item.notice.drafted_by_id == actor.pk:
        reason = _(
            "You drafted its notice; somebody else checks what is answered to it."
        )
        return Result(item.pk, False, "drafted-by-you", reason)
    if item.answered_by_id == actor.pk:
        reason = _(
            "You recorded this answer in the platform's stead; somebody else checks it."
        )
        return Result(item.pk, False, "answered-by-you", reason)
    if item.notice.issued_by_id == actor.pk:
        reason = _(
            "You approved its notice; somebody else checks what is answered to it."
        )
        return Result(item.pk, False, "approved-by-you", reason)
    return None


def _officers_by_case(cases: set[Case]) -> dict[int, set[int]]:
    """The active officers who could check in each case: those of its unit and those assigned to it."""
    officers = who_may(CHECKS_FIRST).filter(is_active=True)
    in_units: dict[int | None, set[int]] = {}
    for unit, officer in officers.filter(
        unit__in={case.unit_id for case in cases}
    ).values_list("unit", "pk"):
        in_units.setdefault(unit, set()).add(officer)
    officers_by_case = {case.pk: set(in_units.get(case.unit_id, ())) for case in cases}
    turns = CaseOfficer.objects.filter(
        case__in=officers_by_case, until=None, officer__in=officers
    )
    for case, officer in turns.values_list("case", "officer"):
        officers_by_case[case].add(officer)
    return officers_by_case
