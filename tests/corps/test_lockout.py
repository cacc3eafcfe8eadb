"""Who guesses waits, and nobody else: from other addresses and from known browsers the owner still gets in."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps import workflow
from corps.access.limits import limit
from corps.errors import TransitionRefused
from corps.models import AuditEntry, FailedAttempts, KnownDevice, Notification
from tests.corps.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STRANGER, OWNER = "203.0.113.9", "198.51.100.7"


def attempt(login="officer", password="wrong", *, address=STRANGER, client=None):
    return (client or Client()).post(
        "/accounts/login/", {"login": login, "password": password}, REMOTE_ADDR=address
    )


@pytest.fixture(autouse=True)
def clock():
    """Time stands still until a test or a wait moves it on."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def guess(clock):
    """Makes so many wrong guesses, each as soon as it is judged; gives the waits in between, in seconds."""

    def guesses(times, login="officer", *, address=STRANGER, client=None):
        waits = []
        while times:
            answer = attempt(login, address=address, client=client)
            if answer.status_code == 429:
                waits.append(int(answer.headers["Retry-After"]))
                clock.shift(waits[-1])
            else:
                times -= 1
        return waits

    return guesses


def known_browser(login="officer", address=OWNER):
    """A browser in which the owner signed in once, and out again."""
    client = Client()
    assert attempt(login, PASSWORD, address=address, client=client).status_code == 302
    client.post("/accounts/logout/")
    return client


def acts(prefix="sign_in."):
    entries = AuditEntry.objects.filter(verb__startswith=prefix).order_by("pk")
    return list(entries.values_list("verb", flat=True))


def test_after_five_wrong_passwords_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour(
    officer, guess
):
    waits = guess(5 + 12)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert (
        acts() == ["sign_in.failed"] * 5 + ["sign_in.locked"] + ["sign_in.failed"] * 12
    )


def test_who_must_wait_is_told_how_long_and_not_even_the_right_password_is_looked_at(
    officer, guess
):
    guess(5 + 8)
    answer = attempt(password=PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "256"
    assert "请在 5 分钟后再试" in answer.content.decode()
    assert 'value="officer"' in answer.content.decode()


def test_once_the_wait_is_over_the_owner_gets_in_and_nothing_counts_any_more(
    officer, guess, clock
):
    guess(7)
    clock.shift(timedelta(seconds=10))
    assert attempt(password=PASSWORD).status_code == 302
    assert not FailedAttempts.objects.filter(user=officer).exists()


def test_thirty_guesses_at_one_account_keep_nobody_else_out_and_its_owner_neither(
    officer, auditor, guess
):
    browser = known_browser()
    guess(30)
    assert attempt("auditor", PASSWORD).status_code == 302
    assert attempt("officer", PASSWORD, address=OWNER).status_code == 302
    assert attempt("officer", PASSWORD, client=browser).status_code == 302


def test_a_name_that_nobody_has_gets_the_same_answers_by_the_same_statements(officer):
    told = {}
    for login, address in (("officer", STRANGER), ("nobody", OWNER)):
        answers = []
        for _turn in range(7):
            with CaptureQueriesContext(connection) as asked:
                answer = attempt(login, address=address)
            kinds = [query["sql"].split()[0] for query in asked]
            answers.append(
                (answer.status_code, answer.headers.get("Retry-After"), kinds)
            )
        told[login] = answers
        assert "请在 1 秒后再试" in answer.content.decode()
    assert told["officer"] == told["nobody"]
    assert "nobody" not in str(FailedAttempts.objects.values_list())


def test_capitals_and_spaces_do_not_begin_a_new_count(officer):
    for login in ("officer", "Officer", " OFFICER ", "oFFicer", "officer "):
        attempt(login)
    assert attempt("officeR").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_eight_guesses_at_once_five_are_judged(officer):
    def judged(_turn):
        try:
            return attempt().status_code == 200
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(judged, range(8))) == 5
    assert AuditEntry.objects.filter(verb="sign_in.failed").count() == 5


def test_a_known_browser_has_twenty_guesses_an_hour_of_its_own(officer, guess):
    browser = known_browser()
    assert guess(20, client=browser) == []
    refused = attempt(password=PASSWORD, client=browser)
    assert (refused.status_code, int(refused.headers["Retry-After"])) == (429, 3600)
    assert attempt(password=PASSWORD, address=OWNER).status_code == 302


def test_a_browser_is_known_to_the_accounts_that_signed_in_there_alone(
    officer, auditor, guess
):
    browser = known_browser()
    guess(6, "auditor", address=OWNER)
    assert (
        attempt("auditor", PASSWORD, address=OWNER, client=browser).status_code == 429
    )
    assert (
        attempt("officer", PASSWORD, address=OWNER, client=browser).status_code == 302
    )


def test_a_browser_that_two_people_use_knows_both(officer, auditor, guess):
    browser = known_browser()
    attempt("auditor", PASSWORD, client=browser)
    browser.post("/accounts/logout/")
    for login in ("officer", "auditor"):
        guess(6, login)
        assert attempt(login, PASSWORD, client=browser).status_code == 302
        browser.post("/accounts/logout/")


def test_the_browsers_token_is_new_at_each_sign_in_and_kept_as_its_hash_alone(
    officer, guess
):
    browser = known_browser()
    first = browser.cookies["device"]
    assert (first["httponly"], first["samesite"], first["max-age"]) == (
        True,
        "Lax",
        90 * 24 * 3600,
    )
    assert first.value not in str(KnownDevice.objects.values_list())
    used = first.value
    attempt(password=PASSWORD, client=browser)
    assert browser.cookies["device"].value != used
    assert KnownDevice.objects.count() == 1
    browser.cookies["device"] = used
    browser.post("/accounts/logout/")
    guess(6)
    assert attempt(password=PASSWORD, client=browser).status_code == 429


def test_after_ninety_days_a_browser_is_strange_again(officer, guess, clock):
    browser = known_browser()
    clock.shift(timedelta(days=90, seconds=1))
    guess(6)
    assert attempt(password=PASSWORD, client=browser).status_code == 429
    workflow.clear_sessions(at=timezone.now())
    assert not KnownDevice.objects.exists()


def stranger_tries_sixty_names():
    for number in range(limit("sign_in.address").most):
        attempt(f"name-{number}")


def test_sixty_wrong_passwords_slow_an_addresss_strangers_but_no_second_factor_and_no_known_browser(
    officer, auditor
):
    browser = known_browser(address=STRANGER)
    TOTP.activate(auditor, SECRET)
    stranger_tries_sixty_names()
    assert acts()[-2:] == ["sign_in.failed", "sign_in.address_locked"]
    refused = attempt("officer", PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert attempt("nobody").status_code == 429
    assert (
        attempt("auditor", PASSWORD)
        .headers["Location"]
        .startswith("/accounts/2fa/authenticate/")
    )
    assert attempt("officer", PASSWORD, client=browser).status_code == 302
    assert attempt("officer", PASSWORD, address=OWNER).status_code == 302


def test_the_address_is_free_again_ten_minutes_after_its_first_guess(officer, clock):
    stranger_tries_sixty_names()
    clock.shift(timedelta(minutes=11))
    assert attempt(password=PASSWORD).status_code == 302


def test_right_passwords_count_against_no_address(officer):
    for _turn in range(3):
        assert attempt(password=PASSWORD).status_code == 302
    assert FailedAttempts.objects.get(code="sign_in.address").count == 0


def test_the_right_password_that_reaches_the_limit_of_an_address_keeps_nobody_waiting(
    officer,
):
    for number in range(limit("sign_in.address").most - 1):
        attempt(f"name-{number}")
    assert attempt(password=PASSWORD).status_code == 302
    assert attempt(password=PASSWORD).status_code == 302


def test_subscribers_of_ipv6_are_counted_by_their_network(officer):
    for host in range(1, 6):
        attempt(address=f"2001:db8:1:2::{host:x}")
    assert attempt(address="2001:db8:1:2:ffff::1").status_code == 429
    assert attempt(address="2001:db8:1:3::1").status_code == 200


def test_behind_ones_own_proxy_each_caller_is_counted_by_itself(officer, settings):
    settings.TRUSTED_PROXIES = 1
    for _turn in range(6):
        Client(headers={"X-Forwarded-For": STRANGER}).post(
            "/accounts/login/", {"login": "officer", "password": "x"}
        )
    owner = Client(headers={"X-Forwarded-For": f"{STRANGER}, {OWNER}"})
    assert (
        owner.post(
            "/accounts/login/", {"login": "officer", "password": PASSWORD}
        ).status_code
        == 302
    )


def test_the_password_asked_once_more_is_counted_as_well(officer):
    client = Client()
    attempt(password=PASSWORD, client=client)
    for _turn in range(20):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    refused = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"


def test_the_right_password_tells_what_others_tried_since_the_last_time(officer, guess):
    browser = known_browser()
    guess(3)
    attempt(password=PASSWORD, client=browser)
    page = browser.get("/notifications/").content.decode()
    assert f"上次登录后有 3 次登录尝试失败，来自 {STRANGER}。" in page
    browser.post("/accounts/logout/")
    attempt(password=PASSWORD, client=browser)
    assert STRANGER not in browser.get("/notifications/").content.decode()


def test_the_owner_is_told_once_an_hour_and_not_by_each_address(officer, guess):
    for address in (STRANGER, "203.0.113.10"):
        guess(6, address=address)
    workflow.tell_owners(at=timezone.now())
    workflow.tell_owners(at=timezone.now())
    line = Notification.objects.get()
    assert (line.user, line.url, STRANGER in line.text) == (
        officer,
        "/accounts/sessions/",
        True,
    )


def test_an_administrator_unlocks_from_the_persons_page(
    client, administrator, officer, guess
):
    guess(6)
    client.force_login(administrator)
    page = client.get("/users/officer/").content.decode()
    assert STRANGER in page
    assert "/users/officer/unlock/" in page
    client.post("/users/officer/unlock/")
    assert attempt(password=PASSWORD).status_code == 302
    entry = AuditEntry.objects.get(verb="account.unlocked")
    assert (entry.actor, entry.subject_id, entry.detail) == (
        administrator,
        officer.pk,
        {"tries": 6},
    )
    assert (
        "/users/officer/unlock/" not in client.get("/users/officer/").content.decode()
    )


def test_nobody_else_unlocks_and_nothing_is_unlocked_twice(
    administrator, officer, guess
):
    guess(6)
    with pytest.raises(PermissionDenied):
        workflow.unlock_account(user=officer, actor=officer, at=NOW)
    workflow.unlock_account(user=officer, actor=administrator, at=timezone.now())
    with pytest.raises(TransitionRefused, match="not-locked"):
        workflow.unlock_account(user=officer, actor=administrator, at=timezone.now())


def test_counts_go_when_they_no_longer_matter(officer, guess):
    guess(3)
    guess(6, address="203.0.113.10")
    now = timezone.now()
    workflow.clear_attempts(at=now + timedelta(hours=2))
    assert FailedAttempts.objects.get(code="sign_in.account_from_address").count == 6
    workflow.clear_attempts(at=now + timedelta(hours=25))
    assert not FailedAttempts.objects.exists()


def code_attempt(client, code, address=STRANGER):
    return client.post(
        "/accounts/2fa/authenticate/", {"code": code}, REMOTE_ADDR=address
    )


def right_code():
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def test_wrong_codes_of_somebody_who_has_the_password_keep_the_owner_out_nowhere_else(
    officer,
):
    TOTP.activate(officer, SECRET)
    thief, owner = Client(), Client()
    attempt(password=PASSWORD, client=thief)
    for _turn in range(5):
        assert code_attempt(thief, "000000").status_code == 200
    refused = code_attempt(thief, right_code())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    attempt(password=PASSWORD, client=owner, address=OWNER)
    assert code_attempt(owner, right_code(), OWNER).status_code == 302
    workflow.tell_owners(at=timezone.now())
    assert "密码" in Notification.objects.get().text


def test_the_right_code_makes_those_before_it_forgotten(officer, clock):
    TOTP.activate(officer, SECRET)
    for _turn in range(2):
        client = Client()
        attempt(password=PASSWORD, client=client)
        for _wrong in range(4):
            assert code_attempt(client, "000000").status_code == 200
        assert code_attempt(client, right_code()).status_code == 302
        clock.shift(timedelta(minutes=1))  # a code is good once


def test_wrong_codes_from_the_same_address_do_not_keep_a_known_browser_out(officer):
    browser = known_browser(address=STRANGER)
    TOTP.activate(officer, SECRET)
    thief = Client()
    attempt(password=PASSWORD, client=thief)
    for _turn in range(6):
        code_attempt(thief, "000000")
    attempt(password=PASSWORD, client=browser)
    assert code_attempt(browser, right_code()).status_code == 302


def test_twenty_unknown_keys_from_one_address_are_told_to_wait_but_a_right_key_is_let_in(
    administrator, officer
):
    key = workflow.make_key(user=officer, actor=administrator, at=NOW)

    def call(key, address=STRANGER):
        return Client().get(
            "/api/v1/notices/",
            headers={"Authorization": f"Bearer {key}"},
            REMOTE_ADDR=address,
        )

    assert {call(f"wrong-{number}").status_code for number in range(20)} == {401}
    refused = call("wrong-again")
    assert (refused.status_code, refused.json()["status"]) == (429, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert call("wrong", OWNER).status_code == 401
    assert call(key).status_code == 200
