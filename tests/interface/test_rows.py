"""Rows of busy lists in English, whose words are longest: one line or two, and nothing of them cut."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cases.models import Target
from corps.models import User
from listings.models import Listing
from notices import workflow
from stores.models import Store
from tests.notices.world import World, add_targets, answer, issue, make_world
from tests.seen import carry_session, uneven_rows

pytestmark = pytest.mark.django_db(transaction=True)
LONG_ID = "892507682b16f32978606c9b"
TITLE = "【保证正品】澄溪岚玻尿酸面膜 100ml 海外版 " * 2
WORDS = "未经授权低价销售，并盗用宣传图片、冒用企业名称"
SELECTED = "link => { getSelection().selectAllChildren(link); return getSelection().toString() }"


@pytest.fixture
def world(transactional_db: None) -> World:
    """A case with targets in each state, in a store and in none, with long ids, titles and words of the firm."""
    world = make_world()
    targets = add_targets(world, 9)
    store = Store.objects.create(
        platform=world.platform,
        canonical_id="8cad2f01ba2597707467e6da",
        site="taobao",
        name="星野集市",
        url="x",
    )
    Listing.objects.filter(target__in=targets[:5]).update(store=store, title=TITLE)
    Listing.objects.filter(pk=targets[0].listing_id).update(canonical_id=LONG_ID)
    Target.objects.update(alleged=WORDS, price="12345.00", list_price="23456.00")
    [notice] = issue(world, targets[:8])
    answers = (
        "removed",
        "removed",
        "already_gone",
        "refused",
        "needs_information",
        "not_ours",
        "removed",
    )
    for item, given in zip(notice.items.order_by("position"), answers, strict=False):
        answer(world, notice, given, items=[item.pk])
    items = dict(notice.items.values_list("target", "pk"))
    workflow.verify_items(
        items=[items[targets[0].pk]], seen="gone", actor=world.officer2
    )
    workflow.verify_items(
        items=[items[targets[6].pk]], seen="unreachable", actor=world.officer2
    )
    Target.objects.filter(pk=targets[1].pk).update(
        seen="live", seen_at=notice.issued_at
    )
    return world


def open_as(page: Page, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.context.clear_cookies()
    carry_session(page, client, live_server.url, "en")


def test_english_rows_are_whole_on_every_busy_list(
    page: Page, live_server: LiveServer, world: World
):
    case, notice = (
        world.case.get_absolute_url(),
        world.case.notices.get().get_absolute_url(),
    )
    pages = {
        world.officer: [
            case, f"{case}?group=none", f"{case}?tab=notices", reverse("cases:list"), reverse("notices:list"), notice,
            reverse("stores:list"), reverse("listings:list"), reverse("dashboards:ledger"),
        ],
        world.officer2: [reverse("notices:checks_list")],
    }  # fmt: skip
    for user, addresses in pages.items():
        open_as(page, live_server, user)
        for address in addresses:
            answered = page.goto(address)
            assert answered is not None
            assert answered.ok, address
            assert page.locator("main table.t > tbody > tr").count(), address
            for width in (1440, 1920):
                page.set_viewport_size({"width": width, "height": 900})
                assert uneven_rows(page) == [], (address, width)


def test_a_long_id_shows_its_ends_and_is_whole_on_wide_screens_and_when_copied(
    page: Page, live_server: LiveServer, world: World
):
    open_as(page, live_server, world.officer)
    page.goto(world.case.get_absolute_url())
    cell = page.locator("td.id a", has_text=LONG_ID[:6]).first
    page.set_viewport_size({"width": 1440, "height": 900})
    narrow, title = cell.bounding_box(), cell.get_attribute("title")
    assert narrow is not None
    assert title is not None
    assert title.endswith(LONG_ID)
    assert cell.evaluate(SELECTED) == LONG_ID
    page.set_viewport_size({"width": 1920, "height": 1080})
    wide = cell.bounding_box()
    assert wide is not None
    assert wide["width"] > 1.5 * narrow["width"]
