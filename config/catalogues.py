"""Message catalogues, one for each app: compiled, and checked against what the app says.

`python -m config.catalogues` compiles `locale/<app>/zh_Hans/LC_MESSAGES/django.po`; with `--check` it also lists what
has no Chinese, what is fuzzy, and whose placeholders differ, and exits 1 if there is any.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[1]
APPS = (
    "corps",
    "firms",
    "stores",
    "listings",
    "cases",
    "notices",
    "dashboards",
    "governance",
    "demo",
)
LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue_path(app: str) -> Path:
    """Where an app keeps its Chinese."""
    return PROJECT / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"


def compile_catalogues() -> int:
    """Write the `.mo` beside each `.po` that is newer. The number written. Raises PoFileError for a broken one."""
    written = 0
    for app in APPS:
        source = catalogue_path(app)
        target = source.with_suffix(".mo")
        if not source.exists() or (
            target.exists() and target.stat().st_mtime >= source.stat().st_mtime
        ):
            continue
        draft = target.with_suffix(".new")
        with draft.open("wb") as file:
            write_mo(file, read_catalogue(source))
        draft.replace(target)
        written += 1
    return written


def read_catalogue(source: Path) -> Catalog:
    """A `.po` as it stands. Raises PoFileError, naming the file, if it cannot be read."""
    try:
        with source.open("rb") as file:
            return read_po(file, locale=LANGUAGE, abort_invalid=True)
    except PoFileError as broken:
        raise PoFileError(
            f"{source.relative_to(PROJECT)}: {broken}",
            broken.catalog,
            broken.line,
            broken.lineno,
        ) from None


def app_of_template(path: Path) -> str:
    """The app whose catalogue a template is translated in; corps, for templates of no app."""
    folder = path.relative_to(PROJECT / "templates").parts[0]
    return folder if folder in APPS else "corps"


def sources_of(app: str) -> Iterator[tuple[Path, str]]:
    """The files that speak for an app, with their text as Python. Templates of no app are those of corps."""
    for path in sorted((PROJECT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text()
    for path in sorted((PROJECT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"} and app_of_template(path) == app:
            # Indented as HTML is, it would be no Python that can be read.
            text = templatize(path.read_text(), origin=str(path))
            yield path, "\n".join(line.lstrip() for line in text.split("\n"))


def messages_of(app: str) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """(place, msgid or (singular, plural), context) of everything an app says."""
    for path, text in sources_of(app):
        found = extract(
            "python",
            io.BytesIO(text.encode()),
            keywords=KEYWORDS,
            options={"encoding": "utf-8"},
        )
        for line, message, _comments, context in found:
            yield f"{path.relative_to(PROJECT)}:{line}", message, context


def faults_of_entry(message: Message) -> str:
    """What is wrong with a translation, or nothing."""
    if message.fuzzy:
        return "is fuzzy"
    chinese = [message.string] if isinstance(message.string, str) else message.string
    if not chinese or not all(chinese):
        return "has no Chinese"
    english = message.id if isinstance(message.id, str) else message.id[-1]
    placeholders = set(PLACEHOLDER.findall(english))
    if any(set(PLACEHOLDER.findall(text)) != placeholders for text in chinese):
        return "has other placeholders in Chinese"
    return ""


def faults() -> list[str]:
    """One line for each thing said without good Chinese, for each entry that nothing says any more, and for each that a
    lower app says otherwise: the catalogues are read as one.

    The catalogue of corps may also reword what a library says.
    """
    lines: list[str] = []
    first_said: dict[Key, tuple[str, Any]] = {}
    for app in APPS:
        source = catalogue_path(app)
        catalogue = Catalog(locale=LANGUAGE)
        if source.exists():
            catalogue = read_catalogue(source)
        places = first_places(app)
        lines += faults_of_messages(app, catalogue, places)
        for entry in catalogue:
            key = Key(first_form(entry.id), entry.context)
            if not key.text:
                continue
            if app != "corps" and key not in places:
                lines.append(f'locale/{app}: "{key.text}" is said nowhere in {app}')
            first_app, chinese = first_said.setdefault(key, (app, entry.string))
            if chinese != entry.string:
                lines.append(
                    f'locale/{app}: "{key.text}" has other Chinese in {first_app}, which everybody reads'
                )
    return lines


class Key(NamedTuple):
    """What a catalogue finds an entry by."""

    text: str
    context: str | None


def first_form(message: str | Sequence[str]) -> str:
    """A message itself, or its singular."""
    return message if isinstance(message, str) else message[0]


def first_places(app: str) -> dict[Key, str]:
    """What an app says, each with the first place that says it."""
    places: dict[Key, str] = {}
    for place, message, context in messages_of(app):
        if text := first_form(message):
            places.setdefault(Key(text, context), place)
    return places


def faults_of_messages(
    app: str, catalogue: Catalog, places: Mapping[Key, str]
) -> Iterator[str]:
    """A line for each message without good Chinese."""
    for key, place in places.items():
        entry = catalogue.get(key.text, key.context)
        fault = faults_of_entry(entry) if entry else "has no Chinese"
        if fault:
            yield f'{place}: "{key.text}" {fault} in the catalogue of {app}'


def main() -> int:
    """Compile; with --check also report. 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="also report what has no Chinese"
    )
    options = parser.parse_args()
    try:
        compile_catalogues()
        if not options.check:
            return 0
        settings.configure(USE_I18N=False)
        django.setup()
        found = faults()
    except PoFileError as broken:
        print(broken, file=sys.stderr)
        return 1
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
