"""The links and forms of a page, and what a person would send with them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

# Of forms that take many things two are ticked; a text that has to be there says this.
TICKED = 2
SAID = "说明：按程序办理"
SAMPLES = {
    "date": "2026-11-30",
    "number": "3",
    "email": "new@example.cn",
    "tel": "021-1",
}


@dataclass
class Form:
    """A form of a page. fields: (name, value, kind) in order; buttons: (name, value), of which one is pressed."""

    id: str
    method: str
    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Offers(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.loose: list[tuple[str, tuple[str, str, str]]] = []
        self.loose_buttons: list[tuple[str, tuple[str, str, str]]] = []
        self.inside: Form | None = None
        self.select: tuple[str, str, list[tuple[str, bool]]] | None = None
        self.is_required = False
        self.area: tuple[str, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._links(said)
        if tag == "form":
            self._form(said)
        elif tag == "input" and said.get("name"):
            self._input(said)
        elif tag == "button" and said.get("type", "submit") == "submit":
            self._submit(said)
        elif tag == "select":
            self.select = (said.get("name", ""), said.get("form", ""), [])
            self.is_required = "required" in said
        elif tag == "option" and self.select:
            self.select[2].append((said.get("value", ""), "selected" in said))
        elif tag == "textarea":
            self.area = (said.get("name", ""), said.get("form", ""), [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select" and self.select:
            name, form, options = self.select
            self.select = None
            chosen = [value for value, is_chosen in options if is_chosen]
            values = chosen or [value for value, _chosen in options[:1]]
            if self.is_required and not any(values):
                values = [value for value, _chosen in options if value][:1]
            self._field(form, (name, values[0] if values else "", "select"))
        elif tag == "textarea" and self.area:
            name, form, texts = self.area
            self.area = None
            self._field(form, (name, "".join(texts).strip(), "textarea"))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[2].append(data)

    def close(self) -> None:
        super().close()
        by_id = {form.id: form for form in self.forms if form.id}
        for name, entry in self.loose:
            if name in by_id:
                by_id[name].fields.append(entry)
        for name, button in self.loose_buttons:
            if name in by_id:
                by_id[name].buttons.append(button)

    def _whole(self, address: str) -> str:
        return urljoin(self.address, address).partition("#")[0]

    def _links(self, said: dict[str, str]) -> None:
        for name in ("href", "hx-get"):
            if said.get(name):
                self.links.append(self._whole(said[name]))
        if said.get("hx-post"):
            self.forms.append(Form("", "POST", self._whole(said["hx-post"])))

    def _form(self, said: dict[str, str]) -> None:
        method = said.get("method", "get").upper()
        action = self._whole(said.get("action", ""))
        self.inside = Form(said.get("id", ""), method, action)
        self.forms.append(self.inside)

    def _submit(self, said: dict[str, str]) -> None:
        action = ""
        if said.get("formaction"):
            action = self._whole(said["formaction"])
        button = (said.get("name", ""), said.get("value", ""), action)
        self._button(said.get("form", ""), button)

    def _input(self, said: dict[str, str]) -> None:
        kind = said.get("type", "text")
        value = said.get("value", "")
        if kind in ("submit", "image"):
            self._button(said.get("form", ""), (said["name"], value, ""))
        elif kind in ("checkbox", "radio") and "checked" not in said:
            self._field(
                said.get("form", ""), (said["name"], value or "on", "un" + kind)
            )
        elif kind != "file":
            self._field(said.get("form", ""), (said["name"], value, kind))

    def _field(self, form: str, entry: tuple[str, str, str]) -> None:
        if not entry[0]:
            return
        if form:
            self.loose.append((form, entry))
        elif self.inside:
            self.inside.fields.append(entry)

    def _button(self, form: str, button: tuple[str, str, str]) -> None:
        if form:
            self.loose_buttons.append((form, button))
        elif self.inside:
            self.inside.buttons.append(button)


def filled(form: Form, button: tuple[str, str, str]) -> list[tuple[str, str]]:
    """What a person would send: what stands there, two ticks, the first of each choice, a text where none is."""
    data: list[tuple[str, str]] = []
    ticks: dict[str, int] = {}
    given = {name for name, _value, kind in form.fields if not kind.startswith("un")}
    for name, value, kind in form.fields:
        if name == "csrfmiddlewaretoken":
            continue
        if kind == "unradio":
            if name not in given:
                given.add(name)
                data.append((name, value))
        elif kind == "uncheckbox":
            ticks[name] = ticks.get(name, 0) + 1
            if ticks[name] <= TICKED:
                data.append((name, value))
        elif kind in ("textarea", "text") and not value:
            data.append((name, SAID))
        else:
            data.append((name, value or SAMPLES.get(kind, "")))
    if button[0]:
        data.append(button[:2])
    return data


def offers(address: str, content: str) -> Offers:
    """What a page offers."""
    found = Offers(address)
    found.feed(content)
    found.close()
    return found
