"""The rollup follows the ledger whatever is written into it, and only through it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corps.models import AuditEntry
from dashboards.models import Rollup
from dashboards.workflow import compare, rebuild_rollup
from notices.models import LedgerEntry, Recurrence
from notices.workflow import check_again, verify_items
from tests.dashboards.entries import moment, open_book
from tests.notices.world import add_targets, answer, issue, make_world

KINDS = ["entry", "entry", "entry", "relisting", "repeat_removal"]
# Statements, each of several entries: what is written, of which target, how many hours after the beginning of April.
STATEMENTS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.integers(0, 24 * 70)),
        min_size=1,
        max_size=6,
    ),
    max_size=8,
)


def rows() -> list[tuple]:
    return sorted(
        Rollup.objects.values_list("case", "day", "platform", "firm", *COUNTS)
    )


COUNTS = (
    "listings_removed",
    "stores_shut",
    "repeat_removals",
    "relistings",
    "corrections",
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(statements=STATEMENTS)
def test_after_any_entries_the_rollup_is_what_a_recount_makes_of_the_ledger(
    db, statements
):
    with transaction.atomic():
        book = open_book(make_world())
        for entries in statements:
            counted = [
                book.entry(which, moment(hours))
                for kind, which, hours in entries
                if kind == "entry"
            ]
            LedgerEntry.objects.bulk_create(counted)
            Recurrence.objects.bulk_create(
                book.recurrence(which, moment(hours), kind)
                for kind, which, hours in entries
                if kind != "entry"
            )
        book.settle()
        kept = rows()
        assert [
            difference for difference in compare() if difference.what != "recurrence"
        ] == []
        rebuild_rollup()
        assert rows() == kept
        assert sum(row[4] + row[5] for row in kept) == sum(
            LedgerEntry.objects.values_list("sign", flat=True)
        )
        transaction.set_rollback(True)


def test_an_entry_just_before_midnight_in_shanghai_counts_on_that_day(db):
    book = open_book(make_world())
    book.entry(0, moment(23)).save()
    book.entry(2, moment(24)).save()
    assert [
        f"{day:%m-%d}"
        for day in Rollup.objects.order_by("day").values_list("day", flat=True)
    ] == [
        "04-01",
        "04-02",
    ]


def test_the_application_cannot_write_the_rollup(db):
    for statement in (
        "UPDATE dashboards_rollup SET stores_shut = 0",
        "DELETE FROM dashboards_rollup",
        "TRUNCATE dashboards_rollup",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_days_wait_for_one_another_and_none_is_lost():
    book = open_book(make_world())
    gate = Barrier(4)

    def write(turn: int) -> None:
        mine = [book.items[turn], book.items[(turn + 4) % 8]]
        gate.wait()
        try:
            for nth in range(1, 21):
                # Each statement touches both cases, every writer in an order of its own.
                pair = [
                    LedgerEntry(
                        **book._shared(item, moment(1)),
                        nth=nth,
                        sign=nth % 2 * 2 - 1,
                        kind=kind,
                        cause="merge",
                    )
                    for item in (mine if turn % 2 else reversed(mine))
                    for kind in [
                        (
                            "store_shut"
                            if item.target.kind == "store"
                            else "listing_removed"
                        )
                    ]
                ]
                LedgerEntry.objects.bulk_create(pair)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert LedgerEntry.objects.count() == 4 * 2 * 20
    assert compare() == []


@pytest.mark.django_db(transaction=True)
def test_recount_names_what_differs_and_makes_it_right(owner_database, capsys):
    book = open_book(make_world())
    LedgerEntry.objects.bulk_create(
        [book.entry(0, moment(1)), book.entry(1, moment(1))]
    )
    book.settle()
    call_command("recount", "--check")

    with owner_database.cursor() as cursor:
        cursor.execute(
            "UPDATE dashboards_rollup SET listings_removed = listings_removed + 5"
        )
    with pytest.raises(SystemExit) as refused:
        call_command("recount", "--check")
    assert refused.value.code == 1
    said = capsys.readouterr().err
    assert "rollup: case" in said
    assert "expected 1 1 0 0 0, found 6 1 0 0 0" in said

    call_command("recount")
    call_command("recount", "--check")
    assert AuditEntry.objects.filter(verb="rollup.rebuilt").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_target_that_says_otherwise_than_its_ledger_entries_is_named():
    book = open_book(make_world())
    book.entry(0, moment(1)).save()
    [difference] = compare()
    assert (
        str(difference)
        == f"target: target {book.items[0].target_id}: expected 1, found 0"
    )


TAMPERED = {
    # Only an owner who has taken the constraint away as well gets so far.
    "ALTER TABLE cases_target DROP CONSTRAINT target_counted_in_its_state; "
    "UPDATE cases_target SET state = 'reported' WHERE id = {target}": "state: target {target}: expected not counted",
    "UPDATE cases_target SET platform_id = {other} WHERE id = {target}": "platform: outcome {entry}: expected",
    "DELETE FROM cases_target WHERE id = {target}": "target: target {target}: expected 1, found no such target",
}


@pytest.mark.parametrize("statement", TAMPERED)
@pytest.mark.django_db(transaction=True)
def test_what_only_a_superuser_can_write_is_named(statement, superuser_database):
    book = open_book(make_world())
    entry = book.entry(0, moment(1))
    entry.save()
    book.settle()
    assert compare() == []
    names = {
        "target": entry.target_id,
        "entry": entry.pk,
        "other": book.world.other_platform.pk,
    }
    with superuser_database.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; " + statement.format(**names)
        )
    assert TAMPERED[statement].format(**names) in "\n".join(map(str, compare()))


@pytest.mark.django_db(transaction=True)
def test_numbers_whose_proof_says_otherwise_are_named(superuser_database):
    world = make_world()
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    verify_items(items=[notice.items.get().pk], seen="gone", actor=world.officer2)
    check_again(targets=[target.pk], seen="live", actor=world.officer2)
    assert compare() == []
    with superuser_database.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; UPDATE notices_check SET seen = 'unreachable'"
        )
    assert [difference.what for difference in compare()] == ["proof", "recurrence"]
    with superuser_database.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_check SET seen = 'gone'; UPDATE notices_recurrence SET kind = 'repeat_removal'"
        )
    assert "no more repeat removals than relistings" in "\n".join(map(str, compare()))
