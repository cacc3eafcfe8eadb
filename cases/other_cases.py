"""What has become of targets that rows name: for officers where each lies, for a firm its state alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases import workflow
from cases.models import Target
from cases.states import CHECKED_GONE, TargetState
from corps.models import User
from corps.ui.status_colours import kind_of


@dataclass(frozen=True, slots=True)
class Became:
    """A target's state as a reader may know it. kind: a word with a colour. where: a sentence about the case that it
    belongs to, where that is not the reader's own; empty otherwise. may_take_up: it was dropped. may_check: it was
    found gone, and may be checked again."""

    label: Any
    kind: str
    where: Any = ""
    may_take_up: bool = False
    may_check: bool = False


def became(
    targets: Iterable[Target], user: User, own_case: int | None
) -> dict[int, Became]:
    """What became of targets, by primary key; one statement.

    targets: with `case__unit` and `complaint` selected. own_case: that of the complaint or case in which they are
    shown.
    A representative is told the state, or why nothing more is done, and nothing of the case or the firm that named it
    first.
    """
    targets = list(targets)
    if not user.is_corps:
        return {
            target.pk: Became(target.as_told.label, kind_of(target.as_told))
            for target in targets
        }
    seen = workflow.cases_seen(targets, user)
    return {
        target.pk: Became(
            target.get_state_display(),
            kind_of(target.state),
            _where(target, seen, own_case),
            target.state == TargetState.DROPPED,
            target.state in CHECKED_GONE,
        )
        for target in targets
    }


def _where(target: Target, seen: set[int], own_case: int | None) -> Any:
    """Where a target lies that is not the own case's."""
    if target.state == TargetState.DROPPED:
        return workflow.where_dropped(target, seen)
    case = target.case
    if case is None:
        complaint = target.complaint
        return _("With complaint %(complaint)s, in no case yet.") % {
            "complaint": complaint.number if complaint else ""
        }
    if case.pk == own_case:
        return ""
    if case.pk in seen:
        return _("In case %(case)s, which is “%(state)s”.") % {
            "case": case.number,
            "state": case.get_state_display(),
        }
    return _("In a case of another unit (%(unit)s).") % {"unit": case.unit.name}
