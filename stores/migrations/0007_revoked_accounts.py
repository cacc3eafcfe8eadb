"""What an account's columns are called in code: an official account is revoked. The table stays as it is."""

from django.db import migrations, models

CONSTRAINTS = (
    models.UniqueConstraint(
        fields=["platform", "canonical_id"],
        name="an_official_account_once",
        condition=models.Q(revoked_at__isnull=True, declined_at__isnull=True),
    ),
    models.CheckConstraint(
        name="an_account_is_confirmed_before_it_is_struck",
        condition=models.Q(revoked_at__isnull=True)
        | models.Q(confirmed_at__isnull=False),
    ),
    models.CheckConstraint(
        name="an_account_is_struck_for_a_reason",
        condition=models.Q(revoked_at__isnull=True) | ~models.Q(revocation_reason=""),
    ),
)
# Their former names stay those of the columns.
FIELDS = {
    "revocation_reason": (
        "strike_reason",
        models.CharField(blank=True, db_column="strike_reason", max_length=300),
    ),
    "revoked_at": (
        "struck_at",
        models.DateTimeField(blank=True, db_column="struck_at", null=True),
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("firms", "0003_retired_brands"),
        ("stores", "0006_search_words"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *[
                    migrations.RemoveConstraint("officialaccount", constraint.name)
                    for constraint in CONSTRAINTS
                ],
                *[
                    migrations.RenameField("officialaccount", old_name, new_name)
                    for new_name, (old_name, _field) in FIELDS.items()
                ],
                *[
                    migrations.AlterField("officialaccount", new_name, field)
                    for new_name, (_old_name, field) in FIELDS.items()
                ],
                *[
                    migrations.AddConstraint("officialaccount", constraint)
                    for constraint in CONSTRAINTS
                ],
            ],
        )
    ]
