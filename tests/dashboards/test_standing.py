"""Where things are stuck: each number leads to exactly the notices that it counts."""

import re

import pytest
from django.test import Client

from cases.models import Campaign
from corps.clock import today
from notices.workflow import verify_items
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
        [link] = re.findall(r'href="(/notices/[^"]*platform=taobao[^"]*)"', page.content.decode())
        listed = client.get(link.replace("&amp;", "&")).context["page"]
        assert set(listed.rows) == expected
        assert line.notices == listed.total == len(expected)
    verify_items(items=[answered.items.first().pk], seen="gone", actor=world.officer)
    assert answered not in set(client.get("/notices/?answers=missing").context["page"].rows)
