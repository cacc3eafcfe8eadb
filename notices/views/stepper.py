"""How far a notice has come: draft, approval, issued, completed; or that it was returned, or withdrawn."""

from collections.abc import Iterator
from typing import Any

from corps.models import Approval
from notices.models import Notice
from notices.states import NoticeState

WAY = (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.ISSUED, NoticeState.COMPLETED)


def last_return(notice: Notice) -> Approval | None:
    """The last time an approver sent the notice back, with who and why."""
    returns = Approval.objects.about(notice).filter(state=Approval.State.RETURNED)
    return returns.select_related("decided_by").order_by("-pk").first()


def steps_of(notice: Notice, returned: Approval | None) -> list[dict[str, Any]]:
    """The steps as {label, at, who, state: done|now|back|""}. returned: what made it stop, where it was sent back.

    Where it was withdrawn, what it reached is done and the withdrawal is the last step.
    """
    reached = {
        NoticeState.DRAFT: (notice.drafted_at, notice.drafted_by),
        NoticeState.SUBMITTED: (notice.submitted_at, notice.submitted_by),
        NoticeState.ISSUED: (notice.issued_at, notice.issued_by),
        NoticeState.COMPLETED: (notice.completed_at, None),
    }
    state = NoticeState(notice.state)
    if state == NoticeState.WITHDRAWN:
        gone = [step for step in WAY if step == NoticeState.DRAFT or reached[step][0]]
        return [*(_step(step, *reached[step], "done") for step in gone), _step(state, None, None, "now")]
    if state == NoticeState.RETURNED and returned:
        return list(_sent_back(reached, returned))
    place = WAY.index(NoticeState.DRAFT if state == NoticeState.RETURNED else state)
    marks = ["done"] * place + ["now"] + [""] * (len(WAY) - place - 1)
    return [_step(step, *reached[step], mark) for step, mark in zip(WAY, marks, strict=True)]


def _sent_back(reached: dict[NoticeState, tuple[Any, Any]], returned: Approval) -> Iterator[dict[str, Any]]:
    yield _step(NoticeState.DRAFT, *reached[NoticeState.DRAFT], "done")
    yield _step(NoticeState.SUBMITTED, *reached[NoticeState.SUBMITTED], "done")
    yield _step(NoticeState.RETURNED, returned.decided_at, returned.decided_by, "now back")
    yield from (_step(step, None, None, "") for step in WAY[2:])


def _step(step: NoticeState, at: Any, who: Any, state: str) -> dict[str, Any]:
    return {"label": step.label, "at": at, "who": who or "", "state": state}
