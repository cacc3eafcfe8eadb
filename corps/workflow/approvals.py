"""Approvals: one person puts a version forward, another says yes or no to exactly that version.

The verb of the app above asks its own access rule, changes its subject and calls these in one transaction.
"""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from corps.audit.recording import record
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.models import Approval, User
from corps.models.approvals import APPROVAL_STATES


def open_approval(subject: models.Model) -> Approval | None:
    """The undecided request for a subject, if there is one."""
    return Approval.objects.about(subject).filter(state=Approval.State.OPEN).first()


@transaction.atomic
def request_approval(
    *, subject: models.Model, version: str, actor: User, at: datetime
) -> Approval:
    """Put a version of a subject forward. version: SHA-256 of what is to be approved, in hex.

    The caller holds the subject's lock. Raises TransitionRefused "already-submitted".
    """
    if waiting := open_approval(subject):
        raise TransitionRefused(
            "already-submitted",
            _("This is waiting for approval already."),
            by=str(waiting.requested_by),
            at=waiting.requested_at,
        )
    attempt = (
        Approval.objects.about(subject).aggregate(last=Max("attempt"))["last"] or 0
    )
    approval = Approval.objects.create(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        version=version,
        attempt=attempt + 1,
        requested_by=actor,
        requested_at=at,
    )
    record(
        actor,
        "approval.requested",
        approval,
        at=at,
        attempt=approval.attempt,
        version=version,
    )
    return approval


@transaction.atomic
def decide_approval(
    *,
    approval: Approval,
    actor: User,
    version: str,
    approve: bool,
    reason: str = "",
    at: datetime,
) -> Approval:
    """Approve or return what was put forward. version: of the subject as it is now, worked out anew by the caller.

    reason: why it is returned, or a remark. Two deciding at once get one decision and one refusal.
    Raises TransitionRefused "already-decided", "version-missing", "version-changed", "own-draft", "reason-missing".
    """
    approval = locked(Approval.objects).select_related("decided_by").get(pk=approval.pk)
    if approval.state != Approval.State.OPEN:
        raise TransitionRefused(
            "already-decided",
            _("This was decided already."),
            state=approval.state,
            by=str(approval.decided_by or ""),
            at=approval.decided_at,
        )
    if not version:
        raise TransitionRefused(
            "version-missing",
            _("An approval names the version that was read; open it again."),
        )
    if approval.version != version:
        raise TransitionRefused(
            "version-changed",
            _("This was changed after it was put forward; it must be submitted anew."),
        )
    if approval.requested_by_id == actor.pk:
        raise TransitionRefused(
            "own-draft", _("Nobody decides on what they put forward themselves.")
        )
    if not approve and not reason.strip():
        raise TransitionRefused("reason-missing", _("Say why it is returned."))

    decision = Approval.State.RETURNED
    if approve:
        decision = Approval.State.APPROVED
    APPROVAL_STATES.move(approval, decision)
    approval.decided_by, approval.decided_at, approval.reason = (
        actor,
        at,
        reason.strip(),
    )
    approval.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record(
        actor,
        f"approval.{approval.state}",
        approval,
        at=at,
        attempt=approval.attempt,
        version=version,
        reason=reason.strip(),
    )
    return approval


@transaction.atomic
def void_approval(*, subject: models.Model, actor: User | None, at: datetime) -> bool:
    """Take an undecided request back, because the subject was changed or withdrawn; whether there was one."""
    approval = locked(
        Approval.objects.about(subject).filter(state=Approval.State.OPEN)
    ).first()
    if approval is None:
        return False
    APPROVAL_STATES.move(approval, Approval.State.VOID)
    approval.save(update_fields=["state"])
    record(actor, "approval.void", approval, at=at, attempt=approval.attempt)
    return True
