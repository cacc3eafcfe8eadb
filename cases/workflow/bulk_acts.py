"""Keeping an act on many things, so that it can be undone (`cases.workflow.undoing`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.models import BulkAct, Case
from corps.audit.origin import current
from corps.models import AuditEntry, User


def keep_act(
    verb: str,
    *,
    actor: User,
    at: datetime,
    case: Case | None,
    subjects: Sequence[int],
    before: Sequence[Any],
) -> None:
    """Keep an act that was just done and recorded, so that it can be undone; not one of a replay. One statement or two.

    before: what each subject was, in their order.
    """
    if current().is_replay or not subjects:
        return
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    BulkAct.objects.create(
        verb=verb,
        actor=actor,
        at=at,
        case=case,
        subjects=list(subjects),
        before=list(before),
        last_entry=newest or 0,
    )
