"""Approvals given in the browser: they can be undone for ten seconds before the notice is issued."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.task_queue import enqueue
from notices.models import Notice, PendingApproval
from notices.notifications import announce_notice
from notices.workflow.issuing import (
    approve_notice,
    examine,
    lock_for_issue,
    lock_submitted,
)

UNDO = timedelta(seconds=10)


def propose_approval(
    *, notice: Notice, actor: User, version: str, at: datetime | None = None
) -> Notice:
    """Approve a notice so that it is issued in ten seconds unless undone, whether or not the page stays open.

    Until then it is submitted still; a second approval is refused ("being-approved") with who and when, and a change
    voids this one and tells the approver. Raises as `approve_notice`.
    """
    with transaction.atomic():
        notice, at = lock_submitted(notice, actor, at)
        refused = examine(notice, actor, version, at)
        if refused is None:
            PendingApproval.objects.create(
                notice=notice, version=version, by=actor, at=at, due_at=now() + UNDO
            )
            record(
                actor,
                "notice.approval_given",
                notice,
                at=at,
                thread=notice.case.thread,
                version=version,
            )
            enqueue("notices.tasks.settle_approvals", countdown=UNDO.total_seconds())
    if refused is not None:
        raise refused
    return notice


@transaction.atomic
def undo_approval(*, notice: Notice, actor: User) -> bool:
    """Take back one's own approval that has not taken effect yet; whether it was taken back.

    False means that the notice is issued, or just being issued: from then on it can only be withdrawn, by a letter.
    """
    mine = (
        locked(PendingApproval.objects, skip_locked=True)
        .filter(notice=notice, by=actor)
        .first()
    )
    if mine is None:
        return False
    mine.delete()
    record(actor, "notice.approval_undone", notice, at=now(), thread=notice.case.thread)
    return True


def settle_approvals() -> int:
    """Issue the notices whose approvals are ten seconds old; how many. For the task and the maintenance.

    Number, date of the paper and year are those of this moment. One that may not be issued any more is void, and its
    approver told why.
    """
    due = (
        PendingApproval.objects.filter(due_at__lte=now())
        .order_by("pk")
        .values_list("pk", "notice_id")
    )
    return sum(_settle(pk, notice) for pk, notice in list(due))


@transaction.atomic
def _settle(pk: int, notice_id: int) -> bool:
    notice = lock_for_issue(Notice(pk=notice_id))
    pending = locked(PendingApproval.objects).select_related("by").filter(pk=pk).first()
    if pending is None:
        return False
    pending.delete()
    try:
        approve_notice(notice=notice, actor=pending.by, version=pending.version)
    except (TransitionRefused, PermissionDenied) as refused:
        why = getattr(refused, "message", None) or str(refused)
        announce_notice(
            "approval.voided", notice, about=pending, to="approver", actor=None, why=why
        )
        return False
    return True
