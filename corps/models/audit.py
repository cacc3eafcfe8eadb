"""The audit: who did what when. Append-only for the application, sealed in batches."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from corps.database.references import refers


def append_only(prefix: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE on a table, for every role."""
    refuse = "RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';"
    return [
        pgtrigger.Trigger(
            name=f"{prefix}_no_change",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=refuse,
        ),
        pgtrigger.Trigger(
            name=f"{prefix}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=refuse,
        ),
    ]


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AuditQuerySet":
        """The whole audit is the auditor's; everybody else sees it through the thing it is about (`in_thread`)."""
        if user.is_authenticated and user.role == "auditor":
            return self
        return self.none()

    def about(self, subject: models.Model) -> "AuditQuerySet":
        """Entries whose subject is this very object."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def in_thread(self, *threads: str) -> "AuditQuerySet":
        """Entries of threads, such as "case:12": whatever happened to the case and to all that hangs on it."""
        return self.filter(thread__in=threads)


class AuditEntry(models.Model):
    """One act. `at` is when it happened, `recorded_at` when the system learned of it (both UTC).

    `transaction` is PostgreSQL's own number of the writing transaction: the sealer takes only what can no longer be
    joined by an entry that commits late.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(db_default=RawSQL("(pg_current_xact_id()::text)::bigint", ()))
    # Checked for a whole statement (`triggers`): row by row would cost every bulk act a tenth.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    role = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=12)
    address = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=48)
    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField(null=True)
    thread = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["thread", "-id"], name="audit_thread", condition=~models.Q(thread="")),
            models.Index(fields=["transaction", "id"], name="audit_transaction"),
            # For what was recorded on one day: a few pages, and next to nothing for those who write.
            BrinIndex(fields=["recorded_at"], name="audit_recorded", autosummarize=True),
        ]
        triggers = [*append_only("audit_entry"), *refers("actor_id", "corps_user")]


class AuditSeal(models.Model):
    """A batch of entries under one hash that also holds the hash of the seal before it.

    entries: their ids. leaves: the SHA-256 of each entry, 32 bytes each, in the same order. horizon: the transaction
    number below which everything is sealed; of the horizon's own transaction the entries up to id `horizon_entry` are
    sealed too (0: none). hash: SHA-256 over the previous hash, ids, leaves and horizon, in hex.
    """

    entries = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField()
    horizon = models.BigIntegerField()
    horizon_entry = models.BigIntegerField(default=0)
    previous = models.CharField(max_length=64, unique=True, blank=True)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = append_only("audit_seal")
