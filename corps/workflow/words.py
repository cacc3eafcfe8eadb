"""Keeping up the index of words that the search finds records by."""

from django.db import connection, transaction

from corps.database.locking import locked
from corps.models import UnindexedRange
from corps.search.extensions import word_indexes
from corps.search.words import Words

AT_ONCE = 20_000
RANGES_AT_ONCE = 200
# A turn ends after so many records, and the next goes on.
MOST_IN_A_TURN = 200_000

INDEX = """
INSERT INTO {index} (id, words)
SELECT record.id, {words} FROM {source} record WHERE record.id BETWEEN %s AND %s AND {words} <> ''
ON CONFLICT (id) DO UPDATE SET words = excluded.words WHERE {index}.words <> excluded.words"""


def index_words() -> int:
    """Write down the words of records that wait for it, MOST_IN_A_TURN at most; how many ids were gone through.

    Two at once share the work: each takes what the other has not locked.
    """
    done = 0
    for words in word_indexes:
        while done < MOST_IN_A_TURN and (step := _index_some(words)):
            done += step
    return done


@transaction.atomic
def _index_some(words: Words) -> int:
    """Index AT_ONCE ids of what waits in one table, about; how many, 0 where nothing waits."""
    left = AT_ONCE
    waiting = UnindexedRange.objects.filter(source=words.table).order_by("pk")
    statement = INDEX.format(**words.parts)
    with connection.cursor() as cursor:
        for waits in locked(waiting, skip_locked=True)[:RANGES_AT_ONCE]:
            last = min(waits.last, waits.first + left - 1)
            cursor.execute(statement, [waits.first, last])
            left -= last - waits.first + 1
            if last == waits.last:
                waits.delete()
            else:
                waits.first = last + 1
                waits.save(update_fields=["first"])
            if left <= 0:
                break
    return AT_ONCE - left
