"""What signing in needs: sessions, browsers that signed in before, and wrong attempts that are counted."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils.module_loading import import_string

NEVER_IDLE = timedelta(days=365)


def idle_limit() -> timedelta:
    """For how long a session may go unused; SESSION_IDLE_MINUTES, of which 0 sets no limit."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES) or NEVER_IDLE


class KnownDevice(models.Model):
    """A browser in which somebody signed in. It keeps a token in a cookie; only the token's SHA-256 is kept here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()


class Session(AbstractBaseSession):
    """A session with whose it is and when it was last used, so that its owner can see it and end it.

    address: from where the person signed in. agent: what the browser called itself then.
    last_seen_at: to within a minute; requests that a page makes by itself do not count.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )
    device = models.ForeignKey(
        KnownDevice, models.SET_NULL, null=True, related_name="+"
    )
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())

    # Written with every change of what the session holds; the other columns have verbs of their own.
    HELD = ("session_data", "expire_date", "user")

    @classmethod
    def get_session_store_class(cls):
        """The class that reads and writes these rows: that of `SESSION_ENGINE`."""
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")

    def save(self, *, force_update: bool = False, **how: Any) -> None:
        """As Django's session store calls it: a change writes what the session holds, and nothing beside."""
        if force_update:
            how["update_fields"] = self.HELD
        super().save(force_update=force_update, **how)


class FailedAttemptsQuerySet(models.QuerySet):
    def on(self, user: models.Model, now: datetime) -> Self:
        """What still counts against this account, the longest wait first."""
        longest_first = models.F("blocked_until").desc(nulls_last=True)
        return self.filter(user=user, expires_at__gt=now, count__gt=0).order_by(
            longest_first, "-count", "pk"
        )


class FailedAttempts(models.Model):
    """Wrong attempts of one kind from one place. A row goes once it has expired.

    code: the row of `corps/access/limits.tsv`. key: a hash of whose account and which place. user: the account that was
    tried, if there is one. count: attempts that failed or are being judged. blocked_until: until when none is judged.
    """

    code = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    address = models.CharField(max_length=64, blank=True)
    count = models.IntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_default=Now())
    is_told = models.BooleanField(default=False)

    objects = FailedAttemptsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "key"], name="one_count_of_failed_attempts"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="failed_attempts_expire")]
