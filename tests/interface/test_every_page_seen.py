"""Every page that a role opens without naming anything, in a real browser: nothing there that axe faults, and no page
wider than its window.

In the suite for the roles that have no such test of their own, each page in one of two widths; in `make proof` for all
roles and in both.
"""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.route_rules import GUARDED, ROUTES
from tests.routes import SIGNED_IN, Route, rule_for, signed_in
from tests.seen import accessibility_faults, carry_session, with_widths

pytestmark = pytest.mark.django_db(transaction=True)
# Django's own pages, signing out, and files.
NOT_LOOKED_AT = ("admin:", "mfa_", "account_logout", "api", "list_")
ROLES_SEEN_ELSEWHERE = ("officer", "supervisor", "liaison", "representative")


def pages_of(role: str) -> list[Route]:
    """The pages that a role may open; those for everybody are opened by the administrator."""
    found = []
    for route in GUARDED:
        allowed = rule_for(route.name, ROUTES) or frozenset()
        is_for_all = allowed == SIGNED_IN and role != "administrator"
        if role not in allowed or is_for_all or route.has_parameters:
            continue
        if not route.is_asked_by_script and not route.name.startswith(NOT_LOOKED_AT):
            found.append(route)
    return found


def faults_of(page: Page, url: str, widths: tuple[int, ...]) -> list[str]:
    """What is wrong with a page at these widths; nothing, if it is a file, a fragment, or only takes forms."""
    answer = page.request.get(url, max_redirects=0)
    if answer.status != 200 or b"<!doctype html>" not in answer.body():
        return []
    page.goto(url)
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 1600})
        if page.evaluate("document.documentElement.scrollWidth") != width:
            found.append(f"{url} is wider than {width}")
        if faults := accessibility_faults(page):
            found.append(f"{url} at {width}: {faults}")
    return found


@pytest.mark.parametrize(
    ("role", "language"),
    [
        pytest.param("administrator", "zh-hans", marks=pytest.mark.sampled),
        pytest.param("auditor", "zh-hans", marks=pytest.mark.sampled),
        *(
            pytest.param(role, "zh-hans", marks=pytest.mark.proof)
            for role in ROLES_SEEN_ELSEWHERE
        ),
        *(
            pytest.param(role, "en", marks=pytest.mark.proof)
            for role in ("administrator", "auditor", *ROLES_SEEN_ELSEWHERE)
        ),
    ],
)
def test_no_page_of_a_role_has_a_fault_of_axe_or_is_too_wide(
    page: Page, live_server: LiveServer, role: str, language: str
):
    carry_session(page, signed_in(role), live_server.url, language)
    pages = pages_of(role)
    assert pages
    urls = with_widths(route.url for route in pages)
    faults = [fault for url, widths in urls for fault in faults_of(page, url, widths)]
    assert not faults, "\n".join(faults)
