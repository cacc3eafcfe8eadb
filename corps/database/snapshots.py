"""Several statements that see the database as it stood at one moment, and which moment that is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

# Since when the oldest of the transactions is running that may still add rows of an earlier time: `recorded_at` is
# when a statement began, not when it was committed.
SAFE_MOMENT = """
SELECT least(statement_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR state = 'active')"""


@contextmanager
def snapshot() -> Iterator[None]:
    """Have everything that is read within see the same state, whatever others commit meanwhile. For reading alone.

    Also a decorator of views. In a transaction that was begun before it, each statement sees what is committed by then.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def safe_moment() -> datetime:
    """A moment up to which everything that is recorded can be seen by whoever begins to read after this call.

    Earlier than the start of each transaction that is writing now. Ask it before a snapshot is taken. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(SAFE_MOMENT)
        (moment,) = cursor.fetchone()
    return moment
