"""An item is written to two indexes less: its notice and its target are the first column of others already.

By hand: Django would make the two foreign keys anew and read the whole table. Dropping an index reads nothing.
"""

from django.db import migrations, models

DROP = """
DROP INDEX notices_noticeitem_notice_id_133afcd8;
DROP INDEX notices_noticeitem_target_id_2778a157"""
CREATE = """
CREATE INDEX notices_noticeitem_notice_id_133afcd8 ON notices_noticeitem (notice_id);
CREATE INDEX notices_noticeitem_target_id_2778a157 ON notices_noticeitem (target_id)"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0017_search_words")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, CREATE)],
            state_operations=[
                migrations.AlterField(
                    model_name="noticeitem",
                    name="notice",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        related_name="items",
                        to="notices.notice",
                    ),
                ),
                migrations.AlterField(
                    model_name="noticeitem",
                    name="target",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=models.PROTECT,
                        related_name="items",
                        to="cases.target",
                    ),
                ),
            ],
        )
    ]
