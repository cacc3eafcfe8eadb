"""The words of records that come by the million, beside them: what the search finds them by (`corps.search`)."""

from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func

ALL_THAT_IS_NEW = """
INSERT INTO corps_unindexedrange (source, first, last)
SELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;
RETURN NULL;"""
THE_CHANGED = """
INSERT INTO corps_unindexedrange (source, first, last) VALUES (TG_TABLE_NAME, NEW.id, NEW.id);
RETURN NULL;"""


class Grams(Func):
    """Each pair of neighbouring characters of a text, and how its long numbers begin (`Query.grams` in Python)."""

    function = "corps_search_grams"
    arity = 1


class RecordWords(models.Model):
    """The words of one record in small letters; id is the record's own. Written by maintenance, a few seconds after
    the record, so that those who write many do not wait for it; until then it stands in an `UnindexedRange`."""

    id = models.BigIntegerField(primary_key=True)
    words = models.TextField()

    class Meta:
        abstract = True
        indexes = [GinIndex(Grams(F("words")), name="%(class)s_grams")]


class UnindexedRange(models.Model):
    """Records of a table, by their ids, whose words are not written down yet, or not as they are now.

    Written by the triggers of `indexed` in the transaction that writes the records, so that none is ever missed.
    """

    source = models.CharField(max_length=63)
    first = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["source", "first"], name="unindexed_range_source")
        ]


def indexed(*changing: str, deleted_from: str = "") -> list[pgtrigger.Trigger]:
    """Triggers for a table whose records have `RecordWords`.

    changing: columns of words that change, if any do. deleted_from: the table of words, where records are deleted.
    """
    triggers: list[Any] = [
        pgtrigger.Trigger(
            name="new_words_wait",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="fresh"),
            func=ALL_THAT_IS_NEW,
        )
    ]
    if changing:
        differs = " OR ".join(
            f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in changing
        )
        triggers.append(
            pgtrigger.Trigger(
                name="changed_words_wait",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(differs),
                func=THE_CHANGED,
            )
        )
    if deleted_from:
        triggers.append(
            pgtrigger.Trigger(
                name="words_go_too",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),
                func=f"DELETE FROM {deleted_from} words USING gone WHERE words.id = gone.id; RETURN NULL;",
            )
        )
    return triggers
