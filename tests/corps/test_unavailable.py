"""A service that cannot answer is a sentence with a time to come back, never a defect."""

import errno

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from corps.unavailable import AWAY, BUSY, FULL, TOO_LONG, unavailable

User = get_user_model()


def failure(kind: type[Exception], state: str) -> Exception:
    """An error as Django passes the driver's on."""
    cause = Exception()
    cause.pgcode = state  # type: ignore[attr-defined]
    error = kind()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (failure(OperationalError, "57014"), TOO_LONG),
        (failure(OperationalError, "55P03"), BUSY),
        (failure(OperationalError, "40P01"), BUSY),
        (failure(OperationalError, "53100"), FULL),
        (OperationalError("connection refused"), AWAY),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EPERM, "not permitted"), None),
        (IntegrityError(), None),
        (failure(DatabaseError, "42601"), None),
        (ZeroDivisionError(), None),
        (None, None),
    ],
)
def test_what_is_a_service_and_what_is_a_defect(error, reason):
    assert unavailable(error) is reason


@pytest.fixture
def visitor(officer) -> Client:
    """An officer's browser, of which errors are shown as people see them."""
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    return client


def breaks(monkeypatch, error: Exception) -> None:
    """Whatever asks the database next fails so."""

    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr("corps.accounts.session_store.SessionStore.load", fail)


def test_pages_and_programs_are_told_that_the_database_is_away_also_with_a_session(
    visitor, monkeypatch
):
    breaks(monkeypatch, OperationalError("connection refused"))
    page = visitor.get("/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "数据库暂时没有响应" in page.content.decode()
    assert "The database does not answer" in page.content.decode()
    program = visitor.get("/api/v1/notices/")
    assert (program.status_code, program.headers["Content-Type"]) == (
        503,
        "application/problem+json",
    )
    assert (program.json()["code"], program.headers["Retry-After"]) == (
        "database-away",
        "30",
    )


@pytest.mark.parametrize(
    ("state", "words"), [("57014", "处理时间过长"), ("55P03", "他人正在处理同一内容")]
)
def test_a_statement_that_took_too_long_is_a_sentence(
    visitor, monkeypatch, state, words
):
    breaks(monkeypatch, failure(OperationalError, state))
    page = visitor.get("/")
    assert page.status_code == 503
    assert words in page.content.decode()
    assert int(page.headers["Retry-After"]) > 0


def test_a_defect_is_told_as_one(visitor, monkeypatch):
    breaks(monkeypatch, ZeroDivisionError())
    page = visitor.get("/")
    assert page.status_code == 500
    assert "Retry-After" not in page.headers


@pytest.mark.django_db(transaction=True)
def test_connections_of_the_web_bind_their_statements_and_locks(settings):
    settings.STATEMENT_SECONDS, settings.LOCK_SECONDS = 0.2, 0.1
    connection.close()
    with connection.cursor() as cursor:
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(5)")
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("100ms",)
    settings.STATEMENT_SECONDS = settings.LOCK_SECONDS = 0
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_lock_is_told_to_try_again(
    account, settings, superuser_database
):
    settings.LOCK_SECONDS = 0.2
    connection.close()
    officer = account("officer")
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    superuser_database.autocommit = False
    with superuser_database.cursor() as cursor:
        cursor.execute("LOCK TABLE corps_user IN ACCESS EXCLUSIVE MODE")
    answer = client.post(reverse("set_language"), {"language": "en"})
    superuser_database.rollback()
    connection.close()
    assert answer.status_code == 503
    assert "十秒后重试" in answer.content.decode()
