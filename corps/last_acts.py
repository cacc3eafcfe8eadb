"""Who did what to a thing last, for somebody who came second."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from corps.models import AuditEntry

# What is recorded about reading moves nothing on.
READING = ("paper.opened",)


def last_act(subject: models.Model) -> dict[str, Any]:
    """`verb`, `by` and `at` of the last act on a thing; empty if nobody did anything to it."""
    return last_acts(type(subject), [subject.pk]).get(subject.pk, {})


def last_acts(model: type[models.Model], ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The same of many things of one kind, by their ids, with one statement."""
    entries = (
        AuditEntry.objects.filter(subject_type=model._meta.label_lower, subject_id__in=list(ids))
        .exclude(verb__in=READING)
        .select_related("actor")
        .order_by("subject_id", "-pk")
        .distinct("subject_id")
    )
    return {entry.subject_id: _told(entry) for entry in entries if entry.subject_id is not None}


def _told(entry: AuditEntry) -> dict[str, Any]:
    return {"verb": entry.verb, "by": str(entry.actor or ""), "at": entry.at}
