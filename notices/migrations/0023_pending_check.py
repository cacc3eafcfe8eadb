"""A check that can still be undone is a pending check: the model's new name over the same table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0022_seen_labels'),
    ]

    operations = [
        migrations.AlterModelTable(name='pendingverdict', table='notices_pendingverdict'),
        migrations.RenameModel(old_name='PendingVerdict', new_name='PendingCheck'),
        migrations.AlterField(
            model_name='pendingcheck',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pending_check', to='notices.noticeitem'),
        ),
    ]
