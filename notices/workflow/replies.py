"""The replies API: one request, one answer, however often it is sent."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from corps.errors import TransitionRefused
from corps.models import User
from notices.models import Notice, ReplyRequest


@transaction.atomic
def reply_once(
    *,
    notice: Notice,
    actor: User,
    key: str,
    body: Any,
    answer: Callable[[], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Run `answer` for an Idempotency-Key once, and give the same response to the same body ever after.

    The key is per user and notice. body: the parsed request, compared by its canonical JSON. answer: does the work in
    this transaction, so that work and kept response are committed together or not at all.
    Raises TransitionRefused "key-running" (409) while another request with the key is under way, "key-reused" (422)
    when it came with another body, and whatever `answer` raises.
    """
    digest = hashlib.sha256(
        json.dumps(body, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
    lock = hashlib.sha256(f"{actor.pk}/{notice.pk}/{key}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)",
            [int.from_bytes(lock, "big", signed=True)],
        )
        if not cursor.fetchone()[0]:
            raise TransitionRefused(
                "key-running", _("A request with this key is still being answered.")
            )
    kept = ReplyRequest.objects.filter(user=actor, notice=notice, key=key).first()
    if kept is None:
        response = answer()
        ReplyRequest.objects.create(
            user=actor, notice=notice, key=key, body_sha256=digest, response=response
        )
        return response
    if kept.body_sha256 != digest:
        raise TransitionRefused(
            "key-reused", _("This key was used for another request.")
        )
    return kept.response or []
