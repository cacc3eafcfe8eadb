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
from cases import workflow as casework
from cases.models import Case, Target
from corps.models import Delivery, Notification, User
from notices import workflow
from notices.models import Notice
from tests.notices.world import World, add_targets, answer, arrive, file_another, issue

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


def test_items_to_hand_over_come_back_with_their_rows(world: World):
    add_targets(world, 4)
    [notice] = issue(world)
    ids = list(notice.items.values_list("pk", flat=True))
    answer(world, notice, "not_ours", items=ids[:2])
    [task] = lists(world.officer)["back"]
    shown = client_of(world.officer).get(task.url).context["page"].rows
    assert task.count == 2
    assert {item.pk for item in shown} == set(ids[:2])


def test_mails_of_unknown_outcome_and_failed_ones_come_back(world: World):
    add_targets(world, 1)
    issue(world)
    Delivery.objects.update(state="uncertain")
    [task] = lists(world.officer)["back"]
    assert (task.count, task.url) == (1, f"{reverse('notices:deliveries')}?state=uncertain")
    assert "back" not in lists(world.stranger)


def test_a_notice_is_waited_for_until_its_day_and_due_from_then_on(world: World, settings):
    settings.SESSION_IDLE_MINUTES = 0
    add_targets(world, 1)
    [notice] = issue(world)
    arrive(world, notice)
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


def test_what_waits_for_a_notice_stands_on_the_desk_case_by_case_with_the_reasons(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "refused", ids[:1])
    answer(world, notice, "needs_information", ids[1:2])
    add_targets(world, 2)
    other = file_another(world, 1)
    [task, second] = lists(world.officer)["send"]
    assert (task.title, task.count, second.count) == (world.case.title, 4, 1)
    for words in ("待拟函 2", "未处置 1", "待补充 1"):
        assert words in task.note
    waits = client_of(world.officer).get(task.url).context
    assert waits["waiting_total"] == task.count
    [row] = waits["waiting"]
    listed = client_of(world.officer).get(f"{world.case.get_absolute_url()}?state=waiting&platform={row['slug']}")
    assert listed.context["page"].total == len(listed.context["rows"]) == row["count"] == 4
    [draft] = workflow.compose_notices(case=other.case, actor=world.officer).notices
    _case, left = lists(world.officer)["send"]
    assert draft.number in left.title
    workflow.submit_notice(notice=draft, actor=world.officer)
    assert len(lists(world.officer)["send"]) == 1


def test_an_official_accounts_targets_wait_for_nothing_and_are_counted_apart(world: World):
    targets = add_targets(world, 3)
    Target.objects.filter(pk=targets[0].pk).update(is_official=True)
    [task] = lists(world.officer)["send"]
    assert task.count == 2
    page = client_of(world.officer).get(world.case.get_absolute_url())
    cells = {cell["kind"]: cell for cell in page.context["cells"]}
    assert (cells["reported"]["value"], cells["official"]["value"]) == (2, 1)
    for cell in cells.values():
        shown = client_of(world.officer).get(f"{world.case.get_absolute_url()}{cell['url']}").context
        assert len(shown["rows"]) == shown["page"].total == cell["value"]


def test_the_officers_of_a_case_are_told_that_it_is_filed_or_not(world: World):
    Case.objects.filter(pk=world.case.pk).update(state="lead", filed_at=None, opened_by=world.stranger)
    casework.assign_officers(case=world.case, lead=world.officer, second=world.officer2, actor=world.supervisor)
    chief = User.objects.create(
        username="chief", name="chief", role="supervisor", unit=world.case.unit, duties=["head_of_department"]
    )
    casework.file_case(case=world.case, actor=chief)
    told = Notification.objects.filter(url=world.case.get_absolute_url())
    assert {line.user for line in told} == {world.officer, world.officer2}
    assert all("已立案" in line.text for line in told)


def test_ones_own_work_stands_there_for_others_to_check_and_is_no_call(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    [own] = lists(world.officer)["check"]
    [others] = lists(world.officer2)["check"]
    assert (own.verb, own.count) == ("查看", 2)
    assert "他人" in own.note
    assert (others.verb, others.count, others.note) == ("复核", 2, "")
