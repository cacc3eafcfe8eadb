"""What was typed and not sent belongs to one person, and outlives a session that ended."""

import pytest
from playwright.sync_api import Page, expect

from corps.models import Session, User

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "long enough, never real"
PAGE = "/calendar/2027/publish/"
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"


@pytest.fixture
def people(transactional_db) -> list[User]:
    return [
        User.objects.create_user(
            login, PASSWORD, name=login, role=User.Role.ADMINISTRATOR
        )
        for login in ("admin", "shen")
    ]


def sign_in(page: Page, login: str = "admin") -> None:
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".who details.menu")).to_be_attached()


def begin(page: Page, login: str = "admin") -> None:
    page.goto("/accounts/login/")
    sign_in(page, login)


def test_what_is_kept_names_its_person_and_goes_at_sign_out(page: Page, people):
    begin(page)
    page.goto(PAGE)
    page.locator("form[data-draft] textarea").first.fill("2027-01-01")
    (key,) = page.evaluate(KEPT)
    assert key.startswith(f"draft:{people[0].pk}:")
    page.locator(".who details.menu summary").click()
    page.locator(".who form[action$='logout/'] button").click()
    expect(page.locator("[name=login]")).to_be_visible()
    assert page.evaluate(KEPT) == []


def test_another_person_at_the_same_computer_finds_nothing(page: Page, people):
    begin(page)
    page.goto(PAGE)
    page.locator("form[data-draft] textarea").first.fill("2027-01-01")
    Session.objects.all().delete()
    begin(page, "shen")
    page.goto(PAGE)
    expect(page.locator("form[data-draft] textarea").first).not_to_have_value(
        "2027-01-01"
    )
    assert page.evaluate(KEPT) == []


def test_text_in_any_form_is_there_again_after_signing_in_anew(page: Page, people):
    begin(page)
    page.goto("/users/shen/")
    page.locator("[name=phone]").fill("021-12345678")
    Session.objects.all().delete()
    page.locator("main form.form button.btn-primary").click()
    sign_in(page)
    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/users/shen/")
    expect(page.locator("[name=phone]")).to_have_value("021-12345678")
    page.reload()
    assert page.evaluate(KEPT) == []


def test_a_fragment_asked_for_too_late_leads_to_signing_in_and_back_with_the_text(
    page: Page, people
):
    begin(page)
    page.goto("/users/shen/")
    page.locator("[name=phone]").fill("021-12345678")
    Session.objects.all().delete()
    page.evaluate("htmx.ajax('GET', '/notifications/', {target: '#toast'})")
    expect(page.locator("[name=login]")).to_be_visible()
    sign_in(page)
    expect(page.locator("[name=phone]")).to_have_value("021-12345678")
