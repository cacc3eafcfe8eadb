"""The components in a real browser, on one page that is no page of the product; no server and no database behind it."""

import mimetypes
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, engines
from django.utils import translation
from playwright.sync_api import Browser, Page, Route, expect

from corps.results import Result
from corps.ui.lists import Condition
from corps.ui.lists import Page as ListPage
from corps.ui.navigation import Line
from tests.seen import accessibility_faults

STATIC = settings.BASE_DIR / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'"
)
DUE = date(2026, 11, 6)
AT = datetime(2026, 10, 22, 6, 45, tzinfo=UTC)


class Answer(forms.Form):
    reason = forms.CharField(
        label="理由",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="1 到 4,000 字",
    )
    ground = forms.ChoiceField(
        label="依据", choices=[("a", "假冒注册商标"), ("b", "虚假宣传")], required=False
    )
    seen = forms.ChoiceField(
        label="所见",
        choices=[("a", "页面不存在"), ("b", "仍在售")],
        widget=forms.RadioSelect,
    )
    told = forms.BooleanField(label="已电话告知")


def cell(value: int, label: str, kind: str, **more: object) -> dict:
    return {"value": value, "label": label, "kind": kind, "url": "#", **more}


def context() -> dict:
    rows = [
        {
            "id": 691046522817 + n,
            "title": f"珞岚屿修护安瓶 {n} 片",
            "price": "139.00",
            "state": "claimed",
            "label": "待复核",
            "due": DUE,
        }
        for n in range(6)
    ]
    return {
        "user": SimpleNamespace(
            pk=1, is_authenticated=True, is_corps=True, name="陆一鸣"
        ),
        "place": "执法一支队",
        "organisation": "市市场监督管理局执法总队",
        "other_language": ("en", "English"),
        "search_url": "/search/",
        "bell": ("/notifications/", 6),
        "sidebar": [
            ("", [Line("home", "工作台", "/", True, 16)]),
            ("办案", [Line("cases", "案件", "/cases/", False, 9189)]),
        ],
        "due": DUE,
        "change": -1,
        "steps": [
            {"label": "线索登记", "note": "03-10 沈若宁", "state": "done"},
            {"label": "处置中", "note": "第 5 轮协查", "state": "now"},
            {"label": "归档"},
        ],
        "tabs": [
            {"label": "目标", "url": "#", "count": 5000, "current": True},
            {"label": "时间线", "url": "#", "count": None},
        ],
        "clocks": [
            {
                "label": "办案",
                "due": DUE,
                "left": 25,
                "calendar_days": True,
                "provisional": True,
            }
        ],
        "cells": [
            cell(5000, "全部", "grey", whole=True),
            cell(742, "待审批", "submitted"),
            cell(4256, "已核实", "verified", current=True),
            cell(2, "重新上架", "relisted"),
        ],
        "conditions": [Condition("平台", "淘宝天猫", "?")],
        "rows": rows,
        "page": ListPage(rows, 1225, next="?after=x"),
        "truths": {
            "alleged": {"word": "假冒注册商标", "lines": ["珞岚屿，第 1,204 行"]},
            "claimed": {"word": "已下架", "lines": ["方桐涵，11-04 16:12"]},
            "seen": {"word": "仍在售", "kind": "red", "lines": ["探测 11-05 06:31"]},
            "contradiction": "seen",
        },
        "days": [
            (
                AT.date(),
                [
                    {
                        "at": AT,
                        "kind": "green",
                        "text": "所见：",
                        "strong": "页面不存在",
                        "url": "#",
                        "link": "截图",
                    }
                ],
            )
        ],
        "form": Answer({"ground": "a"}),
        "results": [
            *(Result(n) for n in range(397)),
            Result(7, False, "x", "已在 122 号函中"),
        ],
        "names": {7: ("649347542550", "#")},
        "bars": [("4月", 1153, "#"), ("10月", 29, ""), ("11月", -1, "")],
    }


@pytest.fixture
def gallery(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the gallery: width in pixels, scheme light or dark, language, scripts on or off."""
    source = (Path(__file__).parent / "gallery.html").read_text()
    contexts, faults = [], []

    def serve(route: Route) -> None:
        path = route.request.url.split("//gallery.test", 1)[1].split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(
                body=file.read_bytes(),
                content_type=mimetypes.guess_type(file.name)[0] or "text/plain",
            )
        elif path == "/":
            route.fulfill(
                body=html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )
        else:
            route.fulfill(
                body=f"<title>{route.request.method} {path}</title>",
                content_type="text/html",
            )

    def open_gallery(
        width: int = 1440,
        scheme: str = "light",
        language: str = "zh-hans",
        script: bool = True,
    ) -> Page:
        nonlocal html
        with translation.override(language):
            html = (
                engines["django"]
                .from_string(source)
                .template.render(Context(context()))
            )
        opened = browser.new_context(
            viewport={"width": width, "height": 3600},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(opened)
        page = opened.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if said.type == "error" else None,
        )
        page.route("**/*", serve)
        page.goto("http://gallery.test/")
        # The form of the gallery is refused and has the cursor; keys are meant for the page.
        expect(page.locator("#id_reason")).to_be_focused()
        page.locator("#id_reason").blur()
        return page

    html = ""
    yield open_gallery
    for opened in contexts:
        opened.close()
    assert not faults, faults


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_piece_passes_axe_and_fits_its_width(gallery, width, scheme, language):
    page = gallery(width, scheme, language)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert accessibility_faults(page) == ""


def test_slash_goes_to_the_search_and_is_a_letter_while_typing(gallery):
    page = gallery()
    page.keyboard.press("/")
    search = page.locator(".top input[data-search]")
    expect(search).to_be_focused()
    page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")


def test_arrows_walk_what_is_suggested_and_enter_opens_it(gallery):
    page = gallery()
    context = {
        "hits": [("kind", {"url": f"/{n}/", "label": f"第{n}件"}) for n in (1, 2)],
        "everything": "/all/",
    }
    suggested = (
        engines["django"].get_template("corps/_search_suggestions.html").render(context)
    )
    asked = []

    def suggest(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=suggested, content_type="text/html; charset=utf-8")

    page.route("**/search/suggest/**", suggest)
    page.keyboard.press("/")
    page.keyboard.type("abc")
    options, field = (
        page.locator("#suggestions [role=option]"),
        page.locator(".top input[data-search]"),
    )
    expect(options).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    assert asked == ["http://gallery.test/search/suggest/?q=abc"]
    for chosen in (0, 1, 2):
        page.keyboard.press("ArrowDown")
        expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2/")


def test_keys_walk_the_rows_tick_them_and_press_declared_buttons(gallery):
    page = gallery()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr.at")).to_contain_text("691046522818")
    expect(page.locator("#bulk .msg [data-count]")).to_have_text("1")
    page.keyboard.press("k")
    expect(page.locator("tr.at")).to_contain_text("691046522817")
    page.keyboard.press("Enter")
    page.wait_for_url("**#opened-691046522817")


def test_a_key_that_an_input_method_is_composing_presses_nothing(gallery):
    page = gallery()
    page.evaluate("""() => {
        window.pressed = 0;
        document.getElementById("accept").addEventListener("click", () => { window.pressed += 1; });
        const key = (more) => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "a", bubbles: true, ...more}));
        key({isComposing: true}); key({ctrlKey: true}); key({keyCode: 229});
    }""")
    assert page.evaluate("window.pressed") == 0
    page.keyboard.press("a")
    assert page.evaluate("window.pressed") == 1


def test_shift_ticks_a_range_and_the_head_ticks_the_page(gallery):
    page = gallery()
    boxes = page.locator("#slim td.sel input[name=ids]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#bulk .msg [data-count]")).to_have_text("4")
    expect(page.locator("#slim tr.on")).to_have_count(4)
    assert page.locator("input[data-all]").evaluate("box => box.indeterminate")
    page.locator("input[data-all]").check()
    expect(page.locator("#check [data-count]")).to_have_text("6")
    page.locator("input[data-group]").uncheck()
    expect(page.locator("#bulk")).not_to_have_class("bar on")


def test_all_that_match_can_be_chosen_and_one_tick_taken_away_ends_it(gallery):
    page = gallery()
    page.locator("#slim td.sel input[name=ids]").first.click()
    page.locator("[data-select-matching]").click()
    expect(page.locator("#bulk .msg [data-count]")).to_have_text("1,225")
    expect(page.locator("#bulk [name=all_matching]")).to_have_value("1")
    page.locator("#slim td.sel input[name=ids]").first.click()
    expect(page.locator("#bulk [name=all_matching]")).to_have_value("")
    expect(page.locator("#bulk .msg [data-count]")).to_have_text("5")


def test_a_consequence_is_confirmed_with_its_count_before_it_is_sent(gallery):
    page = gallery()
    page.locator("input[data-all]").check()
    page.locator("#drop").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("将剔除 6 个目标")
    page.keyboard.press("Escape")
    expect(page).to_have_title("Components · 网络执法办案")
    page.locator("#drop").click()
    dialog.locator("[data-yes]").click()
    expect(page).to_have_title("POST /answer")


def test_what_cannot_be_undone_wants_the_word_typed(gallery):
    page = gallery()
    page.locator("#withdraw").click()
    yes = page.locator("#confirm [data-yes]")
    expect(yes).to_be_disabled()
    page.locator("#confirm input").fill("撤回")
    expect(yes).to_be_enabled()
    expect(yes).to_have_text("撤回 37 个条目")


def test_what_was_typed_is_there_after_a_reload_and_can_be_thrown_away(gallery):
    page = gallery()
    page.locator("#id_reason").fill("已电话告知")
    page.reload()
    expect(page.locator("#id_reason")).to_have_value("已电话告知")
    page.locator("[data-draft-discard]").click()
    page.reload()
    expect(page.locator("#id_reason")).to_have_value("")


def test_without_script_rows_can_still_be_ticked_and_sent(gallery):
    page = gallery(script=False)
    page.locator("#slim td.sel input[name=ids]").nth(2).check()
    expect(page.locator("[data-select-matching]")).to_be_hidden()
    page.locator("#check").click()
    expect(page).to_have_title("POST /answer")
    page.go_back()
    page.locator(".head details.menu summary").click()
    expect(page.get_by_text("记一笔")).to_be_visible()


def test_the_phone_menu_opens_without_script(gallery):
    page = gallery(390, script=False)
    expect(page.locator("#sidebar")).to_be_hidden()
    page.locator(".menu-link").click()
    expect(page.locator("#sidebar")).to_be_visible()
