from django.db import migrations

from corps.installation.seed import remove_calendar, seed_calendar


def forwards(apps, schema_editor):
    seed_calendar(apps)


def backwards(apps, schema_editor):
    remove_calendar(apps)


class Migration(migrations.Migration):
    dependencies = [("corps", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
