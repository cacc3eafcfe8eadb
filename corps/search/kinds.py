"""Where things of one kind are looked for, and what of it a query names.

Each app contributes its kinds to `search_kinds`: who searches them, where they are looked for, always beginning with
`visible_to`, and what a page says of each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from corps.access.permissions import may
from corps.models import User
from corps.search.extensions import Hit, Kind, Source, numbered_models, search_kinds
from corps.search.query import Query
from corps.search.words import TooBroad, Words, newest_matches

MOST_NUMBERED = 100


@dataclass(frozen=True, slots=True)
class Rows:
    """A narrowed queryset of `visible_to`."""

    queryset: models.QuerySet

    def newest(self, before: int | None, limit: int) -> list[int]:
        rows = self.queryset if before is None else self.queryset.filter(pk__lt=before)
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Indexed:
    """What holds all words of a query among many records, by their index of words. visible: of `visible_to`."""

    words: Words
    query: Query
    visible: models.QuerySet

    def newest(self, before: int | None, limit: int) -> list[int]:
        return newest_matches(self.words, self.query, self.visible, before, limit)


@dataclass(frozen=True, slots=True)
class Through:
    """What belongs to things that another source finds. of: a queryset of it for their keys; most: of so many."""

    source: Source
    of: Callable[[list[int]], models.QuerySet]
    most: int = 2_000

    def newest(self, before: int | None, limit: int) -> list[int]:
        """Raises TooBroad where the other source finds more."""
        keys = self.source.newest(None, self.most + 1)
        if len(keys) > self.most:
            raise TooBroad
        return Rows(self.of(keys)).newest(before, limit) if keys else []


@dataclass(frozen=True, slots=True)
class Listed:
    """Things that are no rows, such as pages; the first of them is the highest key."""

    hits: Sequence[Hit]

    def newest(self, before: int | None, limit: int) -> list[int]:
        highest = len(self.hits) if before is None else before - 1
        return list(range(highest, max(highest - limit, 0), -1))

    def shown(self, keys: Iterable[int]) -> list[Hit]:
        """The things of these keys."""
        return [self.hits[len(self.hits) - key] for key in keys]


def kinds_of(user: User) -> list[Kind]:
    """What a person searches, in the order in which it stands."""
    return sorted(
        (kind for kind in search_kinds if not kind.verb or may(user, kind.verb)),
        key=lambda kind: kind.order,
    )


def holding(query: Query, *columns: str) -> Q:
    """Rows that have every word of a query in one of the columns each. For tables of some thousand rows."""
    condition = Q()
    for word in query.words:
        condition &= Q(
            *((f"{column}__icontains", word) for column in columns), _connector=Q.OR
        )
    return condition


def numbered(query: Query, series: str, *, official: str = "") -> Q:
    """Rows whose number, or official number, is said; none where no number is. official: its column, written backwards
    by the index that finds how it ends."""
    number = query.number
    if number is None:
        return Q(pk__in=())
    condition = Q(number__in=number.numbers(series))
    if official and number.ending and number.series in ("", series):
        condition |= Q(**{f"{official}__startswith": number.ending[::-1]})
    return condition


def numbered_things(query: Query) -> list[tuple[str, list[tuple[int, str]]]]:
    """(label of the model, (key, number) of each row) of the rows whose number is said; one statement each. Whoever
    asks sees to it that only those are told of that the person may know."""
    found = []
    for series, model in numbered_models.items():
        rows = (
            model._default_manager.filter(numbered(query, series))
            .order_by("-pk")
            .values_list("pk", "number")
        )
        found.append((model._meta.label_lower, list(rows[:MOST_NUMBERED])))
    return found


def in_order(rows: models.QuerySet, keys: Sequence[int]) -> list[Any]:
    """The rows of these keys, in their order; one statement."""
    found = rows.in_bulk(list(keys))
    return [found[key] for key in keys if key in found]
