"""What open pages ask every 20 seconds: small, unlogged, keeping no session alive, once for all tabs of a browser."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page, expect

from corps.models import Session, Unit, User
from corps.ui import navigation
from corps.views.pulse import MOST_BYTES
from corps.workflow import notify
from tests.seen import carry_session

EVERY = 25_000


@pytest.fixture
def officer(db: None) -> User:
    unit = Unit.objects.create(name="unit", path="/1/")
    return User.objects.create(
        username="officer", name="officer", role="officer", unit=unit, password="!"
    )


@pytest.fixture
def client(officer: User) -> Client:
    signed_in = Client()
    signed_in.force_login(officer)
    return signed_in


def test_it_gives_the_counts_of_the_frame_in_its_order(client: Client, officer: User):
    notify(user=officer, text="one")
    said = client.get("/pulse/").json()
    page = client.get("/cases/")
    lines = [
        line.count
        for _head, lines in page.context["sidebar"]
        for line in lines
        if line.count is not None
    ]
    assert said == {"bell": 1, "lines": lines}
    assert page.content.decode().count("data-line-count") == len(lines)


@pytest.mark.parametrize("role", User.Role.values)
def test_its_answer_has_at_most_200_bytes_however_much_waits(
    db: None, role: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(navigation, "count_of", lambda _key, _user, _count: 1_234_567)
    unit = Unit.objects.create(name="unit", path="/1/")
    user = User.objects.create(
        username=role, name=role, role=role, unit=unit, password="!"
    )
    asked = Client()
    asked.force_login(user)
    assert len(asked.get("/pulse/").content) <= MOST_BYTES


def test_unchanged_counts_are_304_and_the_browser_alone_keeps_them(
    client: Client, officer: User
):
    first = client.get("/pulse/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/pulse/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    navigation.forget_counts(officer)
    notify(user=officer, text="one")
    assert (
        client.get(
            "/pulse/", headers={"If-None-Match": first.headers["ETag"]}
        ).status_code
        == 200
    )


def test_an_ended_session_gets_401_and_no_redirect(client: Client):
    Session.objects.all().delete()
    said = client.get("/pulse/")
    assert (said.status_code, said.json()) == (401, {"ended": True})


def test_it_extends_no_session_and_writes_nothing(client: Client):
    long_ago = timezone.now() - timedelta(minutes=30)
    Session.objects.update(last_seen_at=long_ago)
    with CaptureQueriesContext(connection) as said:
        client.get("/pulse/")
    assert Session.objects.get().last_seen_at == long_ago
    assert not [
        query
        for query in said
        if not query["sql"].lstrip().upper().startswith("SELECT")
    ]


def test_it_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture):
    client.get("/pulse/")
    assert "/pulse/" not in caplog.text
    client.get("/notifications/")
    assert "/notifications/" in caplog.text


def test_a_person_who_owes_a_second_factor_learns_no_counts(client: Client, settings):
    settings.SECOND_FACTOR_ROLES = ["officer"]
    assert client.get("/pulse/").status_code == 302


# In the browser.


def open_page(page: Page, client: Client, path: str) -> None:
    page.clock.install()
    page.goto("/accounts/login/")
    carry_session(page, client, page.url.split("/accounts")[0])
    page.goto(path)


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_on_an_open_page_without_a_reload(
    page: Page, client: Client, officer: User
):
    open_page(page, client, "/cases/complaints/new/")
    bell = page.locator("[data-bell]")
    expect(bell).to_be_hidden()
    notify(user=officer, text="one")
    navigation.forget_counts(officer)
    page.clock.run_for(EVERY)
    expect(bell).to_have_text("1")


@pytest.mark.django_db(transaction=True)
def test_an_ended_session_is_said_and_what_was_typed_stays(
    page: Page, client: Client, officer: User
):
    open_page(page, client, "/cases/complaints/new/")
    page.locator("[name=q]").first.fill("600000000001")
    ended = page.locator("[data-session-ended]")
    expect(ended).to_be_hidden()
    Session.objects.all().delete()
    page.clock.run_for(EVERY)
    expect(ended).to_be_visible()
    expect(page.locator("[name=q]").first).to_have_value("600000000001")


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_a_browser_ask_once(page: Page, client: Client, officer: User):
    open_page(page, client, "/cases/")
    second = page.context.new_page()
    asked: list[str] = []
    page.context.on(
        "request",
        lambda request: asked.append(request.url) if "/pulse/" in request.url else None,
    )
    second.goto(page.url)
    notify(user=officer, text="one")
    navigation.forget_counts(officer)
    page.clock.run_for(EVERY)  # the clock of both tabs
    for tab in (page, second):
        expect(tab.locator("[data-bell]")).to_have_text("1")
    assert len(asked) == 1


def test_what_a_person_sent_has_the_counts_counted_anew_on_the_next_page(
    client: Client, officer: User
):
    assert client.get("/pulse/").json()["bell"] == 0
    notify(user=officer, text="one")
    assert client.get("/pulse/").json()["bell"] == 0, "counted a moment ago"
    assert (
        client.post("/language/", {"language": "zh-hans", "next": "/"}).status_code
        == 302
    )
    assert client.get("/pulse/").json()["bell"] == 1
