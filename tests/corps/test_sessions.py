"""Who a request comes from: sessions that hold, that end, and that nobody gave out."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from corps.access.decorators import open_to
from corps.accounts.session_store import extends_no_session, person_of
from corps.models import AuditEntry, KnownDevice, Session
from corps.workflow import (
    change_user,
    clear_sessions,
    deactivate_user,
    make_key,
    reactivate_user,
    reset_password,
    reset_second_factor,
)
from corps.workflow.sessions import digest_of
from tests.corps.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def is_out(client) -> bool:
    return reverse("account_login") in client.get("/").headers.get("Location", "")


def test_an_expired_session_is_none(signed_in):
    assert not is_out(signed_in)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert is_out(signed_in)


def test_a_key_that_was_never_given_out_is_none(client, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert is_out(client)
    client.cookies[settings.SESSION_COOKIE_NAME] = "' OR 1=1 --"
    assert is_out(client)


def test_a_session_ends_with_its_persons_account_and_password(
    signed_in, officer, administrator
):
    officer.set_password("another-password-1")
    officer.save()
    assert is_out(signed_in)
    signed_in.force_login(officer)
    deactivate_user(user=officer, actor=administrator, at=NOW)
    assert is_out(signed_in)


def test_a_person_comes_whole_and_with_their_unit_in_one_query(officer, administrator):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = person_of(str(officer.pk))
        assert (found.unit.name, found.unit.path) == (
            officer.unit.name,
            officer.unit.path,
        )
        assert (found.role, found.duties, found.lists, found.created_at) == (
            officer.role,
            officer.duties,
            officer.lists,
            officer.created_at,
        )
        assert found.get_deferred_fields() == set()
    assert len(asked) == 1
    assert found.unit.parent == officer.unit.parent
    assert person_of(administrator.pk).unit is None
    assert person_of(2**31) is None


def enter(client, login="officer", **extra):
    client.post("/accounts/login/", {"login": login, "password": PASSWORD}, **extra)
    return client


def call(client, key):
    return client.get(
        "/api/v1/notices/", headers={"Authorization": f"Bearer {key}"}
    ).status_code


@pytest.mark.parametrize(
    ("act", "keys_end"),
    [
        (deactivate_user, True),
        (reset_password, True),
        (reset_second_factor, False),
        (partial(change_user, role="auditor"), True),
        (partial(change_user, name="陆"), None),
    ],
    ids=[
        "closing",
        "reset of the password",
        "reset of the second factor",
        "another role",
        "another name",
    ],
)
def test_what_an_account_loses_ends_its_sessions_devices_and_keys(
    officer, administrator, act, keys_end
):
    client = enter(Client())
    make_key(user=officer, actor=administrator, at=NOW)
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={})
    act(user=officer, actor=administrator, at=timezone.now())
    ends = keys_end is not None
    assert is_out(client) == ends
    assert officer.sessions.exists() != ends
    assert officer.known_devices.exists() != ends
    assert officer.api_keys.filter(revoked_at=None).exists() == (not keys_end)
    if ends:
        detail = AuditEntry.objects.about(officer).latest("pk").detail
        assert detail["sessions"] == 1
        assert detail.get("keys", 0) == int(keys_end)


def test_a_reopened_account_has_neither_its_old_sessions_nor_its_old_keys(
    officer, administrator, client
):
    enter(client)
    key = make_key(user=officer, actor=administrator, at=NOW)
    assert call(Client(), key) == 200
    deactivate_user(user=officer, actor=administrator, at=NOW)
    # As an account looks that was closed before closing ended what it had.
    officer.api_keys.update(revoked_at=None)
    reactivate_user(user=officer, actor=administrator, at=NOW)
    assert is_out(client)
    assert call(Client(), key) == 401


def test_removing_ones_second_factor_ends_the_sessions_elsewhere(officer, client):
    elsewhere = enter(Client())
    enter(client)
    factor = Authenticator.objects.create(
        user=officer, type=Authenticator.Type.TOTP, data={}
    )
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(pk=factor.pk).exists()
    assert is_out(elsewhere)
    assert not is_out(client)


def test_a_session_that_nobody_uses_for_an_hour_ends(signed_in, settings):
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=59))
    assert not is_out(signed_in)
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=61))
    assert is_out(signed_in)


def test_the_idle_end_is_a_setting_and_may_be_off(signed_in, settings):
    settings.SESSION_IDLE_MINUTES = 0
    Session.objects.update(last_seen_at=timezone.now() - timedelta(hours=7))
    assert not is_out(signed_in)


def test_use_is_noted_once_a_minute_and_not_by_what_a_page_asks_by_itself(
    signed_in, rf
):
    def seen_at():
        return Session.objects.values_list("last_seen_at", flat=True).get()

    def writes(path):
        with CaptureQueriesContext(connection) as asked:
            signed_in.get(path)
        return [query for query in asked if query["sql"].startswith("UPDATE")]

    before = seen_at()
    assert writes("/notifications/") == []
    assert seen_at() == before
    long_ago = timezone.now() - timedelta(minutes=5)
    Session.objects.update(last_seen_at=long_ago)
    polled = resolve("/notifications/").func
    polled.extends_no_session = True
    try:
        assert writes("/notifications/") == []
    finally:
        del polled.extends_no_session
    assert seen_at() == long_ago
    assert len(writes("/notifications/")) == 1
    assert seen_at() > long_ago


def test_a_view_marked_once_stays_marked_behind_other_decorators():
    @open_to()
    @extends_no_session
    def counts(request):
        return None

    assert counts.extends_no_session


def test_a_person_sees_where_they_are_signed_in_and_ends_one_or_all_others(
    client, officer, auditor
):
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
    first = enter(Client(), REMOTE_ADDR="198.51.100.1", HTTP_USER_AGENT=windows)
    second, third = enter(Client(), REMOTE_ADDR="198.51.100.2"), enter(Client())
    enter(client)
    stranger = enter(Client(), "auditor")
    page = client.get("/accounts/sessions/").content.decode()
    assert page.count("本浏览器") == 1
    assert page.count('name="session"') == 3
    assert "Chrome, Windows" in page
    assert "198.51.100.2" in page
    assert first.session.session_key not in page
    client.post(
        "/accounts/sessions/end/", {"session": digest_of(first.session.session_key)}
    )
    assert (is_out(first), is_out(second)) == (True, False)
    client.post(
        "/accounts/sessions/end/", {"session": digest_of(stranger.session.session_key)}
    )
    assert not is_out(stranger)
    client.post("/accounts/sessions/end/")
    assert (is_out(second), is_out(third), is_out(client), is_out(stranger)) == (
        True,
        True,
        False,
        False,
    )
    assert [
        entry.detail
        for entry in AuditEntry.objects.filter(verb="session.ended").order_by("pk")
    ] == [
        {"sessions": 1},
        {"sessions": 2},
    ]
    assert officer.known_devices.count() == 1


def test_a_session_that_ended_already_is_said_so(client, officer):
    enter(client)
    client.post("/accounts/sessions/end/", {"session": "0" * 64})
    assert "该处登录已经退出" in client.get("/accounts/sessions/").content.decode()


def test_a_fragment_asked_for_after_the_session_ended_leads_to_signing_in_and_back_to_the_open_page(
    client, officer
):
    open_page = {
        "HX-Request": "true",
        "HX-Current-URL": "http://testserver/notifications/?page=2",
    }
    answer = client.get("/notifications/", headers=open_page)
    assert answer.status_code == 401
    assert (
        answer.headers["HX-Redirect"]
        == "/accounts/login/?next=/notifications/%3Fpage%3D2"
    )
    elsewhere = client.get(
        "/", headers=open_page | {"HX-Current-URL": "https://elsewhere.example/x"}
    )
    assert elsewhere.headers["HX-Redirect"] == "/accounts/login/?next=/x"


def test_a_form_sent_after_the_session_ended_leads_back_to_the_page_it_stood_on(
    client, db
):
    assert (
        client.post("/notifications/read/").headers["Location"]
        == "/accounts/login/?next=/notifications/"
    )


def test_ended_sessions_and_old_devices_are_cleared_away(officer):
    enter(Client())
    kept = enter(Client())
    Session.objects.exclude(session_key=kept.session.session_key).update(
        expire_date=timezone.now()
    )
    KnownDevice.objects.filter(pk=KnownDevice.objects.earliest("pk").pk).update(
        expires_at=timezone.now()
    )
    clear_sessions(at=timezone.now())
    assert [session.session_key for session in Session.objects.all()] == [
        kept.session.session_key
    ]
    assert KnownDevice.objects.count() == 1


def test_a_request_costs_as_many_statements_as_before(signed_in):
    with CaptureQueriesContext(connection) as asked:
        signed_in.get("/accounts/logout/")
    about_the_person = [
        query
        for query in asked
        if "corps_session" in query["sql"] or "person.*" in query["sql"]
    ]
    assert len(about_the_person) == 2
