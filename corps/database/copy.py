"""Rows by the thousand: ids taken beforehand, and COPY, the quickest way into a table."""

import gc
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg2 import sql

NULL = r"\N"
_special = re.compile(r"[\\\t\n\r\x00]")
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""}
)


def copied(text: str) -> str:
    """A text as COPY takes it. PostgreSQL keeps no NUL sign, so it is dropped."""
    return text.translate(_ESCAPES) if _special.search(text) else text


def copied_json(value: Any) -> str:
    """A JSON value as COPY takes it for a jsonb column; NUL signs in its texts are dropped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\" not in text:
        return text
    if "\\u0000" in text:
        text = json.dumps(
            _without_nul(value), ensure_ascii=False, separators=(",", ":")
        )
    return text.replace("\\", "\\\\")


def copied_texts(texts: Mapping[str, str]) -> str:
    """The same for a flat object of texts, in a third of the time. The keys must need no escapes."""
    text = (
        "{"
        + ",".join(
            [f'"{key}":{encode_basestring(value)}' for key, value in texts.items()]
        )
        + "}"
    )
    return copied_json(texts) if "\\" in text else text


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return (
        [_without_nul(item) for item in value]
        if isinstance(value, list | tuple)
        else value
    )


def in_lines(lines: Iterable[str]) -> bytes:
    """Rows as COPY reads them. Halves of surrogate pairs, which no text may hold, are dropped."""
    text = "\n".join(lines)
    return (text + "\n").encode("utf-8", "ignore") if text else b""


def ids_among(ids: Iterable[int | None]) -> RawSQL:
    """Primary keys for a `pk__in`: thousands go over as one array, where Django would weigh each.

    None, and numbers too large for any key, are among no ids.
    """
    return RawSQL(
        "SELECT unnest(%s::bigint[])",
        [[pk for pk in ids if pk is not None and abs(pk) < 2**63]],
    )


@cache
def _sequence_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        return cursor.fetchone()[0]


@contextmanager
def without_collector() -> Iterator[None]:
    """Run a block of work on very many rows without Python's search for cycles, of which there are none in rows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """So many new primary keys of a table, in rising order; the rows may then be written with COPY."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(%s::regclass) FROM generate_series(1, %s)",
            [_sequence_of(model._meta.db_table), count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields of rows of one model, all different, in one statement.

    Like `QuerySet.bulk_update`, which compares each row's id once for every field. names: of fields with a column.
    """
    if not rows:
        return
    meta = rows[0]._meta
    known = {field.name: field for field in meta.concrete_fields}
    fields = [known[name] for name in names]
    values = [
        [
            field.get_db_prep_save(getattr(row, field.attname), connection)
            for row in rows
        ]
        for field in fields
    ]
    types = [f"{field.db_type(connection)}[]" for field in fields]
    columns = [sql.Identifier(field.column) for field in fields]
    statement = sql.SQL(
        "UPDATE {table} AS known SET {changes} FROM unnest(%s::bigint[], {values}) AS fresh(id, {columns})"
        " WHERE known.id = fresh.id"
    ).format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = fresh.{0}").format(column) for column in columns
        ),
        values=sql.SQL(", ").join(sql.SQL(f"%s::{kind}") for kind in types),
        columns=sql.SQL(", ").join(columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement.as_string(cursor.connection), [[row.pk for row in rows], *values]
        )


class _Beside:
    """COPY in a second thread; the first error stands for all."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool, self.pending = pool, list[Future[None]]()

    def copy(self, statement: str, text: bytes) -> None:
        self.pending.append(
            self.pool.submit(_copy, connection.connection, statement, text)
        )

    def wait(self) -> None:
        pending, self.pending = self.pending, []
        with connection.wrap_database_errors:
            for copy in pending:
                copy.result()

    def __call__(self, execute: Callable[..., Any], *about: Any) -> Any:
        """Any other statement of this thread waits its turn."""
        self.wait()
        return execute(*about)


_beside: ContextVar[_Beside | None] = ContextVar("beside", default=None)


@contextmanager
def copying_beside() -> Iterator[None]:
    """Let `copy_lines` come back at once within the block, so that the next lines are made while the last are written.

    All of it is written when the block ends, and before any other statement. Raises there what PostgreSQL refuses.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        beside = _Beside(pool)
        token = _beside.set(beside)
        try:
            with connection.execute_wrapper(beside):
                yield
            beside.wait()
        finally:
            _beside.reset(token)


def copy_lines(
    model: type[models.Model], columns: Sequence[str], lines: Iterable[str] | bytes
) -> None:
    """Write rows into a table with one COPY, in the present transaction.

    columns: of the table. lines: a row each, its fields `copied`, joined by tabs, `\\N` for NULL; or what `in_lines`
    made of them.
    """
    text = lines if isinstance(lines, bytes) else in_lines(lines)
    if not text:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    with connection.cursor() as cursor:
        complete = statement.as_string(cursor.connection)
    if beside := _beside.get():
        beside.copy(complete, text)
    else:
        with connection.wrap_database_errors:
            _copy(connection.connection, complete, text)


def _copy(line: Any, statement: str, text: bytes) -> None:
    with line.cursor() as cursor:
        cursor.copy_expert(statement, io.BytesIO(text), 1 << 20)
