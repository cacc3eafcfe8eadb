"""The objects that have a table of states, with their tables."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone

from cases.models import Case, Complaint, SheetImport, Target
from cases.states import CASE_STATES, COMPLAINT_STATES, IMPORT_STATES, TARGET_STATES
from corps.models import Approval, Delivery
from corps.models.approvals import APPROVAL_STATES
from corps.models.messages import DELIVERY_STATES
from corps.states import Counted, StateTable
from listings.models import Belonging, BelongingCorrection
from listings.states import BELONGING_STATES, CORRECTION_STATES
from notices.models import Notice, NoticeItem, Objection
from notices.states import ITEM_STATES, NOTICE_STATES, OBJECTION_STATES
from tests.notices.neighbours import Scene


class Moved(NamedTuple):
    """An object with states: what the constraints of its table ask for in one state or another, besides the state."""

    table: StateTable
    model: type[models.Model]
    changes: Callable[[Scene, str], dict[str, Any]]


def _nothing(scene: Scene, state: str) -> dict[str, Any]:
    return {}


def _case(scene: Scene, state: str) -> dict[str, Any]:
    at = timezone.now()
    moments = dict.fromkeys(("filed_at", "closed_at", "suspended_at"), at)
    return moments | {"suspended_from": "filed"}


def _target(scene: Scene, state: str) -> dict[str, Any]:
    is_counted = state not in TARGET_STATES.counted(Counted.NEVER)
    return {"is_counted": is_counted, "dropped_reason": "误报"}


def _item(scene: Scene, state: str) -> dict[str, Any]:
    return {
        "outcome": "removed",
        "answered_at": timezone.now(),
        "successor": scene.item,
        "ground": scene.world.ground,
    }


def _import(scene: Scene, state: str) -> dict[str, Any]:
    if state == "undone":
        return {
            "complaint": None,
            "undone_complaint": scene.complaint,
            "undone_at": timezone.now(),
        }
    return {"complaint": scene.complaint, "undone_complaint": None}


def _delivery(scene: Scene, state: str) -> dict[str, Any]:
    return {"worker": "w:1:1", "finished_at": timezone.now()}


def _belonging(scene: Scene, state: str) -> dict[str, Any]:
    return {"judged_at": timezone.now()}


OBJECTS = {
    "Complaint": Moved(COMPLAINT_STATES, Complaint, _nothing),
    "Case": Moved(CASE_STATES, Case, _case),
    "Target": Moved(TARGET_STATES, Target, _target),
    "SheetImport": Moved(IMPORT_STATES, SheetImport, _import),
    "Belonging": Moved(BELONGING_STATES, Belonging, _belonging),
    "BelongingCorrection": Moved(CORRECTION_STATES, BelongingCorrection, _nothing),
    "Notice": Moved(NOTICE_STATES, Notice, _nothing),
    "NoticeItem": Moved(ITEM_STATES, NoticeItem, _item),
    "Objection": Moved(OBJECTION_STATES, Objection, _nothing),
    "Delivery": Moved(DELIVERY_STATES, Delivery, _delivery),
    "Approval": Moved(APPROVAL_STATES, Approval, _nothing),
}
