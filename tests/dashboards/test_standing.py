"""Where things are stuck: each number leads to exactly the notices that it counts."""

import re

import pytest
from django.test import Client

from cases.models import Campaign
from corps.deadlines.clock import today
from notices.workflow import (
    compose_notices,
    propose_checks,
    submit_notice,
    verify_items,
)
from tests.notices.world import add_targets, answer, file_another, issue, make_world

pytestmark = pytest.mark.django_db


def test_the_unanswered_notices_of_a_platform_are_those_its_link_lists():
    world = make_world()
    [answered] = issue(world, add_targets(world, 2))
    answer(world, answered)
    [partly] = issue(world, add_targets(world, 2))
    answer(world, partly, items=[partly.items.first().pk])
    issue(world, add_targets(world, 1, platform=world.other_platform))
    other = file_another(world, 1)
    campaign = Campaign.objects.create(name="专项", opens_on=today(), closes_on=today())
    other.case.campaign = campaign
    other.case.save(update_fields=["campaign"])
    [elsewhere] = issue(other)
    client = Client()
    client.force_login(world.supervisor)
    for address, expected in (
        ("/dashboards/", {partly, elsewhere}),
        (f"/dashboards/?campaign={campaign.pk}", {elsewhere}),
    ):
        page = client.get(address)
        [line] = [x for x in page.context["stuck"] if x.platform == world.platform]
        [link] = re.findall(
            r'href="(/notices/[^"]*platform=taobao[^"]*)"', page.content.decode()
        )
        listed = client.get(link.replace("&amp;", "&")).context["page"]
        assert set(listed.rows) == expected
        assert line.notices == listed.total == len(expected)
    verify_items(items=[answered.items.first().pk], seen="gone", actor=world.officer2)
    assert answered not in set(
        client.get("/notices/?answers=missing").context["page"].rows
    )


@pytest.mark.parametrize("role", ["officer", "supervisor"])
def test_what_waits_for_checks_and_approval_is_what_its_link_lists_for_whoever_reads_it(
    role: str,
):
    world = make_world()
    campaign = Campaign.objects.create(name="专项", opens_on=today(), closes_on=today())
    [first] = issue(world, add_targets(world, 2))
    other = file_another(world, 3)
    other.case.campaign = campaign
    other.case.save(update_fields=["campaign"])
    [second] = issue(other)
    for notice in (first, second):
        answer(world, notice)
    for number, campaign_of in ((1, None), (2, campaign)):
        fresh = file_another(world, number)
        fresh.case.campaign = campaign_of
        fresh.case.save(update_fields=["campaign"])
        [draft] = compose_notices(case=fresh.case, actor=world.officer).notices
        submit_notice(notice=draft, actor=world.officer)
    propose_checks(
        items=[first.items.first().pk], seen="gone", actor=world.officer2
    )  # no more to do
    client = Client()
    client.force_login(getattr(world, role))
    for query, checks, approvals in (("", 4, 3), (f"?campaign={campaign.pk}", 3, 2)):
        page = client.get(f"/dashboards/{query}")
        lines = {line.what: line for line in page.context["stuck"]}
        text = page.content.decode().replace("&amp;", "&")
        [to_check] = re.findall(r'href="(/notices/checks/table/[^"]*)"', text)
        assert (
            lines["to_check"].items
            == client.get(to_check).context["page"].total
            == checks
        )
        [to_approve] = re.findall(r'href="(/notices/[?]state=submitted[^"]*)"', text)
        listed = client.get(to_approve)
        assert listed.status_code == 200
        assert (
            lines["to_approve"].items
            == sum(notice.item_count for notice in listed.context["page"])
            == approvals
        )
