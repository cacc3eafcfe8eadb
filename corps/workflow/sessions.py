"""Sessions and known devices: begun by signing in, ended by their owner, by time, or with what the account loses."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from corps.audit.recording import record
from corps.deadlines.clock import midnight, shanghai_date
from corps.errors import TransitionRefused
from corps.models import ApiKey, AuditEntry, KnownDevice, Session, User
from corps.models.sign_in import idle_limit

DEVICE_FOR = timedelta(days=90)
DEVICES_OF_ONE = 20
# At most so many expired rows go at once, so that the periodic maintenance stays short.
CLEARED_AT_ONCE = 10_000


def digest_of(secret: str) -> str:
    """How a token or a session's key is named where it must not be told."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def begin_session(
    *,
    user: User,
    session_key: str,
    address: str,
    agent: str,
    known_tokens: Iterable[str],
    at: datetime,
) -> str:
    """Note from where a session was begun, and know its browser from now on; the browser's new token.

    known_tokens: those that the browser sent. The one of this account is used up.
    """
    used = [digest_of(token) for token in known_tokens]
    KnownDevice.objects.filter(user=user, digest__in=used).delete()
    token = secrets.token_urlsafe(24)
    device = KnownDevice.objects.create(
        user=user, digest=digest_of(token), expires_at=at + DEVICE_FOR
    )
    newest = (
        KnownDevice.objects.filter(user=user)
        .order_by("-pk")
        .values_list("pk", flat=True)[:DEVICES_OF_ONE]
    )
    KnownDevice.objects.filter(user=user).exclude(pk__in=list(newest)).delete()
    _note_last_visit(user, session_key, at)
    session = Session.objects.filter(session_key=session_key)
    session.update(
        address=address,
        agent=agent[:300],
        device=device,
        created_at=at,
        last_seen_at=at,
    )
    return token


def _note_last_visit(user: User, session_key: str, at: datetime) -> None:
    """The first time on a day: tell what happened since the person was last here on a day before, as far as known."""
    morning = midnight(shanghai_date(at))
    if user.caught_up_at is not None and user.caught_up_at >= morning:
        return
    used = Session.objects.filter(user=user, last_seen_at__lt=morning).exclude(
        session_key=session_key
    )
    signed = AuditEntry.objects.about(user).filter(
        verb__in=("sign_in.done", "sign_out"), at__lt=morning
    )
    times = [
        used.aggregate(last=Max("last_seen_at"))["last"],
        signed.order_by("-pk").values_list("at", flat=True).first(),
        user.caught_up_at,
    ]
    if last := max(filter(None, times), default=None):
        User.objects.filter(pk=user.pk).update(caught_up_at=last)


def note_session_use(session_key: str, *, at: datetime) -> None:
    """A session was used by somebody just now."""
    Session.objects.filter(session_key=session_key, last_seen_at__lt=at).update(
        last_seen_at=at
    )


def end_access(user: User, *, keys: bool, at: datetime) -> dict[str, Any]:
    """End all sessions of an account and forget its devices; what ended, for the audit entry of the act behind it.

    keys: whether its API keys are revoked for good as well.
    """
    ended: dict[str, Any] = {
        "sessions": Session.objects.filter(user=user)
        .delete()[1]
        .get("corps.Session", 0)
    }
    KnownDevice.objects.filter(user=user).delete()
    if keys:
        ended["keys"] = ApiKey.objects.filter(user=user, revoked_at=None).update(
            revoked_at=at
        )
    return {what: count for what, count in ended.items() if count}


def end_other_sessions(user: User, *, keep: str) -> int:
    """End an account's sessions but the one with this key, and forget the devices of the others; how many ended."""
    kept = Session.objects.filter(user=user, session_key=keep)
    KnownDevice.objects.filter(user=user).exclude(
        pk__in=list(kept.values_list("device", flat=True))
    ).delete()
    return (
        Session.objects.filter(user=user)
        .exclude(session_key=keep)
        .delete()[1]
        .get("corps.Session", 0)
    )


@transaction.atomic
def end_own_sessions(*, user: User, keep: str, handle: str = "", at: datetime) -> int:
    """End one of one's own sessions, or all but the present one; how many ended.

    keep: the key of the present session. handle: `digest_of` the key of the one to end; empty for all others.
    Raises TransitionRefused "no-session" if there is none to end.
    """
    ended = (
        _end_one(user, handle, keep) if handle else end_other_sessions(user, keep=keep)
    )
    if not ended:
        raise TransitionRefused("no-session", _("This session has ended already."))
    record(user, "session.ended", user, at=at, sessions=ended)
    return ended


@transaction.atomic
def clear_sessions(*, at: datetime) -> None:
    """Delete sessions that have run out or idled too long, and devices not seen for their 90 days."""
    for rows in (
        Session.objects.filter(expire_date__lte=at),
        Session.objects.filter(last_seen_at__lte=at - idle_limit()),
        KnownDevice.objects.filter(expires_at__lte=at),
    ):
        rows.model.objects.filter(
            pk__in=list(rows.values_list("pk", flat=True)[:CLEARED_AT_ONCE])
        ).delete()


def _end_one(user: User, handle: str, keep: str) -> int:
    """End the session of this handle, unless it is the present one, which signing out ends."""
    for session in (
        Session.objects.filter(user=user)
        .exclude(session_key=keep)
        .select_related("device")
    ):
        if digest_of(session.session_key) == handle:
            session.delete()
            if session.device:
                session.device.delete()
            return 1
    return 0
