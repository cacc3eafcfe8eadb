"""How rows are locked."""

import pytest
from django.db import connection, transaction

from corps.database.locking import locked
from corps.models import Unit
from runtime.shared_servers import PROJECT

APPS = [path.parent for path in sorted(PROJECT.glob("*/apps.py"))]


def test_only_one_module_says_how_rows_are_locked():
    found = {
        str(path.relative_to(PROJECT))
        for app in APPS
        for path in app.rglob("*.py")
        if "select_for_update" in path.read_text()
    }
    assert found == {"corps/database/locking.py"}


@pytest.mark.django_db(transaction=True)
def test_others_may_refer_to_a_locked_row_but_not_lock_it():
    """FOR UPDATE would make every foreign key's check wait, and two who do so for each other would deadlock."""
    unit = Unit.objects.create(name="执法总队", path="/1/")
    other = connection.copy()
    with transaction.atomic(), other.cursor() as cursor:
        locked(Unit.objects).get(pk=unit.pk)
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute(
            "INSERT INTO corps_unit (name, path, parent_id) VALUES ('一支队', '/1/2/', %s)",
            [unit.pk],
        )
        cursor.execute(
            "SELECT id FROM corps_unit WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
            [unit.pk],
        )
        assert cursor.fetchall() == []
    other.close()
