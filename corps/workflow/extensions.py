"""What `corps.workflow` and the maintenance of `corps.tasks` ask of the apps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from corps.extensions import Cardinality, ExtensionPoint
from corps.models import StoredFile


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline whose due date or standing changed."""

    deadline: int
    was_due_on: date
    due_on: date
    is_provisional: bool


deadline_hooks = ExtensionPoint[Callable[[list[Move]], Any]](
    "corps.workflow.deadline_hooks",
    "Told of deadlines that moved with the calendar, in the same transaction.",
)
file_references = ExtensionPoint[Callable[[list[StoredFile]], set[int]]](
    "corps.workflow.file_references",
    "Which of some stored files are named otherwise than by a foreign key, by id; what"
    " nobody names is removed.",
)
maintenance_tasks = ExtensionPoint[Callable[[], Any]](
    "corps.workflow.maintenance_tasks",
    "Finishes what is due and what nobody enqueued; called every few seconds.",
    Cardinality.AT_LEAST_ONE,
)
