"""Nothing private stays in a browser or proxy: cache headers of every route, cookies, and what sign-out clears."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.http import HttpResponse
from django.test import Client, RequestFactory

from corps.middleware import PrivateCacheMiddleware
from corps.models import User
from tests.corps.conftest import PASSWORD
from tests.routes import ROLES, every_route, rule_for

PROJECT = Path(__file__).resolve().parents[2]
RULES: dict[str, frozenset[str]] = {}
for table in sorted((PROJECT / "tests").glob("*/routes.py")):
    RULES |= importlib.import_module(f"tests.{table.parent.name}.routes").ROUTES


def signed_in(user: User) -> Client:
    client = Client()
    client.raise_request_exception = False
    client.force_login(user)
    return client


@pytest.fixture
def everybody(account):
    """One signed-in browser of each role, and one of nobody."""
    return {role: signed_in(account(role)) for role in sorted(ROLES)} | {
        "anonymous": Client()
    }


def test_no_route_lets_its_answer_be_kept(everybody):
    for route in every_route():
        rule = rule_for(route.name, RULES) or ROLES
        asking = [role for role in everybody if role in rule] + ["anonymous"]
        for role in asking[:1] + asking[-1:]:
            stated = everybody[role].get(route.url).headers.get("Cache-Control", "")
            assert "no-store" in stated or stated == "private, no-cache", (
                route.name,
                role,
                stated,
            )


def answer(**headers):
    request = RequestFactory().get("/")
    return PrivateCacheMiddleware(lambda _request: HttpResponse(headers=headers))(
        request
    ).headers["Cache-Control"]


def test_a_view_may_say_that_its_answer_is_public_and_nothing_less():
    assert answer() == "no-store"
    assert answer(**{"Cache-Control": "max-age=600"}) == "no-store"
    assert answer(**{"Cache-Control": "max-age=600, public"}) == "max-age=600, public"
    assert answer(ETag='"1"') == "private, no-cache"


def test_signing_out_has_the_browser_forget_what_pages_kept(client, officer):
    client.force_login(officer)
    assert client.post("/accounts/logout/").headers["Clear-Site-Data"] == '"storage"'


def test_a_page_names_the_person_to_whom_what_is_typed_belongs(client, officer):
    assert "data-person" not in client.get("/accounts/login/").content.decode()
    client.force_login(officer)
    assert (
        f'data-person="{officer.pk}"' in client.get("/notifications/").content.decode()
    )


@pytest.mark.parametrize(
    ("https", "stated"),
    [
        ("0", "sessionid csrftoken False False"),
        ("1", "__Host-sessionid __Host-csrftoken True True"),
    ],
)
def test_under_https_no_other_host_or_path_can_set_the_cookies(https, stated):
    names = (
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
    )
    shown = ", ".join(f"settings.{name}" for name in names)
    shown += ", settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_PATH"
    program = f"from django.conf import settings; print({shown})"
    env = {
        "HTTPS": https,
        "SECRET_KEY": "only-for-this",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == f"{stated} / /"


def test_the_device_cookie_is_sent_to_sign_in_pages_alone(client, officer):
    client.post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    cookie = client.cookies["device"]
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == (
        "/accounts/",
        True,
        "Lax",
    )


@pytest.mark.parametrize(("https", "warned"), [(False, True), (True, False)])
def test_the_deployment_check_warns_of_passwords_that_travel_unprotected(
    db, settings, https, warned
):
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = https, 3600 * https
    found = [
        message.id
        for message in run_checks(include_deployment_checks=True)
        if not message.is_silenced()
    ]
    assert ("corps.W001" in found) == warned
    assert not {"security.W005", "security.W021"} & set(found)
