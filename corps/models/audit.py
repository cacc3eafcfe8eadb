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


# The high part of the number of an advisory lock; the low five bytes are the first id that its holder may write.
WRITERS_LOCK = 0x5EA2
ID_SEQUENCE = "corps_auditentry_id_seq"
# The last id that was drawn, 0 before the first. `SELECT last_value` would read past a writer's lock, and see for a
# moment the number up to which ids were written to the log ahead: up to 32 more than were drawn.
LAST_DRAWN = f"coalesce(pg_sequence_last_value('{ID_SEQUENCE}'), 0)"
# The first id that the present transaction may write, for as long as it lasts.
BOUND = "corps.audit_from"

# Number and time are the database's. What a writer states of them is refused, and so is an id that was not drawn.
TRUE_ENTRIES = f"""
IF EXISTS (
    SELECT FROM fresh
    WHERE transaction <> pg_current_xact_id()::text::bigint OR recorded_at <> statement_timestamp()
       OR id < current_setting('{BOUND}')::bigint OR id > (SELECT {LAST_DRAWN})
) THEN
    RAISE EXCEPTION 'the audit numbers and dates its entries itself' USING ERRCODE = 'insufficient_privilege';
END IF;
RETURN NULL;"""
# Taken before the first id is drawn, so that the sealer never passes one that may still come.
ANNOUNCE = f"""
IF coalesce(current_setting('{BOUND}', true), '') = '' THEN
    first := {LAST_DRAWN} + 1;
    PERFORM pg_advisory_xact_lock_shared(({WRITERS_LOCK}::bigint << 40) + first);
    PERFORM set_config('{BOUND}', first::text, true);
END IF;
RETURN NULL;"""


def numbered_by_the_database() -> list[pgtrigger.Trigger]:
    """Triggers that announce a writer to the sealer, and that let nobody state an entry's id, number or time."""
    return [
        pgtrigger.Trigger(
            name="audit_entry_announced",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            declare=[("first", "bigint")],
            func=ANNOUNCE,
        ),
        pgtrigger.Trigger(
            name="audit_entry_true",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="fresh"),
            func=TRUE_ENTRIES,
        ),
    ]


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AuditQuerySet":
        """The whole audit is the auditor's; everybody else sees it through the thing it is about (`in_thread`)."""
        if user.is_authenticated and user.scope == user.Scope.AUDIT:
            return self
        return self.none()

    def about(self, subject: models.Model) -> "AuditQuerySet":
        """Entries whose subject is this very object."""
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def in_thread(self, *threads: str) -> "AuditQuerySet":
        """Entries of threads, such as "case:12": whatever happened to the case and to all that hangs on it."""
        return self.filter(thread__in=threads)


class AuditEntry(models.Model):
    """One act. `at` is when it happened, `recorded_at` when the system learned of it (both UTC).

    `transaction` is PostgreSQL's own number of the writing transaction. It, `id` and `recorded_at` are the database's:
    what a writer states of them is refused (`triggers`). Entries are ordered and sealed by `id`.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(
        db_default=RawSQL("(pg_current_xact_id()::text)::bigint", ())
    )
    # Checked for a whole statement (`triggers`): row by row would cost every bulk act a tenth.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
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
            models.Index(
                fields=["subject_type", "subject_id", "id"], name="audit_subject"
            ),
            models.Index(
                fields=["thread", "-id"],
                name="audit_thread",
                condition=~models.Q(thread=""),
            ),
            models.Index(fields=["transaction", "id"], name="audit_transaction"),
            # For what was recorded on one day: a few pages, and next to nothing for those who write.
            BrinIndex(
                fields=["recorded_at"], name="audit_recorded", autosummarize=True
            ),
        ]
        triggers = [
            *append_only("audit_entry"),
            *numbered_by_the_database(),
            *refers("actor_id", "corps_user"),
        ]


class AuditSeal(models.Model):
    """A batch of entries under one hash that also holds the hash of the seal before it.

    entries: their ids. leaves: the SHA-256 of each entry, 32 bytes each, in the same order. horizon: the id up to which
    everything is sealed. reached: the latest time of recording so far. server: which server, database and table the
    entries were written in. hash: SHA-256 over all of that, the previous hash and sealed_at, in hex.

    In version 1, horizon is the transaction number below which everything is sealed, and of the horizon's own
    transaction the entries up to id `horizon_entry`; its hash covers the previous hash, ids, leaves and horizon.
    """

    version = models.SmallIntegerField(default=2)

    entries = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField()
    horizon = models.BigIntegerField()
    horizon_entry = models.BigIntegerField(default=0)
    reached = models.DateTimeField(null=True)
    server = models.CharField(max_length=60, blank=True)
    previous = models.CharField(max_length=64, unique=True, blank=True)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = append_only("audit_seal")
