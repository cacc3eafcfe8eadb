"""What the first page of each role shows, of what the apps contribute."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast

from corps.access.permissions import may
from corps.deadlines.clock import now, today
from corps.models import Unit, User
from corps.ui.extensions import Provider, home_streams, stream_subjects
from corps.ui.stream import Key, Stream, Subject, stream_of

# Values that nobody has, of the person for whom a statement is composed.
STAND_IN, UNIT_OF_STAND_IN, PATH_OF_STAND_IN = -(2**40), -(2**40) - 1, "/stand-in/"
# Who has not said yet that all is read is told of the last week; nobody of more than two.
UNTIL_FIRST_READ, LONGEST_SINCE = timedelta(days=7), timedelta(days=14)


def keys_of(queryset: QuerySet[Any], kind: str, field: str = "pk") -> QuerySet[Any]:
    """The subjects that rows are about: (kind, id). field: the column with the id."""
    rows = queryset.order_by().annotate(
        stream_kind=Value(kind), stream_id=Cast(F(field), BigIntegerField())
    )
    return rows.values_list("stream_kind", "stream_id").distinct()


def one_key(queryset: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """The one subject of all these rows, if there are any."""
    rows = queryset.order_by().annotate(
        stream_kind=Value(kind), stream_id=Value(0, BigIntegerField())
    )
    return rows.values_list("stream_kind", "stream_id").distinct()


def waiting_for(user: User) -> int:
    """How many entries a person's stream has, for the sidebar; one statement.

    Composing it takes longer than its answer, and it stands on every page: so it is composed once for all people of a
    role and of the same duties, with a stand-in, and the person is put in that one's place.
    """
    unit = user.unit
    sql, params = _composed(
        user.role,
        tuple(sorted(user.duties)),
        unit is not None,
        bool(user.phone),
        today(),
    )
    if not sql:
        return 0
    values = {STAND_IN: user.pk, UNIT_OF_STAND_IN: user.unit_id}
    path = ""
    if unit is not None:
        path = unit.path or ""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_in_place(value, values, path) for value in params])
        return cursor.fetchone()[0]


def _in_place(value: Any, values: Mapping[Any, Any], path: str) -> Any:
    """A value of a statement, with the person's in place of the stand-in's."""
    if isinstance(value, str):
        return value.replace(PATH_OF_STAND_IN, path)
    if isinstance(value, int):
        return values.get(value, value)
    return value


@lru_cache(maxsize=100)
def _composed(
    role: str, duties: tuple[str, ...], has_unit: bool, has_phone: bool, on: date
) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts the subjects of a role's stream on a day, and its values; "" if it has none."""
    unit = Unit(pk=UNIT_OF_STAND_IN, path=PATH_OF_STAND_IN) if has_unit else None
    person = User(
        pk=STAND_IN,
        role=role,
        duties=list(duties),
        unit=unit,
        phone="-" if has_phone else "",
    )
    keys = [
        rows for provider in _providers(person) for rows in provider.subjects(person)
    ]
    if not keys:
        return "", ()
    try:
        sql, params = keys[0].union(*keys[1:]).query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return f"SELECT count(*) FROM ({sql}) AS subjects", params


def stream_for(user: User, whole: str = "") -> Stream:
    """A person's stream. whole: the group to show alone, or "". A fixed number of statements."""
    found = [need for provider in _providers(user) for need in provider.needs(user)]
    return stream_of(
        found, _subjects(user, {need.subject for need in found}), today(), whole
    )


def _providers(user: User) -> list[Provider]:
    return [provider for provider in home_streams if may(user, provider.verb)]


def _subjects(user: User, keys: Iterable[Key]) -> dict[Key, Subject]:
    by_kind: dict[str, set[int]] = {}
    for kind, pk in keys:
        by_kind.setdefault(kind, set()).add(pk)
    subjects: dict[Key, Subject] = {}
    for kind, ids in by_kind.items():
        for pk, subject in stream_subjects[kind](user, ids).items():
            subjects[kind, pk] = subject
    return subjects


def since_for(user: User) -> datetime:
    """Since when a person is told what happened: since all was read, or since they were here on a day before."""
    if user.caught_up_at is None:
        return now() - UNTIL_FIRST_READ
    return max(user.caught_up_at, now() - LONGEST_SINCE)
