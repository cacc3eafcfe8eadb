"""PostgreSQL as Django knows it, but for two things that cost every page more than its rows do."""

import select

from django.conf import settings
from django.db.backends.postgresql import base

# Of so many tables PostgreSQL tries every order of joining them. `select_related` joins ten, from the row that is
# looked for outwards, and trying all their orders takes twenty times as long as fetching the row.
ORDERS_TRIED = 4


class DatabaseWrapper(base.DatabaseWrapper):
    """Connections of the system."""

    def init_connection_state(self) -> None:
        """Set what holds for a new connection."""
        super().init_connection_state()
        values = [
            ORDERS_TRIED,
            _milliseconds(settings.STATEMENT_SECONDS),
            _milliseconds(settings.LOCK_SECONDS),
        ]
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SET join_collapse_limit = %s; SET statement_timeout = %s; SET lock_timeout = %s",
                values,
            )

    def is_usable(self) -> bool:
        """Whether the connection stands, asked before every request and task.

        A server that went away has closed the line, and that can be read from it: a silent line needs no question, on
        any other the server is asked.
        """
        if self.connection is None:
            return False
        line = select.poll()
        line.register(
            self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR
        )
        return True if not line.poll(0) else bool(super().is_usable())


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
