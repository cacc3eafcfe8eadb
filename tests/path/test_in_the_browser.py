"""The main job in a real browser, on the real parts: a new sheet goes all the way to the two numbers.

Officer, head of department, supervisor, liaison and a second officer each do their own part by hand; a Celery worker
reads the sheet, registers its rows, sends the letter and lets the checks count.
"""

import pytest
from playwright.sync_api import Page, expect

from corps.models import User
from stores.models import Liaison
from tests.cases.conftest import Scenario, make_scenario
from tests.machinery import CeleryWorker
from tests.sink import Sink

PASSWORD = "correct horse battery"
SHEET = """违规清单,,,,
序号,网店链接,商品网址,宝贝标题,处理要求
1,https://shop393625519.taobao.com/,https://item.taobao.com/item.htm?id=673914352349,营养粉 特价,下架商品
2,,https://detail.tmall.com/item.htm?id=806947880489&spm=a1,护手霜 套装,删除链接
3,https://shop115060592.taobao.com/,,,关闭店铺
4,,淘宝搜营养粉第三家,营养粉,下架
合计,,,,
"""

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def scenario(transactional_db: None) -> Scenario:
    """People who can sign in, and a liaison for Taobao."""
    scenario = make_scenario()
    Liaison.objects.create(
        platform=scenario.platforms["taobao"],
        user=scenario.liaison,
        name="方桐涵",
        email="liaison@taobao.example",
        duty=Liaison.Duty.PRIMARY,
    )
    for user in scenario.people.values():
        user.set_password(PASSWORD)
    User.objects.bulk_update(scenario.people.values(), ["password"])
    return scenario


def sign_in(page: Page, login: str) -> None:
    """Begin anew as somebody else."""
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".sidebar")).to_be_attached()


DROP = """([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(bytes)], name));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
}"""


def hand_in(page: Page) -> None:
    """The officer drops the sheet on the page, whose name tells firm and subject, looks at what was understood, and
    has it registered by its key."""
    page.goto("/cases/complaints/new/")
    page.evaluate(
        DROP, ["CXT-03 网络巡查违规链接清单.csv", list(SHEET.encode("gb18030"))]
    )
    expect(page.locator("[name=firm] option:checked")).to_have_text(
        "澄溪岚堂（上海）日用品有限公司"
    )
    expect(page.locator("[name=subject]")).to_have_value("网络巡查违规链接清单")
    page.get_by_role("button", name="登记并识别表格").click()
    expect(page.get_by_role("button", name="登记 3 行")).to_be_visible(timeout=20_000)
    expect(page.locator("#reading")).to_contain_text("网店链接")
    page.keyboard.press("d")
    expect(page.get_by_role("link", name="查看投诉")).to_be_visible(timeout=20_000)
    expect(page.locator("tr.why")).to_contain_text("链接")


def open_case(page: Page) -> str:
    """The officer accepts the complaint and makes a case of it; its number."""
    page.get_by_role("link", name="查看投诉").click()
    expect(page.locator("[data-key=s]")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_role("link", name="开案")).to_be_visible()
    page.keyboard.press("b")
    page.select_option("[name=ground]", label="假冒商品")
    page.select_option("[name=lead]", label="officer")
    page.select_option("[name=second]", label="officer2")
    page.get_by_role("button", name="开案").click()
    expect(page.locator("h1")).to_contain_text("涉嫌网络违法销售线索")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def send_notice(page: Page, case: str) -> None:
    """The chief files the case, the officer drafts and submits, the supervisor approves."""
    sign_in(page, "chief")
    page.goto(f"/cases/{case}/")
    page.get_by_role("button", name="立案").click()
    page.locator("dialog[open] [data-yes]").click()
    expect(page.locator("h1 .bd")).to_contain_text("立案")

    sign_in(page, "officer")
    page.goto(f"/notices/compose/{case}/")
    page.get_by_role("button", name="拟 1 份函").click()
    expect(page.locator(".paper")).to_contain_text("关于协助处置涉嫌违法商品和店铺的函")
    page.get_by_role("button", name="提交审批").click()

    sign_in(page, "supervisor")
    page.goto("/notices/approvals/")
    page.press("body", "a")
    expect(page.locator(".toast-undo")).to_contain_text("已批准")


def answer(page: Page) -> None:
    """The liaison selects all, presses 1, confirms."""
    sign_in(page, "liaison")
    page.get_by_role("link", name="答复", exact=True).click()
    page.check("thead input[type=checkbox]")
    page.press("body", "1")
    expect(page.locator("h1")).to_contain_text("答复 3 项")
    page.get_by_role("button", name="答复 3 项").click()
    expect(page.get_by_text("已答 3 / 3").first).to_be_visible()


def check(page: Page) -> None:
    """The second officer sees two gone and one live, and takes one check back before giving it again."""
    sign_in(page, "officer2")
    page.goto("/notices/checks/")
    page.press("body", "g")
    expect(page.locator(".toast-undo")).to_be_visible()
    page.press("body", "z")
    expect(page.get_by_text("已撤销 1 个判定")).to_be_visible()
    for key in ("g", "g", "l"):
        expect(page.get_by_role("button", name="仍在售")).to_be_visible()
        page.press("body", key)
        page.wait_for_load_state()
    expect(page.get_by_text("没有待复核的答复")).to_be_visible()


def test_three_roles_take_a_new_sheet_to_the_two_numbers(
    page: Page, scenario: Scenario, smtp_sink: Sink, celery_worker_process: CeleryWorker
):
    sign_in(page, "officer")
    hand_in(page)
    case = open_case(page)
    send_notice(page, case)
    [letter] = smtp_sink.await_messages(1, 60)
    assert letter.recipients == ("liaison@taobao.example",)
    answer(page)
    check(page)

    sign_in(page, "supervisor")
    counted = 0
    for _second in range(40):
        page.goto("/dashboards/")
        numbers = [
            int(text.replace(",", ""))
            for text in page.locator(".number .big").all_inner_texts()
        ]
        counted = sum(numbers)
        if counted == 2:
            break
        page.wait_for_timeout(500)
    assert counted == 2
    assert smtp_sink.counts().most_common(1)[0][1] == 1
