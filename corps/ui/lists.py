"""Long lists: pages by key, counts that are honest or capped, and the chips of what a list is filtered by.

A page is found with a row-value comparison, so page 1,000 costs what page 1 costs; "more" is the 51st row.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import QueryDict
from django.utils.translation import gettext as _

from corps.access.parameters import MARKS, UnknownInput

SIZE = 50
CAP = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. rows: as the queryset gives them. total: None when nobody counted; capped: "10,000+".

    next, previous: query strings beginning with "?", or "" where there is nothing more.
    """

    rows: Sequence[Any]
    total: int | None = None
    capped: bool = False
    next: str = ""
    previous: str = ""

    @property
    def shown(self) -> int:
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(
    queryset: QuerySet,
    params: QueryDict,
    *,
    order: Sequence[str],
    size: int = SIZE,
    total: int | Callable[[], tuple[int, bool]] | None = None,
) -> Page:
    """The page that `params` (request.GET) asks for with `after` or `before`, in `order`.

    order: columns that are never null, all rising or all falling ("-"), the last one unique. total: a number from a
    rollup, or a callable such as `lambda: capped_count(queryset)`. A mark nobody gave out raises UnknownInput.
    The queryset may use `values()` as long as it holds the columns of `order`.
    """
    columns, falling = [name.lstrip("-") for name in order], order[0].startswith("-")
    if any(name.startswith("-") != falling for name in order):
        raise ValueError("a page's order goes one way")
    rows, backwards, begun = _fetch(queryset, params, columns, falling, size)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    count, capped = total() if callable(total) else (total, False)
    if not rows:
        return Page(rows, count, capped)
    has_next = more or backwards
    has_previous = more if backwards else begun
    following = previous = ""
    if has_next:
        following = _with(params, after=_mark(rows[-1], columns))
    if has_previous:
        previous = _with(params, before=_mark(rows[0], columns))
    return Page(rows, count, capped, next=following, previous=previous)


def capped_count(queryset: QuerySet, cap: int = CAP) -> tuple[int, bool]:
    """How many rows, counted no further than `cap`, and whether there are more.

    Of a whole table that PostgreSQL knows to be far larger none is counted.
    """
    if (
        not queryset.query.where
        and not queryset.query.is_sliced
        and _size_of(queryset) > 10 * cap
    ):
        return cap, True
    count = queryset.order_by()[: cap + 1].count()
    return min(count, cap), count > cap


def _size_of(queryset: QuerySet) -> int:
    """About how many rows the whole table has, as of its last VACUUM or ANALYZE."""
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid = %s::regclass",
            [queryset.model._meta.db_table],
        )
        return int(cursor.fetchone()[0])


def _fetch(
    queryset: QuerySet, params: QueryDict, columns: list[str], falling: bool, size: int
) -> tuple[list, bool, bool]:
    """One row more than the page holds; whether they come in reverse; whether the list begins further up."""
    for name, backwards in (("before", True), ("after", False)):
        if not (mark := params.get(name)):
            continue
        down = falling != backwards
        try:
            values = _read(queryset, mark, columns)
        except (ValueError, TypeError, ValidationError, binascii.Error):
            said = _(
                "“%(name)s” names no place in this list. Open it from its beginning."
            )
            raise UnknownInput({name: said % {"name": name}}) from None
        beyond = _beyond(queryset, columns, values, down)
        return (
            list(queryset.filter(beyond).order_by(*_order(columns, down))[: size + 1]),
            backwards,
            True,
        )
    rows = list(queryset.order_by(*_order(columns, falling))[: size + 1])
    return rows, False, False


def _order(columns: Iterable[str], falling: bool) -> list[str]:
    sign = "-" if falling else ""
    return [f"{sign}{column}" for column in columns]


def _beyond(
    queryset: QuerySet, columns: list[str], values: tuple[Any, ...], down: bool
) -> Any:
    """What stands after a mark: a comparison of row values, or of one column after the other where one of them is a
    window's, of which Django makes no row value."""
    annotations = queryset.query.annotations
    if not any(
        column in annotations and annotations[column].contains_over_clause
        for column in columns
    ):
        compare = TupleLessThan if down else TupleGreaterThan
        return compare(Tuple(*(F(column) for column in columns)), values)
    found = Q()
    for place, column in enumerate(columns):
        level = dict(zip(columns[:place], values, strict=False))
        found |= Q(**level, **{f"{column}__{'lt' if down else 'gt'}": values[place]})
    return found


def _value(row: Any, column: str) -> Any:
    if isinstance(row, dict):
        return row[column]
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def _mark(row: Any, columns: list[str]) -> str:
    return mark_of(*(_value(row, column) for column in columns))


def mark_of(*values: Any) -> str:
    """The mark of the row with these values in the columns of a list's order: what `after` and `before` take."""
    text = json.dumps(
        [str(value) for value in values], ensure_ascii=False, separators=(",", ":")
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(queryset: QuerySet, mark: str, columns: list[str]) -> tuple[Any, ...]:
    """The values of a mark, in the types of their columns. Raises ValueError, TypeError or ValidationError."""
    values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    if (
        not isinstance(values, list)
        or len(values) != len(columns)
        or "\x00" in "".join(values)
    ):
        raise ValueError("not a mark of this list")
    return tuple(
        _field(queryset, column).to_python(value)
        for column, value in zip(columns, values, strict=True)
    )


def _field(queryset: QuerySet, column: str) -> Any:
    if column in queryset.query.annotations:
        return queryset.query.annotations[column].output_field
    model, field = queryset.model, None
    for part in column.split("__"):
        field = model._meta.get_field("id" if part == "pk" else part)
        model = field.related_model
    return field


def _with(params: QueryDict, **changes: str) -> str:
    query = params.copy()
    for name in MARKS:
        query.pop(name, None)
    query.update(changes)
    return f"?{query.urlencode()}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter that is set, as its chip shows it: `平台：淘宝天猫 ×`. without: the query string with it taken away.
    name, raw: the parameter and its value as they stand in the address."""

    label: str
    value: str
    without: str
    name: str = ""
    raw: str = ""


def conditions(
    params: QueryDict, names: Iterable[tuple[str, Any, Callable[[str], Any]]]
) -> list[Condition]:
    """The chips of what is set. names: (parameter, label, function from its value to words or to None if unknown)."""
    chips = []
    for name, label, words in names:
        for value in params.getlist(name):
            if not value or (text := words(value)) is None:
                continue
            query = params.copy()
            query.setlist(
                name, [other for other in params.getlist(name) if other != value]
            )
            for mark in MARKS:
                query.pop(mark, None)
            chips.append(
                Condition(str(label), str(text), f"?{query.urlencode()}", name, value)
            )
    return chips
