"""One count of a notice's items wherever it stands, and no period on a page but what a rule or a campaign sets."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import workflow as casework
from cases.models import Campaign
from corps.deadlines.clock import today
from corps.models import ClockRule, User
from corps.workflow import make_key
from notices import workflow
from tests.home import needs_of
from tests.notices.world import (
    World,
    add_targets,
    ago,
    answer,
    arrive,
    issue,
    make_world,
)


@pytest.fixture
def world(db) -> World:
    return make_world()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_notice_has_the_same_count_in_the_api_on_its_pages_and_in_the_lists(
    world: World,
):
    add_targets(world, 5)
    [notice] = issue(world)
    first, second, *_rest = notice.items.order_by("pk").values_list("pk", flat=True)
    answer(world, notice, items=[second])
    workflow.withdraw_items(items=[first], actor=world.supervisor, reason="named twice")

    key = make_key(user=world.liaison, actor=world.liaison, at=timezone.now())
    api = Client(headers={"Authorization": f"Bearer {key}"})
    said = api.get(f"/api/v1/notices/{notice.number}/").json()
    assert (said["items"], said["items_open"]) == (5, 3)
    assert (
        len(api.get(f"/api/v1/notices/{notice.number}/items/").json()["results"])
        == said["items"]
    )

    liaison, officer = signed_in(world.liaison), signed_in(world.officer)
    counts = liaison.get(notice.get_absolute_url()).context["counts"]
    assert (counts["all"], counts["withdrawn"], counts["answered"], counts["open"]) == (
        5,
        1,
        1,
        3,
    )
    page = officer.get(reverse("notices:list"))
    [row] = page.context["page"]
    assert (
        row.item_count,
        row.withdrawn_count,
        row.answered_count,
        row.open_count,
    ) == (5, 1, 1, 3)
    assert "已撤回 1" in page.content.decode()
    [need] = needs_of(world.liaison)
    assert (need.count, need.note) == (3, "已答复 1 / 5　已撤回 1")


def composer(world: World) -> str:
    add_targets(world, 1)
    workflow.compose_notices(case=world.case, actor=world.officer)
    return (
        signed_in(world.officer)
        .get(reverse("notices:compose", args=[world.case.number]))
        .content.decode()
    )


def test_the_composer_states_the_period_of_the_rule_in_force(owner_database):
    rule = ClockRule.objects.in_force("PT_FK", today())
    with owner_database.cursor() as cursor:
        cursor.execute("UPDATE corps_clockrule SET length = 7 WHERE id = %s", [rule.pk])
    page = composer(make_world())
    assert "自收到之日起 7 个工作日" in page
    assert rule.name_zh in page


def test_the_composer_states_the_period_agreed_for_the_campaign(world: World):
    campaign = Campaign.objects.create(
        name="专项", opens_on="2026-01-01", closes_on="2026-12-31", reply_working_days=5
    )
    world.case.campaign = campaign
    world.case.save(update_fields=["campaign"])
    page = composer(world)
    assert "自收到之日起 5 个工作日" in page
    assert "按专项约定" in page


def test_what_a_later_notice_took_up_unanswered_is_nowhere_called_answered(
    world: World,
):
    add_targets(world, 5)
    [notice] = issue(world)
    arrive(world, notice, ago(days=60))
    removed, appealed, *_open = notice.items.order_by("pk").values_list("pk", flat=True)
    answer(world, notice, items=[removed])
    answer(world, notice, "appealed", items=[appealed])
    workflow.withdraw_items(items=[appealed], actor=world.supervisor, reason="撤回")
    issue(world)
    assert notice.items.filter(state="carried_over").count() == 3

    liaison = signed_in(world.liaison)
    page = liaison.get(notice.get_absolute_url())
    counts = page.context["counts"]
    assert (
        counts["all"],
        counts["withdrawn"],
        counts["carried"],
        counts["answered"],
    ) == (5, 1, 3, 1)
    assert page.context["answer_counts"] == [("已下架", 1)]
    assert "已全部答复" not in page.content.decode()
    assert (
        liaison.get(notice.get_absolute_url() + "?show=answered").context["page"].total
        == counts["answered"]
    )
    rows = liaison.get(reverse("notices:desk") + "?show=answered").context["page"]
    [row] = [row for row in rows if row.pk == notice.pk]
    assert (row.answered_count, row.carried_count, row.withdrawn_count) == (1, 3, 1)


def test_the_composer_says_that_nothing_of_it_can_be_submitted_while_the_case_is_suspended(
    world: World,
):
    said = "案件为“已中止”，不能再向平台提出要求。"
    assert said not in composer(world)
    chief = User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )
    casework.suspend_case(case=world.case, actor=chief, reason="待鉴定")
    page = (
        signed_in(world.officer)
        .get(reverse("notices:compose", args=[world.case.number]))
        .content.decode()
    )
    assert said in page
