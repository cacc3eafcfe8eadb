"""The words by which the search finds records; those that are there already wait to be indexed."""

import corps.models.words
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


WAIT = """
INSERT INTO corps_unindexedrange (source, first, last)
SELECT 'stores_store', min(id), max(id) FROM stores_store HAVING count(*) > 0;"""
FORGET = "DELETE FROM corps_unindexedrange WHERE source IN ('stores_store')"


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0015_search_words"),
        ("stores", "0005_platform_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoreWords",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="store",
            trigger=pgtrigger.compiler.Trigger(
                name="new_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nINSERT INTO corps_unindexedrange (source, first, last)\nSELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;\nRETURN NULL;",
                    hash="d769efe298ae9d11fad5751062140f252cec7110",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_words_wait_a12bb",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="stores_store",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="store",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.name IS DISTINCT FROM NEW.name)",
                    func="\nINSERT INTO corps_unindexedrange (source, first, last) VALUES (TG_TABLE_NAME, NEW.id, NEW.id);\nRETURN NULL;",
                    hash="e8a60535c387b79f7678163080f2e2bfe138be44",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_words_wait_f4523",
                    table="stores_store",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="storewords",
            index=django.contrib.postgres.indexes.GinIndex(
                corps.models.words.Grams(models.F("words")), name="storewords_grams"
            ),
        ),
        migrations.RunSQL(WAIT, FORGET),
    ]
