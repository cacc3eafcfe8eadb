"""Sessions in the database, as Django keeps them, looked up in plain SQL.

Every request asks for its session and its person, and composing the two queries anew takes several times what their
answers take: half as long as a list of fifty rows.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from corps.models import Unit, User

SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
PERSON = """
SELECT person.*, unit.name AS unit_name, unit.path AS unit_path
FROM corps_user person LEFT JOIN corps_unit unit ON unit.id = person.unit_id WHERE person.id = %s"""


class SessionStore(db.SessionStore):
    """What `SESSION_ENGINE` asks for."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key any more, for one that has expired or was never given out."""
        with connection.cursor() as cursor:
            cursor.execute(SESSION, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])


def person_of(user_id: Any) -> User | None:
    """The person with this primary key, active or not, and with them their unit: every page names it, and most
    querysets ask for it."""
    for person in User.objects.raw(PERSON, [user_id]):
        if person.unit_id is not None:
            unit = Unit.from_db(
                person._state.db, ["id", "name", "path"], [person.unit_id, person.unit_name, person.unit_path]
            )
            person.unit = unit
        return person
    return None
