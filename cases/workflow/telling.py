"""Telling the officers of a case that something happened to it which others did."""

from typing import Any

from cases.models import Case
from corps.acting import current
from corps.models import User
from corps.workflow import notify_many


def tell_officers(case: Case, actor: User | None, text: Any) -> None:
    """Notify whoever handles the case now, each in the own language, but for the person who acts; not of a replay.

    actor: None for the maintenance.
    """
    if current().is_replay:
        return
    officers = User.objects.filter(assignments__case=case, assignments__until__isnull=True)
    if actor is not None:
        officers = officers.exclude(pk=actor.pk)
    notify_many(officers, text, case.get_absolute_url())
