"""The words by which the search finds records; those that are there already wait to be indexed."""

import corps.models.words
import django.contrib.postgres.indexes
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


WAIT = """
INSERT INTO corps_unindexedrange (source, first, last)
SELECT 'cases_importrow', min(id), max(id) FROM cases_importrow HAVING count(*) > 0;"""
FORGET = "DELETE FROM corps_unindexedrange WHERE source IN ('cases_importrow')"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_undone_imports"),
        ("corps", "0015_search_words"),
        ("firms", "0003_retired_brands"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RowWords",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Reverse("document_number"), name="text_pattern_ops"
                ),
                name="case_official_number",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importrow",
            trigger=pgtrigger.compiler.Trigger(
                name="new_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nINSERT INTO corps_unindexedrange (source, first, last)\nSELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;\nRETURN NULL;",
                    hash="31b3ffa78b2e981d8b91620a59769ed0a932a6e2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_words_wait_b2167",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="cases_importrow",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importrow",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.listing_id IS DISTINCT FROM NEW.listing_id OR OLD.store_id IS DISTINCT FROM NEW.store_id)",
                    func="\nINSERT INTO corps_unindexedrange (source, first, last) VALUES (TG_TABLE_NAME, NEW.id, NEW.id);\nRETURN NULL;",
                    hash="baf9d6e21360730a81e50de23eb64f8600ce407d",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_words_wait_20610",
                    table="cases_importrow",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importrow",
            trigger=pgtrigger.compiler.Trigger(
                name="words_go_too",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="DELETE FROM cases_rowwords words USING gone WHERE words.id = gone.id; RETURN NULL;",
                    hash="b271146d23dea4b6a789cf9ece491acf9a2d7efb",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_words_go_too_968bb",
                    referencing="REFERENCING OLD TABLE AS gone ",
                    table="cases_importrow",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="rowwords",
            index=django.contrib.postgres.indexes.GinIndex(
                corps.models.words.Grams(models.F("words")), name="rowwords_grams"
            ),
        ),
        migrations.RunSQL(WAIT, FORGET),
    ]
