"""What is asked of any page in a real browser."""

from playwright.sync_api import Page

# A table's rows become tiles on a phone, of which only named cells are shown.
BLANK_ROWS = """() => [...document.querySelectorAll("main table > tbody > tr, .main table > tbody > tr")]
    .filter(row => row.checkVisibility() && row.textContent.trim() && !row.innerText.trim())
    .map(row => row.textContent.trim().slice(0, 80))"""

UNEVEN_BUTTONS = """() => [...document.querySelectorAll(".btn")]
    .filter(button => button.checkVisibility() && getComputedStyle(button).textAlign !== "center")
    .map(button => button.innerText.trim())"""


def blank_rows(page: Page) -> list[str]:
    """Rows that take up room and show nothing: what they would have said."""
    return page.evaluate(BLANK_ROWS)


def uneven_buttons(page: Page) -> list[str]:
    """Buttons whose words do not stand in their middle."""
    return page.evaluate(UNEVEN_BUTTONS)
