"""The audit: append-only, sealed, and every tampering found and named."""

import threading
from collections.abc import Callable

import psycopg2
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from corps import tasks
from corps.audit.recording import entry, record, record_many
from corps.models import AuditEntry, AuditSeal, Installation, User
from corps.workflow import (
    change_user,
    check_audit,
    create_user,
    seal_audit,
    seals,
    verify_audit,
)
from tests.corps.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def write(number: int = 10, verb: str = "thing.done") -> list[int]:
    """So many entries; their ids."""
    record_many(
        entry(None, verb, None, at=NOW, turn=turn, words="某某“公司”\n")
        for turn in range(number)
    )
    return list(
        AuditEntry.objects.filter(verb=verb).order_by("pk").values_list("pk", flat=True)
    )


@pytest.fixture
def tamper(owner_database: psycopg2.extensions.connection) -> Callable[..., None]:
    """What somebody with the owner's password may do: switch the triggers off and write what they like."""

    def do(statement: str, *values: object) -> None:
        with owner_database.cursor() as cursor:
            cursor.execute("ALTER TABLE corps_auditentry DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE corps_auditseal DISABLE TRIGGER USER")
            cursor.execute(statement, values)

    return do


def test_sealed_entries_prove_whole_and_new_ones_get_a_seal_of_their_own():
    write(10)
    assert seal_audit() == 10
    assert seal_audit() == 0
    write(3, "other.done")
    assert seal_audit() == 3
    first, second = AuditSeal.objects.order_by("pk")
    assert (first.previous, second.previous) == ("", first.hash)
    assert verify_audit() is None


def test_a_batch_holds_at_most_so_many_entries_and_may_end_within_a_transaction(
    monkeypatch,
):
    monkeypatch.setattr(seals, "BATCH", 7)
    write(20)
    assert seal_audit() == 20
    assert [len(seal.entries) for seal in AuditSeal.objects.order_by("pk")] == [7, 7, 6]
    assert verify_audit() is None


def test_a_changed_entry_is_named(tamper):
    ids = write(10)
    seal_audit()
    tamper(
        "UPDATE corps_auditentry SET at = at + interval '1 microsecond' WHERE id = %s",
        ids[4],
    )
    fault = verify_audit()
    assert (fault.kind, fault.entry) == ("changed", ids[4])


def test_a_missing_entry_is_named(tamper):
    ids = write(10)
    seal_audit()
    tamper("DELETE FROM corps_auditentry WHERE id = %s", ids[9])
    fault = verify_audit()
    assert (fault.kind, fault.entry) == ("missing", ids[9])


AS_ALWAYS = {
    "id": "nextval('corps_auditentry_id_seq')",
    "at": "now()",
    "recorded_at": "now()",
    "transaction": "pg_current_xact_id()::text::bigint",
}
CHANGES = [
    "at = at + interval '1 microsecond'",
    "recorded_at = recorded_at - interval '1 day'",
    "transaction = transaction + 1",
    "transaction = -7",
    "transaction = transaction + 100000",
    "actor_id = NULL, role = 'chief'",
    "role = 'auditor'",
    "channel = 'task'",
    "address = '203.0.113.9'",
    "verb = 'thing.undone'",
    "subject_type = 'corps.unit'",
    "subject_id = 99",
    "thread = 'case:1'",
    "detail = detail || '{\"turn\": 99}'",
    "detail = '{}'",
    "id = id + 1000000",
]
SEALS_CHANGED = [
    "UPDATE corps_auditseal SET horizon = horizon + 1 WHERE id = {first}",
    "UPDATE corps_auditseal SET leaves = leaves || leaves WHERE id = {first}",
    "UPDATE corps_auditseal SET entries = entries[2:] WHERE id = {first}",
    "UPDATE corps_auditseal SET hash = repeat('0', 64) WHERE id = {first}",
    "UPDATE corps_auditseal SET previous = repeat('0', 64) WHERE id = {first}",
    "UPDATE corps_auditseal SET sealed_at = sealed_at - interval '1 second' WHERE id = {second}",
    "UPDATE corps_auditseal SET reached = now() WHERE id = {first}",
    "UPDATE corps_auditseal SET server = 'elsewhere' WHERE id = {first}",
    "UPDATE corps_auditseal SET version = 1 WHERE id = {first}",
    "DELETE FROM corps_auditseal WHERE id = {first}",
    "DELETE FROM corps_auditseal WHERE id = {second}",
    "DELETE FROM corps_auditseal",
    "DELETE FROM corps_auditentry WHERE id > {middle}; DELETE FROM corps_auditseal WHERE id = {second}",
    "DELETE FROM corps_auditentry WHERE id > {middle}",
    "TRUNCATE corps_auditentry, corps_auditseal",
    "DELETE FROM corps_auditentry",
]
INVENTED = {
    "a number before all": {"transaction": "-7"},
    "a number after all": {"transaction": "1000000000000000"},
    "no number": {"transaction": "0"},
    "of long ago": {
        "at": "now() - interval '200 days'",
        "recorded_at": "now() - interval '200 days'",
    },
    "of the future": {"recorded_at": "now() + interval '2 days'"},
    "an id after all": {"id": "1000000000000000"},
    "among the sealed": {"id": "{gap}"},
    "before the sealed": {"id": "-1"},
}


def invent(lie: dict[str, str], **known: int) -> str:
    """The statement that writes an entry as always but for what is a lie."""
    values = {name: value.format(**known) for name, value in (AS_ALWAYS | lie).items()}
    return (
        "INSERT INTO corps_auditentry"
        f" (role, channel, address, verb, subject_type, thread, detail, {', '.join(values)})"
        f" VALUES ('', 'page', '', 'thing.invented', '', '', '{{}}', {', '.join(values.values())})"
    )


@pytest.fixture
def two_seals() -> dict[str, int]:
    """Two seals, and an id among their entries that was never given to one."""
    write(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('corps_auditentry_id_seq')")
        (gap,) = cursor.fetchone()
    seal_audit()
    middle = AuditEntry.objects.order_by("-pk")[0].pk
    write(3, "other.done")
    seal_audit()
    first, second = AuditSeal.objects.order_by("pk").values_list("pk", flat=True)
    return {"first": first, "second": second, "gap": gap, "middle": middle}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", ["first", "last"])
def test_whatever_is_changed_in_an_entry_is_found(tamper, two_seals, change, place):
    pk = getattr(AuditEntry.objects.order_by("pk"), place)().pk
    tamper(f"UPDATE corps_auditentry SET {change} WHERE id = %s", pk)
    assert verify_audit() is not None


@pytest.mark.parametrize("statement", SEALS_CHANGED)
def test_whatever_is_changed_in_the_seals_or_taken_away_is_found(
    tamper, two_seals, statement
):
    tamper(statement.format(**two_seals))
    assert verify_audit() is not None


@pytest.mark.parametrize(
    "sealed", [False, True], ids=["at-once", "after-the-sealer-came"]
)
@pytest.mark.parametrize("lie", INVENTED.values(), ids=INVENTED.keys())
def test_an_entry_that_no_writer_wrote_is_found_and_never_sealed(
    tamper, two_seals, lie, sealed
):
    tamper(invent(lie, **two_seals))
    [invented] = AuditEntry.objects.filter(verb="thing.invented").values_list(
        "pk", flat=True
    )
    if sealed:
        seal_audit()
        write(2, "more.done")
        seal_audit()
    fault = verify_audit()
    assert fault is not None
    assert (fault.kind in ("inserted", "outside"), fault.entry) == (True, invented)
    assert not AuditSeal.objects.filter(entries__contains=[invented]).exists()


@pytest.mark.parametrize("lie", INVENTED.values(), ids=INVENTED.keys())
def test_the_database_refuses_an_id_a_number_or_a_time_that_a_writer_states(
    two_seals, owner_database, lie
):
    statement = invent(lie, **two_seals)
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="numbers and dates its entries itself"),
    ):
        cursor.execute(statement)
    with (
        owner_database.cursor() as cursor,
        pytest.raises(
            psycopg2.errors.InsufficientPrivilege,
            match="numbers and dates its entries itself",
        ),
    ):
        cursor.execute(statement)
    assert verify_audit() is None


def test_a_person_who_bears_another_name_than_the_audit_gave_them_is_found(
    account, administrator
):
    person = create_user(
        actor=administrator, username="zhou", name="周正言", role="auditor", at=NOW
    )
    change_user(user=person, actor=administrator, name="周言", at=NOW)
    assert verify_audit() is None
    User.objects.filter(pk=person.pk).update(name="王敏")
    assert verify_audit().kind == "renamed"


def seal_as_before() -> AuditSeal:
    """A seal of version 1, of all entries that there are, as they were made."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {seals.LEAF} FROM corps_auditentry ORDER BY transaction, id"
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
    seal = AuditSeal(
        version=1,
        entries=[pk for pk, _leaf in rows],
        leaves=b"".join(bytes(leaf) for _pk, leaf in rows),
        horizon=horizon,
    )
    seal.hash = seals._hash(seal)
    seal.save(force_insert=True)
    return seal


def test_seals_made_before_entries_went_by_id_still_prove_and_the_next_takes_what_they_left(
    tamper,
):
    write(4)
    old = seal_as_before()
    write(3, "other.done")
    assert verify_audit() is None
    assert seal_audit() == 3
    write(2, "more.done")
    assert seal_audit() == 2
    assert verify_audit() is None
    tamper("UPDATE corps_auditentry SET verb = 'x.y' WHERE id = %s", old.entries[1])
    assert (verify_audit().kind, verify_audit().entry) == ("changed", old.entries[1])


def test_an_entry_with_an_impossible_number_among_those_sealed_before_is_found(tamper):
    write(4)
    seal_as_before()
    write(1, "other.done")
    seal_audit()
    tamper(
        invent(
            {"transaction": "-7", "id": "{free}"},
            free=AuditEntry.objects.latest("pk").pk + 1,
        )
    )
    assert verify_audit() is not None


def test_a_forged_seal_does_not_fit_its_content(tamper):
    ids = write(3)
    seal_audit()
    write(3, "other.done")
    seal_audit()
    first = AuditSeal.objects.order_by("pk").first()
    tamper("UPDATE corps_auditseal SET horizon = horizon + 1 WHERE id = %s", first.pk)
    fault = verify_audit()
    assert (fault.kind, fault.entry, fault.seal) == ("seal", ids[0], first.pk)


def test_a_seal_taken_out_breaks_the_next_one(tamper):
    for verb in ("a.done", "b.done", "c.done"):
        write(2, verb)
        seal_audit()
    _first, second, third = AuditSeal.objects.order_by("pk")
    tamper("DELETE FROM corps_auditseal WHERE id = %s", second.pk)
    assert (verify_audit().kind, verify_audit().seal) == ("seal", third.pk)


def test_a_seal_made_anew_over_a_change_breaks_the_next_one(tamper):
    ids = write(3)
    seal_audit()
    write(3, "other.done")
    seal_audit()
    tamper("UPDATE corps_auditentry SET verb = 'thing.undone' WHERE id = %s", ids[0])
    first, second = AuditSeal.objects.order_by("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {seals.LEAF} FROM corps_auditentry WHERE id = %s", [ids[0]]
        )
        first.leaves = bytes(cursor.fetchone()[0]) + bytes(first.leaves)[32:]
    tamper(
        "UPDATE corps_auditseal SET leaves = %s, hash = %s WHERE id = %s",
        first.leaves,
        seals._hash(first),
        first.pk,
    )
    assert (verify_audit().kind, verify_audit().seal) == ("seal", second.pk)
    tamper(
        "UPDATE corps_auditseal SET previous = %s WHERE id = %s",
        seals._hash(first),
        second.pk,
    )
    assert (verify_audit().kind, verify_audit().seal) == ("seal", second.pk)


def test_the_sweep_seals_what_was_written():
    tasks.sweep()  # the first enrols the data directory, which is written down as well
    sealed = sum(len(seal.entries) for seal in AuditSeal.objects.all())
    write(3)
    tasks.sweep()
    assert sum(len(seal.entries) for seal in AuditSeal.objects.all()) == sealed + 3
    assert verify_audit() is None


def test_an_entry_that_commits_late_is_sealed_later_and_never_looks_put_in(tamper):
    begun, go = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                record(None, "slow.done", None, at=NOW)
                begun.set()
                assert go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert begun.wait(10)
    write(5)  # committed, with later ids and a later transaction
    assert seal_audit() == 0
    assert verify_audit() is None
    go.set()
    thread.join(10)
    assert seal_audit() == 6
    assert verify_audit() is None


def test_many_writers_and_sealers_at_once_leave_every_entry_sealed_once():
    def write_and_seal(worker: int) -> None:
        try:
            for _turn in range(15):
                with transaction.atomic():
                    record(None, f"worker{worker}.done", None, at=NOW)
                seal_audit()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write_and_seal, args=[worker]) for worker in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_audit()
    sealed = [pk for seal in AuditSeal.objects.all() for pk in seal.entries]
    assert sorted(sealed) == sorted(AuditEntry.objects.values_list("pk", flat=True))
    assert len(sealed) == 75
    assert verify_audit() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE corps_auditentry SET verb = 'x'",
        "DELETE FROM corps_auditentry",
        "TRUNCATE corps_auditentry",
        "UPDATE corps_auditseal SET hash = 'x'",
        "DELETE FROM corps_auditseal",
        "TRUNCATE corps_auditseal",
        "ALTER TABLE corps_auditentry DISABLE TRIGGER USER",
    ],
)
def test_the_application_may_not_rewrite_the_audit(statement, owner_database):
    write(1)
    seal_audit()
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        cursor.execute(statement)
    if "ALTER" not in statement:
        with (
            owner_database.cursor() as cursor,
            pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"),
        ):
            cursor.execute(statement)
    assert verify_audit() is None


def test_the_command_says_what_holds(capsys):
    write(4)
    seal_audit()
    write(2, "other.done")
    call_command("audit", "verify")
    said = capsys.readouterr().out
    assert "4 entries under 1 seals are as they were sealed; 2 not yet sealed." in said


def test_the_command_names_the_first_broken_entry_and_exits_with_1(tamper, capsys):
    ids = write(4)
    seal_audit()
    tamper("UPDATE corps_auditentry SET verb = 'x.y' WHERE id = %s", ids[2])
    with pytest.raises(SystemExit) as left:
        call_command("audit", "verify")
    assert left.value.code == 1
    assert f"Entry {ids[2]} was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "gone", ["WHERE id > %s", "WHERE id > 0 OR id = %s"], ids=["the-end", "all"]
)
def test_seals_cut_off_the_end_show_to_whoever_kept_a_hash(tamper, capsys, gone):
    for verb in ("a.b", "c.d"):
        write(4, verb)
        seal_audit()
    first, last = AuditSeal.objects.order_by("pk")
    call_command("audit", "verify", known=[first.hash, last.hash])
    tamper(f"DELETE FROM corps_auditseal {gone}", first.pk)
    with pytest.raises(SystemExit):
        call_command("audit", "verify")
    assert "The last seal is gone" in capsys.readouterr().err
    # Whoever can do that can also make the note beside the audit fit.
    Installation.objects.update(last_seal="" if "OR" in gone else first.hash)
    call_command("audit", "verify")
    with pytest.raises(SystemExit) as left:
        call_command("audit", "verify", known=[last.hash])
    assert left.value.code == 1
    assert f"No seal {last.hash}" in capsys.readouterr().err


def test_a_command_that_writes_seals_at_its_end(capsys):
    call_command("administrator", "root")
    assert AuditSeal.objects.count() == 1
    assert set(AuditEntry.objects.values_list("channel", flat=True)) == {"command"}
    assert verify_audit() is None


def test_a_check_by_the_auditor_is_itself_written_down_and_others_may_not(
    auditor, officer
):
    write(2)
    seal_audit()
    assert check_audit(actor=auditor, at=NOW) is None
    assert AuditEntry.objects.get(verb="audit.checked").actor == auditor
    with pytest.raises(PermissionDenied):
        check_audit(actor=officer, at=NOW)
