"""What is refused has a page of its own, with words, a way on, and for programs a problem document."""

import pytest
from django.test import Client

from runtime.environment import secure_origins


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked for their token."""
    return Client(enforce_csrf_checks=True)


def test_an_address_that_only_takes_what_a_button_sends_says_so(client, officer):
    client.force_login(officer)
    answer = client.get("/language/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode()
    assert client.head("/language/").content == b""
    assert client.delete("/healthz").status_code == 405


def test_a_form_without_its_token_leads_back_to_its_page_and_nowhere_else(strict, db):
    page = strict.post(
        "/accounts/login/",
        {},
        headers={"Referer": "http://testserver/accounts/login/?next=/x"},
    )
    assert page.status_code == 403
    assert 'href="http://testserver/accounts/login/?next=/x"' in page.content.decode()
    elsewhere = strict.post(
        "/accounts/login/", {}, headers={"Referer": "https://elsewhere.example/"}
    )
    assert "elsewhere" not in elsewhere.content.decode()
    assert "页面打开时间过长" in elsewhere.content.decode()


def test_a_form_of_the_sites_own_address_is_taken_behind_a_proxy_that_drops_the_port(
    strict, db, settings
):
    settings.ALLOWED_HOSTS, settings.SECURE_PROXY_SSL_HEADER = (
        ["corps.test"],
        ("HTTP_X_FORWARDED_PROTO", "https"),
    )
    settings.CSRF_TRUSTED_ORIGINS = secure_origins("https://corps.test:8443/start")
    of_proxy = {"Host": "corps.test", "X-Forwarded-Proto": "https"}
    strict.get("/accounts/login/", headers=of_proxy)
    typed = {
        "login": "x",
        "password": "y",
        "csrfmiddlewaretoken": strict.cookies["csrftoken"].value,
    }
    answers = {
        origin: strict.post(
            "/accounts/login/", typed, headers=of_proxy | {"Origin": origin}
        ).status_code
        for origin in (
            "https://corps.test:8443",
            "https://corps.test:9443",
            "http://corps.test:8443",
        )
    }
    assert list(answers.values()) == [200, 403, 403]
    assert secure_origins("http://127.0.0.1:8000") == []


def test_too_many_fields_are_too_much_at_once(client, officer, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    client.force_login(officer)
    answer = client.post("/language/", {f"field{turn}": "x" for turn in range(9)})
    assert answer.status_code == 413
    assert "一次提交的内容过多" in answer.content.decode()


def test_too_many_tries_from_one_address_are_told_to_wait(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    for _turn in range(3):
        answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 429
    assert "尝试次数过多" in answer.content.decode()


def test_a_host_that_is_not_ours_gets_a_page_and_no_trace(client, db):
    answer = client.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "elsewhere" not in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/search/?q=a%00b", "/users/%00/", "/accounts/login/?next=/%00"]
)
def test_a_null_character_in_an_address_cannot_be_read(client, officer, address):
    client.force_login(officer)
    assert client.get(address).status_code == 400
    assert client.get("/search/?q=%2500").status_code == 200


def test_neither_can_one_in_a_form(client, officer):
    client.force_login(officer)
    form = "application/x-www-form-urlencoded"
    assert (
        client.post(
            "/language/", "language=zh%00&next=/", content_type=form
        ).status_code
        == 400
    )
    assert (
        client.post(
            "/language/", "language=zh-hans&next=/%2500", content_type=form
        ).status_code
        == 302
    )


def test_a_program_is_told_of_it_in_a_problem_document(client, db):
    answer = client.get("/api/v1/notices/?state=%00")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        400,
        "application/problem+json",
    )


@pytest.mark.parametrize(
    "address",
    ["/accounts/login/", "/", "/nothing-here/", "/api/v1/notices/", "/healthz"],
)
def test_every_answer_lets_the_browser_load_from_here_alone_and_run_nothing_written_into_a_page(
    client, db, address
):
    headers = client.get(address).headers
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in headers["Content-Security-Policy"].split(";")
    )
    for kind in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
        assert policy[kind] == "'self'", kind
    for kind in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert policy[kind] == "'none'", kind
    assert policy["img-src"] == "'self' data:"
    assert headers["X-Frame-Options"] == "DENY"
