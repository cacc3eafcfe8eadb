"""An item is written to two indexes less: its notice and its target are the first column of others already."""

from django.db import migrations, models

from corps.database.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies = [("notices", "0017_search_words")]

    operations = [
        DropForeignKeyIndex(
            model_name="noticeitem",
            name="notice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.CASCADE,
                related_name="items",
                to="notices.notice",
            ),
        ),
        DropForeignKeyIndex(
            model_name="noticeitem",
            name="target",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.PROTECT,
                related_name="items",
                to="cases.target",
            ),
        ),
    ]
