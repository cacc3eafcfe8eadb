"""An officer's first page: what came back, what others owe, and that each number is the list behind it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import desk
from corps.models import Delivery, User
from notices import workflow
from notices.models import Notice
from tests.notices.world import World, add_targets, answer, file_another, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lists(user: User, query: str = "") -> dict[str, list[desk.Task]]:
    page = client_of(user).get(reverse("home") + query)
    assert page.status_code == 200
    return {section["key"]: [task for task, *_ in section["tasks"]] for section in page.context["sections"]}


def submitted(world: World) -> Notice:
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    return workflow.submit_notice(notice=notice, actor=world.officer)


def test_a_returned_notice_comes_back_with_its_reason_until_it_is_submitted_again(world: World):
    add_targets(world, 2)
    notice = workflow.return_notice(notice=submitted(world), actor=world.supervisor, reason="依据不符")
    [task] = lists(world.officer)["back"]
    assert (task.note, task.count) == ("依据不符", 2)
    assert client_of(world.officer).get(task.url).context["current"] == notice
    workflow.remove_items(notice=notice, items=[notice.items.first().pk], actor=world.officer)  # a draft again
    assert [task.count for task in lists(world.officer)["back"]] == [1]
    workflow.submit_notice(notice=notice, actor=world.officer)
    assert "back" not in lists(world.officer)


def test_items_to_hand_over_or_to_supplement_come_back_each_with_its_rows(world: World):
    add_targets(world, 4)
    [notice] = issue(world)
    ids = list(notice.items.values_list("pk", flat=True))
    answer(world, notice, "not_ours", items=ids[:1])
    answer(world, notice, "needs_information", items=ids[1:3])
    back = {task.count: task.url for task in lists(world.officer)["back"]}
    shown = {count: client_of(world.officer).get(url).context["page"].rows for count, url in back.items()}
    assert {count: {item.pk for item in rows} for count, rows in shown.items()} == {1: {ids[0]}, 2: set(ids[1:3])}


def test_mails_of_unknown_outcome_and_failed_ones_come_back(world: World):
    add_targets(world, 1)
    issue(world)
    Delivery.objects.update(state="uncertain")
    [task] = lists(world.officer)["back"]
    assert (task.count, task.url) == (1, f"{reverse('notices:deliveries')}?state=uncertain")
    assert "back" not in lists(world.stranger)


def test_a_notice_is_waited_for_until_its_day_and_due_from_then_on(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    found = lists(world.officer)
    assert ([task.url for task in found["waiting"]], found["due"]) == ([notice.get_absolute_url()], [])
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=True):
        found = lists(world.officer)
        assert (len(found["due"]), found["waiting"]) == (1, [])


def test_all_of_a_list_is_what_its_number_says(world: World):
    for _each in range(10):
        issue(file_another(world))
    page = client_of(world.officer).get(reverse("home"))
    waiting = next(section for section in page.context["sections"] if section["key"] == "waiting")
    assert (waiting["total"], len(waiting["tasks"])) == (10, 8)
    assert {key: len(tasks) for key, tasks in lists(world.officer, waiting["more"]).items()} == {"waiting": 10}


def test_what_was_asked_a_minute_ago_has_not_waited_for_an_hour(world: World):
    add_targets(world, 1)
    submitted(world)
    page = client_of(world.officer).get(reverse("home"))
    [(_task, _urgent, waited)] = next(s["tasks"] for s in page.context["sections"] if s["key"] == "waiting")
    assert waited == "已等不到 1 小时"


def test_the_first_page_asks_no_more_for_more_rows(world: World):
    counts = []
    client = client_of(world.officer)
    for _each in range(2):
        for _case in range(3):
            [notice] = issue(file_another(world, 2))
            answer(world, notice, "not_ours", items=[notice.items.first().pk])
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("home"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_came_back_begins_with_mails_and_returned_notices(world: World):
    add_targets(world, 2)
    answer(world, issue(world)[0], "not_ours")
    add_targets(world, 1)
    returned = workflow.return_notice(notice=submitted(world), actor=world.supervisor, reason="依据不符")
    Delivery.objects.update(state=Delivery.State.FAILED, finished_at=timezone.now())
    mails, notice, not_ours = lists(world.officer)["back"]
    assert mails.url.startswith(reverse("notices:deliveries"))
    assert returned.number in notice.title
    assert not_ours.url.endswith("?state=not_ours")
