"""Letters that take back what an earlier letter asked, and the items that they name. Rows are only ever added."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import StoredFile
from corps.models.audit import append_only
from notices.models.notices import Notice, NoticeItem


class Cause(models.TextChoices):
    """Why something is withdrawn: all that a platform is told of the reason (the officer's own words stay inside)."""

    ITEMS_WITHDRAWN = "items_withdrawn", _("Items withdrawn")
    OBJECTION_UPHELD = "objection_upheld", _("Objection upheld")
    OFFICIAL_ACCOUNT = "official_account", _("Official account")
    CASE_WITHDRAWN = "case_withdrawn", _("The case is withdrawn")
    CASE_TRANSFERRED = "case_transferred", _("Transferred to another authority")
    OUTCOME_CORRECTED = "outcome_corrected", _("Result corrected")


# Only where the ground itself fell is a platform asked to restore what it removed because of it.
RESTORING = (Cause.OBJECTION_UPHELD, Cause.OFFICIAL_ACCOUNT, Cause.OUTCOME_CORRECTED)


class WithdrawalLetterQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the notice sees the letters that withdraw something of it."""
        return self.filter(notice__in=Notice.objects.visible_to(user).values("pk"))

    def of(self, notice: Notice) -> Self:
        """The letters of a notice, oldest first, each with how many items it names."""
        counted = (
            self.filter(notice=notice)
            .select_related("notice")
            .annotate(item_count=models.Count("items"))
        )
        return counted.order_by("nth")


class WithdrawalLetter(models.Model):
    """A letter to whoever got a notice's letter: it names that letter and the items that are asked for no longer.

    `nth` counts the letters of one notice; it is the step of their messages. letter_html: the letter alone, without
    the page around it. attachment: a sheet of the items, none where the letter names no item.
    """

    Cause = Cause

    number = models.CharField(max_length=20, unique=True)
    document_number = models.CharField(max_length=60, unique=True)
    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="withdrawal_letters", db_index=False
    )
    nth = models.SmallIntegerField()
    cause = models.CharField(max_length=20, choices=Cause.choices)
    asks_restoring = models.BooleanField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    letter_html = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    letter_text = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    attachment = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    objects = WithdrawalLetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "nth"], name="withdrawal_letter_nth_of_a_notice"
            ),
            models.CheckConstraint(
                name="withdrawal_letter_cause_known",
                condition=models.Q(cause__in=Cause.values),
            ),
            models.CheckConstraint(
                name="restoring_is_asked_where_the_ground_fell",
                condition=models.Q(asks_restoring=False)
                | models.Q(cause__in=RESTORING),
            ),
        ]
        triggers = append_only("withdrawal_letter")

    def __str__(self) -> str:
        return self.document_number

    def get_absolute_url(self) -> str:
        return reverse("notices:withdrawal", args=[self.notice.number, self.number])


class WithdrawnItem(models.Model):
    """An item that is asked for no longer: since when, why, and by which letter its platform was told.

    letter: none where the item's own letter had not left. An item has one such row at most.
    """

    item = models.OneToOneField(NoticeItem, models.PROTECT, related_name="withdrawal")
    letter = models.ForeignKey(
        WithdrawalLetter, models.PROTECT, null=True, related_name="items"
    )
    cause = models.CharField(max_length=20, choices=Cause.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="withdrawn_item_cause_known",
                condition=models.Q(cause__in=Cause.values),
            ),
        ]
        triggers = append_only("withdrawn_item")
