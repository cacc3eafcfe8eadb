"""Several statements that see the database as it stood at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


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
