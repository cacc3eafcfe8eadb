"""Sessions in the database, as Django keeps them, looked up in plain SQL.

Every request asks for its session and its person, and composing the two queries anew takes several times what their
answers take: half as long as a list of fifty rows. A session ends when it was not used for SESSION_IDLE_MINUTES; the
statement that fetches it asks that too.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from corps.installation.reference_data import see
from corps.models import Session, Unit, User
from corps.models.sign_in import idle_limit

View = TypeVar("View", bound=Callable[..., Any])
SESSION = """
SELECT session_data, last_seen_at FROM corps_session
WHERE session_key = %s AND expire_date > %s AND last_seen_at > %s"""
PERSON = """
SELECT person.*, unit.name AS unit_name, unit.path AS unit_path,
    (SELECT reference_changed_at FROM corps_installation) AS reference_changed_at
FROM corps_user person LEFT JOIN corps_unit unit ON unit.id = person.unit_id WHERE person.id = %s"""
# That a session is used is written down at most so often.
SEEN_EVERY = timedelta(seconds=60)


class SessionStore(db.SessionStore):
    """What `SESSION_ENGINE` asks for. last_seen_at: when the session was last used, once it has been fetched."""

    last_seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of what the session holds now, and whose it is."""
        row = cast(Session, super().create_model_instance(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key any more, for one that ended, idled or was never given out."""
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(SESSION, [self.session_key, now, now - idle_limit()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        self.last_seen_at = found[1]
        return self.decode(found[0])

    def is_due_to_be_seen(self, now: datetime) -> bool:
        """Whether this request has fetched a session whose last use was written down too long ago."""
        return self.last_seen_at is not None and now - self.last_seen_at >= SEEN_EVERY


def live_sessions(user: User) -> QuerySet[Session]:
    """A person's sessions that have neither run out nor idled too long."""
    now = timezone.now()
    return Session.objects.filter(
        user=user, expire_date__gt=now, last_seen_at__gt=now - idle_limit()
    )


def extends_no_session(view: View) -> View:
    """For what a page asks by itself, such as a count it polls: nobody need be there, so the session grows no older."""
    view.extends_no_session = True  # type: ignore[attr-defined]
    return view


def person_of(user_id: Any) -> User | None:
    """The person with this primary key, active or not, and with them their unit: every page names it, and most
    querysets ask for it."""
    for person in User.objects.raw(PERSON, [user_id]):
        see(person.reference_changed_at)
        if person.unit_id is not None:
            unit = Unit.from_db(
                person._state.db,
                ["id", "name", "path"],
                [person.unit_id, person.unit_name, person.unit_path],
            )
            person.unit = unit
        return person
    return None
