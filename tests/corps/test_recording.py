"""What an entry of the audit says before it is written."""

from datetime import UTC, datetime

from corps.audit.origin import audit_origin
from corps.audit.recording import entry, origin
from corps.models import Unit, User

AT = datetime(2026, 11, 5, 6, 30, tzinfo=UTC)
OFFICER = User(pk=7, role=User.Role.OFFICER)


def test_an_entry_says_who_did_what_to_what_from_where():
    with audit_origin(channel="api", address="203.0.113.9"):
        made = entry(
            OFFICER, "unit.renamed", Unit(pk=3), at=AT, thread="unit:3", name="x"
        )
    assert (made.actor_id, made.role, made.verb) == (7, "officer", "unit.renamed")
    assert (made.subject_type, made.subject_id) == ("corps.unit", 3)
    assert (made.channel, made.address) == ("api", "203.0.113.9")
    assert (made.at, made.thread, made.detail) == (AT, "unit:3", {"name": "x"})


def test_an_act_of_the_system_has_no_actor_and_no_role():
    made = entry(None, "outbox.held", None, at=AT)
    assert (made.actor, made.role, made.subject_type, made.subject_id) == (
        None,
        "",
        "",
        None,
    )


def test_entries_written_by_sql_come_from_the_same_place():
    with audit_origin(channel="task"):
        assert origin(OFFICER, AT) == {
            "at": AT,
            "actor": 7,
            "role": "officer",
            "channel": "task",
            "address": "",
        }
        assert origin(None, AT)["actor"] is None
