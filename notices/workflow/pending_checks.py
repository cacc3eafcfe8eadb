"""Verdicts of the browser that can be undone for ten seconds before they count."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.states import Seen
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.errors import in_short
from corps.models import User
from corps.results import Result
from corps.task_queue import enqueue
from notices.models import PendingCheck
from notices.notifications import announce_voided
from notices.workflow.checking import (
    UNKNOWN_SEEN,
    ItemCheck,
    judge_checks,
    lock_items,
    refuse_checks,
)

UNDO = timedelta(seconds=10)


@transaction.atomic
def propose_checks(
    *,
    items: Iterable[int],
    seen: str,
    actor: User,
    at: datetime | None = None,
    looked_at: datetime | None = None,
    note: str = "",
) -> list[Result]:
    """Keep checks that count in ten seconds unless undone, whether or not the page stays open.

    One Result for each item; what `check_items` would refuse is refused and says so, and what waits under somebody's
    check. A fixed number of statements, whatever the number of items.
    Raises PermissionDenied; TransitionRefused "at-past", "at-ahead".
    """
    require(actor, "notices.check")
    at = accept_at(actor, at, now())
    items = list(items)
    if seen not in Seen.values:
        return [Result(pk, False, "unknown-seen", UNKNOWN_SEEN) for pk in items]
    locked_items = lock_items(items, actor)
    refused = refuse_checks(locked_items, items, actor)
    refused |= _being_judged([pk for pk in locked_items if pk not in refused])
    PendingCheck.objects.bulk_create(
        PendingCheck(
            item_id=pk,
            seen=seen,
            note=note[:300],
            by=actor,
            at=at,
            looked_at=looked_at,
            due_at=now() + UNDO,
        )
        for pk in dict.fromkeys(items)
        if pk not in refused
    )
    enqueue("notices.tasks.settle_pending_checks", countdown=UNDO.total_seconds())
    return [refused.get(pk) or Result(pk) for pk in items]


def _being_judged(items: list[int]) -> dict[int, Result]:
    """The items under somebody's check that does not count yet, with who saw what when."""
    refused = {}
    for check in PendingCheck.objects.filter(item__in=items).select_related("by"):
        reason = _("%(who)s saw “%(seen)s” at %(when)s.") % {
            "who": check.by,
            "seen": check.get_seen_display(),
            "when": in_short(check.at),
        }
        first = {"by": str(check.by), "at": check.at}
        refused[check.item_id] = Result(
            check.item_id, False, "being-judged", reason, first
        )
    return refused


@transaction.atomic
def undo_pending_checks(*, items: Iterable[int], actor: User) -> int:
    """Take back one's own checks that do not count yet; how many were taken back.

    Zero means that they count already: from then on only `correct_outcome` undoes them.
    """
    mine = locked(PendingCheck.objects, skip_locked=True).filter(
        item__in=list(items), by=actor
    )
    ids = list(mine.values_list("pk", flat=True))
    return PendingCheck.objects.filter(pk__in=ids).delete()[0]


@transaction.atomic
def settle_pending_checks() -> int:
    """Let the checks count whose ten seconds are over; how many. For the task and the maintenance.

    Two at once take different ones. One that is void (somebody else judged, the item was withdrawn, its store is
    an official account, an objection was lodged in these seconds) is dropped, and its officer told why.
    """
    due = list(
        locked(
            PendingCheck.objects.filter(due_at__lte=now())
            .select_related("by", "item__notice")
            .order_by("by_id", "pk"),
            skip_locked=True,
        )[:5000]
    )
    for officer, checks in groupby(due, key=lambda check: check.by):
        own = list(checks)
        results = judge_checks([_check_of(check) for check in own], officer)
        announce_voided(
            {
                check: result.message
                for check, result in zip(own, results, strict=True)
                if not result.ok
            }
        )
    PendingCheck.objects.filter(pk__in=[check.pk for check in due]).delete()
    return len(due)


def _check_of(check: PendingCheck) -> ItemCheck:
    return ItemCheck(check.item_id, check.seen, check.at, check.looked_at, check.note)
