"""Facts of this installation, and lines for people who wait for something."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone, translation

from corps.audit.recording import record
from corps.models import Installation, Notification, User


def note_sweep() -> None:
    """Note that the sweep has just run."""
    Installation.objects.update(swept_at=Now())


@transaction.atomic
def note_mail_test(
    *, recipient: str, answer: str, was_taken: bool, at: datetime
) -> None:
    """Note what the mail server said to a test mail; of its recipient the domain alone. For a command."""
    if was_taken:
        Installation.objects.update(mail_tested_at=at)
    domain = recipient.rpartition("@")[2]
    record(
        None,
        "mail.tested",
        None,
        at=at,
        domain=domain,
        answer=answer[:500],
        taken=was_taken,
    )


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


def catch_up(user: User, *, at: datetime) -> int:
    """A person has read what happened until now, and all their lines; how many were unread.

    Nothing of the work changes, so it leaves no audit entry. Never goes back.
    """
    User.objects.filter(pk=user.pk).filter(
        Q(caught_up_at=None) | Q(caught_up_at__lt=at)
    ).update(caught_up_at=at)
    return read_notifications(user)


def read_notifications(user: User, ids: Iterable[int] | None = None) -> int:
    """Mark a person's notifications as read, all or those named; how many were unread."""
    unread = Notification.objects.filter(user=user, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())
