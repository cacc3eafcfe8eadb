"""Signing in, second factor and error pages as people see them: reachable, in both sizes, without a fault of axe."""

import pytest
from playwright.sync_api import Page, expect

from corps.models import User
from tests.seen import accessibility_faults

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "long enough, never real"


@pytest.fixture
def administrator(transactional_db) -> User:
    return User.objects.create_user(
        "admin", PASSWORD, name="系统管理员", role=User.Role.ADMINISTRATOR
    )


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".who details.menu")).to_be_attached()


def look(page: Page) -> None:
    """Both widths, no fault of axe, no sideways scrolling."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 1600})
        assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
        assert accessibility_faults(page) == "", page.url


def test_the_sign_in_page_says_what_is_wrong_at_the_top(page, administrator):
    page.goto("/accounts/login/")
    look(page)
    page.locator("[name=login]").fill("admin")
    page.locator("[name=password]").fill("wrong")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".problems")).to_be_visible()
    look(page)


def test_password_second_factor_and_sign_out_wear_the_frame(page, administrator):
    sign_in(page)
    for address in (
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/2fa/",
        "/accounts/logout/",
        "/notifications/",
    ):
        page.goto(address)
        expect(page.locator("#sidebar")).to_be_attached()
        look(page)


def test_an_authenticator_and_a_passkey_can_be_added_from_the_page(page, administrator):
    sign_in(page)
    page.goto("/accounts/2fa/totp/activate/")
    if page.locator("[name=password]").count():
        look(page)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main img")).to_be_visible()
    look(page)
    page.goto("/accounts/2fa/webauthn/add/")
    look(page)


def test_missing_pages_say_so_in_the_readers_language(page, administrator):
    page.goto("/nothing/here/")
    expect(page.locator("h1")).to_have_text("这里没有您可以看的内容")
    look(page)
    sign_in(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".who form.lang button").click()
    page.goto("/nothing/here/")
    expect(page.locator("h1")).to_have_text("There is nothing here for you")
    look(page)
