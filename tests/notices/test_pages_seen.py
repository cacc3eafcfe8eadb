"""The pages of the notices room as people see them: by keys, by thumb, without script, in both sizes and schemes."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from corps.models import Delivery, User
from notices import workflow
from notices.models import Answer, Notice
from tests.notices.world import (
    World,
    add_targets,
    answer,
    file_another,
    issue,
    make_world,
)
from tests.put_into import put_into
from tests.seen import accessibility_faults, blank_rows, uneven_buttons, with_widths

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "three-red-lanterns"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture
def world(transactional_db: None) -> World:
    world = make_world()
    for user in (
        world.officer,
        world.officer2,
        world.supervisor,
        world.supervisor2,
        world.liaison,
    ):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return world


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".sidebar")).to_be_attached()


def answers(notice: Notice) -> dict[str, int]:
    words = list(notice.items.values_list("outcome", flat=True))
    return {word: words.count(word) for word in set(words)}


def test_more_items_than_a_page_holds_are_answered_with_four_keys(
    page: Page, world: World
):
    add_targets(world, 60)
    [notice] = issue(world)
    sign_in(page, world.liaison)
    page.goto(notice.get_absolute_url())
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_have_text("50")
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_have_text("60")
    page.keyboard.press("1")
    expect(page.locator("h1")).to_contain_text("60")
    # The browser gives a new page its focus once it draws it, a moment after its text is there.
    expect(page.locator("main .verbs .btn-primary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answered")).to_contain_text("60 / 60")
    assert answers(notice) == {"removed": 60}


def test_mixed_answers_are_answered_by_thumb(
    browser: Browser, live_server: LiveServer, world: World
):
    targets = add_targets(world, 12)
    add_targets(world, 1, kind="store")
    [notice] = issue(world)
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", **PHONE)
    page = context.new_page()
    sign_in(page, world.liaison)
    page.goto(notice.get_absolute_url())

    page.locator(".on-phone a[href='#paste']").tap()
    page.fill(
        "#lines", "\n".join(target.listing.canonical_id for target in targets[:2])
    )
    page.locator("#paste button").tap()
    page.locator("#answer [value=refused]").tap()
    page.select_option("[name=reason]", "2")
    page.locator("form.form .btn-primary").tap()
    expect(page.locator(".answered")).to_contain_text("2 / 13")

    page.locator("tr[data-row] .c1 label").nth(0).tap()
    page.locator("#answer summary").tap()
    page.locator("#answer [value=not_ours]").tap()
    page.fill("[name=remark]", "属京东")
    page.locator("form.form .btn-primary").tap()
    expect(page.locator(".answered")).to_contain_text("3 / 13")

    page.locator(".on-phone label").tap()
    page.locator("#answer [value=removed]").tap()
    page.locator("form.form .btn-primary").tap()
    expect(page.locator(".answered")).to_contain_text("13 / 13")
    assert answers(notice) == {"refused": 2, "not_ours": 1, "removed": 10}
    context.close()


def test_a_double_click_on_the_confirmation_answers_once(page: Page, world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    sign_in(page, world.liaison)
    page.goto(notice.get_absolute_url())
    page.keyboard.press("a")
    page.keyboard.press("1")
    page.locator("form.form .btn-primary").dblclick()
    expect(page.locator(".answered")).to_contain_text("3 / 3")
    assert Answer.objects.count() == 3


def test_a_sheet_is_answered_without_script(
    browser: Browser, live_server: LiveServer, world: World
):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    sign_in(page, world.liaison)
    page.goto(notice.get_absolute_url())
    page.get_by_role("link", name="导入答复").click()
    sheet = f"编号,答复\n{target.listing.canonical_id},已下架\n".encode()
    page.set_input_files(
        "[name=sheet]", {"name": "a.csv", "mimeType": "text/csv", "buffer": sheet}
    )
    page.get_by_role("button", name="读取表格").click()
    assert not Answer.objects.exists()
    page.get_by_role("button", name="答复 1 项").click()
    expect(page.locator(".answered")).to_contain_text("1 / 1")
    context.close()


def test_checks_are_given_and_taken_back_by_keys(page: Page, world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    sign_in(page, world.officer2)
    page.goto(reverse("notices:checks_list"))
    for key in "jxjx":
        page.keyboard.press(key)
    page.keyboard.press("g")
    expect(page.locator("dialog[open]")).to_contain_text("2")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-undo")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".note.k-green")).to_be_visible()
    assert workflow.settle_pending_checks() == 0


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
    (target, second, *_rest) = add_targets(world, 6)
    [notice] = issue(world)
    answer(
        world,
        notice,
        items=list(notice.items.order_by("position").values_list("pk", flat=True)[:4]),
    )
    items = {item.target_id: item.pk for item in notice.items.all()}
    workflow.verify_items(
        items=[items[target.pk], items[second.pk]], seen="gone", actor=world.officer2
    )
    workflow.propose_correction(
        target=target, actor=world.supervisor, reason="页面为售罄"
    )
    objection = workflow.lodge_objection(
        target=second, actor=world.officer, reason="进货渠道合法"
    )
    workflow.accept_objection(objection=objection, actor=world.officer)
    put_into(Delivery.objects, "failed", answer="550 User unknown")
    drafted = file_another(world, 3)
    [draft] = workflow.compose_notices(case=drafted.case, actor=world.officer).notices
    waiting = file_another(world, 3)
    [submitted] = workflow.compose_notices(
        case=waiting.case, actor=world.officer
    ).notices
    workflow.submit_notice(notice=submitted, actor=world.officer)
    number, own = [notice.number], notice.get_absolute_url()
    pages = {
        world.officer: [
            reverse("notices:list"),
            own,
            *(f"{own}?tab={tab}" for tab in ("letter", "deliveries", "timeline")),
            reverse("notices:behalf", args=number),
            reverse("notices:serve", args=number),
            reverse("notices:letter", args=number),
            f"{reverse('notices:compose', args=[drafted.case.number])}?notice={draft.number}",
            reverse("notices:checks"),
            reverse("notices:checks_list"),
            reverse("notices:deliveries"),
            reverse("notices:delivery", args=[Delivery.objects.get().pk]),
            reverse("notices:objections"),
            reverse("notices:objection_new", args=[target.pk]),
            reverse("notices:correction_new", args=[second.pk]),
            reverse("notices:look_again", args=[second.pk]),
        ],
        world.supervisor2: [
            reverse("notices:approvals"),
            f"{reverse('notices:approvals')}?correction={target.pk}",
            f"{reverse('notices:approvals')}?objection={objection.number}",
            reverse("notices:objection", args=[objection.number]),
        ],
        world.liaison: [
            reverse("notices:desk"),
            own,
            f"{own}?show=all",
            reverse("notices:answers", args=number),
        ],
    }
    page.emulate_media(color_scheme=scheme)
    for user, addresses in pages.items():
        page.context.clear_cookies()
        sign_in(page, user)
        page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": page.url}]
        )
        for address, widths in with_widths(addresses):
            page.goto(address)
            for width in widths:
                page.set_viewport_size({"width": width, "height": 1600})
                assert page.evaluate("document.documentElement.scrollWidth") == width, (
                    address
                )
                assert blank_rows(page) == [], address
                assert uneven_buttons(page) == [], address
                assert accessibility_faults(page) == "", address


def test_why_a_row_is_not_for_this_person_to_check_is_read_whole_on_a_phone(
    page: Page, world: World
):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    sign_in(page, world.officer)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("notices:checks_list"))
    reasons = page.locator(".hindrance")
    assert reasons.count() == 2
    for at in range(2):
        assert reasons.nth(at).evaluate("""reason => {
          const own = reason.getBoundingClientRect(), cell = reason.parentElement.getBoundingClientRect()
          return own.height > 0 && own.right <= cell.right && own.bottom <= cell.bottom + 1 && own.left >= cell.left
        }""")


def test_the_check_bar_takes_at_most_a_fifth_of_a_small_screen(
    page: Page, world: World
):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    sign_in(page, world.officer2)
    for language in ("zh-hans", "en"):
        page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": page.url}]
        )
        page.goto(reverse("notices:checks"))
        for width, height in ((720, 450), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            bar = page.locator(".check-verbs").bounding_box()
            assert bar is not None
            assert bar["height"] <= height / 5, (language, width)
            for verb in page.locator(".check-verbs :is(.btn, .form-control)").all():
                size = verb.bounding_box()
                assert size is not None
                assert size["height"] >= 40
                assert verb.evaluate("verb => verb.scrollWidth <= verb.clientWidth")
        expect(page.locator(".narrow-only")).to_be_visible()
