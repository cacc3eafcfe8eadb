"""Passwords: which are taken, and who must choose one of their own before anything else."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from corps import workflow
from corps.models import AuditEntry, Installation, Unit, User
from tests.corps.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db
OWN = "seven-green-kettles"


@pytest.fixture
def chen():
    unit = Unit(pk=1, name="网络监管三支队", path="/1/")
    return User(
        username="chenxiaoyu",
        name="陈晓雨",
        email="yuyu88@corps.example",
        phone="13812345678",
        unit=unit,
    )


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("aaaaaaaaaaaa", "password_repeats"),
        ("abcabcabcabc", "password_repeats"),
        ("qazwsxqazwsx", "password_repeats"),
        ("11112222333344", "password_repeats"),
        ("Shanghai2026", "password_of_known_words"),
        ("Shanghai20261128", "password_of_known_words"),
        ("SHANGHAI!scjg!", "password_of_known_words"),
        ("corps-officer-7", "password_of_known_words"),
        ("市场监管执法总队2026年", "password_of_known_words"),
        ("taobao1688tmall", "password_of_known_words"),
        ("Passw0rd-officer", "password_of_known_words"),
        ("chenxiaoyu-2026", "password_of_known_words"),
        ("陈晓雨陈晓雨2026年", "password_of_known_words"),
        ("13812345678-yuyu88", "password_of_known_words"),
        ("网络监管三支队-2026", "password_of_known_words"),
    ],
)
def test_what_everybody_would_try_is_refused_with_a_sentence(chen, password, code):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, chen)
    assert code in [error.code for error in refused.value.error_list]
    assert all(str(message).endswith("。") for message in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        OWN,
        "correct horse battery staple",
        "Shanghai-kettle-3-rivers",
        "蓝鲸在东海边吃面条喝茶",
    ],
)
def test_a_phrase_of_ones_own_is_taken_also_with_a_known_word_in_it(chen, password):
    validate_password(password, chen)


@pytest.fixture
def handed_out(client, administrator, officer):
    """A browser signed in with a password that an administrator handed out; the password."""
    client.force_login(administrator)
    client.post("/users/officer/password/")
    page = client.post("/users/officer/password/").content.decode()
    client.logout()
    password = page.partition('id="secret" class="fs20">')[2].partition("<")[0]
    client.post("/accounts/login/", {"login": "officer", "password": password})
    return password


def change(client, old, new=OWN):
    return client.post(
        "/accounts/password/change/",
        {"oldpassword": old, "password1": new, "password2": new},
    )


def test_a_password_that_was_handed_out_must_be_changed_before_anything_else(
    client, handed_out, officer
):
    for path in ("/", "/notifications/", "/accounts/2fa/", "/accounts/sessions/"):
        assert client.get(path).headers["Location"] == "/accounts/password/change/", (
            path
        )
    program = client.get("/api/v1/notices/")
    assert (program.status_code, program.json()["code"]) == (403, "password_handed_out")
    fragment = client.get("/notifications/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Refresh"]) == (204, "true")
    page = client.get("/accounts/password/change/").content.decode()
    assert "请先设置自己的密码" in page
    assert 'id="sidebar"' not in page
    assert change(client, handed_out).headers["Location"] == "/"
    assert client.get("/notifications/").status_code == 200
    officer.refresh_from_db()
    assert officer.check_password(OWN)
    assert not officer.must_change_password


def test_the_new_password_is_not_the_handed_out_one(client, handed_out, officer):
    answer = change(client, handed_out, handed_out)
    assert "新密码与当前密码相同" in answer.content.decode()
    assert client.get("/notifications/").status_code == 302


def test_whoever_owes_a_new_password_can_sign_out_and_read_in_the_other_language(
    client, handed_out
):
    assert client.post("/language/", {"language": "en"}).status_code == 302
    assert (
        "Choose your own password first"
        in client.get("/accounts/password/change/").content.decode()
    )
    assert client.post("/accounts/logout/").status_code == 302


def test_a_new_accounts_first_password_must_be_changed_as_well(client, administrator):
    client.force_login(administrator)
    client.post("/new-account/auditor/", {"username": "shen", "name": "沈"})
    assert User.objects.get(username="shen").must_change_password


def test_keys_and_passwords_from_the_command_line_are_not_asked_for_another_one(
    client, administrator, officer
):
    workflow.reset_password(user=officer, actor=administrator, at=NOW)
    key = workflow.make_key(user=officer, actor=administrator, at=NOW)
    answer = client.get("/api/v1/notices/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    workflow.reset_password(user=officer, actor=None, at=NOW)
    officer.refresh_from_db()
    assert not officer.must_change_password


def test_demonstration_accounts_are_not_asked_and_others_in_a_demonstration_are(
    administrator, officer, account
):
    Installation.objects.update(demonstration=Installation.Demonstration.LOADED)
    other = account("auditor", "shen")
    for person in (officer, other):
        workflow.reset_password(user=person, actor=administrator, at=NOW)
        person.refresh_from_db()
    assert (officer.must_change_password, other.must_change_password) == (False, True)


def test_changing_ones_password_ends_the_sessions_elsewhere_and_stays_signed_in(
    client, officer
):
    elsewhere = type(client)()
    for browser in (client, elsewhere):
        browser.post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    change(client, PASSWORD)
    assert client.get("/notifications/").status_code == 200
    assert elsewhere.get("/notifications/").status_code == 302
    assert officer.sessions.count() == 1
    assert officer.known_devices.count() == 1
    assert AuditEntry.objects.get(verb="account.password_changed").detail == {
        "sessions": 1
    }
