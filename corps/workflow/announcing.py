"""Telling people what happened, by the rule of the events' table: one line for each subject, however often it rings."""

import json
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone, translation
from django.utils.functional import Promise

from corps.audit.origin import current
from corps.mail.events import BELL, events, people_for, tell
from corps.models import Notification, User

RING = """
INSERT INTO corps_notification (user_id, event, subject_type, subject_id, count, facts, text, url)
SELECT line.user_id, %(event)s, %(subject_type)s, %(subject_id)s, %(count)s, %(facts)s::jsonb, line.text, %(url)s
FROM unnest(%(users)s::bigint[], %(texts)s::text[]) AS line (user_id, text)
ON CONFLICT (user_id, event, subject_type, subject_id) WHERE read_at IS NULL AND event <> ''
DO UPDATE SET count = corps_notification.count + EXCLUDED.count, created_at = statement_timestamp(),
    facts = EXCLUDED.facts, text = EXCLUDED.text, url = EXCLUDED.url"""


def settle_lines(code: str, subject: models.Model) -> int:
    """Mark as read what people were told of an event that waits for nobody any more; how many lines."""
    told = Notification.objects.filter(
        event=code,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        read_at=None,
    )
    return told.update(read_at=timezone.now())


@transaction.atomic
def announce(
    code: str,
    subject: models.Model,
    *,
    about: models.Model | None = None,
    to: str = "",
    actor: User | None,
    url: str,
    count: int = 1,
    **facts: Any,
) -> int:
    """Ring the bell of everybody whom the table names for an event; how many people.

    subject: what the lines of one person are grouped by; an unread line of it grows by `count`. about: whom to tell is
    asked of this, the subject itself unless given. to: one phrase of the table, where its people are told in words of
    their own, or later than the others. actor: is not told of the own act. facts: what the sentence names; what is
    translated lazily is kept in both languages.
    A replay tells nobody: its time is past. One statement beside those that find the people.
    """
    event = events()[code]
    if current().is_replay or BELL not in event.channels:
        return 0
    people = people_for(event, about if about is not None else subject, to)
    if actor is not None:
        people.pop(actor.pk, None)
    if not people:
        return 0
    facts = _in_both_languages(facts) | ({"to": to} if to else {})
    texts = []
    for person in people.values():
        with translation.override(person.language or settings.LANGUAGE_CODE):
            texts.append(tell(code, facts, count)[:200])
    line = {
        "event": code,
        "subject_type": subject._meta.label_lower,
        "subject_id": subject.pk,
        "count": count,
        "facts": json.dumps(facts, ensure_ascii=False),
        "url": url,
        "users": list(people),
        "texts": texts,
    }
    with connection.cursor() as cursor:
        cursor.execute(RING, line)
    return len(people)


def _in_both_languages(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as they are kept: of a translated `x`, the Chinese as `x` and the English as `x_en`."""
    kept = dict(facts)
    for name, value in facts.items():
        if isinstance(value, Promise):
            with translation.override("zh-hans"):
                kept[name] = str(value)
            with translation.override("en"):
                kept[f"{name}_en"] = str(value)
    return kept
