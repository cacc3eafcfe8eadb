"""How rows are locked, everywhere.

Whoever needs several kinds locks the official accounts first, then cases, then targets, then items, then notices, each
in the order of ids; platforms, then liaisons, then their accounts, which no act changes together with these, between
cases and targets.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, overload

from django.db import connection
from django.db.models import Manager, Model, QuerySet

from corps.database.copy import ids_among

Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])


@overload
def locked(rows: Manager[Row], *, skip_locked: bool = False) -> QuerySet[Row]: ...


@overload
def locked(rows: Rows, *, skip_locked: bool = False) -> Rows: ...


def locked(rows: Any, *, skip_locked: bool = False) -> Any:
    """These rows, locked until the transaction ends once they are fetched; rows joined to them are not.

    Others may still write rows that refer to them: FOR UPDATE would make every foreign key's check wait, and two who do
    so for each other would deadlock. skip_locked: leave out what others hold.
    """
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)


def locked_against_naming(
    rows: QuerySet[Row], *, skip_locked: bool = False
) -> QuerySet[Row]:
    """These rows, locked so that nobody can write a row that refers to one of them either, until the transaction ends.

    For the few acts that hang on nobody naming a row; they lock no other kind afterwards that is written with such a
    reference. skip_locked: leave out what others hold or are just naming.
    """
    return rows.select_for_update(of=("self",), skip_locked=skip_locked)


@overload
def locked_in_order(rows: Manager[Row], ids: Iterable[Any]) -> QuerySet[Row]: ...


@overload
def locked_in_order(rows: Rows, ids: Iterable[Any]) -> Rows: ...


def locked_in_order(rows: Any, ids: Iterable[Any]) -> Any:
    """The rows of these ids, locked in the order of ids, so that two calls cannot deadlock."""
    return locked(rows.filter(pk__in=ids_among(ids)).order_by("pk"))


def held(model: type[Model], ids: Iterable[Any]) -> None:
    """Keep the rows of these ids as they are until the transaction ends, in the order of ids; others may do so too.

    For what an act relies on and does not change itself: whoever would change such a row waits. What is read of it
    afterwards is true for the act. The transaction must not change the rows later: two who both wanted to would wait
    for each other.
    """
    table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {table} WHERE {key} = ANY(%s) ORDER BY {key} FOR SHARE",
            [sorted(set(ids))],
        )
