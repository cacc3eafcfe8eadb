"""What the runtime role of the database may do: read and write rows, but not rewrite history.

The owner role gives these rights with every `migrate`. Where one role does both there is nothing to give, and the
triggers alone protect the append-only tables.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from corps.database.extensions import read_only_tables


def append_only_tables() -> set[str]:
    """Tables whose model has a trigger against TRUNCATE: nothing in them is ever changed or taken away."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if trigger.operation == pgtrigger.Truncate
    }


def prepare(cursor: CursorWrapper, role: str) -> None:
    """As the owner, before migrations: let the role in, and let it use what will be made."""
    cursor.execute("SELECT current_database(), current_user")
    names: dict[str, Any] = dict(
        zip(("database", "owner"), map(sql.Identifier, cursor.fetchone()), strict=True)
    )
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ):
        cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role), **names))


def settle(cursor: CursorWrapper, role: str) -> None:
    """As the owner, after migrations: give the role every table of ours, less what it must not do."""
    cursor.execute(
        "SELECT relname, relkind = 'S' FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relowner = current_user::regrole AND relkind IN ('r', 'p', 'v', 'm', 'S')"
    )
    append_only = append_only_tables()
    read_only = {"django_migrations", *read_only_tables}
    for table, is_sequence in cursor.fetchall():
        rights = "USAGE, SELECT" if is_sequence else "SELECT, INSERT, UPDATE, DELETE"
        if table in read_only:
            rights = "SELECT"
        elif table in append_only:
            rights = "SELECT, INSERT"
        kind = sql.SQL("SEQUENCE" if is_sequence else "TABLE")
        names = {
            "kind": kind,
            "table": sql.Identifier(table),
            "role": sql.Identifier(role),
        }
        cursor.execute(
            sql.SQL("REVOKE ALL ON {kind} {table} FROM {role}").format(**names)
        )
        cursor.execute(
            sql.SQL(f"GRANT {rights} ON {{kind}} {{table}} TO {{role}}").format(**names)
        )
