"""The pages of the cases room as people see them: by keys, without script, in both sizes, light and dark."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases import workflow
from cases.models import SheetImport, Target
from corps.deadlines.clock import today
from corps.workflow import store_file
from notices.models import NoticeItem
from tests.cases.conftest import Scenario, hand_in
from tests.notices.world import World, add_targets, answer, issue, make_world
from tests.seen import accessibility_faults, blank_rows, uneven_buttons, with_widths

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "three-red-lanterns"
SHEET = "\n".join(
    [
        "平台,商品链接,店铺名,诉求,商品标题",
        "淘宝网,https://item.taobao.com/item.htm?id=655000000001,星野店,下架,面膜",
        "京东,https://u.jd.com/mAPvq3d,星野店,下架,安瓶",
        "天猫商城,商品编号602704628222,星野店,下架,面霜",
        "淘宝网,编号 655512340098,星野店,下架,精华",
    ]
)
# One cell with two addresses, between which a person chooses.
TWO_ADDRESSES = (
    '淘宝网,"https://item.taobao.com/item.htm?id=655000000009'
    ' https://www.xiaohongshu.com/goods-detail/d9b10a2c0008e5734184efb2",星野店,下架,面膜'
)


@pytest.fixture
def reviewed(committed_scenario: Scenario) -> SheetImport:
    """A sheet that waits to be looked at, and an officer who can sign in."""
    committed_scenario.officer.set_password(PASSWORD)
    committed_scenario.officer.save(update_fields=["password"])
    sheet_import = hand_in(committed_scenario, SHEET.encode(), "巡查.csv")
    workflow.read_sheet(sheet_import.pk)
    return sheet_import


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world()
    world.officer.set_password(PASSWORD)
    world.officer.save(update_fields=["password"])
    return world


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".sidebar")).to_be_attached()


def review(page: Page, sheet_import: SheetImport) -> None:
    sign_in(page)
    page.goto(reverse("cases:import", args=[sheet_import.pk]))


def test_what_a_files_name_tells_replaces_fields_that_the_browser_has_styled(
    page: Page, reviewed: SheetImport
):
    sign_in(page)
    page.goto(reverse("cases:complaint_new"))
    page.locator("[name=subject]").evaluate("field => field.style.width = '300px'")
    page.set_input_files(
        "[name=sheet]",
        {"name": "CXT 清单.csv", "mimeType": "text/csv", "buffer": b"a,b"},
    )
    expect(page.locator("#guess")).to_contain_text("推测")


def test_rows_are_settled_by_keys_alone(page: Page, reviewed: SheetImport):
    review(page, reviewed)
    at = page.locator("tbody.at")
    expect(at).to_have_id("r3")
    page.keyboard.press("j")
    expect(at).to_have_id("r4")
    expect(at.locator(".read")).to_contain_text("602704628222")
    page.keyboard.press("k")
    expect(at).to_have_id("r3")
    page.keyboard.press("e")
    page.keyboard.type("https://item.jd.com/100012043978.html")
    expect(at.locator(".read")).to_contain_text("100012043978")
    page.keyboard.press("Enter")
    expect(at).to_have_id("r4")
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(at).to_have_id("r5")
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="登记 3 行")).to_be_visible()
    decisions = dict(reviewed.import_rows.values_list("row", "decision"))
    assert decisions == {2: "", 3: "repaired", 4: "refused", 5: "repaired"}


def test_a_row_is_settled_and_the_sheet_registered_without_script(
    browser: Browser, live_server: LiveServer, reviewed: SheetImport
):
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    review(page, reviewed)
    page.get_by_role("link", name="4", exact=True).click()
    page.locator("tbody.at").get_by_role("button", name="按此采纳").click()
    expect(page.get_by_role("button", name="登记 2 行")).to_be_visible()
    page.get_by_role("button", name="登记 2 行").click()
    workflow.continue_registering(reviewed.pk)
    page.reload()
    expect(page.get_by_role("link", name="查看投诉")).to_be_visible()
    assert Target.objects.count() == 2
    context.close()


def test_a_note_that_was_written_down_does_not_come_back(page: Page, world: World):
    sign_in(page)
    page.goto(f"{world.case.get_absolute_url()}?tab=notes")
    page.fill("[name=text]", "已电话告知")
    page.reload()
    expect(page.locator("[name=text]")).to_have_value("已电话告知")
    page.locator("form[data-draft] .btn-primary").click()
    expect(page.locator(".list")).to_contain_text("已电话告知")
    expect(page.locator("[name=text]")).to_have_value("")
    page.reload()
    expect(page.locator("[name=text]")).to_have_value("")


def test_a_range_of_targets_becomes_a_draft(page: Page, world: World):
    add_targets(world, 8)
    sign_in(page)
    page.goto(world.case.get_absolute_url())
    boxes = page.locator("tbody .sel input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("4")
    page.locator(".bar").get_by_role("button", name="拟协查函").click()
    page.wait_for_url("**/notices/**")
    assert NoticeItem.objects.count() == 4


def test_dropping_asks_first_with_the_number_selected(page: Page, world: World):
    add_targets(world, 3)
    sign_in(page)
    page.goto(world.case.get_absolute_url())
    page.check("thead .sel input")
    page.fill("[name=reason]", "重复投诉")
    page.get_by_role("button", name="剔除").click()
    expect(page.locator("dialog[open]")).to_contain_text("3")
    page.locator("dialog[open] [data-yes]").click()
    expect(page.locator(".note.k-green")).to_be_visible()
    assert Target.objects.filter(state="dropped").count() == 3


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
    (target, *_rest) = add_targets(world, 6)
    (notice,) = issue(world)
    answer(world, notice)
    Target.objects.filter(pk=target.pk).update(
        seen="live", seen_at=notice.issued_at, alleged="假冒注册商标"
    )
    complaint, sheet_import = workflow.submit_complaint(
        actor=world.officer,
        firm=world.firm,
        subject="网络巡查清单",
        received_on=today(),
        sheet=store_file(
            "\n".join(
                [SHEET.split("\n")[0], TWO_ADDRESSES, *SHEET.split("\n")[1:]]
            ).encode(),
            "text/csv",
        ),
        sheet_name="巡查.csv",
    )
    assert sheet_import is not None
    workflow.read_sheet(sheet_import.pk)
    assert sheet_import.import_rows.filter(reason="two-addresses").exists()
    case = world.case.get_absolute_url()
    page.emulate_media(color_scheme=scheme)
    sign_in(page)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": page.url}]
    )
    pages = (
        "/",
        reverse("cases:list"),
        reverse("cases:complaints"),
        reverse("cases:complaint_new"),
        complaint.get_absolute_url(),
        reverse("cases:import", args=[sheet_import.pk]),
        reverse("cases:import_sheet", args=[sheet_import.pk]),
        reverse("cases:import_abandon", args=[sheet_import.pk]),
        case,
        f"{case}?group=store&platform=taobao",
        f"{case}?tab=timeline",
        f"{case}?tab=notes",
        reverse("cases:case_change", args=[world.case.number, "officers"]),
        reverse("cases:target", args=[target.pk]),
    )
    for address, widths in with_widths(pages):
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 1600})
            assert page.evaluate("document.documentElement.scrollWidth") == width, (
                address
            )
            assert blank_rows(page) == [], address
            assert uneven_buttons(page) == [], address
            assert accessibility_faults(page) == "", address
