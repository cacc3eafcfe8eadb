"""The second factor: a duty outside demonstrations, wrong codes in the audit, and a way back for who lost it."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corps.errors import TransitionRefused
from corps.models import AuditEntry, Installation
from corps.workflow import reset_second_factor
from tests.corps.conftest import NOW, PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EVERY = [
    "officer",
    "supervisor",
    "liaison",
    "representative",
    "administrator",
    "auditor",
]


@pytest.fixture
def asked(settings):
    """The house asks everybody."""
    settings.SECOND_FACTOR_ROLES = EVERY


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def acts() -> list[tuple[str, object]]:
    entries = AuditEntry.objects.filter(verb__startswith="second_factor.").order_by(
        "pk"
    )
    return [(entry.verb, entry.actor) for entry in entries]


def sign_in(client, login="officer"):
    return client.post("/accounts/login/", {"login": login, "password": PASSWORD})


@pytest.mark.parametrize("role", EVERY)
def test_who_owes_a_second_factor_is_led_to_it_and_reaches_nothing_else(
    client, account, asked, role
):
    account(role)
    sign_in(client, role)
    for path in (
        "/",
        "/notifications/",
        "/dashboards/",
        "/users/",
        "/audit/",
        "/admin/",
        "/nothing-here/x",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) in (
            (302, "/accounts/2fa/"),
            (404, None),
        ), path
    assert client.post("/notifications/read/").headers["Location"] == "/accounts/2fa/"
    program = client.get("/api/v1/notices/")
    assert (program.status_code, program.json()["code"]) == (
        403,
        "second_factor_missing",
    )
    fragment = client.get("/notifications/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Refresh"]) == (204, "true")


def test_the_page_says_why_and_offers_no_way_that_leads_back(client, officer, asked):
    client.force_login(officer)
    page = client.get("/accounts/2fa/").content.decode()
    assert "请先设置第二重验证" in page
    assert 'id="sidebar"' not in page
    assert client.post("/language/", {"language": "en"}).status_code == 302
    assert (
        "Set up a second factor first" in client.get("/accounts/2fa/").content.decode()
    )
    assert client.post("/accounts/logout/").status_code == 302


def test_setting_one_up_opens_the_house_and_taking_it_away_closes_it(
    client, officer, asked
):
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)[1]
    right = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert (
        client.post("/accounts/2fa/totp/activate/", {"code": right}).status_code == 302
    )
    assert client.get("/notifications/").status_code == 200
    assert 'id="sidebar"' in client.get("/accounts/2fa/").content.decode()
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/notifications/").headers["Location"] == "/accounts/2fa/"


def test_recovery_codes_alone_are_no_second_factor(client, officer, asked):
    Authenticator.objects.create(
        user=officer, type=Authenticator.Type.RECOVERY_CODES, data={}
    )
    client.force_login(officer)
    assert client.get("/").headers["Location"] == "/accounts/2fa/"


def test_in_a_demonstration_nobody_is_asked(client, officer, asked):
    Installation.objects.update(demonstration=Installation.Demonstration.LOADED)
    sign_in(client)
    assert client.get("/notifications/").status_code == 200


def test_roles_that_the_house_does_not_name_are_not_asked(client, officer, settings):
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    sign_in(client)
    assert client.get("/notifications/").status_code == 200


def test_a_session_that_is_settled_asks_the_database_no_more(client, officer, settings):
    client.force_login(officer)
    client.get("/notifications/")
    with CaptureQueriesContext(connection) as unasked:
        client.get("/notifications/")
    settings.SECOND_FACTOR_ROLES = EVERY
    TOTP.activate(officer, SECRET)
    client.get("/notifications/")
    with CaptureQueriesContext(connection) as settled:
        client.get("/notifications/")
    assert len(settled) == len(unasked)


def test_a_wrong_code_is_written_down_and_the_fifth_locks(client, officer):
    TOTP.activate(officer, SECRET)
    assert sign_in(client).headers["Location"].startswith("/accounts/2fa/authenticate/")
    for _turn in range(5):
        assert (
            client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code
            == 200
        )
    assert acts() == [("second_factor.failed", None)] * 5 + [
        ("second_factor.locked", None)
    ]
    refused = client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert len(acts()) == 6
    entry = AuditEntry.objects.filter(verb="second_factor.failed").first()
    assert (entry.subject_id, entry.detail) == (officer.pk, {"kind": "totp"})
    assert client.get("/notifications/").status_code == 302


def test_the_right_code_signs_in(client, officer):
    TOTP.activate(officer, SECRET)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/notifications/").status_code == 200
    assert not acts()


def test_an_administrator_takes_away_a_second_factor_that_was_lost(
    client, administrator, officer
):
    TOTP.activate(officer, SECRET)
    client.force_login(administrator)
    assert (
        "/users/officer/second-factor/"
        in client.get("/users/officer/").content.decode()
    )
    assert client.post("/users/officer/second-factor/").status_code == 302
    assert not Authenticator.objects.filter(user=officer).exists()
    assert acts() == [("second_factor.reset", administrator)]
    assert (
        "/users/officer/second-factor/"
        not in client.get("/users/officer/").content.decode()
    )


def test_nobody_takes_away_their_own_nor_one_that_is_not_there(administrator, officer):
    TOTP.activate(administrator, SECRET)
    for person, refusal in (
        (administrator, "own-second-factor"),
        (officer, "no-second-factor"),
    ):
        with pytest.raises(TransitionRefused, match=refusal):
            reset_second_factor(user=person, actor=administrator, at=NOW)
    assert not acts()
