from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0006_sign_in_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=100)),
                ("ends_at", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "key", "ends_at"), name="one_count_in_each_window")
                ],
            },
        ),
        # Counts are worth no write to disk.
        migrations.RunSQL("ALTER TABLE corps_ratecount SET UNLOGGED", migrations.RunSQL.noop),
    ]
