"""Every row is looked at, without keeping anybody from writing (SHARE UPDATE EXCLUSIVE)."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_target_counted_in_its_state")]

    operations = [
        ValidateConstraint(model_name="target", name="target_counted_in_its_state"),
    ]
