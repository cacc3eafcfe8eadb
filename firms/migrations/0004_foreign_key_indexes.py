"""Foreign keys whose column another index of the table begins with lose their own index."""

import django.db.models.deletion
from django.db import migrations, models

from corps.database.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):

    dependencies = [
        ('firms', '0003_retired_brands'),
    ]

    operations = [
        DropForeignKeyIndex(
            model_name='brand',
            name='firm',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='brands', to='firms.firm'),
        ),
    ]
