"""How far a notice has come: draft, approval, issued, completed; or that it was sent back, or withdrawn."""

from typing import Any

from corps.models import Approval, AuditEntry
from notices.models import Notice
from notices.states import NoticeState

WAY = (
    NoticeState.DRAFT,
    NoticeState.SUBMITTED,
    NoticeState.ISSUED,
    NoticeState.COMPLETED,
)
WITHDRAWALS = ("notice.draft_withdrawn", "notice.withdrawn")


def sent_back(notice: Notice) -> Approval | None:
    """Who sent back a notice that has not been submitted again since, when and why."""
    if notice.state not in (NoticeState.DRAFT, NoticeState.RETURNED):
        return None
    returned = Approval.objects.about(notice).last_return()
    submitted = notice.submitted_at
    if (
        returned
        and returned.decided_at
        and submitted
        and returned.decided_at >= submitted
    ):
        return returned
    return None


def steps_of(notice: Notice, returned: Approval | None) -> list[dict[str, Any]]:
    """The steps as {label, at, who, state: "done", "now", "now back" or ""}; what lies ahead has no time.

    returned: what sent it back, if anything. A withdrawal is the last step after what was reached.
    """
    reached = {
        NoticeState.DRAFT: (notice.drafted_at, notice.drafted_by),
        NoticeState.SUBMITTED: (notice.submitted_at, notice.submitted_by),
        NoticeState.ISSUED: (notice.issued_at, notice.issued_by),
        NoticeState.COMPLETED: (notice.completed_at, None),
    }
    state = NoticeState(notice.state)
    if state == NoticeState.WITHDRAWN:
        gone = [_step(step, "done", *reached[step]) for step in WAY if reached[step][0]]
        entries = (
            AuditEntry.objects.about(notice)
            .filter(verb__in=WITHDRAWALS)
            .select_related("actor")
        )
        last = entries.order_by("-pk").first()
        return [*gone, _step(state, "now", *((last.at, last.actor) if last else ()))]
    if state == NoticeState.RETURNED and returned:
        gone = [_step(step, "done", *reached[step]) for step in WAY[:2]]
        back = _step(state, "now back", returned.decided_at, returned.decided_by)
        return [*gone, back, *(_step(step, "") for step in WAY[2:])]
    place = WAY.index(NoticeState.DRAFT if state == NoticeState.RETURNED else state)
    gone = [_step(step, "done", *reached[step]) for step in WAY[:place]]
    return [
        *gone,
        _step(WAY[place], "now", *reached[WAY[place]]),
        *(_step(step, "") for step in WAY[place + 1 :]),
    ]


def _step(
    step: NoticeState, state: str, at: Any = None, who: Any = None
) -> dict[str, Any]:
    return {"label": step.label, "at": at, "who": who or "", "state": state}
