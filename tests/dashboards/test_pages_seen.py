"""The supervisor's first page as people see it."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Case
from cases.states import CaseState
from cases.workflow import assign_officers
from corps.models import User
from tests.notices.world import World, add_targets, make_world
from tests.seen import blank_rows

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "three-red-lanterns"


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_head_of_department_is_called_to_the_cases_to_be_filed(
    page: Page, world: World, width: int
):
    chief = User.objects.create_user(
        "chief",
        password=PASSWORD,
        name="钱",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )
    lead = Case.objects.create(
        number="C2026-000002", title="待立案", firm=world.firm, unit=world.case.unit, opened_by=world.officer,
        opened_at=timezone.now(), state=CaseState.LEAD,
    )  # fmt: skip
    assign_officers(
        case=lead, lead=world.officer, second=world.officer2, actor=world.supervisor
    )
    add_targets(world, 1)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/accounts/login/")
    page.fill("[name=login]", chief.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    filing = page.get_by_role("listitem").filter(has_text="C2026-000002")
    expect(filing).to_contain_text("待立案")
    assert blank_rows(page) == []
    filing.get_by_role("link", name="决定").click()
    expect(page.locator("main")).to_contain_text("C2026-000002")
    assert blank_rows(page) == []
