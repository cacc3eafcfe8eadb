"""Acts of an officer on many things at once, with what was there before, so that they can be undone."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from corps.deadlines.clock import now

# How long after it was recorded an act can be undone as a whole.
UNDO_FOR = timedelta(minutes=10)


class BulkActQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """One's own."""
        return self.filter(actor=user.pk) if user.is_authenticated else self.none()

    def undoable(self) -> Self:
        """Those that are neither undone nor too old for it."""
        return self.filter(undone_at__isnull=True, recorded_at__gt=now() - UNDO_FOR)


class BulkAct(models.Model):
    """One act on many targets or complaints.

    subjects: their ids; before: for each, in the same order, what it was: a state for a dropping, a ground's id or null
    for a ground given, null for complaints. last_entry: the newest audit entry when it was recorded: whatever befell a
    subject later has a higher one.
    """

    class Verb(models.TextChoices):
        DROP = "drop", _("Targets dropped")
        GROUND = "ground", _("Ground of targets changed")
        JOIN = "join", _("Complaints taken into the case")
        OPEN = "open", _("Case opened")

    verb = models.CharField(max_length=8, choices=Verb.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    subjects = ArrayField(models.BigIntegerField())
    before = models.JSONField(default=list)
    last_entry = models.BigIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["actor", "-id"], name="bulk_act_actor")]
        constraints = [
            models.CheckConstraint(
                name="bulk_act_verb_known",
                condition=models.Q(verb__in=["drop", "ground", "join", "open"]),
            )
        ]

    @property
    def undo_until(self) -> datetime:
        """Until when it can be undone."""
        return self.recorded_at + UNDO_FOR

    @property
    def count(self) -> int:
        """How many things it was done to."""
        return len(self.subjects)
