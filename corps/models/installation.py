"""What the system needs of its own: counters, stored files, notifications, and the facts of this installation."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """The last number given out in a series and year; the row is locked while the next one is taken."""

    series = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year"], name="one_counter_for_series_and_year"
            )
        ]


class StoredFile(models.Model):
    """A file kept once under its SHA-256, behind Django's storage interface. Names belong to those who point here.

    handed_in_at: when somebody last handed in this content, to within an hour; who did may be about to point here.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    handed_in_at = models.DateTimeField(db_default=Now())

    @property
    def path(self) -> str:
        """Where the storage keeps it."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class RateCount(models.Model):
    """How often somebody did something limited, in the window that ends then; see `corps/access/limits.py`.

    The table is unlogged: a count is worth no write to disk, and after a crash counting begins anew.
    """

    code = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    ends_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "key", "ends_at"], name="one_count_in_each_window"
            )
        ]


class Notification(models.Model):
    """A line for one person: something they waited for is there. `url` is a path of this site.

    event: of `corps.mail.events`; its unread lines about one subject are one, with how often (`count`) and what
    its sentence
    names (`facts`). Others have no event, and their `text` says it all.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications"
    )
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    event = models.CharField(max_length=40, blank=True, default="", db_default="")
    subject_type = models.CharField(
        max_length=48, blank=True, default="", db_default=""
    )
    subject_id = models.BigIntegerField(null=True)
    count = models.IntegerField(default=1, db_default=1)
    facts = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event", "subject_type", "subject_id"],
                name="one_unread_line_for_a_subject",
                condition=models.Q(read_at__isnull=True) & ~models.Q(event=""),
            )
        ]
        indexes = [
            models.Index(
                fields=["event", "subject_type", "subject_id"],
                name="notification_event",
                condition=~models.Q(event=""),
            ),
            models.Index(
                fields=["user", "-id"],
                name="notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]


class Organisation(models.Model):
    """One row, written when an administrator first states something: how the authority of this installation is called
    and reached. Read it with `corps.installation.organisation.current`: an empty field stands for the setting, or
    for nothing.

    letter_head: the name above its letters, where that is another. document_prefix: what its official numbers begin
    with.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("name of the authority"), max_length=80, blank=True)
    letter_head = models.CharField(_("letter head"), max_length=80, blank=True)
    document_prefix = models.CharField(
        _("beginning of official numbers"), max_length=20, blank=True
    )
    address = models.CharField(_("postal address"), max_length=200, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="one_organisation_row", condition=models.Q(id=1)
            )
        ]


class InstallationQuerySet(models.QuerySet):
    def demonstrations(self) -> Self:
        """The one row, if this database is a demonstration or is being made one."""
        return self.exclude(demonstration=Installation.Demonstration.NONE)


class Installation(models.Model):
    """One row: whether this database is a demonstration, how far its loading is, and when the sweep last ran.

    Whether the outbox is held, and why (`Held`). system_identifier, database_identifier, timeline and token: which
    installation this is; "" until it has been asked for the first time. See `corps/installation/identity.py`.
    """

    class Demonstration(models.TextChoices):
        NONE = "none"
        LOADING = "loading"
        LOADED = "loaded"

    class Held(models.TextChoices):
        BY_HAND = "by_hand", _("an administrator or a command holds it")
        SYSTEM = (
            "system",
            _("the database runs in another PostgreSQL cluster than before"),
        )
        DATABASE = "database", _("the database was loaded anew, as from a dump")
        TIMELINE = (
            "timeline",
            _("PostgreSQL went on from a backup or a replica, on another timeline"),
        )
        TOKEN = (
            "token",
            _("a host with a data directory that was never enrolled would send"),
        )
        COPIED = "copied", _("the data directory is a copy of another one")

    id = models.SmallIntegerField(primary_key=True, default=1)
    demonstration = models.CharField(
        max_length=8, choices=Demonstration.choices, default=Demonstration.NONE
    )
    swept_at = models.DateTimeField(null=True)
    # When reference data that processes keep in memory was last changed (`corps.installation.reference_data`).
    reference_changed_at = models.DateTimeField(null=True)
    outbox_quarantined = models.BooleanField(default=False)
    held_because = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField())
    )
    held_since = models.DateTimeField(null=True)
    system_identifier = models.CharField(
        max_length=20, blank=True, default="", db_default=""
    )
    database_identifier = models.CharField(
        max_length=40, blank=True, default="", db_default=""
    )
    timeline = models.IntegerField(default=0, db_default=0)
    token = models.CharField(max_length=64, blank=True, default="", db_default="")
    mail_tested_at = models.DateTimeField(null=True)
    # The hash of the audit's last seal, so that an end cut off the audit shows.
    last_seal = models.CharField(max_length=64, blank=True)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="one_installation_row", condition=models.Q(id=1)
            )
        ]

    @property
    def is_demonstration(self) -> bool:
        return self.demonstration != self.Demonstration.NONE
