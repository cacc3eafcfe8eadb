"""The way back from an act: what a person who did it can do about it now.

The apps contribute what they know.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from cases import extensions, timeline
from cases.extensions import Undoable, Way
from corps.deadlines.clock import midnight, today
from corps.models import AuditEntry, User

# What is recorded of coming, going and reading is no work.
NO_WORK = ("sign_in.done", "sign_out", "paper.opened", "export.downloaded")


def ways_back(entries: Iterable[AuditEntry], user: User) -> dict[int, Way]:
    """The way back of each entry that has one, by the entry's id."""
    entries = list(entries)
    found: dict[int, Way] = {}
    for provide in extensions.ways_back:
        found = provide(entries, user) | found
    return found


def undoable_now(user: User) -> list[Undoable]:
    """What a person did some seconds ago and can still undo."""
    return [
        undoable for provide in extensions.undoable_acts for undoable in provide(user)
    ]


def entries_of_today(user: User) -> QuerySet[AuditEntry]:
    """What a person did today, entry by entry; not what a replay tells of them."""
    return AuditEntry.objects.filter(
        actor=user, recorded_at__gte=midnight(today())
    ).exclude(Q(verb__in=NO_WORK) | Q(channel="replay"))


def of_today(user: User) -> QuerySet:
    """The same as a timeline tells it, much of a kind once."""
    return timeline.acts_of(entries_of_today(user))
