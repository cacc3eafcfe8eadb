"""The pages of the numbers as people see them: in both sizes, light and dark, on paper, and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from corps.models import User
from notices.models import LedgerEntry
from tests.dashboards.entries import moment, open_book
from tests.notices.world import World, add_targets, answer, issue, make_world
from tests.seen import accessibility_faults, with_widths

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "three-red-lanterns"
PAGES = (
    "/dashboards/",
    "/dashboards/?from=2026-04-01&to=2026-04-30",
    "/dashboards/?from=nonsense",
    "/dashboards/statistics/?group=firm,platform,month",
    "/dashboards/ledger/?count=listings_removed",
    "/dashboards/ledger/?count=corrections&month=2020-01",
    "/dashboards/wall/",
    "/dashboards/deadlines/?what=answer&platform=taobao",
)


@pytest.fixture
def world(transactional_db) -> World:
    """Some ledger entries over three months, and something that is stuck."""
    world = make_world()
    book = open_book(world)
    for turn in range(3):
        LedgerEntry.objects.bulk_create(
            [
                book.entry(which, moment(24 * 33 * turn + which))
                for which in range(8 - turn)
            ]
        )
    [notice, *_rest] = issue(world, add_targets(world, 5))
    first = notice.items.values_list("pk", flat=True)[0]
    answer(world, notice, "removed", [first])
    reader = world.supervisor
    reader.set_password(PASSWORD)
    reader.save(update_fields=["password"])
    return world


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("supervisor")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".who details.menu")).to_be_attached()


@pytest.mark.parametrize(
    ("scheme", "language"),
    [
        pytest.param("light", "zh-hans", marks=pytest.mark.sampled),
        pytest.param("dark", "en", marks=pytest.mark.proof),
    ],
)
def test_every_page_passes_axe_and_fits_its_width(
    page: Page, world: World, scheme: str, language: str
):
    page.emulate_media(color_scheme=scheme)
    sign_in(page)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": page.url}]
    )
    for address, widths in with_widths(PAGES):
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 1600})
            assert page.evaluate("document.documentElement.scrollWidth") == width, (
                address
            )
            assert accessibility_faults(page) == "", address


def test_the_numbers_of_the_dashboard_lead_to_their_rows(page: Page, world: World):
    sign_in(page)
    page.goto("/dashboards/")
    big = page.locator("a.big").first
    shown = big.inner_text()
    big.click()
    expect(page.locator("h1")).to_contain_text(shown)
    page.go_back()
    page.locator("svg.chart a rect").first.click()
    expect(page.locator(".chip.set")).to_contain_text("2026-04")


def test_the_dashboard_prints_on_one_page(page: Page, world: World):
    sign_in(page)
    page.goto("/dashboards/")
    assert (
        len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    )


def test_an_officer_finds_the_dashboard_under_oversight(page: Page, world: World):
    User.objects.filter(username="officer").update(password=world.supervisor.password)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("officer")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.locator("#sidebar a[href='/dashboards/']").click()
    expect(page.locator("a.big").first).to_be_visible()


def test_the_wall_shows_the_two_numbers_without_menus_and_renews_itself(
    page: Page, world: World
):
    page.clock.install()
    sign_in(page)
    page.locator("#sidebar a[href='/dashboards/']").click()
    page.get_by_role("link", name="大屏").click()
    expect(page.locator("#wall .count")).to_have_count(2)
    expect(page.locator(".top, #sidebar")).to_have_count(0)
    first = page.locator("#wall .count").first.inner_text()
    corrected = LedgerEntry.objects.filter(
        kind=LedgerEntry.Kind.LISTING_REMOVED, nth=2
    ).last()
    corrected.pk, corrected.nth, corrected.sign = None, corrected.nth + 1, 1
    corrected.save(force_insert=True)
    page.clock.run_for(61_000)
    expect(page.locator("#wall .count").first).to_have_text(str(int(first) + 1))
    page.get_by_role("link", name="返回看板").click()
    expect(page.locator("a.big").first).to_have_text(str(int(first) + 1))


def test_the_wall_is_dark_whatever_the_system_looks_like(page: Page, world: World):
    page.emulate_media(color_scheme="light")
    sign_in(page)
    page.goto("/dashboards/wall/?from=2026-04-01&to=2026-04-30")
    assert (
        page.evaluate("getComputedStyle(document.body).backgroundColor")
        == "rgb(20, 24, 30)"
    )
    expect(page.locator("footer")).to_contain_text("2026-04-30")
    page.goto("/dashboards/wall/?from=nonsense")
    expect(page.locator(".problems[role=alert]")).to_be_visible()
