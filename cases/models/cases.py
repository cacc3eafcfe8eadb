"""Cases, and who handles them."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Now, Reverse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.campaigns import Campaign, LegalGround
from cases.states import CASE_STATES, CaseState
from corps.models import Deadline, Unit, User
from firms.models import Firm


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Officers see the cases of their unit and those they are assigned to, supervisors those of their unit and
        the units below, reviewer and head of department all; nobody else sees any."""
        if not user.is_authenticated or not user.is_corps:
            return self.none()
        if user.sees_every_unit:
            return self
        assigned = CaseOfficer.objects.filter(officer=user, until__isnull=True).values(
            "case"
        )
        if user.sees_units_below:
            return self.filter(
                models.Q(unit__path__startswith=user.unit.path)
                | models.Q(pk__in=assigned)
            )
        return self.filter(models.Q(unit=user.unit_id) | models.Q(pk__in=assigned))

    def to_be_filed_by(self, user) -> Self:
        """Leads that this person, whose duty it is, may file: those that somebody else opened."""
        return self.filter(state=CaseState.LEAD).exclude(opened_by=user)


class Case(models.Model):
    """An enforcement case, made of the complaints of a firm; its targets are what somebody asked to act on."""

    State = CaseState

    number = models.CharField(max_length=20, unique=True)
    document_number = models.CharField(max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=160)
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="cases")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ground = models.ForeignKey(
        LegalGround, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        max_length=12, choices=CaseState.choices, default=CaseState.LEAD
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    filed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    disposing_at = models.DateTimeField(null=True)
    concluding_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_from = models.CharField(
        max_length=12, choices=CaseState.choices, blank=True
    )
    conclusion = models.TextField(blank=True)
    handling_deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            CASE_STATES.constraint("case_state_known"),
            models.CheckConstraint(
                name="case_filed_has_a_time",
                condition=models.Q(
                    state__in=("lead", "not_filed", "transferred", "withdrawn")
                )
                | models.Q(filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_closed_has_a_time",
                condition=~models.Q(state__in=("closed", "archived"))
                | models.Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_suspended_knows_where_it_was",
                condition=~models.Q(state="suspended")
                | models.Q(suspended_at__isnull=False) & ~models.Q(suspended_from=""),
            ),
        ]
        triggers = [CASE_STATES.trigger()]
        indexes = [
            models.Index(fields=["unit", "-id"], name="case_unit"),
            # Official numbers are said by how they end.
            models.Index(
                OpClass(Reverse("document_number"), name="text_pattern_ops"),
                name="case_official_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("cases:case", args=[self.number])

    @property
    def filing_deadline(self) -> Deadline | None:
        """By when it must be decided whether the lead is filed (rule HC): the earliest of its complaints' deadlines.

        None once that is decided.
        """
        if self.state != CaseState.LEAD:
            return None
        return (
            Deadline.objects.filter(pk__in=self.complaints.values("verify_deadline"))
            .order_by("due_on")
            .first()
        )

    @property
    def thread(self) -> str:
        """The audit thread under which its timeline is found."""
        return f"case:{self.pk}"


class InCaseQuerySet(models.QuerySet):
    """What hangs on a case: who sees the case sees it."""

    def visible_to(self, user) -> Self:
        """What hangs on the cases that the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user).values("pk"))


class BeforeCaseQuerySet(models.QuerySet):
    """What comes before it hangs on a case."""

    def open_to_corps(self, user) -> Self:
        """What hangs on no case yet, to the whole corps; the rest to who sees the case. Nothing to others."""
        if not user.is_corps:
            return self.none()
        if user.sees_every_unit:
            return self
        seen = Case.objects.visible_to(user).values("pk")
        return self.filter(models.Q(case__isnull=True) | models.Q(case__in=seen))


class CaseOfficerQuerySet(models.QuerySet):
    def last_partner_of(self, officer) -> int | None:
        """The primary key of the other officer of the case that was assigned to this one last; None without one."""
        last = self.filter(officer=officer).order_by("-since", "-pk").values("case")[:1]
        others = self.filter(case__in=last, officer__in=User.objects.peers_of(officer))
        return (
            others.exclude(officer=officer)
            .order_by("-since")
            .values_list("officer", flat=True)
            .first()
        )


class CaseOfficer(models.Model):
    """An officer's turn on a case; a case is handled by two, one of them in the lead."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments"
    )
    is_lead = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    objects = CaseOfficerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "officer"],
                name="an_officer_once_on_a_case",
                condition=models.Q(until__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["case"],
                name="one_lead_on_a_case",
                condition=models.Q(until__isnull=True, is_lead=True),
            ),
        ]


class CaseNote(models.Model):
    """Something an officer wrote down about the case. Notes are not changed; a later one says better."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    text = models.TextField(max_length=4000)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = InCaseQuerySet.as_manager()
