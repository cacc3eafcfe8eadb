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
SELECT 'notices_answer', min(id), max(id) FROM notices_answer HAVING count(*) > 0;
INSERT INTO corps_unindexedrange (source, first, last)
SELECT 'notices_check', min(id), max(id) FROM notices_check HAVING count(*) > 0;"""
FORGET = "DELETE FROM corps_unindexedrange WHERE source IN ('notices_answer', 'notices_check')"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_search_words"),
        ("corps", "0015_search_words"),
        ("notices", "0016_change_noted"),
        ("stores", "0006_search_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerWords",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CheckWords",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Reverse("document_number"), name="text_pattern_ops"
                ),
                name="notice_official_number",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="answer",
            trigger=pgtrigger.compiler.Trigger(
                name="new_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nINSERT INTO corps_unindexedrange (source, first, last)\nSELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;\nRETURN NULL;",
                    hash="89acd9363501d266ee41ca16b662fcdb9f411555",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_words_wait_0e7ed",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="notices_answer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="check",
            trigger=pgtrigger.compiler.Trigger(
                name="new_words_wait",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nINSERT INTO corps_unindexedrange (source, first, last)\nSELECT TG_TABLE_NAME, min(id), max(id) FROM fresh HAVING count(*) > 0;\nRETURN NULL;",
                    hash="cfe0bb8f328ec8a001f9b800178d0661e5494c5e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_new_words_wait_ff9d0",
                    referencing="REFERENCING NEW TABLE AS fresh ",
                    table="notices_check",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="answerwords",
            index=django.contrib.postgres.indexes.GinIndex(
                corps.models.words.Grams(models.F("words")), name="answerwords_grams"
            ),
        ),
        migrations.AddIndex(
            model_name="checkwords",
            index=django.contrib.postgres.indexes.GinIndex(
                corps.models.words.Grams(models.F("words")), name="checkwords_grams"
            ),
        ),
        migrations.RunSQL(WAIT, FORGET),
    ]
