"""The stored world: every row of a database and every stored file, as one file that loads in a second.

It was made by the real path: the small campaign of `tests/demo/data/small`, then the steps of `scenario.py` over HTTP
with a worker. What is stored are rows, so that both sides of a comparison begin with the very same ones, whatever the
code is called that made them. A column that came later takes its model's default; one that is gone is left out.
"""

import base64
import json
import lzma
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2.extensions
from django.apps import apps
from django.conf import settings
from django.db import models

DATA = Path(__file__).parent / "data"
SNAPSHOT = DATA / "snapshot.json.xz"
Line = psycopg2.extensions.connection

# What each process writes for itself, or migrations write.
LEFT_OUT = {"django_migrations", "django_session", "django_content_type", "corps_cache"}
TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"""
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position"""
SEQUENCES = """
SELECT sequencename, COALESCE(last_value, 1), last_value IS NOT NULL
FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename"""
# Django's `Now()` and what SQL calls the time by name; the database's clock stands still with Python's.
CLOCKS = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
CLOCK_DEFAULTS = """
SELECT relname, attname, pg_get_expr(adbin, adrelid)
FROM pg_attrdef JOIN pg_class ON pg_class.oid = adrelid
JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
WHERE relnamespace = 'public'::regnamespace
  AND pg_get_expr(adbin, adrelid) ~* '(now|_timestamp)\\(\\)|CURRENT_TIMESTAMP'"""


def rows_of(line: Line, statement: str, *values: Any) -> list[tuple]:
    """What a statement answers."""
    with line.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def tables(line: Line) -> list[str]:
    """The tables that belong to a world, by name."""
    return [name for (name,) in rows_of(line, TABLES) if name not in LEFT_OUT]


def dump(line: Line, at: datetime, path: Path = SNAPSHOT) -> None:
    """Write the world that a database holds. at: when it was; it stands still there."""
    rows = {
        table: rows_of(line, f"SELECT COALESCE(jsonb_agg(t), '[]') FROM \"{table}\" t")[
            0
        ][0]
        for table in tables(line)
    }
    folder = settings.DATA_DIR / "files"
    files = {
        path.relative_to(folder).as_posix(): base64.b64encode(
            path.read_bytes()
        ).decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    world = {
        "at": at.isoformat(),
        "rows": rows,
        "sequences": rows_of(line, SEQUENCES),
        "files": files,
    }
    text = json.dumps(world, ensure_ascii=False, sort_keys=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9))


def read(path: Path = SNAPSHOT) -> dict[str, Any]:
    """The stored world."""
    return json.loads(lzma.decompress(path.read_bytes()))


def load(line: Line, world: dict[str, Any]) -> None:
    """Put a world's rows in place of all rows. line: a superuser's, whom no trigger stops."""
    columns: dict[str, set[str]] = {}
    for table, column in rows_of(line, COLUMNS):
        columns.setdefault(table, set()).add(column)
    there = tables(line)
    with line.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in there))
        for table in there:
            rows = world["rows"].get(table)
            if not rows:
                continue
            rows = [_with_defaults(table, columns[table], row) for row in rows]
            names = ", ".join(f'"{name}"' for name in sorted(rows[0]))
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE'
                f' SELECT {names} FROM json_populate_recordset(NULL::"{table}", %s)',
                [json.dumps(rows)],
            )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    reset_sequences(line, world)
    _put_files(world["files"])


def reset_sequences(line: Line, world: dict[str, Any]) -> None:
    """Count on from where the world was: a rollback does not turn a sequence back."""
    there = {name for name, *_state in rows_of(line, SEQUENCES)}
    states = [state for state in world["sequences"] if state[0] in there]
    calls = [f"setval('{name}', {last}, {used})" for name, last, used in states]
    rows_of(line, "SELECT " + ", ".join(calls))


def stop_clock(line: Line, at: datetime) -> None:
    """Have the database of a superuser's line say one time only, in statements and in columns' defaults."""
    moment = f"TIMESTAMPTZ '{at.isoformat()}'"
    with line.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS stopped")
        cursor.execute("GRANT USAGE ON SCHEMA stopped TO PUBLIC")
        for name in CLOCKS:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION stopped.{name}() RETURNS timestamptz"
                f" LANGUAGE sql STABLE AS $$ SELECT {moment} $$"
            )
        path = "stopped, pg_catalog, public"
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
        cursor.execute(f'ALTER DATABASE "{name}" SET search_path = {path}')
        for table, column, _default in rows_of(line, CLOCK_DEFAULTS):
            cursor.execute(
                f'ALTER TABLE public."{table}"'
                f' ALTER COLUMN "{column}" SET DEFAULT stopped.now()'
            )


def _with_defaults(
    table: str, columns: set[str], row: dict[str, Any]
) -> dict[str, Any]:
    """A stored row for the columns that there are now."""
    known = {name: value for name, value in row.items() if name in columns}
    for field in _fields(table):
        if field.column not in row and field.column in columns and field.has_default():
            known[field.column] = field.get_default()
    return known


def _fields(table: str) -> list[models.Field]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return list(model._meta.concrete_fields)
    return []


def _put_files(files: dict[str, str]) -> None:
    for name, content in files.items():
        path = settings.DATA_DIR / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
