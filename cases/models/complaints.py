"""What firms complain about."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.campaigns import Campaign
from cases.models.cases import BeforeCaseQuerySet, Case
from cases.states import COMPLAINT_STATES, ComplaintState
from corps.database.references import is_kept
from corps.models import Deadline, StoredFile
from firms.models import Firm, of_own_firm

# How many of those with the same sheet a page names.
MOST_SAME_SHEETS = 3


class ComplaintQuerySet(BeforeCaseQuerySet):
    def with_sheet_of(self, complaint: "Complaint") -> Self:
        """Those handed in earlier with exactly the same file, the first of them first."""
        if complaint.sheet_id is None:
            return self.none()
        earlier = self.filter(
            sheet=complaint.sheet_id, submitted_at__lte=complaint.submitted_at
        )
        return earlier.exclude(pk=complaint.pk).order_by("submitted_at", "pk")

    def visible_to(self, user) -> Self:
        """Complaints not yet in a case are open to the whole corps; then who sees the case sees them.

        A representative sees those of their own firm.
        """
        if not user.is_authenticated:
            return self.none()
        if user.scope == user.Scope.FIRM:
            return of_own_firm(self, user, "firm__")
        return self.open_to_corps(user)


class Complaint(models.Model):
    """A firm's letter with its sheet of stores and listings. Dates are Shanghai's.

    `received_on`, from which the period for verification runs, is set by the corps: the day on which the letter was
    handed in here, unless an officer says why it is an earlier one. What its sender says of it is
    `proposed_received_on`.
    """

    State = ComplaintState

    number = models.CharField(max_length=20, unique=True)
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="complaints")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    subject = models.CharField(_("subject"), max_length=200)
    # Whether the subject was made of the file's name, and nobody has set it since.
    is_subject_guessed = models.BooleanField(default=False)
    received_on = models.DateField(_("received on"))
    proposed_received_on = models.DateField(null=True, blank=True)
    receipt_reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=10, choices=ComplaintState.choices, default=ComplaintState.RECEIVED
    )
    reason = models.TextField(blank=True)
    sheet = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sheet_name = models.CharField(max_length=200, blank=True)
    verify_deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        triggers = [is_kept("complaint"), COMPLAINT_STATES.trigger()]
        constraints = [
            COMPLAINT_STATES.constraint("complaint_state_known"),
            models.CheckConstraint(
                name="complaint_in_case_has_one",
                condition=~models.Q(state__in=("in_case", "answered", "closed"))
                | models.Q(case__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("cases:complaint", args=[self.number])

    @property
    def thread(self) -> str:
        """The audit thread of its case, or its own before it has one."""
        return f"case:{self.case_id}" if self.case_id else f"complaint:{self.pk}"
