"""The chief's inbox holds what waits for filing, beside the notices."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseOfficer
from corps.models import User
from notices.views.approvals import waiting
from tests.notices.world import World, add_targets, ago, make_world


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def lead(world: World) -> Case:
    case = Case.objects.create(
        number="C2026-000002",
        title="涉嫌销售假冒商品线索",
        firm=world.firm,
        unit=world.case.unit,
        opened_by=world.officer,
        opened_at=ago(days=2),
    )
    for officer in (world.officer, world.officer2):
        CaseOfficer.objects.create(
            case=case,
            officer=officer,
            is_lead=officer is world.officer,
            since=ago(days=2),
        )
    return case


@pytest.fixture
def chief(world: World) -> User:
    duties = ["head_of_department"]
    return User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=duties,
        password="!",
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_lead_waits_in_the_inbox_of_who_may_file_it_and_of_nobody_else(
    world: World, lead: Case, chief: User
):
    page = signed_in(chief).get(reverse("notices:approvals"))
    assert page.context["leads"] == [lead]
    assert page.context["lead"] == lead
    assert page.context["waiting"] == waiting(chief) == 1
    assert (
        signed_in(world.supervisor).get(reverse("notices:approvals")).context["leads"]
        == []
    )
    assert waiting(world.supervisor) == 0


def test_it_is_filed_there_and_the_next_one_follows(
    world: World, lead: Case, chief: User
):
    client = signed_in(chief)
    client.post(reverse("notices:filing", args=[lead.number]))
    lead.refresh_from_db()
    assert (lead.state, lead.filed_by) == ("filed", chief)
    assert client.get(reverse("notices:approvals")).context["leads"] == []


def test_who_came_second_is_told_and_stays_with_the_case(
    world: World, lead: Case, chief: User
):
    client = signed_in(chief)
    client.post(reverse("notices:filing", args=[lead.number]))
    again = client.post(reverse("notices:filing", args=[lead.number]))
    assert again.status_code == 409
    assert chief.name in again.content.decode()
    assert client.get(again.context["to"]).context["is_over"]


def test_whoever_may_not_file_files_nothing_there(world: World, lead: Case):
    assert (
        signed_in(world.supervisor)
        .post(reverse("notices:filing", args=[lead.number]))
        .status_code
        == 403
    )
    lead.refresh_from_db()
    assert lead.state == "lead"


def test_what_is_shown_rests_on_a_fixed_number_of_statements(
    world: World, lead: Case, chief: User, django_assert_max_num_queries
):
    for target in add_targets(world, 20):
        target.case = lead
        target.save(update_fields=["case"])
    client = signed_in(chief)
    client.get(reverse("notices:approvals"))
    with django_assert_max_num_queries(40):
        page = client.get(reverse("notices:approvals"))
    assert page.context["target_count"] == 20
