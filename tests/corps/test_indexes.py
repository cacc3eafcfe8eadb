"""No table is written to an index that repeats the beginning of another one."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db

# Indexes that may hold doubles, and those whose first columns, in the same order and for all rows, are theirs.
REPEATED = """
SELECT own.indexrelid::regclass::text || ' begins ' || longer.indexrelid::regclass::text
FROM pg_index own
JOIN pg_index longer ON longer.indrelid = own.indrelid AND longer.indexrelid <> own.indexrelid
JOIN pg_class own_class ON own_class.oid = own.indexrelid
JOIN pg_class longer_class ON longer_class.oid = longer.indexrelid AND longer_class.relam = own_class.relam
JOIN pg_am access ON access.oid = own_class.relam AND access.amname = 'btree'
WHERE own.indrelid::regclass::text = ANY(%s) AND NOT own.indisunique AND own.indpred IS NULL
  AND longer.indpred IS NULL AND own.indexprs IS NULL AND longer.indexprs IS NULL
  AND starts_with(longer.indkey::text || ' ', own.indkey::text || ' ')
  AND starts_with(longer.indclass::text || ' ', own.indclass::text || ' ')
ORDER BY 1"""


def test_no_index_of_ours_repeats_the_beginning_of_another():
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in settings.LOCAL_APPS
    ]
    with connection.cursor() as cursor:
        cursor.execute(REPEATED, [tables])
        repeated = [line for (line,) in cursor.fetchall()]
    assert not repeated, "\n".join(repeated)
