"""What HTMX asked for and did not get is told in the place of the answer."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases import workflow
from cases.models import SheetImport
from corps.access.limits import limits
from corps.models import RateCount, User
from firms.models import Representative
from tests.cases.conftest import Scenario, hand_in, make_scenario
from tests.seen import carry_session

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = (
    "平台,商品链接,店铺链接,诉求,商品标题\n天猫商城,商品编号602704628222,,删除链接,面霜"
)


@pytest.fixture
def scenario(transactional_db) -> Scenario:
    return make_scenario()


@pytest.fixture
def reviewed(scenario: Scenario) -> SheetImport:
    sheet_import = hand_in(scenario, SHEET.encode(), "巡查.csv")
    workflow.read_sheet(sheet_import.pk)
    return sheet_import


def sign_in(page: Page, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    carry_session(page, client, url)


def test_too_many_addresses_asked_are_told_beside_the_field(
    page: Page, live_server, scenario, reviewed
):
    speaker = User.objects.create(
        username="firm-CXT", name="firm", role="representative"
    )
    Representative.objects.create(user=speaker, firm=scenario.firms["CXT"])
    most = limits()["addresses.asked"].most
    sign_in(page, speaker, live_server.url)
    page.goto(reverse("cases:import", args=[reviewed.pk]) + "?show=look")
    field = page.locator("input[name=repair]").first
    place = page.locator(".read").first
    field.fill("https://item.taobao.com/item.htm?id=602704628222")
    expect(place).not_to_be_empty()
    RateCount.objects.filter(code="addresses.asked").update(count=most)
    field.fill("https://item.taobao.com/item.htm?id=602704628223")
    expect(place.get_by_role("alert")).to_contain_text(str(most))


@pytest.mark.parametrize(
    ("status", "kind"), [(409, "page"), (503, "page"), (429, "problem")]
)
def test_any_refusal_is_told_in_its_words(
    page: Page, live_server, scenario, reviewed, status: int, kind: str
):
    sign_in(page, scenario.officer, live_server.url)
    page.goto(reverse("cases:import", args=[reviewed.pk]) + "?show=look")
    said = "另一人刚刚办理了这一项。"
    answer = {
        "page": (
            "text/html",
            f"<!doctype html><html><body><main><p role=alert>{said}</p></main></body></html>",
        ),
        "problem": ("application/problem+json", f'{{"detail": "{said}"}}'),
    }[kind]
    page.route(
        "**/read/**",
        lambda route: route.fulfill(
            status=status, content_type=answer[0], body=answer[1]
        ),
    )
    page.locator("input[name=repair]").first.fill(
        "https://item.taobao.com/item.htm?id=602704628223"
    )
    expect(page.locator(".read").first.get_by_role("alert")).to_have_text(said)
