"""The words by which the search finds records; those that are there already wait to be indexed."""

import corps.models.words
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


WAIT = """
INSERT INTO corps_unindexedrange (source, first, last)
SELECT 'listings_listing', min(id), max(id) FROM listings_listing HAVING count(*) > 0;"""
FORGET = "DELETE FROM corps_unindexedrange WHERE source IN ('listings_listing')"


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0015_search_words"),
        ("listings", "0004_address_forms"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListingWords",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listing",
            trigger=pgtrigger.compiler.Trigger(
                name="new_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nINSERT INTO corps_unindexedrange (source, first, last)\nSELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;\nRETURN NULL;",
                    hash="671a2f1977ab5f404f2781176285c29752e512f1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_words_wait_e523e",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="listings_listing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listing",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.brand IS DISTINCT FROM NEW.brand)",
                    func="\nINSERT INTO corps_unindexedrange (source, first, last) VALUES (TG_TABLE_NAME, NEW.id, NEW.id);\nRETURN NULL;",
                    hash="65dd702c6a6936a3d2a857c2468a668f227a6f4d",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_words_wait_d0af3",
                    table="listings_listing",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="listingwords",
            index=django.contrib.postgres.indexes.GinIndex(
                corps.models.words.Grams(models.F("words")), name="listingwords_grams"
            ),
        ),
        migrations.RunSQL(WAIT, FORGET),
    ]
