"""The lock under which official accounts change.

Whoever registers an account holds it alone; whoever is about to name targets (an import, a notice being issued) holds
it together with others. So nothing slips in between a look at the accounts and the act that relied on it.
"""

from django.db import connection

OFFICIAL_LOCK = 0x6F6666


def lock_official_accounts(*, to_change: bool = False) -> None:
    """Take the lock until the present transaction ends: shared, so that no account is added meanwhile, or alone."""
    name = "pg_advisory_xact_lock" if to_change else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s)", [OFFICIAL_LOCK])
