"""Django's `migrate`, made by the owner role and followed by the runtime role's rights."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from corps.database import grants

# Whoever migrates holds this advisory lock; a second one waits and finds nothing left to do.
LOCK = 0x6D696772


class Command(migrate.Command):
    """As Django's, and safe for several at once. RUNTIME_ROLE names the role that the application will use."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        role = os.environ.get("RUNTIME_ROLE", "")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                if role:
                    grants.prepare(cursor, role)
                super().handle(*args, **options)
                call_command("createcachetable", verbosity=0)
                if role:
                    grants.settle(cursor, role)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
