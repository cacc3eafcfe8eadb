from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0006_answer_retractions")]

    operations = [
        migrations.AddField("notice", "put_forward", models.JSONField(blank=True, default=dict)),
    ]
