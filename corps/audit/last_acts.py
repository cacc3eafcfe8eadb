"""Who did what to a thing last, for somebody who came second."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import Q

from corps.errors import told_by_whom
from corps.models import AuditEntry
from corps.results import Result

# What is recorded about reading moves nothing on.
READING = ("paper.opened",)


def last_act(subject: models.Model, *verbs: str) -> dict[str, Any]:
    """`verb`, `by` and `at` of the last act on a thing; empty if nobody did anything to it. verbs: only these acts."""
    return last_acts(type(subject), [subject.pk], *verbs).get(subject.pk, {})


def last_acts(
    model: type[models.Model], ids: Iterable[int], *verbs: str
) -> dict[int, dict[str, Any]]:
    """The same of many things of one kind, by their ids, with one statement."""
    acts = Q(verb__in=verbs) if verbs else ~Q(verb__in=READING)
    entries = (
        AuditEntry.objects.filter(
            acts, subject_type=model._meta.label_lower, subject_id__in=list(ids)
        )
        .select_related("actor")
        .order_by("subject_id", "-pk")
        .distinct("subject_id")
    )
    return {
        entry.subject_id: _told(entry)
        for entry in entries
        if entry.subject_id is not None
    }


def tell_second_comers(
    results: Iterable[Result], model: type[models.Model], codes: Collection[str]
) -> list[Result]:
    """Results of acts on things of one kind; those refused with one of the codes, because the thing had moved on, say
    by whom and when. One statement, none where nothing had.
    """
    results = list(results)
    ids = [_id(result) for result in results if result.code in codes]
    if not ids:
        return results
    acts = last_acts(model, ids)
    return [
        _retold(result, acts[_id(result)]) if _id(result) in acts else result
        for result in results
    ]


def _id(result: Result) -> int:
    return int(str(result.ref))


def _retold(result: Result, act: dict[str, Any]) -> Result:
    if result.ok:
        return result
    return replace(
        result, message=told_by_whom(result.message, act["by"], act["at"]), details=act
    )


def _told(entry: AuditEntry) -> dict[str, Any]:
    return {"verb": entry.verb, "by": str(entry.actor or ""), "at": entry.at}
