"""Which moment a paper may print: one up to which nothing is missing."""

import pytest
from django.db import connection

from corps.database.snapshots import safe_moment, snapshot


@pytest.fixture
def writer(transactional_db):
    """Another connection, in a transaction that is writing."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_current_xact_id()")
        yield cursor
    other.close()


def begun(cursor):
    cursor.execute("SELECT transaction_timestamp()")
    return cursor.fetchone()[0]


def test_a_safe_moment_lies_before_each_transaction_that_is_writing(writer):
    began = begun(writer)
    assert safe_moment() == began
    writer.execute("COMMIT")
    assert safe_moment() > began


def test_what_is_recorded_until_a_safe_moment_is_seen_by_who_reads_afterwards(writer):
    """A row that is committed after the moment was asked for bears a time that is not before it."""
    moment = safe_moment()
    writer.execute("SELECT statement_timestamp()")
    (recorded_at,) = writer.fetchone()
    writer.execute("COMMIT")
    with snapshot():
        assert recorded_at >= moment
