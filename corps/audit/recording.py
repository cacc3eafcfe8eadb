"""Writing into the audit. Reading is `AuditEntry.objects`; sealing is `corps.workflow`."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from corps.audit.origin import current
from corps.models import AuditEntry, User


def entry(
    actor: User | None,
    verb: str,
    subject: Model | None,
    *,
    at: datetime,
    thread: str = "",
    **detail: Any,
) -> AuditEntry:
    """An entry that is not yet written; bulk verbs make many and hand them to `record_many`.

    subject: the object acted on. thread: such as "case:12", under which a timeline finds it. detail: what changed,
    before and after; plain JSON values, no personal data of people outside.
    """
    here = current()
    return AuditEntry(
        at=at,
        actor=actor,
        role=actor.role if actor else "",
        channel=here.channel,
        address=here.address,
        verb=verb,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        thread=thread,
        detail=detail,
    )


def record(
    actor: User | None,
    verb: str,
    subject: Model | None,
    *,
    at: datetime,
    thread: str = "",
    **detail: Any,
) -> None:
    """Write one entry in the present transaction. at: aware, when the act happened."""
    entry(actor, verb, subject, at=at, thread=thread, **detail).save(force_insert=True)


def record_many(entries: Iterable[AuditEntry]) -> None:
    """Write many entries with one statement for each five thousand."""
    AuditEntry.objects.bulk_create(entries, batch_size=5000)


def origin(actor: User | None, at: datetime) -> dict[str, Any]:
    """The columns that entries written by SQL share: at, actor, role, channel, address."""
    here = current()
    return {
        "at": at,
        "actor": actor.pk if actor else None,
        "role": actor.role if actor else "",
        "channel": here.channel,
        "address": here.address,
    }


ALIKE = """
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT %s, %s, %s, %s, %s, %s, %s, subject, %s, %s::jsonb FROM unnest(%s::bigint[]) AS subject"""


def record_alike(
    actor: User | None,
    verb: str,
    model: type[Model],
    subjects: Iterable[int],
    *,
    at: datetime,
    thread: str = "",
    **detail: Any,
) -> None:
    """Write the same of each of very many subjects, with one statement. subjects: their primary keys."""
    ids = list(subjects)
    if not ids:
        return
    here = current()
    role = actor.role if actor else ""
    facts = json.dumps(detail, cls=DjangoJSONEncoder, ensure_ascii=False)
    values: list[Any] = [
        at,
        actor and actor.pk,
        role,
        here.channel,
        here.address,
        verb,
        model._meta.label_lower,
        thread,
        facts,
    ]
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [*values, ids])
