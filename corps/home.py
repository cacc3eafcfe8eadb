"""The first page of each role. The rooms above name theirs in `AppConfig.ready()`; the ground asks here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Need:
    """A line of the administrator's desk, or above a first page. colour, mark: of its badge. text, note: what it is.
    verb: what the button that leads to `url` says."""

    colour: str
    mark: Any
    text: Any
    note: Any
    url: str
    verb: Any


# What the rooms above have for the administrator's desk; called with the administrator, each a fixed number of
# statements.
needs: list[Callable[[Any], Iterable[Need]]] = []

# What waits for a supervisor's own word besides the approvals, above their first page; as `needs`.
calls: list[Callable[[Any], Iterable[Need]]] = []

# Role → dotted path of a view: a function that takes the request.
home_views: dict[str, str] = {
    "administrator": "corps.views.desk.show_desk",
    "auditor": "corps.views.audit.list_entries",
}
