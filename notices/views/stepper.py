"""How far a notice has come: draft, approval, issued, completed; or that it was sent back, or withdrawn."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from corps.models import Approval, AuditEntry, User
from notices.models import Notice
from notices.states import NOTICE_STEPS, WITH_ITS_DRAFTER, NoticeState

WITHDRAWALS = ("notice.draft_withdrawn", "notice.withdrawn")


def sent_back(notice: Notice) -> Approval | None:
    """Who sent back a notice that has not been submitted again since, when and why."""
    if notice.state not in WITH_ITS_DRAFTER:
        return None
    returned = Approval.objects.about(notice).last_return()
    if returned is None or not returned.decided_at or not notice.submitted_at:
        return None
    if returned.decided_at < notice.submitted_at:
        return None
    return returned


def steps_of(notice: Notice, returned: Approval | None) -> list[dict[str, Any]]:
    """The steps as {label, at, who, state: "done", "now", "now back" or ""}; what lies ahead has no time.

    returned: what sent it back, if anything. A withdrawal is the last step after what was reached.
    """
    reached = _reached(notice)
    state = NoticeState(notice.state)
    if state == NoticeState.WITHDRAWN:
        return [
            *_done([step for step in NOTICE_STEPS if reached[step].at], reached),
            _withdrawn(notice),
        ]
    if state == NoticeState.RETURNED and returned:
        back = _step(state, "now back", returned.decided_at, returned.decided_by)
        return [*_done(NOTICE_STEPS[:2], reached), back, *_ahead(NOTICE_STEPS[2:])]
    if state == NoticeState.RETURNED:
        state = NoticeState.DRAFT
    position = NOTICE_STEPS.index(state)
    now = _step(state, "now", *reached[state])
    return [
        *_done(NOTICE_STEPS[:position], reached),
        now,
        *_ahead(NOTICE_STEPS[position + 1 :]),
    ]


class Reached(NamedTuple):
    """When a notice reached a step, if it did, and by whose act."""

    at: datetime | None
    who: User | None


def _reached(notice: Notice) -> dict[NoticeState, Reached]:
    return {
        NoticeState.DRAFT: Reached(notice.drafted_at, notice.drafted_by),
        NoticeState.SUBMITTED: Reached(notice.submitted_at, notice.submitted_by),
        NoticeState.ISSUED: Reached(notice.issued_at, notice.issued_by),
        NoticeState.COMPLETED: Reached(notice.completed_at, None),
    }


def _done(
    steps: Iterable[NoticeState], reached: dict[NoticeState, Reached]
) -> list[dict[str, Any]]:
    return [_step(step, "done", *reached[step]) for step in steps]


def _ahead(steps: Iterable[NoticeState]) -> list[dict[str, Any]]:
    return [_step(step, "") for step in steps]


def _withdrawn(notice: Notice) -> dict[str, Any]:
    """The last step of a withdrawn notice: who withdrew it when."""
    entries = AuditEntry.objects.about(notice).filter(verb__in=WITHDRAWALS)
    last = entries.select_related("actor").order_by("-pk").first()
    if last is None:
        return _step(NoticeState.WITHDRAWN, "now")
    return _step(NoticeState.WITHDRAWN, "now", last.at, last.actor)


def _step(
    step: NoticeState, state: str, at: Any = None, who: Any = None
) -> dict[str, Any]:
    return {"label": step.label, "at": at, "who": who or "", "state": state}
