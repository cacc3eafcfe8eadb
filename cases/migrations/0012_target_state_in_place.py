"""A target's state changes in place: no index names it any more, and new pages keep room for the changed row.

Each target goes through three or four states, and each change wrote to all seven indexes of the table. Both statements
take a moment: dropping an index reads nothing, and the room is kept in pages that are written from now on.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_search_words")]

    operations = [
        migrations.RemoveIndex(model_name="target", name="target_case_state"),
        migrations.RunSQL(
            "ALTER TABLE cases_target SET (fillfactor = 75)",
            "ALTER TABLE cases_target RESET (fillfactor)",
        ),
    ]
