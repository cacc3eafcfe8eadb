from django.db import migrations

from cases.grounds import remove_grounds, seed_grounds


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunPython(lambda apps, _editor: seed_grounds(apps), lambda apps, _editor: remove_grounds(apps)),
    ]
