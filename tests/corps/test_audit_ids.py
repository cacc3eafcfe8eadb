"""Which audit ids were drawn: read under the sequence's own lock, whatever other writers do at that moment."""

import ast
import re
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from corps.models import AuditEntry
from corps.models.audit import ID_SEQUENCE, LAST_DRAWN
from corps.workflow import seal_audit, verify_audit

PROJECT = Path(__file__).resolve().parents[2]


def test_no_statement_reads_a_sequence_as_a_table():
    """`SELECT last_value` sees for a moment up to 32 numbers that nobody has drawn: PostgreSQL writes them to the log
    ahead, and shows them while it does."""
    readers = [
        path.relative_to(PROJECT).as_posix()
        for name in settings.LOCAL_APPS
        for path in (PROJECT / name).rglob("*.py")
        if "migrations" not in path.parts and reads_a_sequence(path)
    ]
    assert readers == []


@pytest.mark.django_db(transaction=True)
def test_the_last_drawn_id_is_that_of_the_newest_entry(owner_database):
    def last_drawn() -> int:
        with owner_database.cursor() as cursor:
            cursor.execute(f"SELECT {LAST_DRAWN}")
            return cursor.fetchone()[0]

    before = last_drawn()
    with owner_database.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{ID_SEQUENCE}')")
        drawn = cursor.fetchone()[0]
    assert drawn == before + 1 == last_drawn()


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_writers_at_once_are_never_refused_and_nothing_is_passed_over():
    """Four writers and a sealer for half a minute: each entry is taken, sealed, and proves."""
    until, written, refused = time.monotonic() + 30, [0] * 4, []

    def write(number: int) -> None:
        with closing(connect()) as line, line.cursor() as cursor:
            while time.monotonic() < until and not refused:
                try:
                    cursor.execute(
                        """INSERT INTO corps_auditentry
                        (at, role, channel, address, verb, subject_type, thread, detail)
                        VALUES (now(), '', 'task', '', 'thing.done', '', '', '{}')"""
                    )
                except psycopg2.Error as error:
                    refused.append(str(error))
                written[number] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seal_audit()
    seal_audit()
    assert refused == []
    assert AuditEntry.objects.count() == sum(written)
    assert verify_audit() is None


def reads_a_sequence(path: Path) -> bool:
    """Whether a text of a module names `last_value`, but in the function that reads it under the sequence's lock."""
    return any(
        re.search(r"(?<!pg_sequence_)last_value", node.value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def connect() -> psycopg2.extensions.connection:
    """A line of one's own to the test's database, in autocommit, with the application's role."""
    stated = settings.DATABASES["default"]
    line = psycopg2.connect(
        dbname=stated["NAME"],
        user=stated["USER"],
        password=stated["PASSWORD"],
        host=stated["OPTIONS"].get("host") or stated["HOST"],
    )
    line.autocommit = True
    return line
