"""What the search finds records by: pairs of characters, and which records are not indexed yet."""

from django.db import migrations, models


# The planner is told that it costs much, so that it always asks the index and never computes it row by row.
GRAMS = """
CREATE FUNCTION corps_search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
SELECT ARRAY(
    SELECT one || two
    FROM unnest(string_to_array(words, NULL), (string_to_array(words, NULL))[2:]) AS pair (one, two)
    WHERE two IS NOT NULL AND one <> ' ' AND two <> ' '
      AND NOT (one COLLATE "C" BETWEEN '0' AND '9' AND two COLLATE "C" BETWEEN '0' AND '9')
    UNION
    SELECT left(run[1], 6) FROM regexp_matches(words, '[0-9]{6,}', 'g') AS run
)
$$"""


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0014_reference_changed"),
    ]

    operations = [
        migrations.RunSQL(GRAMS, "DROP FUNCTION corps_search_grams(text)"),
        migrations.CreateModel(
            name="UnindexedRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=63)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["source", "first"], name="unindexed_range_source")],
            },
        ),
    ]
