"""Approvals: somebody who did not draft a thing says yes or no to one version of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from corps.states import AMBER, BLUE, GREEN, GREY, State, StateTable


class ApprovalState(models.TextChoices):
    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    VOID = "void"


APPROVAL_STATES = StateTable(
    ApprovalState,
    State(
        ApprovalState.OPEN,
        BLUE,
        moves=(ApprovalState.APPROVED, ApprovalState.RETURNED, ApprovalState.VOID),
    ),
    State(ApprovalState.APPROVED, GREEN, finished=True),
    State(ApprovalState.RETURNED, AMBER, finished=True),
    State(ApprovalState.VOID, GREY, finished=True),
)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def about(self, subject: models.Model) -> Self:
        """Requests whose subject is this very object."""
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def open_among(self, model: type[models.Model]) -> Self:
        """Undecided requests whose subject is of this kind."""
        return self.filter(
            subject_type=model._meta.label_lower, state=Approval.State.OPEN
        )

    def last_return(self) -> "Approval | None":
        """The last time that an approver sent it back, with who and why."""
        return (
            self.filter(state=Approval.State.RETURNED)
            .select_related("decided_by")
            .order_by("-pk")
            .first()
        )


class Approval(models.Model):
    """A request to approve one version of a subject, and its decision.

    version: SHA-256 of what was put forward; any change afterwards voids the request. One open request a subject.
    """

    State = ApprovalState

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    version = models.CharField(max_length=64)
    attempt = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                name="one_open_approval_for_a_subject",
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own",
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(state="approved")
                | ~models.Q(decided_by=models.F("requested_by")),
            ),
        ]
        triggers = [APPROVAL_STATES.trigger()]
