"""Foreign keys whose column another index of the table begins with lose their own index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from corps.database.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_foreign_key_indexes'),
        ('notices', '0019_state_moves'),
        ('stores', '0007_revoked_accounts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        DropForeignKeyIndex(
            model_name='check',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='notices.noticeitem'),
        ),
        DropForeignKeyIndex(
            model_name='notice',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.case'),
        ),
        DropForeignKeyIndex(
            model_name='notice',
            name='platform',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='stores.platform'),
        ),
        DropForeignKeyIndex(
            model_name='outcome',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='cases.case'),
        ),
        DropForeignKeyIndex(
            model_name='outcome',
            name='target',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='cases.target'),
        ),
        DropForeignKeyIndex(
            model_name='recurrence',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='cases.case'),
        ),
        DropForeignKeyIndex(
            model_name='replyrequest',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
