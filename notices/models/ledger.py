"""The ledger: the entries that are counted, and recurrences shown beside them. Rows are only ever added."""

import pgtrigger
from django.db import models
from django.db.models.functions import Mod, Now, NullIf
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Target
from cases.models.cases import InCaseQuerySet
from corps.models.audit import append_only
from firms.models import Firm
from notices.models.answers import Check
from notices.models.notices import NoticeItem
from notices.models.objections import Objection
from stores.models import OfficialAccount, Platform


class LedgerQuerySet(InCaseQuerySet):
    """The two numbers are the whole corps's: every officer and supervisor may see how they come about, each in the
    cases they may see."""


# One officer alone makes no number; looked at for a whole statement, as entries come by the thousand.
CHECKED_BY_ANOTHER = pgtrigger.Trigger(
    name="outcome_checked_by_another",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="fresh"),
    func="""IF EXISTS (
    SELECT FROM fresh
    JOIN notices_check checked ON checked.id = fresh.check_row_id
    JOIN notices_noticeitem item ON item.id = checked.item_id
    JOIN notices_notice notice ON notice.id = item.notice_id
    WHERE fresh.cause = 'verification'
      AND checked.by_id IN (notice.drafted_by_id, notice.issued_by_id, item.answered_by_id)
) THEN
    RAISE EXCEPTION 'a ledger entry is checked by nobody who drafted, approved or answered its notice'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'outcome_checked_by_another';
END IF;
RETURN NULL;""",
)


class LedgerEntry(models.Model):
    """+1 or −1 to one of the two numbers.

    The entries of one target sum to 0 or 1 at all times, held by the database: they are numbered from 1 (`nth`),
    odd ones are +1 and even ones −1, and each needs the one before it (a foreign key on (target, previous)).
    """

    class Kind(models.TextChoices):
        LISTING_REMOVED = "listing_removed", _("Listing removed")
        STORE_SHUT = "store_shut", _("Store shut")

    class Cause(models.TextChoices):
        VERIFICATION = "verification", _("Verification")
        OBJECTION = "objection", _("Objection upheld")
        CORRECTION = "correction", _("Correction")
        MERGE = "merge", _("Merge")
        OFFICIAL = "official", _("Official account registered")

    target = models.ForeignKey(
        Target, models.PROTECT, related_name="ledger_entries", db_index=False
    )
    nth = models.SmallIntegerField()
    previous = models.GeneratedField(
        expression=NullIf(models.F("nth") - 1, 0),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    sign = models.SmallIntegerField()
    cause = models.CharField(max_length=12, choices=Cause.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="ledger_entries", db_index=False
    )
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="ledger_entries")
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="ledger_entries"
    )
    item = models.ForeignKey(NoticeItem, models.PROTECT, related_name="ledger_entries")
    check_row = models.ForeignKey(
        Check, models.PROTECT, null=True, related_name="ledger_entries"
    )
    objection = models.ForeignKey(
        Objection, models.PROTECT, null=True, related_name="ledger_entries"
    )
    account = models.ForeignKey(
        OfficialAccount,
        models.PROTECT,
        null=True,
        related_name="ledger_entries",
        db_index=False,
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        db_table = "notices_outcome"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "nth"], name="outcome_nth_of_a_target"
            ),
            models.CheckConstraint(
                name="outcome_sign_alternates",
                condition=models.Q(nth__gte=1, sign=Mod(models.F("nth"), 2) * 2 - 1),
            ),
            models.CheckConstraint(
                name="outcome_verified_by_a_check",
                condition=~models.Q(cause="verification")
                | models.Q(check_row__isnull=False, sign=1),
            ),
            models.CheckConstraint(
                name="outcome_taken_back_for_an_account",
                condition=~models.Q(cause="official")
                | models.Q(account__isnull=False, sign=-1),
            ),
        ]
        indexes = [
            models.Index(fields=["case", "at"], name="outcome_case_at"),
            models.Index(fields=["-at", "-id"], name="outcome_newest"),
        ]
        triggers = [*append_only("outcome"), CHECKED_BY_ANOTHER]


class Recurrence(models.Model):
    """A relisting, or the repeat removal that ended one: shown beside the headline, never in it."""

    class Kind(models.TextChoices):
        RELISTING = "relisting", _("Relisting")
        REPEAT_REMOVAL = "repeat_removal", _("Repeat removal")

    target = models.ForeignKey(Target, models.PROTECT, related_name="recurrences")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="recurrences", db_index=False
    )
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="recurrences")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="recurrences")
    item = models.ForeignKey(NoticeItem, models.PROTECT, related_name="recurrences")
    check_row = models.OneToOneField(Check, models.PROTECT, related_name="recurrence")

    objects = LedgerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["case", "at"], name="recurrence_case_at"),
            models.Index(fields=["kind", "-at", "-id"], name="recurrence_newest"),
        ]
        triggers = append_only("recurrence")
