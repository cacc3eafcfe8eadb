"""The index of words: what it holds of which table, how it is kept up, and what it finds.

A table of many records says in `WORDS` which of its columns are searched. Its records are found by the pairs of
characters in their words, so two Chinese characters cost what a whole title costs; records that are not indexed yet
are looked through one by one, so nothing is ever missed.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef

from corps.models import RecordWords, UnindexedRange
from corps.search.query import Query

# Where so many of the newest records hold as much as is asked for, nobody looks further.
NEWEST = 2_000
# Up to so many matches are fetched and put in order; of more, the newest are looked for one by one.
MOST_MATCHES = 5_000
LONGEST_WORDS = 2_000


class TooBroad(Exception):
    """There is more to look through than an answer may take."""


@dataclass(frozen=True, slots=True)
class Words:
    """Whose words stand where. source: the records. index: their words. columns: SQL of each column that is searched,
    as of `record`."""

    source: type[models.Model]
    index: type[RecordWords]
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        """The table of the records."""
        return self.source._meta.db_table

    @property
    def parts(self) -> dict[str, str]:
        """What statements are made with."""
        joined = f"concat_ws(' ', {', '.join(self.columns)})"
        words = f"lower(normalize(left({joined}, {LONGEST_WORDS}), NFKC))"
        names = {
            "source": self.table,
            "index": self.index._meta.db_table,
            "words": words,
        }
        return names | {"is_current": IS_CURRENT.format(**names)}


@dataclass(frozen=True, slots=True)
class Matches:
    """Keys of records with all words. newest: of the NEWEST records that are indexed. indexed: of all of these, asked
    for only where the newest are too few, and MOST_MATCHES + 1 at most. waiting: of records that are not indexed yet.
    is_whole: whether together these are all there are."""

    newest: set[int]
    indexed: set[int]
    waiting: set[int]
    is_whole: bool


# The newest first: where they are enough, nobody looks further. What waits is looked at itself.
MATCHES = """
WITH newest AS MATERIALIZED (
    SELECT id FROM (SELECT id, words FROM {index} WHERE id < %(before)s ORDER BY id DESC LIMIT %(newest)s) {index}
    WHERE words LIKE ALL (%(patterns)s) AND words ~ ALL (%(beginnings)s::text[]) AND {is_current}
    ORDER BY id DESC LIMIT %(enough)s)
SELECT 'newest', id FROM newest
UNION ALL (
    SELECT 'indexed', id FROM {index}
    WHERE (SELECT count(*) FROM newest) < %(enough)s
      AND corps_search_grams(words) @> %(grams)s::text[] AND words LIKE ALL (%(patterns)s)
      AND words ~ ALL (%(beginnings)s::text[]) AND id < %(before)s AND {is_current} LIMIT %(most)s)
UNION ALL (
    SELECT 'waiting', record.id FROM corps_unindexedrange waiting
    JOIN {source} record ON record.id BETWEEN waiting.first AND waiting.last
    WHERE waiting.source = '{source}' AND record.id < %(before)s AND {words} LIKE ALL (%(patterns)s)
      AND {words} ~ ALL (%(beginnings)s::text[]))"""
IS_CURRENT = """NOT EXISTS (
    SELECT FROM corps_unindexedrange waiting
    WHERE waiting.source = '{source}' AND {index}.id BETWEEN waiting.first AND waiting.last)"""
BEYOND = 2**62


def newest_matches(
    words: Words, query: Query, visible: models.QuerySet, before: int | None, limit: int
) -> list[int]:
    """The keys of the newest records with all words of a query, of those that are visible; newest first.

    before: only keys below it. How much it looks through depends on what is visible, wherever what is not could tell.
    """
    matches = _matches(words, query, before or BEYOND, limit)
    newest = _visible(visible, matches.newest | matches.waiting, limit)
    if len(newest) >= limit:
        return newest
    if matches.is_whole:
        return _visible(
            visible, matches.newest | matches.indexed | matches.waiting, limit
        )
    has_words = words.index.objects.filter(pk=OuterRef("pk"))  # type: ignore[attr-defined]
    for word in query.words:
        has_words = has_words.filter(words__contains=word)
    for beginning in query.beginnings:
        has_words = has_words.filter(words__regex=beginning)
    stale = UnindexedRange.objects.filter(
        source=words.table, first__lte=OuterRef("pk"), last__gte=OuterRef("pk")
    )
    indexed = visible.filter(Exists(has_words), ~Exists(stale), pk__lt=before or BEYOND)
    keys = set(indexed.order_by("-pk").values_list("pk", flat=True)[:limit])
    return sorted(keys.union(newest), reverse=True)[:limit]


def _visible(visible: models.QuerySet, keys: set[int], limit: int) -> list[int]:
    """Those of the keys that are visible, newest first, so many at most."""
    if not keys:
        return []
    return list(
        visible.filter(pk__in=keys).order_by("-pk").values_list("pk", flat=True)[:limit]
    )


def _matches(words: Words, query: Query, before: int, limit: int) -> Matches:
    """What matches below a key, whoever may see it."""
    asked: dict[str, Any] = {
        "patterns": query.patterns,
        "beginnings": query.beginnings,
        "grams": query.grams,
    }
    asked |= {
        "before": before,
        "newest": NEWEST,
        "enough": limit,
        "most": MOST_MATCHES + 1,
    }
    found: dict[str, set[int]] = {"newest": set(), "indexed": set(), "waiting": set()}
    with connection.cursor() as cursor:
        cursor.execute(MATCHES.format(**words.parts), asked)
        for part, pk in cursor.fetchall():
            found[part].add(pk)
    return Matches(
        **found,
        is_whole=len(found["newest"]) < limit and len(found["indexed"]) <= MOST_MATCHES,
    )
