"""What is asked of any page in a real browser."""

import os
from collections.abc import Iterable, Iterator
from itertools import cycle

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

AXE = Axe()
# A screen and a phone, in pixels.
WIDTHS = (1440, 390)
# Of what it does not fault axe need say nothing: collecting that took longer than the look.
AXE_OPTIONS = {
    "runOnly": [
        "wcag2a",
        "wcag2aa",
        "wcag21a",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    ],
    "resultTypes": ["violations"],
}

# A table's rows become tiles on a phone, of which only named cells are shown.
BLANK_ROWS = """() => [...document.querySelectorAll("main table > tbody > tr, .main table > tbody > tr")]
    .filter(row => row.checkVisibility() && row.textContent.trim() && !row.innerText.trim())
    .map(row => row.textContent.trim().slice(0, 80))"""

UNEVEN_BUTTONS = """() => [...document.querySelectorAll(".btn")]
    .filter(button => button.checkVisibility() && getComputedStyle(button).textAlign !== "center")
    .map(button => button.innerText.trim())"""


def with_widths(pages: Iterable[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Addresses with the widths at which each is looked at: in turn one of the two, and both in `make proof`."""
    at_once = [(width,) for width in WIDTHS]
    if os.environ.get("PROOF"):
        at_once = [WIDTHS]
    return zip(pages, cycle(at_once), strict=False)


def carry_session(page: Page, client: Client, url: str, language: str = "") -> None:
    """Have a browser go on with a test client's session at the live server. language: of its pages, such as "en"."""
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value
    }
    if language:
        cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )


def accessibility_faults(page: Page) -> str:
    """axe's report on what breaks WCAG 2.2 AA or good practice; "" if nothing does."""
    found = AXE.run(page, options=AXE_OPTIONS)
    return found.generate_report() if found.violations_count else ""


def blank_rows(page: Page) -> list[str]:
    """Rows that take up room and show nothing: what they would have said."""
    return page.evaluate(BLANK_ROWS)


def uneven_buttons(page: Page) -> list[str]:
    """Buttons whose words do not stand in their middle."""
    return page.evaluate(UNEVEN_BUTTONS)


# Group heads are 32 px high; a row of one line 36, of two 52. A cell that may be cut says so by its class.
UNEVEN_ROWS = """() => [...document.querySelectorAll("main table.t:not(.sheet) > tbody > tr")]
    .filter(row => row.checkVisibility() && !row.matches(".why, .mend") && !row.closest(".months-of"))
    .flatMap(row => {
        const height = Math.round(row.getBoundingClientRect().height), words = row.innerText.trim().slice(0, 80)
        const cut = [...row.cells].filter(cell => !cell.matches(".raw, .free, .sel")
            && cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).visibility !== "hidden")
        return [...([32, 36, 52].includes(height) ? [] : [`${height}: ${words}`]), ...cut.map(cell => cell.innerText)]
    })"""


def uneven_rows(page: Page) -> list[str]:
    """Rows that are neither one nor two lines high, and cells of which a part cannot be read."""
    return page.evaluate(UNEVEN_ROWS)
