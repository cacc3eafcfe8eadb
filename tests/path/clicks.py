"""A person at the pages, without a browser: follows links, fills forms in and presses buttons that are there, counting.

A click is a link followed, a button pressed, a box ticked, something chosen from a list, or a file chosen.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client


@dataclass
class Field:
    """A control of a form. options: the values of a list; None for what is no list."""

    name: str
    value: str | None
    kind: str = ""
    options: list[str] | None = None


@dataclass
class Form:
    """A form as it stands on a page, with its buttons: (name, value)."""

    id: str = ""
    action: str = ""
    method: str = "get"
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The links and forms of a page; a control belongs to the form around it, or to the one that it names."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.around: Form | None = None
        self.elsewhere: list[tuple[str, Field | tuple[str, str]]] = []
        self.chosen: Field | None = None
        self.text: Field | None = None
        self.feed(content)
        for form_id, control in self.elsewhere:
            self._put(next(form for form in self.forms if form.id == form_id), control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self.around = Form(
                said.get("id", ""),
                said.get("action", ""),
                said.get("method", "get").lower(),
            )
            self.forms.append(self.around)
        elif tag == "button" and said.get("type") != "button":
            self._take(said, (said.get("name", ""), said.get("value", "")))
        elif tag in ("input", "select", "textarea") and said.get("name"):
            self._control(tag, said)
        elif tag == "option" and self.chosen is not None:
            self.chosen.options = [*(self.chosen.options or []), said.get("value", "")]
            if "selected" in said or self.chosen.value is None:
                self.chosen.value = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.around = None
        elif tag == "select":
            self.chosen = None
        elif tag == "textarea":
            self.text = None

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.value = (self.text.value or "") + data

    def _control(self, tag: str, said: dict[str, str]) -> None:
        kind = said.get("type", "text") if tag == "input" else tag
        is_off = kind in ("checkbox", "radio") and "checked" not in said
        value = (
            None
            if is_off or tag == "select" or kind == "file"
            else said.get("value", "")
        )
        control = Field(said["name"], value, kind)
        if is_off:
            control.options = [said.get("value", "on")]
        if tag == "select":
            self.chosen = control
        elif tag == "textarea":
            self.text = control
        self._take(said, control)

    def _take(self, said: dict[str, str], control: Field | tuple[str, str]) -> None:
        if "form" in said:
            self.elsewhere.append((said["form"], control))
        elif self.around is not None:
            self._put(self.around, control)

    @staticmethod
    def _put(form: Form, control: Field | tuple[str, str]) -> None:
        if isinstance(control, Field):
            form.fields.append(control)
        else:
            form.buttons.append(control)


class Person:
    """Somebody signed in who stands on a page."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.clicks = 0
        self.at = "/"
        self.page = Page("")
        self.put: dict[str, list[Any]] = {}

    def opens(self, address: str) -> None:
        """Stand on a page; where one is led to counts no click."""
        self._land(self.client.get(address, follow=True), address)

    def follows(self, address: str) -> None:
        """Click a link of the page that leads there."""
        assert any(urljoin(self.at, link) == address for link in self.page.links), (
            address,
            self.page.links,
        )
        self.clicks += 1
        self.opens(address)

    def types(self, name: str, value: str) -> None:
        """Type into a field; that is no click."""
        assert any(
            control.name == name for form in self.page.forms for control in form.fields
        ), name
        self.put[name] = [value]

    def chooses(self, name: str, value: Any) -> None:
        """Choose from a list what stands there."""
        offered = [
            control
            for form in self.page.forms
            for control in form.fields
            if control.name == name
        ]
        assert any(str(value) in (control.options or []) for control in offered), (
            name,
            value,
        )
        self.clicks += 1
        self.put[name] = [str(value)]

    def chooses_file(self, name: str, file: Any) -> None:
        assert any(
            c.name == name and c.kind == "file"
            for form in self.page.forms
            for c in form.fields
        ), name
        self.clicks += 1
        self.put[name] = [file]

    def is_proposed(self, address: str) -> None:
        """What a page asks for by itself and fills into its fields."""
        fragment = Page(f"<form>{self.client.get(address).content.decode()}</form>")
        self.put |= {
            control.name: [control.value]
            for form in fragment.forms
            for control in form.fields
        }

    def presses(self, name: str = "", value: str = "", action: str = "") -> None:
        """Press a button of the form that has what was put in; it is sent with that and what stood there."""
        forms = [
            f
            for f in self.page.forms
            if (name, value) in f.buttons and f.action.endswith(action)
        ]
        own = {control.name for form in self.page.forms for control in form.fields}
        form = next(
            f
            for f in forms
            if self.put.keys() & own <= {control.name for control in f.fields}
        )
        self.clicks += 1
        data: dict[str, list[Any]] = {}
        for control in form.fields:
            if control.name in self.put:
                data[control.name] = self.put[control.name]
            elif control.value is not None:
                data.setdefault(control.name, []).append(control.value)
        if name:
            data[name] = [value]
        sent = urljoin(self.at, form.action or self.at)
        ask = self.client.post if form.method == "post" else self.client.get
        self._land(ask(sent, data, follow=True), sent)

    def _land(self, answer: Any, address: str) -> None:
        assert answer.status_code == 200, (address, answer.status_code)
        self.at = answer.request["PATH_INFO"]
        if answer.request["QUERY_STRING"]:
            self.at += f"?{answer.request['QUERY_STRING']}"
        self.page, self.put = Page(answer.content.decode()), {}
