"""What liaisons answered, and what officers saw: rows that are only ever added."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from cases.states import Claim, Seen
from corps.database.references import is_kept, refers
from corps.models import RecordWords, StoredFile
from corps.models.audit import append_only
from corps.models.words import indexed
from notices.models.notices import Notice, NoticeItem


class AnswerQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the item sees how it was answered."""
        return self.filter(item__in=NoticeItem.objects.visible_to(user).values("pk"))

    def not_retracted(self) -> Self:
        """Answers that the platform did not take back."""
        return self.filter(retraction=None)


class Answer(models.Model):
    """One answer to one item. `at` is the fact (now, or a replay's time), `claimed_at` what the liaison says."""

    # Item and author are checked for a whole statement (`triggers`): row by row would cost a bulk answer a tenth.
    item = models.ForeignKey(
        NoticeItem, models.PROTECT, related_name="answers", db_constraint=False
    )
    outcome = models.CharField(max_length=20, choices=Claim.choices)
    remark = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    is_late = models.BooleanField()
    # The day by which it was judged late or in time; null where none had begun, and for the first answers kept.
    due_on = models.DateField(null=True)
    document = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    objects = AnswerQuerySet.as_manager()

    class Meta:
        triggers = [
            *append_only("answer"),
            *refers("item_id", "notices_noticeitem", among="state <> 'draft'"),
            *refers("by_id", "corps_user"),
            *indexed(),
        ]
        # Nearly all have none; who puts a stored file away asks by it.
        indexes = [
            models.Index(
                fields=["document"],
                name="answer_document",
                condition=models.Q(document__isnull=False),
            )
        ]


class AnswerWords(RecordWords):
    """The words of an answer: its remark."""


class AnswerRetraction(models.Model):
    """An answer that was taken back before anybody checked it; the answer itself stays as it was given."""

    answer = models.OneToOneField(Answer, models.PROTECT, related_name="retraction")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = append_only("answer_retraction")


class AnswerSheetQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the notice sees the sheets that answered it; one that nobody confirmed, only who handed it in."""
        if not user.is_authenticated:
            return self.none()
        seen = self.filter(notice__in=Notice.objects.visible_to(user).values("pk"))
        return seen.filter(models.Q(confirmed_at__isnull=False) | models.Q(by=user))


class AnswerSheet(models.Model):
    """A filled sheet that a liaison handed in: looked at, then confirmed. One that never was is put away in time."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="answer_sheets")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    handed_in_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)

    objects = AnswerSheetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["handed_in_at"],
                name="answer_sheet_open",
                condition=models.Q(confirmed_at__isnull=True),
            )
        ]
        triggers = [is_kept("confirmed_sheet", unless="OLD.confirmed_at IS NULL")]


class ReplyRequest(models.Model):
    """An answered request of the replies API, by its Idempotency-Key: the same body gets the same answer."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "notice", "key"], name="one_answer_for_a_key"
            )
        ]


class CheckQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Checks are the corps' own: who sees the case sees them, and no platform does."""
        if not user.is_authenticated or not user.is_corps:
            return self.none()
        return self.filter(item__in=NoticeItem.objects.visible_to(user).values("pk"))


class Check(models.Model):
    """What an officer saw at an address. `at` is when the officer checked, `looked_at` when they say they looked."""

    item = models.ForeignKey(
        NoticeItem, models.PROTECT, related_name="checks", db_index=False
    )
    seen = models.CharField(max_length=12, choices=Seen.choices)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    # The day by which it was owed when it was made; null where none was, and for the first checks kept.
    due_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    objects = CheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["item", "-id"], name="check_item")]
        triggers = [*append_only("check"), *indexed()]


class CheckWords(RecordWords):
    """The words of a check: its note."""


class PendingCheck(models.Model):
    """A check made in the browser that can still be undone; due ten seconds later, then written as a `Check`."""

    item = models.OneToOneField(
        NoticeItem, models.CASCADE, related_name="pending_check"
    )
    seen = models.CharField(max_length=12, choices=Seen.choices)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "notices_pendingverdict"
