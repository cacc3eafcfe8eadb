"""Sealing the audit in batches, and proving the seals.

A leaf is the SHA-256 of an entry's canonical form: the JSON array of its columns in the order of `LEAF`, as PostgreSQL
prints `jsonb` (keys sorted, one spelling), in UTF-8; times in UTC with microseconds. A seal's hash covers the seal
before it, so that no batch can be changed, left out or put in between without breaking all that follow.

Entries are ordered by their id, which comes from a sequence of the table's own: a copy restored elsewhere has the same
order and goes on in it. An entry may commit long after a later one. Whoever writes therefore holds an advisory lock on
the first id that may be theirs (`corps.models.audit`), and the sealer takes only what lies below every such lock. All
that lies below a seal's horizon is in exactly one seal; what is found there otherwise was put in afterwards.

The seals of version 1 went by the number of the writing transaction, which begins anew in another server. They are
proved as they were made; the first seal of version 2 takes whatever they left.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, NamedTuple

import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from corps.access.permissions import require
from corps.audit.recording import record
from corps.models import AuditSeal, Installation, User
from corps.models.audit import LAST_DRAWN, WRITERS_LOCK

log = structlog.get_logger(__name__)

BATCH = 5000
SEALER_LOCK = 0x5EA1
# The form of the seals that are made now.
VERSION = 2
# Below every id there could be; those that are drawn begin with 1.
BEGINNING = -(2**63)
# An entry's time of recording is when its statement began, and no statement takes longer. An id drawn later belongs to
# a time that lies no further before those of the ids drawn earlier.
LONGEST_STATEMENT = "15 minutes"
# How far clocks may be apart.
AHEAD = "5 minutes"

_UTC = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
LEAF = f"""sha256(convert_to(jsonb_build_array(
    id, {_UTC.format("at")}, {_UTC.format("recorded_at")}, transaction, actor_id, role, channel, address, verb,
    subject_type, subject_id, thread, detail)::text, 'UTF8'))"""

# Read before the locks: whoever takes a lock after that draws higher ids.
LAST_ID = f"SELECT {LAST_DRAWN}"
FIRST_HELD = f"""
SELECT min(((classid::bigint << 32) | objid::bigint) & x'FFFFFFFFFF'::bigint) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 8 = {WRITERS_LOCK}
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
# Which server, database and table: a copy that was restored differs in one of them at least.
SERVER = """
SELECT system_identifier || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())
       || ':' || 'corps_auditentry'::regclass::oid FROM pg_control_system()"""

# What no writer can have written: see LONGEST_STATEMENT; and a number that no transaction has had yet, where the
# numbers are this server's.
OUT_OF_ORDER = f"""
    id <= 0 OR transaction <= 0 OR (%(same)s AND transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    OR recorded_at > clock_timestamp() + interval '{AHEAD}'
    OR recorded_at + interval '{LONGEST_STATEMENT}' < greatest(%(reached)s::timestamptz, max(recorded_at)
        FILTER (WHERE recorded_at <= clock_timestamp() + interval '{AHEAD}')
        OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))"""
BY_ID = f"""
SELECT id, {LEAF}, recorded_at, {OUT_OF_ORDER} FROM corps_auditentry
WHERE id > %(after)s AND id <= %(horizon)s AND {{among}} ORDER BY id"""
# After the seals of version 1: all that is in none of them.
LEFT_BY_THE_FIRST = """
NOT EXISTS (SELECT FROM (SELECT unnest(entries) AS id FROM corps_auditseal WHERE version = 1) old
            WHERE old.id = corps_auditentry.id)"""
NEW_ENTRIES = BY_ID.format(among="true") + " LIMIT %(batch)s"
LEFT_ENTRIES = BY_ID.format(among=LEFT_BY_THE_FIRST)
AFTER_THE_SEALS = f"""
SELECT id FROM ({BY_ID.format(among="true").replace("AND id <= %(horizon)s", "")})
    AS open (id, leaf, recorded_at, is_out_of_order)
WHERE is_out_of_order OR id > %(horizon)s ORDER BY id LIMIT 1"""

IN_TRANSACTIONS = f"""
SELECT coalesce(array_agg(id ORDER BY transaction, id), '{{}}'),
       coalesce(string_agg(leaf, '' ORDER BY transaction, id), '')
FROM (SELECT id, transaction, {LEAF} AS leaf FROM corps_auditentry
      WHERE (transaction, id) > (%s, %s) AND (transaction, id) <= (%s, %s)) sealed"""
IN_IDS = f"""
SELECT coalesce(array_agg(id ORDER BY id), '{{{{}}}}'), coalesce(string_agg(leaf, '' ORDER BY id), '')
FROM (SELECT id, {LEAF} AS leaf FROM corps_auditentry WHERE id > %s AND id <= %s AND {{among}}) sealed"""

# The last name that the audit gives a person, where the register shows another.
RENAMED = """
SELECT told.id FROM corps_user person JOIN (
    SELECT DISTINCT ON (subject_id) subject_id, id, coalesce(detail -> 'after' ->> 'name', detail ->> 'name') AS name
    FROM corps_auditentry
    WHERE subject_type = 'corps.user' AND verb IN ('account.created', 'account.changed')
      AND coalesce(detail -> 'after' ->> 'name', detail ->> 'name') IS NOT NULL
    ORDER BY subject_id, id DESC
) told ON told.subject_id = person.id
WHERE told.name <> person.name ORDER BY told.id LIMIT 1"""


class OpenEntry(NamedTuple):
    """An entry that no seal holds yet. leaf: the SHA-256 of its canonical form. recorded_at: aware.

    is_out_of_order: whether no writer can have written it, so that it is left out of the seals.
    """

    id: int
    leaf: bytes
    recorded_at: datetime
    is_out_of_order: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is not as it was sealed.

    kind: "changed", "missing", "inserted" (an entry put among sealed ones), "outside" (one that no writer can have
    written, in no seal), "seal" (a seal that does not fit its content or the seal before it), "cut" (the last seal is
    gone) or "renamed" (a person bears another name than the audit last gave them; the entry is that one).
    entry: the entry's id; for a broken seal its first. seal: the seal's id, where one is concerned.
    """

    kind: str
    entry: int | None
    seal: int | None

    @property
    def word(self) -> str:
        """The kind in the reader's language."""
        words = {
            "changed": _("changed"),
            "missing": _("missing"),
            "inserted": _("put in afterwards"),
            "outside": _("outside the order in which entries are written"),
            "seal": _("the seal itself is broken"),
            "cut": _("the last seal is gone"),
            "renamed": _("the person's name was changed without an act"),
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
    """Check every seal against the one before it and against the entries, and that no entry stands outside the order;
    the first fault, or None.

    Reads the entries of one seal at a time.
    """
    last: AuditSeal | None = None
    for seal in _seals():
        fault = _seal_fault(seal, last) or _entries_fault(seal, last)
        if fault is not None:
            return fault
        last = seal
    return _end_fault(last) or _open_fault(last) or _name_fault()


def _seal_fault(seal: AuditSeal, last: AuditSeal | None) -> Fault | None:
    """Whether a seal follows the one before it and bears its own hash. Times of sealing only ever grow; those of
    version 1 are not in the hash."""
    follows = seal.previous == (last.hash if last else "") and (
        last is None or seal.sealed_at >= last.sealed_at
    )
    if follows and seal.hash == _hash(seal) and seal.sealed_at <= _clock():
        return None
    return Fault("seal", seal.entries[0] if seal.entries else None, seal.pk)


def _entries_fault(seal: AuditSeal, last: AuditSeal | None) -> Fault | None:
    """Whether the entries that stand in a seal's range are those that it holds, as they were."""
    with connection.cursor() as cursor:
        if seal.version == 1:
            begin = (last.horizon, last.horizon_entry) if last else (-1, 0)
            cursor.execute(IN_TRANSACTIONS, [*begin, seal.horizon, seal.horizon_entry])
        else:
            after = last.horizon if last and last.version > 1 else BEGINNING
            among = LEFT_BY_THE_FIRST if after == BEGINNING else "true"
            cursor.execute(IN_IDS.format(among=among), [after, seal.horizon])
        found, leaves = cursor.fetchone()
    if found == seal.entries and bytes(leaves) == bytes(seal.leaves):
        return None
    return _first_difference(seal, found, bytes(leaves))


def _end_fault(last: AuditSeal | None) -> Fault | None:
    """Whether the last seal is the one that was noted beside the audit when it was made."""
    noted = Installation.objects.values_list("last_seal", flat=True).get()
    if noted and (last is None or last.hash != noted):
        return Fault("cut", None, last.pk if last else None)
    return None


def _open_fault(last: AuditSeal | None) -> Fault | None:
    """Whether, among what is not sealed yet, there is an entry that no writer can have written."""
    with connection.cursor() as cursor:
        if last is not None and last.version == 1:
            # The next seal takes what these left, and then it shows.
            return None
        cursor.execute(LAST_ID)
        (newest,) = cursor.fetchone()
        cursor.execute(AFTER_THE_SEALS, _place(cursor, last) | {"horizon": newest})
        found = cursor.fetchone()
    return Fault("outside", found[0], None) if found else None


def _name_fault() -> Fault | None:
    with connection.cursor() as cursor:
        cursor.execute(RENAMED)
        found = cursor.fetchone()
    return Fault("renamed", found[0], None) if found else None


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
    """Seal up to a batch; how many entries. What no writer can have written is left out, so that it shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.order_by("-pk").defer("entries", "leaves").first()
        entries, horizon = _open_entries(cursor, last)
        if not entries:
            return 0
        seal = _seal_of(
            [entry for entry in entries if not entry.is_out_of_order],
            horizon,
            _server(cursor),
            last,
        )
    left_out = [entry.id for entry in entries if entry.is_out_of_order]
    if left_out:
        log.error("audit.out_of_order", entries=left_out[:20])
    seal.save(force_insert=True)
    Installation.objects.update(last_seal=seal.hash)
    # The log is kept elsewhere, and so is a witness for whoever holds the database.
    log.info("audit.sealed", seal=seal.pk, entries=len(seal.entries), hash=seal.hash)
    return len(entries)


def _open_entries(
    cursor: CursorWrapper, last: AuditSeal | None
) -> tuple[list[OpenEntry], int]:
    """What the next seal is of, by id, and its horizon: a batch at most, but after the seals of version 1 all that
    they left."""
    horizon = _horizon(cursor)
    follows_first = last is not None and last.version == 1
    place = _place(cursor, last) | {"horizon": horizon, "batch": BATCH}
    cursor.execute(LEFT_ENTRIES if follows_first else NEW_ENTRIES, place)
    entries = [OpenEntry(*row) for row in cursor.fetchall()]
    if len(entries) == BATCH and not follows_first:
        horizon = entries[-1].id
    return entries, horizon


def _seal_of(
    entries: Sequence[OpenEntry], horizon: int, server: str, last: AuditSeal | None
) -> AuditSeal:
    """The seal of these entries, which follows the last one; not saved yet."""
    times = [entry.recorded_at for entry in entries]
    if last is not None and last.reached is not None:
        times.append(last.reached)
    seal = AuditSeal(
        version=VERSION,
        entries=[entry.id for entry in entries],
        leaves=b"".join(bytes(entry.leaf) for entry in entries),
        horizon=horizon,
        previous=last.hash if last else "",
        reached=max(times, default=None),
        server=server,
        sealed_at=_clock(),
    )
    seal.hash = _hash(seal)
    return seal


def _horizon(cursor: CursorWrapper) -> int:
    """The id up to which no open transaction can write any more."""
    cursor.execute(LAST_ID)
    (last_id,) = cursor.fetchone()
    cursor.execute(FIRST_HELD)
    (held,) = cursor.fetchone()
    return last_id if held is None else min(last_id, held - 1)


def _place(cursor: CursorWrapper, last: AuditSeal | None) -> dict[str, Any]:
    """What judging the entries after a seal needs: their beginning, how far times have come, and whether the numbers
    of transactions are still those of the same server."""
    server = _server(cursor)
    if last is None or last.version == 1:
        return {"after": BEGINNING, "reached": None, "same": last is None}
    return {
        "after": last.horizon,
        "reached": last.reached,
        "same": last.server == server,
    }


def _server(cursor: CursorWrapper) -> str:
    cursor.execute(SERVER)
    (server,) = cursor.fetchone()
    return server


def _clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _hash(seal: AuditSeal) -> str:
    ids = ",".join(map(str, seal.entries))
    if seal.version == 1:
        head = f"{seal.previous}\n{seal.horizon}:{seal.horizon_entry}\n{ids}\n"
    else:
        times = [
            time.astimezone(UTC).isoformat() if time else ""
            for time in (seal.sealed_at, seal.reached)
        ]
        head = "\n".join(
            [
                f"{seal.version}",
                seal.previous,
                f"{seal.horizon}",
                *times,
                seal.server,
                ids,
                "",
            ]
        )
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
            leaf = slice(32 * place, 32 * place + 32)
            if leaves[leaf] == sealed[leaf]:
                continue
            return Fault("changed", pk, seal.pk)
        if wanted is None or (pk is not None and pk not in expected):
            return Fault("inserted", pk, seal.pk)
        if wanted in there:
            return Fault("changed", pk, seal.pk)
        return Fault("changed" if _exists(wanted) else "missing", wanted, seal.pk)
    raise AssertionError("the ranges are equal")


def _exists(entry: int) -> bool:
    """Whether an entry stands somewhere: then it was moved out of its sealed range by changing its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM corps_auditentry WHERE id = %s)", [entry]
        )
        return cursor.fetchone()[0]
