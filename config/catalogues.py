"""Message catalogues, one for each room: compiled, and checked against what the room says.

`python -m config.catalogues` compiles `locale/<room>/zh_Hans/LC_MESSAGES/django.po`; with `--check` it also lists what
has no Chinese, what is fuzzy, and whose placeholders differ, and exits 1 if there is any.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[1]
ROOMS = (
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


def catalogue_path(room: str) -> Path:
    """Where a room keeps its Chinese."""
    return PROJECT / "locale" / room / LANGUAGE / "LC_MESSAGES" / "django.po"


def compile_catalogues() -> int:
    """Write the `.mo` beside each `.po` that is newer. The number written. Raises PoFileError for a broken one."""
    written = 0
    for room in ROOMS:
        source = catalogue_path(room)
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


def sources_of(room: str) -> Iterator[tuple[Path, str]]:
    """The files that speak for a room, with their text as Python. Templates of no room are the ground's."""
    for path in sorted((PROJECT / room).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text()
    for path in sorted((PROJECT / "templates").rglob("*.*")):
        folder = path.relative_to(PROJECT / "templates").parts[0]
        if (
            path.suffix in {".html", ".txt"}
            and (folder if folder in ROOMS else "corps") == room
        ):
            # Indented as HTML is, it would be no Python that can be read.
            text = templatize(path.read_text(), origin=str(path))
            yield path, "\n".join(line.lstrip() for line in text.split("\n"))


def messages_of(room: str) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """(place, msgid or (singular, plural), context) of everything a room says."""
    for path, text in sources_of(room):
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
    chinese = (
        [message.string]
        if isinstance(message.string, str)
        else list(message.string or ())
    )
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    if message.fuzzy:
        return "is fuzzy"
    if not all(chinese):
        return "has no Chinese"
    wanted = set(PLACEHOLDER.findall(english[-1]))
    if any(set(PLACEHOLDER.findall(text)) != wanted for text in chinese):
        return "has other placeholders in Chinese"
    return ""


def faults() -> list[str]:
    """One line for each thing said without good Chinese, for each entry that nothing says any more, and for each that a
    lower room says otherwise: the catalogues are read as one.

    The ground's catalogue may also reword what a library says.
    """
    lines = []
    chinese: dict[tuple[str, str | None], tuple[str, Any]] = {}
    for room in ROOMS:
        source = catalogue_path(room)
        catalogue = (
            read_catalogue(source) if source.exists() else Catalog(locale=LANGUAGE)
        )
        said = set()
        for place, message, context in messages_of(room):
            key = message if isinstance(message, str) else message[0]
            if not key or (key, context) in said:
                continue
            said.add((key, context))
            entry = catalogue.get(key, context)
            if fault := faults_of_entry(entry) if entry else "has no Chinese":
                lines.append(f'{place}: "{key}" {fault} in the catalogue of {room}')
        for entry in catalogue:
            key = entry.id if isinstance(entry.id, str) else entry.id[0]
            if not key:
                continue
            if room != "corps" and (key, entry.context) not in said:
                lines.append(f'locale/{room}: "{key}" is said nowhere in {room}')
            first, words = chinese.setdefault(
                (key, entry.context), (room, entry.string)
            )
            if words != entry.string:
                lines.append(
                    f'locale/{room}: "{key}" has other Chinese in {first}, which everybody reads'
                )
    return lines


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
