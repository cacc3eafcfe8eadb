"""Opening an XLSX without trusting it: what the package says of itself is checked before anything reads it.

What comes out is a second package, written here: a workbook of its own that names the visible worksheets, their cells,
the shared strings and the styles, each exactly as it was checked. So the reader never sees a part declared twice, a
length that lies, or a worksheet that is hidden; and a part that reading does not need decides nothing.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import unquote
from xml.etree import ElementTree

from .extent import BlankStrings
from .limits import Clock, Limits
from .links import Targets
from .refusals import SheetRefused, refused
from .worksheet import Worksheet, cut_worksheet, without_cells

_CHUNK = 1 << 20
_declaration = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# A small file may pack well: the ratio counts only above this size.
_RATIO_FLOOR = 10 * 2**20
_PACKAGE_LINKS, _USUAL_WORKBOOK = "_rels/.rels", "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the clean copy holds: its visible worksheets, in order, each under its number from 1 as a name.

    hidden: titles of the worksheets that are left out of it since they are hidden.
    """

    worksheets: list[Worksheet]
    is_1904: bool
    hidden: list[str]


def unpack(path: str, into: IO[bytes], limits: Limits, clock: Clock) -> Workbook:
    """Check the XLSX at path and write a clean copy with its visible worksheets to `into`.

    A worksheet that reaches too far is left out of the copy and keeps its fault.
    Raises SheetRefused: zip-bomb, password-protected, not-a-spreadsheet, damaged, external-entities, too-slow.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = _Parts(package, limits, clock)
            with zipfile.ZipFile(
                into, "w", zipfile.ZIP_STORED, allowZip64=False
            ) as copy:
                return _copy(parts, copy, limits, clock)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ) as fault:
        raise refused("damaged") from fault


class _Parts:
    """The parts of a package whose number, declared sizes and ways of packing are allowed. Names are in lower case."""

    def __init__(self, package: zipfile.ZipFile, limits: Limits, clock: Clock) -> None:
        infos = package.infolist()
        if len(infos) > limits.max_entries:
            raise refused("zip-bomb")
        unpacked = sum(info.file_size for info in infos)
        packed = max(1, sum(info.compress_size for info in infos))
        if any(info.flag_bits & 0x1 for info in infos):
            raise refused("password-protected")
        if unpacked > limits.max_unpacked or (
            unpacked > _RATIO_FLOOR and unpacked / packed > limits.max_ratio
        ):
            raise refused("zip-bomb")
        self._package, self._clock = package, clock
        self._infos: dict[str, list[zipfile.ZipInfo]] = {}
        for info in infos:
            self._infos.setdefault(
                info.filename.replace("\\", "/").lstrip("/").lower(), []
            ).append(info)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """A part's bytes as UTF-8; never more at a time than a chunk, whatever it declares.

        Raises SheetRefused where it is there twice, packed in another way, or holds declarations.
        """
        info, *others = self._infos[name]
        if others:
            raise refused("damaged")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused("not-a-spreadsheet")
        chunks = []
        with self._package.open(info) as part:
            while chunk := part.read(_CHUNK):
                self._clock.check()
                chunks.append(chunk)
        content = _as_utf8(b"".join(chunks))
        if b"!" in content and _declaration.search(content):
            raise refused("external-entities")
        return content

    def read_tree(self, name: str) -> ElementTree.Element:
        """A part as a tree. Raises SheetRefused."""
        try:
            return ElementTree.fromstring(self.read(name))
        except (ElementTree.ParseError, LookupError) as fault:
            raise refused("damaged") from fault

    def links_of(self, name: str) -> Iterator[ElementTree.Element]:
        """The relationships of a part; none where it has no part for them."""
        place = PurePosixPath(name)
        links = str(place.parent / "_rels" / f"{place.name}.rels")
        return iter(self.read_tree(links)) if links in self else iter(())


_xml_declaration = re.compile(rb"\s*<\?xml\s[^>]*?\?>")
_encoding = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF16 = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
# What a declaration may name besides; an encoding in which the bytes of ASCII mean something else could hide tags.
_OTHERS = {"gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "windows-1252"}


def _as_utf8(content: bytes) -> bytes:
    """XML in UTF-8: as it is, or coded anew where it is in UTF-16 or declares a known encoding."""
    encoding = _UTF16.get(content[:2])
    declaration = _xml_declaration.match(content) if encoding is None else None
    if declaration is not None:
        named = _encoding.search(declaration[0])
        encoding = named[1].decode().lower() if named is not None else None
    if encoding is None or encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        return content
    if encoding not in _OTHERS and content[:2] not in _UTF16:
        raise refused("damaged")
    content = content.decode(encoding).removeprefix("\ufeff").encode()
    return (
        content[match.end() :]
        if (match := _xml_declaration.match(content))
        else content
    )


def _copy(
    parts: _Parts, copy: zipfile.ZipFile, limits: Limits, clock: Clock
) -> Workbook:
    contents = _contents(parts)
    strings = parts.read(contents.strings) if contents.strings in parts else b""
    if strings:
        copy.writestr("xl/sharedStrings.xml", strings)
    blanks = BlankStrings(strings)
    if contents.styles in parts:
        copy.writestr("xl/styles.xml", parts.read(contents.styles))
    worksheets = []
    for title, part in contents.worksheets:
        content, targets = parts.read(part), Targets(partial(parts.links_of, part))
        try:
            cells, worksheet = cut_worksheet(
                title, content, targets, blanks, limits, clock
            )
        except SheetRefused as fault:
            if fault.code not in _ABOUT_ONE_WORKSHEET:
                raise
            cells, worksheet = without_cells(title, content, fault)
        worksheets.append(worksheet)
        copy.writestr(f"xl/worksheets/sheet{len(worksheets)}.xml", cells)
    _write_workbook(copy, len(worksheets), contents.is_1904)
    return Workbook(worksheets, contents.is_1904, contents.hidden)


# Faults of one worksheet, beside which the others can be read.
_ABOUT_ONE_WORKSHEET = ("too-many-rows", "too-many-columns", "too-many-cells")


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a workbook names: (title, part) of each visible worksheet, in its order, and the parts that they need.

    hidden: titles of the other worksheets.
    """

    worksheets: list[tuple[str, str]]
    strings: str
    styles: str
    is_1904: bool
    hidden: list[str]


def _contents(parts: _Parts) -> _Contents:
    name = _find_workbook(parts)
    workbook = parts.read_tree(name)
    if workbook.tag.rpartition("}")[2] != "workbook":
        raise refused("not-a-spreadsheet")
    folder = PurePosixPath(name).parent
    worksheets: dict[str | None, str] = {}
    needed = {
        "sharedStrings": str(folder / "sharedstrings.xml"),
        "styles": str(folder / "styles.xml"),
    }
    for link in parts.links_of(name):
        kind, target = (
            link.get("Type", "").rpartition("/")[2],
            _target(link.get("Target", ""), folder, parts),
        )
        if kind == "worksheet":
            worksheets[link.get("Id")] = target
        elif kind in needed:
            needed[kind] = target
    visible: list[tuple[str, str]] = []
    hidden: list[str] = []
    for title, part, is_hidden in _worksheets(workbook, worksheets, parts):
        if is_hidden:
            hidden.append(title)
        else:
            visible.append((title, part))
    return _Contents(
        visible,
        needed["sharedStrings"],
        needed["styles"],
        _counts_from_1904(workbook),
        hidden,
    )


def _worksheets(
    workbook: ElementTree.Element, worksheets: Mapping[str | None, str], parts: _Parts
) -> Iterator[tuple[str, str, bool]]:
    """Title and part of each worksheet, and whether it is hidden. worksheets: parts by the ids of their links."""
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        link_id = next(
            (
                value
                for key, value in sheet.attrib.items()
                if key.rpartition("}")[2] == "id"
            ),
            None,
        )
        if worksheets.get(link_id, "") in parts:
            is_hidden = sheet.get("state", "").lower() in ("hidden", "veryhidden")
            yield sheet.get("name", ""), worksheets[link_id], is_hidden


def _counts_from_1904(workbook: ElementTree.Element) -> bool:
    properties = workbook.find("{*}workbookPr")
    return properties is not None and properties.get("date1904", "").lower() in (
        "1",
        "true",
        "on",
    )


def _find_workbook(parts: _Parts) -> str:
    """The part that the package calls its document; where it names none, the one at the usual place."""
    named = _named_workbook(parts)
    if named is not None:
        return named
    if _USUAL_WORKBOOK not in parts:
        raise refused("not-a-spreadsheet")
    return _USUAL_WORKBOOK


def _named_workbook(parts: _Parts) -> str | None:
    if _PACKAGE_LINKS not in parts:
        return None
    for link in parts.read_tree(_PACKAGE_LINKS):
        if link.get("Type", "").rpartition("/")[2] != "officeDocument":
            continue
        name = _target(link.get("Target", ""), PurePosixPath(), parts)
        if name in parts and not name.endswith(".bin"):
            return name
    return None


def _target(target: str, folder: PurePosixPath, parts: _Parts) -> str:
    """The part that a relationship points at; its target is absolute, or relative to the folder of its source."""
    target = target.replace("\\", "/").lower()
    path = (
        PurePosixPath(target.lstrip("/")) if target.startswith("/") else folder / target
    )
    steps: list[str] = []
    for step in path.parts:
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    name = "/".join(steps)
    return name if name in parts else unquote(name)


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_LINK = '<Relationship Id="rId{}" Type="' + _OFFICE + '/{}" Target="{}"/>'


def _write_workbook(copy: zipfile.ZipFile, count: int, is_1904: bool) -> None:
    """The workbook of the copy, with worksheets named 1 to count."""
    numbers = range(1, count + 1)
    sheets = "".join(
        f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in numbers
    )
    links = "".join(
        _LINK.format(number, "worksheet", f"worksheets/sheet{number}.xml")
        for number in numbers
    )
    links += _LINK.format(count + 1, "sharedStrings", "sharedStrings.xml")
    links += _LINK.format(count + 2, "styles", "styles.xml")
    copy.writestr(
        _PACKAGE_LINKS,
        _LINKS.format(_LINK.format(1, "officeDocument", _USUAL_WORKBOOK)),
    )
    copy.writestr("xl/_rels/workbook.xml.rels", _LINKS.format(links))
    copy.writestr(
        _USUAL_WORKBOOK,
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(is_1904)}"/>'
        f"<sheets>{sheets}</sheets></workbook>",
    )
