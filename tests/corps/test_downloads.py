"""Downloads and the use of keys stand in the audit, once each; what nobody reads does not."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corps.models import AuditEntry
from corps.ui.csv_export import Download
from corps.workflow import make_key
from notices import letters
from tests.notices.world import World, add_targets, issue, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db) -> World:
    return make_world()


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def taken() -> list[tuple]:
    entries = (
        AuditEntry.objects.filter(verb="export.downloaded")
        .order_by("pk")
        .select_related("actor")
    )
    return [
        (
            e.actor.username,
            e.detail["listing"],
            e.detail["about"],
            e.detail["rows"],
            e.channel,
        )
        for e in entries
    ]


def test_each_kind_of_download_is_told_with_its_list_and_rows(world):
    add_targets(world, 3)
    [notice] = issue(world)
    officer, liaison = client_of(world.officer), client_of(world.liaison)
    b"".join(officer.get(reverse("dashboards:statistics_csv"), {"group": "firm"}))
    b"".join(
        officer.get(
            reverse("dashboards:ledger_export", args=["csv"]), {"platform": "taobao"}
        )
    )
    officer.get(reverse("notices:sheet", args=[notice.number]))
    officer.get(
        reverse(
            "notices:delivery_message", args=[letters.deliveries_of(notice).get().pk]
        )
    )
    liaison.get(reverse("notices:answers_sheet", args=[notice.number, "xlsx"]))
    b"".join(liaison.get(reverse("notices:answers_sheet", args=[notice.number, "csv"])))
    delivery = str(letters.deliveries_of(notice).get().pk)
    assert taken() == [
        ("officer", "statistics", "", 0, "page"),
        ("officer", "ledger", "", 0, "page"),
        ("officer", "notice_items", notice.number, 3, "page"),
        ("officer", "message", delivery, 0, "page"),
        ("liaison-taobao", "answer_sheet", notice.number, 3, "page"),
        ("liaison-taobao", "answer_sheet", notice.number, 3, "page"),
    ]
    entry = AuditEntry.objects.filter(detail__listing="ledger").get()
    assert (entry.detail["filters"], entry.detail["whole"], entry.address) == (
        {"platform": "taobao"},
        True,
        "127.0.0.1",
    )


def test_pages_and_lists_on_the_screen_leave_nothing(world):
    add_targets(world, 1)
    [notice] = issue(world)
    client_of(world.officer).get(notice.get_absolute_url())
    client_of(world.officer).get(reverse("notices:list"))
    assert taken() == []


def test_a_head_and_a_prefetch_take_nothing(world):
    client = client_of(world.officer)
    client.head(reverse("dashboards:ledger_export", args=["csv"]))
    add_targets(world, 1)
    [notice] = issue(world)
    client.get(
        reverse("notices:sheet", args=[notice.number]),
        headers={"sec-purpose": "prefetch"},
    )
    assert taken() == []


def test_what_was_cut_off_is_told_as_far_as_it_left_and_not_before_its_first_byte(
    rf, world
):
    request = rf.get("/")
    request.user = world.officer

    def streamed(download):
        return download.streamed(f"{row}" for row in download.counted(range(5)))

    untouched = streamed(Download(request, "ledger"))
    next(untouched)
    untouched.close()
    assert taken() == []
    begun = streamed(Download(request, "ledger"))
    next(begun), next(begun)
    begun.close()
    entry = AuditEntry.objects.get(verb="export.downloaded")
    assert (entry.detail["rows"], entry.detail["whole"]) == (2, False)


def test_a_key_is_told_the_first_time_of_a_day_from_each_address(world):
    key = make_key(user=world.officer, actor=None, at=timezone.now())
    program = Client(headers={"authorization": f"Bearer {key}"})
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        program.get("/api/v1/notices/", REMOTE_ADDR=address)
    used = AuditEntry.objects.filter(verb="api_key.used").order_by("pk")
    assert [(entry.actor, entry.address, entry.channel) for entry in used] == [
        (world.officer, "192.0.2.1", "api"),
        (world.officer, "192.0.2.2", "api"),
    ]


def test_another_process_tells_it_no_second_time(world, monkeypatch):
    key = make_key(user=world.officer, actor=None, at=timezone.now())
    program = Client(headers={"authorization": f"Bearer {key}"})
    program.get("/api/v1/notices/")
    monkeypatch.setattr("corps.workflow.accounts._noted", set())
    program.get("/api/v1/notices/")
    assert AuditEntry.objects.filter(verb="api_key.used").count() == 1
