"""Deadlines kept: each number of the dashboard leads to exactly the rows that it counts."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Campaign, Complaint
from corps.models import Deadline, User
from notices.models import Answer
from notices.workflow import verify_items
from tests.notices.world import (
    World,
    add_targets,
    ago,
    answer,
    arrive,
    issue,
    make_world,
)

pytestmark = pytest.mark.django_db


def get(user: User, address: str):
    client = Client()
    client.force_login(user)
    return client.get(address)


def late_notice(world: World, count: int) -> None:
    """Issues a notice that arrived long ago, and answers it."""
    targets = add_targets(world, count)
    [notice] = issue(world, targets)
    arrive(world, notice, at=ago(days=20))
    answer(world, notice)


@pytest.fixture
def done(db: None) -> World:
    """Three answers in time and two late, on one platform; one on another; two of them checked; a case filed."""
    world = make_world()
    [first, _second] = issue(
        world,
        [*add_targets(world, 3), *add_targets(world, 1, platform=world.other_platform)],
    )
    for notice in (first, _second):
        answer(world, notice)
    late_notice(world, 2)
    claimed = list(first.items.values_list("pk", flat=True)[:2])
    verify_items(items=claimed, seen="gone", actor=world.officer2)
    Complaint.objects.create(
        number="S2026-000001",
        firm=world.firm,
        subject="投诉",
        received_on=timezone.now().date(),
        case=world.case,
        state="in_case",
        submitted_by=world.officer,
        submitted_at=timezone.now(),
        verify_deadline=Deadline.objects.order_by("due_on").last(),
    )
    return world


def test_each_number_leads_to_as_many_rows(done: World):
    kept = get(done.supervisor, reverse("dashboards:dashboard")).context["kept"]
    assert [
        (entry.line.what, entry.line.kept, entry.line.all)
        for entry in kept
        if entry.line.what != "filing"
    ] == [
        ("answer", 3, 5),
        ("answer", 1, 1),
        ("check", 2, 2),
    ]
    for entry in kept:
        for url, number in (
            (entry.kept_url, entry.line.kept),
            (entry.all_url, entry.line.all),
        ):
            page = get(done.supervisor, url)
            assert (page.context["page"].total, len(page.context["rows"])) == (
                number,
                number,
            )
    assert {entry.line.what for entry in kept} == {"filing", "answer", "check"}


def test_the_late_ones_are_those_that_were_late(done: World):
    page = get(
        done.supervisor,
        f"{reverse('dashboards:deadlines')}?what=answer&platform=taobao&in_time=no",
    )
    late = Answer.objects.filter(is_late=True)
    shown = {row.name.split()[-1] for row in page.context["rows"]}
    assert shown == {row.item.target.thing.canonical_id for row in late}
    assert [(tab["count"], tab["current"]) for tab in page.context["tabs"]] == [
        (5, False),
        (3, False),
        (2, True),
    ]


def test_a_campaign_narrows_the_rows_as_it_narrows_the_number(done: World):
    today = timezone.now().date()
    campaign = Campaign.objects.create(name="专项", opens_on=today, closes_on=today)
    address = f"{reverse('dashboards:dashboard')}?campaign={campaign.pk}"
    assert get(done.supervisor, address).context["kept"] == []
    done.case.campaign = campaign
    done.case.save(update_fields=["campaign"])
    Complaint.objects.update(campaign=campaign)
    for entry in get(done.supervisor, address).context["kept"]:
        assert (
            get(done.supervisor, entry.all_url).context["page"].total == entry.line.all
        )


def test_another_unit_sees_none_of_them(done: World):
    base = reverse("dashboards:deadlines")
    assert get(done.stranger, base).context["rows"] == []
    assert (
        get(done.supervisor, base + "?what=filing&platform=taobao").status_code == 200
    )


def test_the_page_takes_as_many_statements_for_any_number_of_rows(done: World):
    base = f"{reverse('dashboards:deadlines')}?what=answer"
    client = Client()
    client.force_login(done.supervisor)
    client.get(base)
    with CaptureQueriesContext(connection) as few:
        client.get(base)
    late_notice(done, 20)
    with CaptureQueriesContext(connection) as many:
        client.get(base)
    assert len(many) == len(few)
