"""The second half of a world: work in hand, done over HTTP by those whose job it is.

The campaign leaves everything settled; here complaints, drafts, approvals, answers, objections and proposals are left
waiting, so that pages have something to show and forms something to do.
"""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from tests.golden.crawler import page_of
from tests.golden.page_forms import Form, filled, offers
from tests.golden.requests import Recorder, Request

PASTED = """https://item.taobao.com/item.htm?id=655001000111
https://item.taobao.com/item.htm?id=655001000222
https://item.jd.com/100122999.html
https://shop.unknown.example/item/1
搜营养粉
"""
PATIENCE = 60.0


@dataclass
class Browser:
    """Somebody who opens pages and presses buttons, for good."""

    recorder: Recorder

    def press(
        self, role: str, page: str, action: str, button: str = "", **said: Any
    ) -> str:
        """Open a page as a role, fill the form of an action in and press the button of that value; where it led.

        What is asked again, with more fields, is confirmed.

        said: what a field holds in place of what stands there; a list for one that is given several times.
        """
        opened = self.recorder.ask(Request(role, "GET", page))
        assert opened.status_code == 200, (role, page, opened.status_code)
        content = opened.getvalue().decode()
        led = self._press(role, page, content, action, button, said)
        if isinstance(led, tuple):
            again, content = led
            led = self._press(role, again, content, action, "", {})
        assert isinstance(led, str), (role, page, action, button)
        return led

    def _press(
        self, role: str, page: str, content: str, action: str, button: str, said: Any
    ) -> str | tuple[str, str]:
        found = offers(page, content)
        for form in found.forms:
            for pressed in form.buttons or [("", "", "")]:
                goal = pressed[2] or form.action
                if form.method != "POST" or page_of(goal) != action:
                    continue
                if (
                    button in (pressed[1], "")
                    or ("act", button, "hidden") in form.fields
                ):
                    return self.send(role, goal, _with(form, pressed, said))
        raise AssertionError(
            (role, page, action, button, [form.action for form in found.forms])
        )

    def send(self, role: str, address: str, data: list[tuple[str, Any]]) -> Any:
        """Send a form; where it led, or the address and the page that asks again."""
        values: dict[str, Any] = {}
        for name, value in data:
            values.setdefault(name, []).append(value)
        answer = self.recorder.clients[role].post(address, values)
        if answer.status_code == 200:
            return address, answer.content.decode()
        assert answer.status_code == 302, (role, address, data, answer.status_code)
        return urlsplit(answer.headers.get("Location", "")).path

    def value(self, statement: str, *values: Any) -> Any:
        """The one value that a statement answers."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            row = cursor.fetchone()
        assert row, statement
        return row[0]

    def values(self, statement: str, *values: Any) -> list[Any]:
        """The first column of what a statement answers."""
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [row[0] for row in cursor.fetchall()]

    def wait(self, statement: str, *values: Any, until: Any) -> None:
        """Wait until a worker has brought a value there."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.value(statement, *values)) not in until:
            assert time.monotonic() < deadline, (statement, found)
            time.sleep(0.1)


def _with(form: Form, button: tuple[str, str, str], said: dict[str, Any]) -> list:
    data = [pair for pair in filled(form, button) if pair[0] not in said]
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        data += [(name, each) for each in values]
    return data


STATE = "SELECT state FROM cases_sheetimport WHERE id = %s"


def walk(browser: Browser) -> None:
    """Everything that is left waiting."""
    for part in (complaints, notices, objections, proposals):
        part(browser)


def complaints(browser: Browser) -> None:
    """One complaint only read, one registered, one in a lead that waits to be filed, one without a sheet."""
    paste = "/cases/complaints/paste/"
    data = [("pasted", PASTED), ("act", "hand_in"), ("subject", "网页违规链接")]
    read = browser.send("representative", paste, data)
    browser.wait(STATE, read.split("/")[3], until=("review", "done"))
    for firm, subject in (("HYS", "网络巡查清单"), ("CXT", "网络巡查补充清单")):
        pasted = PASTED.replace("655001", "655002" if firm == "HYS" else "655003")
        data = [
            ("pasted", pasted),
            ("firm", browser.value("SELECT id FROM firms_firm WHERE code = %s", firm)),
            ("subject", subject),
            ("act", "hand_in"),
        ]
        sheet = browser.send("officer", paste, data)
        pk = sheet.split("/")[3]
        browser.wait(STATE, pk, until=("review", "done"))
        browser.press("officer", f"/cases/imports/{pk}/", "cases:import_register")
        browser.wait(STATE, pk, until=("done",))
    number = browser.value(
        "SELECT number FROM cases_complaint ORDER BY id DESC LIMIT 1"
    )
    address = f"/cases/complaints/{number}/"
    browser.press("officer", address, "cases:complaint_decide", "accept")
    new = f"/cases/new/?complaint={number}"
    people = "SELECT id FROM corps_user WHERE username = %s"
    browser.press(
        "officer",
        new,
        "cases:case_new",
        lead=browser.value(people, "officer"),
        second=browser.value(people, "officer2"),
        ground=browser.value(
            "SELECT id FROM cases_legalground WHERE code = 'counterfeit'"
        ),
    )
    browser.press(
        "representative",
        "/cases/complaints/new/",
        "cases:complaint_new",
        subject="来函未附清单",
    )


def notices(browser: Browser) -> None:
    """A notice in each state in which somebody has to do something about it."""
    for case in ("C2026-000001", "C2026-000002"):
        browser.press("officer", f"/notices/compose/{case}/", "notices:draft")
    numbers = browser.values(
        "SELECT number FROM notices_notice WHERE state = 'draft' ORDER BY number"
    )
    for number in numbers[1:]:
        case = browser.value(
            "SELECT c.number FROM cases_case c JOIN notices_notice n ON n.case_id = c.id"
            " WHERE n.number = %s",
            number,
        )
        page = f"/notices/compose/{case}/?notice={number}"
        browser.press("officer", page, "notices:change", "submit")
    browser.press("supervisor", "/notices/approvals/", "notices:decide", "approve")
    open_notice = "/notices/N2026-000022/"
    item = browser.value(
        "SELECT i.id FROM notices_noticeitem i JOIN notices_notice n"
        " ON n.id = i.notice_id WHERE n.number = 'N2026-000022' AND i.state = 'open'"
    )
    browser.press("liaison", open_notice, "notices:answer", "removed", ids=item)


def objections(browser: Browser) -> None:
    """One objection lodged, one accepted."""
    targets = browser.values(
        "SELECT id FROM cases_target WHERE state = 'verified' ORDER BY id LIMIT 4"
    )
    for target in targets[:2]:
        page = f"/notices/objections/target/{target}/"
        browser.press("officer", page, "notices:objection_new", reason="商家申诉误伤")
    number = browser.value(
        "SELECT number FROM notices_objection ORDER BY id DESC LIMIT 1"
    )
    browser.press(
        "officer2", f"/notices/objections/{number}/", "notices:objection_accept"
    )
    page = f"/notices/corrections/target/{targets[3]}/"
    browser.press("officer", page, "notices:correction_new", reason="核对有误")


def proposals(browser: Browser) -> None:
    """What one person proposed and another has not decided, notes, keys and calendars."""
    account = browser.value("SELECT id FROM stores_officialaccount ORDER BY id LIMIT 1")
    page = f"/listings/official/{account}/"
    browser.press("officer", page, "listings:official_strike", reason="授权到期")
    browser.press(
        "officer",
        "/listings/official/new/",
        "listings:official_new",
        firm=browser.value("SELECT id FROM firms_firm WHERE code = 'CXT'"),
        address="https://shop393625888.taobao.com/",
        name="澄溪岚专卖店",
    )
    browser.press(
        "officer",
        "/cases/C2026-000001/?tab=notes",
        "cases:case_act",
        "note",
        text="已电话核实",
    )
    browser.press("administrator", "/outbox/", "outbox_hold")
