"""Sealing the audit in batches, and proving the seals.

A leaf is the SHA-256 of an entry's canonical form: the JSON array of its columns in the order of `LEAF`, as PostgreSQL
prints `jsonb` (keys sorted, one spelling), in UTF-8; times in UTC with microseconds. A seal's hash covers the seal
before it, so that no batch can be changed, left out or put in between without breaking all that follow.

An entry may commit long after a later one. The sealer therefore goes by the writing transaction's number and takes only
what lies below every transaction that is still open.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import zip_longest

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from corps.access import require
from corps.audit import record
from corps.models import AuditSeal, User

log = structlog.get_logger(__name__)

BATCH = 5000
SEALER_LOCK = 0x5EA1

_UTC = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
LEAF = f"""sha256(convert_to(jsonb_build_array(
    id, {_UTC.format("at")}, {_UTC.format("recorded_at")}, transaction, actor_id, role, channel, address, verb,
    subject_type, subject_id, thread, detail)::text, 'UTF8'))"""

NEW_ENTRIES = f"""
SELECT id, transaction, {LEAF} FROM corps_auditentry
WHERE (transaction, id) > (%s, %s) AND transaction < %s ORDER BY transaction, id LIMIT {BATCH}"""

IN_RANGE = f"""
SELECT coalesce(array_agg(id ORDER BY transaction, id), '{{}}'),
       coalesce(string_agg(leaf, '' ORDER BY transaction, id), '')
FROM (SELECT id, transaction, {LEAF} AS leaf FROM corps_auditentry
      WHERE (transaction, id) > (%s, %s) AND (transaction, id) <= (%s, %s)) sealed"""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is not as it was sealed.

    kind: "changed", "missing", "inserted" (an entry put among sealed ones) or "seal" (a seal that does not fit its
    content or the seal before it). entry: the entry's id; for a broken seal its first. seal: the seal's id.
    """

    kind: str
    entry: int | None
    seal: int

    @property
    def word(self) -> str:
        """The kind in the reader's language."""
        words = {
            "changed": _("changed"),
            "missing": _("missing"),
            "inserted": _("put in afterwards"),
            "seal": _("the seal itself is broken"),
        }
        return words[self.kind]


def seal_audit() -> int:
    """Seal every entry that no open transaction can join any more; how many were sealed.

    One sealer works at a time; a second one at the same time seals nothing.
    """
    sealed = 0
    while count := _seal_batch():
        sealed += count
    return sealed


def verify_audit() -> Fault | None:
    """Check every seal against the one before it and against the entries; the first fault, or None.

    Reads the entries of one seal at a time.
    """
    previous, position = "", (-1, 0)
    for seal in _seals():
        if seal.previous != previous or seal.hash != _hash(seal):
            return Fault("seal", seal.entries[0] if seal.entries else None, seal.pk)
        end = (seal.horizon, seal.horizon_entry)
        with connection.cursor() as cursor:
            cursor.execute(IN_RANGE, [*position, *end])
            found, leaves = cursor.fetchone()
        if found != seal.entries or bytes(leaves) != bytes(seal.leaves):
            return _first_difference(seal, found, bytes(leaves))
        previous, position = seal.hash, end
    return None


def lost_seals(known: Iterable[str]) -> list[str]:
    """Those of the hashes, noted down outside the database, under which no seal stands any more.

    The chain shows what was changed or taken out of its middle. That its end was cut off shows only to whoever kept
    the hash of a later seal: from the log, or from what `audit verify` printed.
    """
    known = list(known)
    there = set(AuditSeal.objects.filter(hash__in=known).values_list("hash", flat=True))
    return [seal for seal in known if seal not in there]


def check_audit(*, actor: User, at: datetime) -> Fault | None:
    """`verify_audit` by a person, which is written down with what came of it. Raises PermissionDenied."""
    require(actor, "corps.check_audit")
    fault = verify_audit()
    record(actor, "audit.checked", None, at=at, fault=asdict(fault) if fault else None)
    return fault


@transaction.atomic
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.order_by("-pk").values_list("horizon", "horizon_entry", "hash").first()
        *position, previous = last or (-1, 0, "")
        cursor.execute("SELECT pg_snapshot_xmin(now)::text, pg_snapshot_xmax(now)::text FROM pg_current_snapshot() now")
        open_from, next_one = map(int, cursor.fetchone())
        if next_one < position[0]:
            # Restored from a dump into a server whose transactions are counted from the beginning again.
            log.error("audit.transactions_behind", next_transaction=next_one, sealed_below=position[0])
            return 0
        cursor.execute(NEW_ENTRIES, [*position, open_from])
        entries = cursor.fetchall()
    if not entries:
        return 0
    is_full = len(entries) == BATCH
    seal = AuditSeal(
        entries=[pk for pk, *_rest in entries],
        leaves=b"".join(bytes(leaf) for *_rest, leaf in entries),
        horizon=entries[-1][1] if is_full else open_from,
        horizon_entry=entries[-1][0] if is_full else 0,
        previous=previous,
    )
    seal.hash = _hash(seal)
    seal.save(force_insert=True)
    # The log is kept elsewhere, and so is a witness for whoever holds the database.
    log.info("audit.sealed", seal=seal.pk, entries=len(entries), hash=seal.hash)
    return len(entries)


def _hash(seal: AuditSeal) -> str:
    ids = ",".join(map(str, seal.entries))
    head = f"{seal.previous}\n{seal.horizon}:{seal.horizon_entry}\n{ids}\n"
    return hashlib.sha256(head.encode() + bytes(seal.leaves)).hexdigest()


def _seals() -> Iterator[AuditSeal]:
    """All seals in order, a few in memory at a time."""
    after = 0
    while some := list(AuditSeal.objects.filter(pk__gt=after).order_by("pk")[:10]):
        yield from some
        after = some[-1].pk


def _first_difference(seal: AuditSeal, found: list[int], leaves: bytes) -> Fault:
    """What is wrong in a sealed range, the lowest place first."""
    sealed = bytes(seal.leaves)
    there, expected = set(found), set(seal.entries)
    for place, (pk, wanted) in enumerate(zip_longest(found, seal.entries)):
        if pk == wanted:
            if leaves[32 * place : 32 * place + 32] != sealed[32 * place : 32 * place + 32]:
                return Fault("changed", pk, seal.pk)
        elif wanted is None or (pk is not None and pk not in expected):
            return Fault("inserted", pk, seal.pk)
        elif wanted not in there:
            return Fault("changed" if _exists(wanted) else "missing", wanted, seal.pk)
        else:
            return Fault("changed", pk, seal.pk)
    raise AssertionError("the ranges are equal")


def _exists(entry: int) -> bool:
    """Whether an entry stands somewhere: then it was moved out of its sealed range by changing its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM corps_auditentry WHERE id = %s)", [entry])
        return cursor.fetchone()[0]
