"""Foreign keys whose column another index of the table begins with lose their own index."""

import django.db.models.deletion
from django.db import migrations, models

from corps.database.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):

    dependencies = [
        ('corps', '0019_state_moves'),
    ]

    operations = [
        DropForeignKeyIndex(
            model_name='apikeyuse',
            name='key',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='corps.apikey'),
        ),
        DropForeignKeyIndex(
            model_name='deadline',
            name='rule',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='corps.clockrule'),
        ),
    ]
