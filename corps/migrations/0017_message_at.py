from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corps", "0016_caught_up")]

    operations = [
        migrations.AddField(model_name="message", name="at", field=models.DateTimeField(null=True)),
    ]
