"""How rows are locked, everywhere.

Whoever needs several kinds locks the official accounts first, then targets, then items, then notices, each in the order
of ids.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, overload

from django.db.models import Manager, Model, QuerySet

from corps.bulk import ids_among

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


def locked_against_naming(rows: QuerySet[Row], *, skip_locked: bool = False) -> QuerySet[Row]:
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
