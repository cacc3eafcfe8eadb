"""Whether the database server answers at all, asked so that a server that stands still cannot hold up who asks."""

import select
import time
from contextlib import closing
from typing import Any

import psycopg2
from django.db import connection
from psycopg2.extensions import POLL_OK, POLL_READ


def answers_within(seconds: float) -> bool:
    """Whether a new connection can be made and answers a question within so many seconds.

    Any statement on a connection that is open already would wait for ever for a server that was stopped or has lost its
    disk: limits of statements are the server's own to keep.
    """
    parameters = connection.get_connection_params()
    parameters.pop(
        "connect_timeout", None
    )  # what the driver itself would wait for is waited for here
    until = time.monotonic() + seconds
    try:
        with closing(psycopg2.connect(**parameters, async_=True)) as line:
            _wait(line, until)
            cursor = line.cursor()
            cursor.execute("SELECT 1")
            _wait(line, until)
            return bool(cursor.fetchone() == (1,))
    except (psycopg2.Error, TimeoutError):
        return False


def _wait(line: Any, until: float) -> None:
    """Let an asynchronous connection finish what it was told. Raises TimeoutError and what the driver raises."""
    while (state := line.poll()) != POLL_OK:
        left = until - time.monotonic()
        reading, writing = ([line], []) if state == POLL_READ else ([], [line])
        if left <= 0 or not any(select.select(reading, writing, [], left)):
            raise TimeoutError
