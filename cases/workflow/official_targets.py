"""Targets that turn out to be in an official account, and entries about many targets at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.extensions import official_targets_hooks
from cases.models import Target
from corps.audit.recording import record_alike
from corps.database.locking import locked_in_order
from corps.models import User


def mark_official(listings: list[int], actor: User, at: datetime) -> None:
    """Mark the targets of listings that are now known to be in an official account, and withdraw what is open.

    What a platform answered already stays for an officer to decide on.
    """
    if not listings:
        return
    unmarked = Target.objects.filter(
        listing__in=listings, is_official=False
    ).values_list("pk", flat=True)
    ids = [target.pk for target in locked_in_order(Target.objects, list(unmarked))]
    Target.objects.filter(pk__in=ids).update(is_official=True)
    announce_official(ids, actor, at, answered=False)


def announce_official(
    targets: list[int], actor: User, at: datetime, *, answered: bool = True
) -> None:
    """Write down that targets were found to be official, and run the hooks. answered: see `OfficialTargetsHook`."""
    if not targets:
        return
    record_each(
        actor, "target.found_official", Target.objects.filter(pk__in=targets), at
    )
    for hook in official_targets_hooks:
        hook(targets, actor=actor, at=at, answered=answered)


def record_each(
    actor: User, verb: str, targets: Iterable[Target], at: datetime, **detail: Any
) -> None:
    """One entry for each target, in the thread of its case or complaint; one statement for each thread."""
    threads: dict[str, list[int]] = {}
    for target in targets:
        threads.setdefault(target.thread, []).append(target.pk)
    for thread, ids in threads.items():
        record_alike(actor, verb, Target, ids, at=at, thread=thread, **detail)
