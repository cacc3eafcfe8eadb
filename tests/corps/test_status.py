"""What strangers and administrators are told of how the system stands, and that it is told whatever is broken."""

import socket
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import Mock

import pytest
from celery import Celery
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from corps.mail import outbox
from corps.mail.compose import compose
from corps.models import Delivery, Installation, Message
from corps.monitoring import readiness
from corps.monitoring.extensions import Status, status_providers
from corps.workflow import note_sweep, quarantine_outbox
from tests.put_into import put_into

ADDRESSES = ("/healthz", "/readyz", "/statusz")


def ago(**times):
    return timezone.now() - timedelta(**times)


@contextmanager
def no_database():
    """As if the server had gone, for the length of a `with` block."""
    with pytest.MonkeyPatch.context() as patch:
        gone = OperationalError("the server is gone")
        patch.setattr(
            "django.db.backends.utils.CursorWrapper.execute", Mock(side_effect=gone)
        )
        yield


@pytest.fixture
def queue(unit):
    """Puts a message into the outbox, each to another recipient."""

    def put(**changes):
        number = Message.objects.count()
        words = {"purpose": "notice", "title": "通知", "text": "请处理。"} | changes
        return compose(unit, recipient=f"liaison{number}@platform.example", **words)

    return put


def parts(client):
    return client.get("/statusz").json()["parts"]


def test_alive_needs_no_database(client):
    assert client.get("/healthz").content == b"ok\n"


def test_ready_says_no_more_than_that_to_anybody(client, db, administrator):
    for person in (None, administrator):
        if person:
            client.force_login(person)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_it_is_ready_without_worker_and_broker_for_pages_can_be_served(
    client, db, monkeypatch
):
    monkeypatch.setattr(
        "corps.monitoring.readiness.current_app",
        Celery("away", broker="redis://127.0.0.1:9/0", set_as_current=False),
    )
    Installation.objects.update(swept_at=timezone.now() - timedelta(minutes=5))
    assert client.get("/readyz").json() == {"ready": True}


def test_it_is_not_ready_with_a_migration_missing(client, db, monkeypatch):
    monkeypatch.setitem(
        readiness.needed, "migrations", lambda: Status("3 missing", is_ok=False)
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "with-a-cookie"])
def test_without_its_database_it_answers_and_never_breaks(
    client, administrator, signed_in
):
    if signed_in:
        client.force_login(administrator)
    with no_database():
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        answer = client.get("/statusz")
    assert (answer.status_code, answer.content) == (200, b"degraded\n")


@contextmanager
def silent_server():
    """As if the database server stood still: it takes connections and says nothing, and any statement waits."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        given = connection.get_connection_params() | {
            "host": "127.0.0.1",
            "port": server.getsockname()[1],
        }
        patch.setattr(connection, "get_connection_params", lambda: given)
        patch.setattr("corps.monitoring.readiness.ANSWER_SECONDS", 0.2)
        patch.setattr(
            "django.db.backends.utils.CursorWrapper.execute",
            Mock(side_effect=AssertionError),
        )
        yield


def test_of_a_database_that_stands_still_nothing_is_asked_on_an_open_line(
    client, administrator
):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    with silent_server():
        assert client.get("/readyz").status_code == 503
        assert client.get("/statusz").content == b"degraded\n"
        parts = readiness.everything().parts
    assert {
        name for name, status in parts.items() if status.value != "unreachable"
    } >= {"broker", "disk"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_answers_under_any_name_without_redirect_or_session(
    client, db, settings, address
):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(address, headers={"host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_stranger_hears_one_word(client, db):
    Installation.objects.update(swept_at=None)
    assert client.get("/statusz").content == b"degraded\n"
    note_sweep()
    assert client.get("/statusz").content == b"ok\n"


def test_an_administrator_an_auditor_and_a_supervisor_see_every_part_and_nobody_else(
    client, administrator, auditor, officer, supervisor
):
    note_sweep()
    for person in (administrator, auditor, supervisor):
        client.force_login(person)
        answer = client.get("/statusz").json()
        assert (answer["status"], answer["alarms"]) == ("ok", [])
        assert list(answer["parts"])[:5] == [
            "database",
            "migrations",
            "broker",
            "maintenance",
            "outbox",
        ]
        assert answer["parts"]["append_only"] == {
            "ok": True,
            "value": "grants and triggers",
        }
    client.force_login(officer)
    assert client.get("/statusz").content == b"ok\n"


def test_who_still_owes_a_second_factor_is_a_stranger(client, administrator, settings):
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    note_sweep()
    client.force_login(administrator)
    assert client.get("/statusz").content == b"ok\n"


def test_a_part_that_the_database_fails_is_said_and_the_others_are_still_told(
    client, administrator, monkeypatch
):
    def fail():
        raise OperationalError("no such table")

    monkeypatch.setattr(
        readiness, "status_providers", {**status_providers, "disk": fail}
    )
    client.force_login(administrator)
    answer = client.get("/statusz").json()
    assert answer["alarms"] == ["maintenance", "disk"]
    assert answer["parts"]["disk"] == {
        "ok": False,
        "value": "unreachable: OperationalError",
    }


def test_maintenance_that_stands_still_and_a_broker_that_is_away_are_alarms(
    client, administrator, monkeypatch
):
    client.force_login(administrator)
    Installation.objects.update(swept_at=timezone.now() - timedelta(minutes=5))
    monkeypatch.setattr(
        "corps.monitoring.readiness.current_app",
        Celery("away", broker="redis://127.0.0.1:9/0", set_as_current=False),
    )
    told = parts(client)
    assert told["maintenance"]["value"] >= 300
    assert not told["maintenance"]["ok"]
    assert told["broker"]["value"].startswith("unreachable")


def test_the_outbox_tells_what_is_unsent_since_when_and_what_is_uncertain(
    client, administrator, queue
):
    client.force_login(administrator)
    first, second, third = queue(), queue(), queue()
    Message.objects.filter(pk=first.message_id).update(created_at=ago(minutes=40))
    put_into(
        Delivery.objects.filter(pk=second.pk), "uncertain", finished_at=timezone.now()
    )
    put_into(Delivery.objects.filter(pk=third.pk), "failed", finished_at=ago(hours=2))
    told = parts(client)["outbox"]
    assert told["ok"]
    assert told["value"] | {"oldest_unsent_seconds": 0} == {
        "held": False,
        "no_mail_server": False,
        "unsent": 1,
        "oldest_unsent_seconds": 0,
        "uncertain": 1,
        "failed": 1,
    }
    assert 40 * 60 <= told["value"]["oldest_unsent_seconds"] < 60 * 60


def test_what_waits_unsent_for_an_hour_is_an_alarm_and_what_must_not_go_yet_does_not_wait(
    client, administrator, queue
):
    client.force_login(administrator)
    later = queue(due_at=timezone.now() + timedelta(days=1))
    Message.objects.filter(pk=later.message_id).update(created_at=ago(hours=2))
    assert (
        parts(client)["outbox"]["ok"],
        parts(client)["outbox"]["value"]["unsent"],
    ) == (True, 0)
    Delivery.objects.filter(pk=later.pk).update(due_at=timezone.now())
    assert not parts(client)["outbox"]["ok"]


def test_what_is_uncertain_for_an_hour_is_an_alarm(client, administrator, queue):
    client.force_login(administrator)
    put_into(
        Delivery.objects.filter(pk=queue().pk), "uncertain", finished_at=ago(hours=2)
    )
    assert not parts(client)["outbox"]["ok"]
    assert outbox.backlog().overdue == 1


def test_a_held_outbox_is_an_alarm(client, administrator):
    client.force_login(administrator)
    quarantine_outbox(actor=None, at=timezone.now())
    assert (
        parts(client)["outbox"]["ok"],
        parts(client)["outbox"]["value"]["held"],
    ) == (False, True)
