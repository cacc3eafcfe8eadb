"""A campaign's length for answers is corrected for what is issued later, never under a notice that waits."""

from datetime import date

import pytest

from cases.models import Campaign
from cases.workflow import change_campaign
from corps.deadlines.clock import today
from corps.errors import TransitionRefused
from notices.models import Notice
from notices.workflow import compose_notices, submit_notice
from tests.notices.world import World, add_targets, arrive, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world: World) -> Campaign:
    campaign = Campaign.objects.create(
        name="专项",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        reply_working_days=5,
    )
    world.case.campaign = campaign
    world.case.save(update_fields=["campaign"])
    return campaign


def shorten(campaign: Campaign, world: World, days: int) -> Campaign:
    said = {
        "name": campaign.name,
        "opens_on": campaign.opens_on,
        "closes_on": campaign.closes_on,
    }
    return change_campaign(
        campaign=campaign, actor=world.supervisor, reply_working_days=days, **said
    )


def test_a_notice_that_was_issued_keeps_its_deadline_and_a_later_one_has_the_new_length(
    world, campaign
):
    add_targets(world, 1)
    [first] = issue(world)
    [unopened] = issue(world, add_targets(world, 1))
    due_on = arrive(world, first).reply_due_on
    shorten(campaign, world, 2)
    [second] = issue(world, add_targets(world, 1))
    assert Notice.objects.get(pk=first.pk).reply_due_on == due_on
    assert today() < arrive(world, second).reply_due_on < due_on
    # What its letter prints holds, though it arrives only now.
    assert arrive(world, unopened).reply_due_on == due_on


def test_the_length_stays_while_a_notice_waits_for_approval(world, campaign):
    add_targets(world, 1)
    [notice] = compose_notices(case=world.case, actor=world.officer).notices
    submit_notice(notice=notice, actor=world.officer)
    with pytest.raises(TransitionRefused) as refused:
        shorten(campaign, world, 2)
    assert (refused.value.code, refused.value.details["count"]) == (
        "notices-submitted",
        1,
    )
    shorten(campaign, world, 5)
