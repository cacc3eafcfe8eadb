"""Notices to platforms, and their items."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Now, Reverse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, LegalGround, Target
from cases.states import Claim
from corps.database.references import is_kept, refers
from corps.models import Deadline, StoredFile
from notices.states import (
    CLAIMS_GONE,
    ISSUED_NOTICE,
    ITEM_STATES,
    NOTICE_STATES,
    RETRACTABLE,
    UNASKED,
    UNFINISHED,
    WITH_ITS_DRAFTER,
    ItemState,
    NoticeState,
)
from stores.models import Liaison, Platform

# What was told first stays; a date is never brought forward; that of a notice that is over does not move at all.
DUE_DATE_BROKEN = """
OLD.first_due_on IS NOT NULL AND (
    NEW.first_due_on IS DISTINCT FROM OLD.first_due_on
    OR NEW.reply_due_on < OLD.reply_due_on
    OR OLD.reply_due_on IS NOT NULL AND NEW.reply_due_on IS DISTINCT FROM OLD.reply_due_on
       AND OLD.state IN ('completed', 'withdrawn')
)"""


# In the order of ids, as every verb locks notices; after its items, as every verb does.
CHANGE_NOTED = """
UPDATE notices_notice SET changed_at = clock_timestamp() WHERE id IN (
    SELECT id FROM notices_notice WHERE id IN (SELECT notice_id FROM fresh) ORDER BY id FOR NO KEY UPDATE
);
RETURN NULL;"""


class Arrival(models.TextChoices):
    """How it is known that a letter arrived."""

    MAIL = "mail", _("taken by the mail server")
    SERVED = "served", _("served in another way")
    OPENED = "opened", _("opened by the liaison")
    ISSUED = "issued", _("counted from its issue")


class NoticeQuerySet(models.QuerySet):
    def to_approve(self) -> Self:
        """Notices that wait for a decision and are under nobody's approval just now."""
        return self.filter(state=NoticeState.SUBMITTED, pending_approval=None)

    def drafts(self) -> Self:
        """Notices that can still be changed: drafts, and those that were sent back."""
        return self.filter(state__in=WITH_ITS_DRAFTER)

    def awaiting_answers(self) -> Self:
        """Issued notices of which some item is not answered; no row twice."""
        unanswered = NoticeItem.objects.filter(
            notice=models.OuterRef("pk"), state=ItemState.OPEN
        )
        return self.filter(models.Exists(unanswered), state=NoticeState.ISSUED)

    def visible_to(self, user) -> Self:
        """Who sees the case sees its notices; a liaison those issued to their own platform."""
        if not user.is_authenticated:
            return self.none()
        if user.scope == user.Scope.PLATFORM:
            mine = Platform.objects.visible_to(user).values("pk")
            return self.filter(platform__in=mine, issued_at__isnull=False)
        return self.filter(case__in=Case.objects.visible_to(user).values("pk"))

    def with_counts(self) -> Self:
        """The counts of items that pages, lists and the API show; one statement, with the notices.

        item_count: all that the letter names, those withdrawn since included, which withdrawn_count tells. open_count,
        claimed_count, verified_count: by state. carried_count: taken up by a later letter before any answer.
        back_count: open again because they were found live after an answer.
        answered_count: neither open nor withdrawn nor so carried over.
        """

        def in_state(*states: str) -> models.Count:
            return models.Count("items", filter=models.Q(items__state__in=states))

        return self.annotate(
            item_count=models.Count("items"),
            withdrawn_count=in_state(ItemState.WITHDRAWN),
            open_count=in_state(ItemState.OPEN),
            carried_count=models.Count(
                "items",
                filter=models.Q(
                    items__state=ItemState.CARRIED_OVER, items__answered_at__isnull=True
                ),
            ),
            back_count=models.Count(
                "items",
                # What an appeal was dismissed of is open again as well, but nobody found it live.
                filter=models.Q(
                    items__state=ItemState.OPEN, items__answered_at__isnull=False
                )
                & ~models.Q(items__outcome=Claim.APPEALED),
            ),
            claimed_count=in_state(ItemState.CLAIMED),
            verified_count=in_state(ItemState.VERIFIED),
        ).annotate(
            answered_count=models.F("item_count")
            - models.F("open_count")
            - models.F("withdrawn_count")
            - models.F("carried_count")
        )


class Notice(models.Model):
    """A letter to one platform that asks for action on the targets of one case.

    `round` counts the case's notices to that platform. `version` is the hash of what was submitted for approval, and
    `put_forward` that of each of its parts (`notices.versions`), so that a later change can be named.

    `reply_period` is the length that the letter prints, in the unit of rule PT_FK. It begins when the letter arrived:
    `arrived_at`, of all ways the first (`notices.workflow.arrival`); until then `reply_deadline` and `reply_due_on` are
    null. `reply_due_on` is the last day in time, never earlier than `first_due_on`, the one that was told first.
    """

    State = NoticeState
    Arrival = Arrival

    number = models.CharField(max_length=20, unique=True)
    document_number = models.CharField(max_length=60, blank=True)
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="notices", db_index=False
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="notices", db_index=False
    )
    round = models.SmallIntegerField(default=1)
    state = models.CharField(
        max_length=10, choices=NoticeState.choices, default=NoticeState.DRAFT
    )
    recipient = models.ForeignKey(Liaison, models.PROTECT, null=True, related_name="+")
    ask_preserve = models.BooleanField(default=True)
    ask_operator = models.BooleanField(default=True)
    version = models.CharField(max_length=64, blank=True)
    put_forward = models.JSONField(default=dict, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    reply_period = models.SmallIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.CharField(max_length=8, choices=Arrival.choices, blank=True)
    reply_deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, related_name="+"
    )
    reply_due_on = models.DateField(null=True)
    first_due_on = models.DateField(null=True)
    letter_html = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    letter_text = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    attachment = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    served_otherwise = models.CharField(max_length=300, blank=True)
    service_proof = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())
    # When it, or one of its items, was last written; kept by triggers alone.
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            NOTICE_STATES.constraint("notice_state_known"),
            models.CheckConstraint(
                name="notice_issued_is_whole",
                condition=~models.Q(state__in=ISSUED_NOTICE)
                | models.Q(issued_at__isnull=False, issued_by__isnull=False)
                & ~models.Q(document_number=""),
            ),
            models.CheckConstraint(
                name="notice_arrival_is_whole",
                condition=models.Q(
                    arrived_at__isnull=True,
                    arrived_by="",
                    reply_deadline__isnull=True,
                    reply_due_on__isnull=True,
                )
                | models.Q(
                    arrived_at__isnull=False,
                    arrived_by__in=Arrival.values,
                    issued_at__isnull=False,
                    reply_deadline__isnull=False,
                    reply_due_on__gte=models.F("first_due_on"),
                    first_due_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="drafter_does_not_issue",
                condition=models.Q(issued_by__isnull=True)
                | ~models.Q(issued_by=models.F("drafted_by")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["platform", "state", "-id"], name="notice_platform_state"
            ),
            models.Index(fields=["case", "platform"], name="notice_case_platform"),
            # Official numbers are said by how they end.
            models.Index(
                OpClass(Reverse("document_number"), name="text_pattern_ops"),
                name="notice_official_number",
            ),
            models.Index(
                fields=["id"],
                name="notice_not_arrived",
                condition=models.Q(arrived_at__isnull=True, issued_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="due_date_told_is_kept",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(DUE_DATE_BROKEN),
                func="RAISE EXCEPTION 'a due date that was told is not taken back' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="notice_change_is_noted",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.changed_at = clock_timestamp(); RETURN NEW;",
            ),
            NOTICE_STATES.trigger(),
        ]

    def __str__(self) -> str:
        return self.document_number or self.number

    def get_absolute_url(self) -> str:
        return reverse("notices:notice", args=[self.number])


class NoticeItemQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the notice sees its items."""
        return self.filter(notice__in=Notice.objects.visible_to(user).values("pk"))

    def unfinished(self) -> Self:
        """Items that still bind their target: at most one for each."""
        return self.filter(state__in=UNFINISHED)

    def to_check(self) -> Self:
        """Claimed items that wait for a check and are being checked by nobody just now."""
        return self.filter(state=ItemState.CLAIMED, pending_check=None)

    def retractable(self) -> Self:
        """Answered items whose answer can be taken back unless somebody has looked at them since."""
        return self.filter(state__in=RETRACTABLE)

    def named(self) -> Self:
        """Items that a letter names: those that were not withdrawn."""
        return self.exclude(state=ItemState.WITHDRAWN)


class NoticeItem(models.Model):
    """One target in one notice, with the answer that stands.

    `ground` is the one that held when the notice was issued. `successor` is the item that took it up again, in a
    follow-up notice or, handed over, to another platform.
    """

    State = ItemState

    # Both are the first column of an index below.
    notice = models.ForeignKey(
        Notice, models.CASCADE, related_name="items", db_index=False
    )
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="items", db_index=False
    )
    position = models.IntegerField()
    state = models.CharField(
        max_length=20, choices=ItemState.choices, default=ItemState.DRAFT
    )
    ground = models.ForeignKey(LegalGround, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Claim.choices, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer_late = models.BooleanField(null=True)
    # Checked for a whole statement (`triggers`): row by row would cost a bulk answer a twentieth.
    check_deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="predecessors"
    )

    objects = NoticeItemQuerySet.as_manager()

    @property
    def takes_answers(self) -> bool:
        """Whether it waits for an answer, or was answered and the answer may still be changed or taken back."""
        return self.state == ItemState.OPEN or self.state in RETRACTABLE

    class Meta:
        constraints = [
            ITEM_STATES.constraint("item_state_known"),
            models.UniqueConstraint(
                fields=["notice", "target"], name="a_target_once_in_a_notice"
            ),
            models.UniqueConstraint(
                fields=["notice", "position"], name="a_position_once_in_a_notice"
            ),
            models.UniqueConstraint(
                fields=["target"],
                name="one_unfinished_item_for_a_target",
                condition=models.Q(state__in=UNFINISHED),
            ),
            models.UniqueConstraint(
                fields=["target"],
                name="one_draft_item_for_a_target",
                condition=models.Q(state="draft"),
            ),
            models.CheckConstraint(
                name="item_claimed_says_what",
                condition=~models.Q(state__in=("claimed", "verified"))
                | models.Q(
                    outcome__in=CLAIMS_GONE,
                    answered_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="item_carried_over_names_its_successor",
                condition=~models.Q(state__in=("carried_over", "handed_over"))
                | models.Q(successor__isnull=False),
            ),
            models.CheckConstraint(
                name="item_in_an_issued_notice_has_a_ground",
                condition=models.Q(state__in=UNASKED) | models.Q(ground__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["notice", "state"], name="item_notice_state"),
            models.Index(fields=["target", "-id"], name="item_target"),
            models.Index(
                fields=["check_deadline", "id"],
                name="item_to_check",
                condition=models.Q(state="claimed"),
            ),
        ]
        triggers = [
            *refers("check_deadline_id", "corps_deadline", changes="often"),
            is_kept("issued_item", unless="OLD.state = 'draft'"),
            pgtrigger.Trigger(
                name="item_change_is_noted",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(new="fresh"),
                func=CHANGE_NOTED,
            ),
            ITEM_STATES.trigger(),
        ]


class PendingApproval(models.Model):
    """An approval given in the browser that can still be undone; due ten seconds later, then the notice is issued."""

    notice = models.OneToOneField(
        Notice, models.CASCADE, related_name="pending_approval"
    )
    version = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
