"""No target counts in a state that never does.

The constraint is added without a look at the rows, which would keep everybody waiting, and 0016 looks at them beside the
others' work.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

NEVER_COUNTED = ["reported", "restored"]


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_foreign_key_indexes")]

    operations = [
        AddConstraintNotValid(
            model_name="target",
            constraint=models.CheckConstraint(
                name="target_counted_in_its_state",
                condition=models.Q(
                    models.Q(("state__in", NEVER_COUNTED), _negated=True),
                    ("is_counted", False),
                    _connector="OR",
                ),
            ),
        ),
    ]
