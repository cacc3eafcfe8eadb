"""What the manager must know of a database before it is served: is it empty, is it a demonstration, was one cut off."""

from contextlib import closing
from typing import NamedTuple

import psycopg2
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.paths import ServicesError

# Whoever loads a demonstration holds this advisory lock, so that nobody takes one that is being loaded for cut off.
LOADING_LOCK = 0x64656D6F
STAFF = (
    "officer",
    "officer2",
    "supervisor",
    "supervisor2",
    "reviewer",
    "chief",
    "officer3",
    "admin",
    "auditor",
)


class Found(NamedTuple):
    """demonstration: "none", "loading" or "loaded". empty: nobody has an account yet."""

    demonstration: str
    empty: bool


def look(url: str) -> Found:
    """What stands in a migrated database."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT demonstration FROM corps_installation")
        row = cursor.fetchone()
        cursor.execute("SELECT NOT EXISTS (SELECT FROM corps_user)")
        return Found(row[0] if row else "none", cursor.fetchone()[0])


def accounts(url: str) -> list[tuple[str, str, str]]:
    """(login, role, name) of the demonstration accounts, staff first."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT username, role, name FROM corps_user"
            " WHERE is_active AND (username = ANY(%s) OR username LIKE 'liaison-%%' OR username LIKE 'firm-%%')"
            " ORDER BY array_position(%s, username::text), username",
            [list(STAFF), list(STAFF)],
        )
        return cursor.fetchall()


def has_password(url: str, password: str) -> bool:
    """Whether the demonstration accounts have this password, judged by the first of them."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT password FROM corps_user WHERE username = %s", [STAFF[0]]
        )
        row = cursor.fetchone()
    try:
        return row is not None and PasswordHasher().verify(
            row[0].removeprefix("argon2"), password
        )
    except (VerificationError, InvalidHashError):
        return False


def drop(owner_url: str) -> None:
    """Take away everything of a demonstration whose loading was cut off; the schema is empty afterwards.

    Raises ServicesError if somebody is loading it at this moment, or if the role may not.
    """
    with (
        closing(psycopg2.connect(owner_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOADING_LOCK])
        if not cursor.fetchone()[0]:
            raise ServicesError(
                "Another process is loading the demonstration; start again when it is done."
            )
        try:
            cursor.execute(
                "SET lock_timeout = '60s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            )
        except psycopg2.Error as refused:
            raise ServicesError(
                f"The half-loaded demonstration could not be dropped: {refused}"
            ) from refused
        connection.commit()
