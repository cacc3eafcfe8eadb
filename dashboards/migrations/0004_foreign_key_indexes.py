"""Foreign keys whose column another index of the table begins with lose their own index."""

import django.db.models.deletion
from django.db import migrations, models

from corps.database.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_foreign_key_indexes'),
        ('dashboards', '0003_recounts'),
    ]

    operations = [
        DropForeignKeyIndex(
            model_name='rollup',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
    ]
