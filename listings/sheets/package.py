"""Opening an XLSX without trusting it: what the package says of itself is checked before anything reads it.

What comes out is a second package, written here, with the parts that reading needs and nothing else, each exactly as
it was checked. So the reader never sees a part declared twice, a length that lies, or a worksheet that is hidden.
"""

import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree

from .extent import check_extent
from .limits import Clock, Limits
from .refusals import refused

_CHUNK = 1 << 20
_declaration = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_utf16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# A small file may pack well: the ratio counts only above this size.
_RATIO_FLOOR = 10 * 2**20


def unpack(path: str, into: IO[bytes], limits: Limits, clock: Clock) -> list[str]:
    """Check the XLSX at path, write a clean copy with its visible worksheets to `into`, and return their names.

    Raises SheetRefused: zip-bomb, password-protected, not-a-spreadsheet, damaged, external-entities, too-many-rows,
    too-many-columns, too-many-cells, too-slow.
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = _checked_entries(package, limits)
            with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED, allowZip64=False) as copy:
                return _copy(package, entries, copy, limits, clock)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as fault:
        raise refused("damaged") from fault


def _checked_entries(package: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The entries by lower-case name, once their number, their declared sizes and their way of packing are allowed."""
    infos = package.infolist()
    if len(infos) > limits.max_entries:
        raise refused("zip-bomb")
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if unpacked > limits.max_unpacked or (unpacked > _RATIO_FLOOR and unpacked / packed > limits.max_ratio):
        raise refused("zip-bomb")
    if any(info.flag_bits & 0x1 for info in infos):
        raise refused("password-protected")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise refused("not-a-spreadsheet")
    entries = {_normal(info.filename): info for info in infos}
    if len(entries) != len(infos):
        raise refused("damaged")
    if _WORKBOOK not in entries or _LINKS not in entries:
        raise refused("not-a-spreadsheet")
    return entries


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _read(package: zipfile.ZipFile, info: zipfile.ZipInfo, clock: Clock) -> bytes:
    """A part's bytes; never more at a time than a chunk, whatever it declares. XML with declarations is refused."""
    chunks = []
    with package.open(info) as part:
        while chunk := part.read(_CHUNK):
            clock.check()
            chunks.append(chunk)
    content = b"".join(chunks)
    if content[:2] in _utf16:
        raise refused("not-a-spreadsheet")
    if _declaration.search(content):
        raise refused("external-entities")
    return content


def _copy(
    package: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], copy: zipfile.ZipFile, limits: Limits, clock: Clock
) -> list[str]:
    book, links = (_read(package, entries[name], clock) for name in (_WORKBOOK, _LINKS))
    titles, needed = _contents(book, links)
    needed |= {"[content_types].xml", "_rels/.rels", _WORKBOOK, _LINKS, "xl/sharedstrings.xml", "xl/styles.xml"}
    for name, info in entries.items():
        if not name.endswith((".xml", ".rels")):
            continue
        content = _read(package, info, clock)
        if name in titles.values():
            check_extent(content, limits, clock)
        elif name not in needed:
            continue
        copy.writestr(info.filename.replace("\\", "/").lstrip("/"), content)
    return [title for title, part in titles.items() if part in entries]


def _contents(book: bytes, links: bytes) -> tuple[dict[str, str], set[str]]:
    """The part (in lower case) of each visible worksheet by title, in the workbook's order; and what they need."""
    try:
        workbook, relationships = ElementTree.fromstring(book), ElementTree.fromstring(links)
    except (ElementTree.ParseError, LookupError, ValueError) as fault:
        raise refused("damaged") from fault
    targets: dict[str, dict[str | None, str]] = {}
    for link in relationships:
        kind = link.get("Type", "").rpartition("/")[2]
        targets.setdefault(kind, {})[link.get("Id")] = _target(link.get("Target", ""))
    worksheets = targets.get("worksheet", {})
    titles = {}
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        link_id = next((value for key, value in sheet.attrib.items() if key.rpartition("}")[2] == "id"), None)
        if sheet.get("state", "visible").lower() == "visible" and link_id in worksheets:
            titles[sheet.get("name", "")] = worksheets[link_id]
    return titles, {*targets.get("sharedStrings", {}).values(), *targets.get("styles", {}).values()}


def _target(target: str) -> str:
    """The part that a relationship of the workbook points at; its targets are relative to xl/ or absolute."""
    target = target.replace("\\", "/")
    path = PurePosixPath(target) if target.startswith("/") else PurePosixPath("/xl") / target
    parts: list[str] = []
    for piece in path.parts[1:]:
        if piece == "..":
            del parts[-1:]
        elif piece != ".":
            parts.append(piece)
    return "/".join(parts).lower()
