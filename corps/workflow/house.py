"""Facts of this installation, and lines for people who wait for something."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone, translation

from corps.access import require
from corps.audit import record
from corps.models import Installation, Notification, User


def note_sweep() -> None:
    """Note that the sweep has just run."""
    Installation.objects.update(swept_at=Now())


def quarantine_outbox(*, actor: User | None, at: datetime) -> None:
    """Let nothing leave the outbox until somebody lifts this, as after a restore. actor: None for a command."""
    if Installation.objects.filter(outbox_quarantined=False).update(outbox_quarantined=True):
        record(actor, "outbox.quarantined", None, at=at)


def lift_quarantine(*, actor: User, at: datetime) -> None:
    """Let the outbox send again. Raises PermissionDenied."""
    require(actor, "corps.lift_quarantine")
    if Installation.objects.filter(outbox_quarantined=True).update(outbox_quarantined=False):
        record(actor, "outbox.released", None, at=at)


def notify(user: User, text: Any, url: str = "") -> Notification:
    """Tell one person that something is there. text: up to 200 signs; a lazy translation is put into their language.

    url: a path of this site.
    """
    return notify_many([user], text, url)[0]


def notify_many(users: Iterable[User], text: Any, url: str = "") -> list[Notification]:
    """Tell several people the same, each in their own language, with one statement."""
    lines = []
    for user in users:
        with translation.override(user.language or settings.LANGUAGE_CODE):
            lines.append(Notification(user=user, text=str(text)[:200], url=url))
    return Notification.objects.bulk_create(lines)


def read_notifications(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark a person's notifications as read, all or those named; how many were unread."""
    unread = Notification.objects.filter(user=user, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())
