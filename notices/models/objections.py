"""Objections of those whose listing or store was named."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Target
from cases.models.cases import InCaseQuerySet
from notices.models.notices import NoticeItem
from notices.states import OBJECTION_STATES, UNDECIDED, ObjectionState


class Objection(models.Model):
    """Somebody says that a target was named wrongly; a supervisor who did not lodge it decides.

    item: the notice item that the platform answered “appealed”, if that opened the objection (`is_appeal`) or was
    joined to it. objector: who objects, as the platform names them; empty where it does not, or where an officer took
    the objection in. objected_on: when they did, as the platform says. reason: the objector's words as they came, which
    may be none where a platform passed the appeal on without any.
    """

    State = ObjectionState

    number = models.CharField(max_length=20, unique=True)
    target = models.ForeignKey(Target, models.PROTECT, related_name="objections")
    case = models.ForeignKey(Case, models.PROTECT, related_name="objections")
    state = models.CharField(
        max_length=10, choices=ObjectionState.choices, default=ObjectionState.LODGED
    )
    item = models.ForeignKey(
        NoticeItem, models.PROTECT, null=True, related_name="objections"
    )
    is_appeal = models.BooleanField(default=False, db_default=False)
    objector = models.CharField(max_length=120, blank=True)
    objected_on = models.DateField(null=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    lodged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    lodged_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, max_length=2000)
    recorded_at = models.DateTimeField(db_default=Now())

    objects = InCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            OBJECTION_STATES.constraint("objection_state_known"),
            models.UniqueConstraint(
                fields=["target"],
                name="one_open_objection_for_a_target",
                condition=models.Q(state__in=list(UNDECIDED)),
            ),
            models.CheckConstraint(
                name="objection_not_decided_by_who_lodged_it",
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("lodged_by")),
            ),
        ]
        triggers = [OBJECTION_STATES.trigger()]

    def __str__(self) -> str:
        return self.number
