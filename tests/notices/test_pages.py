"""Pages of the notices room: what a person sees and does there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Target
from corps.models import User
from notices import workflow
from notices.models import Answer, Recurrence
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_relisting_is_recorded_on_the_targets_page(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(items=[notice.items.get().pk], seen="gone", actor=world.officer2)
    client = client_of(world.officer)
    url = reverse("notices:look_again", args=[target.pk])
    assert url in client.get(reverse("cases:target", args=[target.pk])).content.decode()
    assert client.post(url, {"seen": "live"}).status_code == 302
    assert Target.objects.get().state == "relisted"
    assert Recurrence.objects.count() == 1


def test_an_answer_on_paper_is_recorded_with_its_document(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    client = client_of(world.officer)
    said = {
        "lines": f"{targets[0].listing.canonical_id}\n{targets[1].listing.url}",
        "outcome": "removed",
        "document": SimpleUploadedFile("fax.pdf", b"%PDF-1.4"),
    }
    assert client.post(reverse("notices:behalf", args=[notice.number]), said).status_code == 302
    assert Answer.objects.exclude(document=None).count() == 2


def test_the_desk_answers_once_however_often_the_form_is_sent(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    client = client_of(world.liaison)
    ids = list(notice.items.values_list("pk", flat=True))
    url = reverse("notices:answer", args=[notice.number])
    summary = client.post(url, {"ids": ids, "outcome": "removed"})
    token = summary.context["form"].initial["token"]
    confirmed = {"ids": ids, "outcome": "removed", "token": token, "remark": "", "confirmed": "1"}
    assert client.post(url, confirmed).status_code == 302
    assert client.post(url, confirmed).status_code == 302
    assert Answer.objects.count() == 3


def test_a_refusal_without_a_reason_is_asked_for_one(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    client = client_of(world.liaison)
    said = {"ids": [notice.items.get().pk], "outcome": "refused", "token": "t", "confirmed": "1"}
    page = client.post(reverse("notices:answer", args=[notice.number]), said)
    assert page.status_code == 200
    assert page.context["form"].errors["remark"]
    assert not Answer.objects.exists()


def test_pasted_lines_select_items_and_say_what_is_elsewhere(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    client = client_of(world.liaison)
    lines = f"{targets[0].listing.canonical_id}\n999999999999"
    page = client.post(reverse("notices:pick", args=[notice.number]), {"lines": lines})
    assert page.context["page"].total == 1
    assert [line["line"] for line in page.context["unknown"]] == ["999999999999"]


@pytest.mark.parametrize("name", ["notices:notice", "notices:checks_list", "notices:desk", "notices:list"])
def test_pages_ask_the_same_number_of_queries_for_five_items_and_for_fifty(world: World, name: str):
    counts = []
    for number in (5, 45):
        add_targets(world, number)
        for notice in issue(world):
            answer(world, notice, items=list(notice.items.values_list("pk", flat=True))[: number - 1])
        user = world.liaison if name == "notices:desk" else world.officer
        url = reverse(name, args=[notice.number] if name == "notices:notice" else [])
        client = client_of(user)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
