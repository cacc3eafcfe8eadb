from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0013_withdrawals'),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='objected_on',
            field=models.DateField(null=True),
        ),
    ]
