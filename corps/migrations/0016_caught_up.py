from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("corps", "0015_search_words")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="caught_up_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
