"""What a person keeps of a long list: hidden columns, and filters with a name."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Complaint, ImportRow, SheetImport
from corps.models import User
from corps.ui.tables import tables
from corps.workflow import keep_filter
from firms.models import Representative
from notices import workflow
from stores.models import Store
from tests.notices.world import World, add_targets, answer, issue, make_world

PAGES = {
    "named": "cases:named",
    "cases": "cases:list",
    "complaints": "cases:complaints",
    "notices": "notices:list",
    "deliveries": "notices:deliveries",
    "objections": "notices:objections",
    "checks": "notices:checks_list",
    "ledger": "dashboards:ledger",
    "listings": "listings:list",
    "stores": "stores:list",
    "users": "users",
    "audit": "audit",
}


# Lists whose rows need a story of their own: tests/cases/test_claims.py, test_releasing.py, and official accounts.
TRIED_ELSEWHERE = {
    "claims",
    "official_targets",
    "official_rows",
    "official_accounts",
    "answered_targets",
    "items_to_answer",
    "notice_items",
}


@pytest.fixture
def world(db: None) -> World:
    """At least one row for every list."""
    world = make_world()
    targets = add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    first = notice.items.earliest("position")
    workflow.verify_items(items=[first.pk], seen="gone", actor=world.officer2)
    workflow.lodge_objection(target=targets[1], actor=world.officer, reason="误伤")
    Store.objects.create(
        platform=world.platform,
        canonical_id="shop1",
        name="店",
        url="https://shop1.taobao.com",
    )
    complaint = Complaint.objects.create(
        number="T2026-000001",
        firm=world.firm,
        subject="函",
        state="accepted",
        received_on=timezone.now().date(),
        submitted_at=timezone.now(),
        submitted_by=world.officer,
    )
    sheet = SheetImport.objects.create(
        complaint=complaint, started_by=world.officer, at=timezone.now()
    )
    ImportRow.objects.create(sheet_import=sheet, row=1, result="new", target=targets[0])
    return world


@pytest.fixture
def officer(client: Client, world: World) -> Client:
    client.force_login(world.officer)
    return client


def address(key: str, world: World) -> str:
    return (
        f"{world.case.get_absolute_url()}?sort=id"
        if key == "targets"
        else reverse(PAGES[key])
    )


def heads(page: str) -> list[str]:
    """The words of a table's head, a box as its label."""
    head = re.search(r"<thead><tr>(.*?)</tr></thead>", page, re.S)
    assert head
    cells = re.findall(r"<th [^>]*>(.*?)</th>", head[1], re.S)
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


def cells_of_first_row(page: str) -> int:
    body = page[page.index("<tbody") :]
    row = re.search(r"<tr(?! class=\"group\")[^>]*>(.*?)</tr>", body, re.S)
    assert row
    return len(re.findall(r"<t[dh][ >]", row[1]))


def classes(page: str) -> set[str]:
    table = re.search(r'<table class="([^"]*)"><caption', page) or re.search(
        r'<table class="([^"]*)">', page
    )
    assert table
    return {word for word in table[1].split() if word.startswith("hide-")}


def test_every_list_that_declares_columns_is_tried_here():
    assert set(tables) == {*PAGES, "targets", *TRIED_ELSEWHERE}


@pytest.mark.parametrize("key", sorted([*PAGES, "targets"]))
def test_head_and_rows_have_the_same_columns_and_each_can_be_hidden_but_the_fixed(
    key: str, client: Client, world: World
):
    role = {
        "users": "administrator",
        "audit": "auditor",
        "named": "representative",
    }.get(key)
    user = (
        User.objects.create(username=role, name=role, role=role, password="!")
        if role
        else world.officer
    )
    if role == "representative":
        Representative.objects.create(firm=world.firm, user=user)
    client.force_login(user)
    url = address(key, world)
    whole = client.get(url).content.decode()
    assert len(heads(whole)) == cells_of_first_row(whole)
    assert classes(whole) == set()
    answer = client.post(reverse("list_columns", args=[key]), {"next": url})
    assert answer.headers["Location"] == url
    narrow = client.get(url).content.decode()
    assert cells_of_first_row(narrow) == cells_of_first_row(whole)
    hidden = {int(word.removeprefix("hide-")) for word in classes(narrow)}
    assert heads(narrow) == [
        word for at, word in enumerate(heads(whole), 1) if at not in hidden
    ]
    assert len(heads(narrow)) == sum(
        column.fixed for column in tables[key].columns if column.key != "list_price"
    )
    client.post(reverse("list_columns", args=[key]), {"next": url, "all": "1"})
    assert heads(client.get(url).content.decode()) == heads(whole)


def test_what_one_person_hides_another_still_sees(officer: Client, world: World):
    officer.post(reverse("list_columns", args=["cases"]), {"column": ["title"]})
    officer.force_login(world.officer2)
    assert classes(officer.get(reverse("cases:list")).content.decode()) == set()


def test_a_style_stands_for_every_column_of_every_list(settings):
    css = (settings.BASE_DIR / "static" / "tables.css").read_text()
    for place in range(1, max(len(table.columns) for table in tables.values()) + 1):
        assert f".hide-{place} > tbody > tr:not(.group) > :nth-child({place})" in css


def test_a_filter_is_kept_under_its_name_replaced_and_forgotten(officer: Client):
    url = reverse("cases:list") + "?state=filed&firm="
    keep = reverse("list_filters", args=["cases"])
    officer.post(
        keep,
        {"next": url, "query": "state=filed&firm=&after=x", "name": "  我的 案件 "},
    )
    page = officer.get(url).content.decode()
    assert '<a href="?state=filed" aria-current="true">我的 案件</a>' in page
    officer.post(keep, {"next": url, "query": "state=closed", "name": "我的 案件"})
    page = officer.get(url).content.decode()
    assert '<a href="?state=closed">我的 案件</a>' in page
    assert 'href="?state=filed"' not in page
    officer.post(keep, {"next": url, "forget": "我的 案件"})
    assert "我的 案件" not in officer.get(url).content.decode()


def test_a_filters_name_and_words_are_escaped(officer: Client):
    officer.post(
        reverse("list_filters", args=["cases"]),
        {"query": 'firm="><script>', "name": "<script>alert(1)</script>"},
    )
    page = officer.get(reverse("cases:list")).content.decode()
    assert "<script>alert" not in page
    assert "firm=%22%3E%3Cscript%3E" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"query": "state=filed", "name": " "}, "不超过 40 个字"),
        ({"query": "state=filed", "name": "长" * 41}, "不超过 40 个字"),
        ({"query": "after=x&state=", "name": "空"}, "没有可保存的条件"),
        ({"query": "q=" + "x" * 1001, "name": "长"}, "条件过长"),
    ],
)
def test_what_cannot_be_kept_is_said_on_the_list(
    officer: Client, said: dict[str, str], words: str
):
    goal = reverse("cases:list")
    answer = officer.post(
        reverse("list_filters", args=["cases"]), {"next": goal, **said}, follow=True
    )
    assert words in answer.content.decode()
    assert User.objects.get(username="officer").lists == {}


def test_at_most_twenty_filters_of_a_list_are_kept(world: World):
    for number in range(20):
        keep_filter(
            user=world.officer, table="cases", name=str(number), query="state=filed"
        )
    with pytest.raises(ValidationError):
        keep_filter(user=world.officer, table="cases", name="20", query="state=filed")
    keep_filter(user=world.officer, table="cases", name="19", query="state=closed")
    keep_filter(user=world.officer, table="notices", name="20", query="state=issued")


def test_nobody_is_led_to_another_site_and_an_unknown_list_is_not_there(
    officer: Client,
):
    away = officer.post(
        reverse("list_columns", args=["cases"]), {"next": "https://elsewhere.example/"}
    )
    assert away.headers["Location"] == "/"
    assert officer.post(reverse("list_columns", args=["secrets"])).status_code == 404
    assert officer.post(reverse("list_filters", args=["secrets"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_person_lose_nothing():
    user = User.objects.create(username="a", name="a", role="auditor", password="!")

    def keep(number: int) -> None:
        mine = User.objects.get(pk=user.pk)
        keep_filter(user=mine, table="audit", name=str(number), query=f"actor={number}")
        connections.close_all()

    with ThreadPoolExecutor(8) as windows:
        list(windows.map(keep, range(16)))
    user.refresh_from_db()
    assert set(user.lists["audit"]["filters"]) == {str(number) for number in range(16)}
