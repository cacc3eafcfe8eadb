"""Signing in: language, closed accounts, and what the audit keeps of it. Who has to wait: `test_lockout`."""

import re

import pytest
from django.core.exceptions import ValidationError

from corps.models import AuditEntry, Unit
from corps.workflow import reset_password
from tests.corps.conftest import NOW, PASSWORD

URL = "/accounts/login/"


def sign_in(client, login="officer", password=PASSWORD, **extra):
    return client.post(URL, {"login": login, "password": password}, **extra)


def verbs() -> list[str]:
    return list(
        AuditEntry.objects.filter(verb__startswith="sign_")
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_signing_in_and_out_is_written_down_with_where_from(client, officer):
    assert sign_in(client, REMOTE_ADDR="203.0.113.9").status_code == 302
    client.post("/accounts/logout/")
    assert verbs() == ["sign_in.done", "sign_out"]
    entry = AuditEntry.objects.get(verb="sign_in.done")
    assert (entry.actor, entry.channel, entry.address) == (
        officer,
        "page",
        "203.0.113.9",
    )


def test_a_failed_try_is_written_down_without_what_was_typed(client, officer):
    sign_in(client, password="a-secret-typed-elsewhere")
    sign_in(client, login="my-password-in-the-wrong-box", password="x")
    known, unknown = AuditEntry.objects.filter(verb="sign_in.failed").order_by("pk")
    assert (known.subject_id, known.detail) == (officer.pk, {"known": True})
    assert (unknown.subject_id, unknown.detail) == (None, {"known": False})
    assert "typed" not in str(known.__dict__)
    assert "wrong-box" not in str(unknown.__dict__)


def test_a_password_that_is_easily_guessed_is_taken_for_nobody(administrator, officer):
    for password in ("short-1", "password123", "officer-12"):
        with pytest.raises(ValidationError):
            reset_password(user=officer, actor=administrator, at=NOW, password=password)
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_nobody_signs_up_and_nobody_asks_for_a_new_password_by_mail(client, db):
    for path in ("signup/", "password/reset/", "email/", "confirm-email/"):
        assert client.get(f"/accounts/{path}").status_code == 404


def test_a_closed_account_does_not_get_in(client, officer):
    officer.is_active = False
    officer.save()
    assert "/inactive/" in sign_in(client).headers["Location"]
    assert client.get("/notifications/").status_code == 302


def test_pages_are_chinese_whatever_the_browser_accepts_and_english_once_chosen(
    client, officer
):
    asked = {"Accept-Language": "en-GB,en"}
    first = client.get(URL, headers=asked)
    assert first.headers["Content-Language"] == "zh-hans"
    assert re.search(r'<html lang="zh', first.content.decode())
    answer = client.post("/language/", {"language": "en", "next": URL})
    assert (answer.status_code, answer.headers["Location"]) == (302, URL)
    assert client.get(URL).headers["Content-Language"] == "en"


def test_the_language_comes_back_with_the_account_in_another_browser(client, officer):
    client.force_login(officer)
    client.post("/language/", {"language": "en"})
    officer.refresh_from_db()
    assert officer.language == "en"
    client.logout()
    client.cookies.clear()
    sign_in(client)
    assert client.get("/notifications/").headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "goal", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_choosing_a_language_leads_nowhere_else(client, db, goal):
    assert (
        client.post("/language/", {"language": "en", "next": goal}).headers["Location"]
        == "/"
    )


def test_a_get_changes_no_language_and_signs_nobody_out(client, officer):
    client.force_login(officer)
    assert client.get("/language/?language=en").status_code == 405
    client.get("/accounts/logout/")
    assert client.get("/notifications/").status_code == 200


def test_only_ones_own_proxies_are_believed_about_the_callers_address(
    client, officer, settings
):
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    sign_in(client, headers=forged, REMOTE_ADDR="192.0.2.1")
    assert AuditEntry.objects.get(verb="sign_in.done").address == "192.0.2.1"
    settings.TRUSTED_PROXIES = 1
    client.post("/accounts/logout/", headers=forged)
    assert AuditEntry.objects.get(verb="sign_out").address == "203.0.113.7"


def test_a_person_signed_in_comes_with_the_unit(
    db, client, django_user_model, django_assert_num_queries
):
    unit = Unit.objects.create(name="执法一支队", path="/1/")
    user = django_user_model.objects.create_user(
        "officer", "three-red-lanterns", name="陆", role="officer", unit=unit
    )
    client.force_login(user)
    found = client.get("/").wsgi_request.user
    with django_assert_num_queries(0):
        assert found.unit.name == "执法一支队"
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302
