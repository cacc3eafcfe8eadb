"""What an uploaded paper is: judged by its content, never by its name, and opened as far as that tells it whole.

A paper proves something, so it must be one that whoever decides can open later: a scan, a picture, or a document.
"""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PNG_MARK = b"\x89PNG\r\n\x1a\n"
ZIP_MARK = b"PK\x03\x04"
END_OF_PDF = 2048
# Parts of a package, and bytes of one part, that are looked at; a document has no more.
MOST_PARTS, MOST_BYTES = 5000, 2**20

NOT_A_PAPER = _(
    "This is neither PDF, OFD, DOCX, JPEG nor PNG by its content. Scan or photograph the paper and hand that in."
)
DAMAGED = _(
    "This file is cut off or damaged: it cannot be opened. Save or scan it again and hand that in."
)
EMPTY = _("This file is empty.")


class NotAPaper(Exception):
    """The content is none that is taken. message: a sentence for whoever handed it in."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Kind:
    """mark: how such a file begins. is_whole: opens it and says whether all of it is there."""

    content_type: str
    mark: bytes
    is_whole: Callable[[IO[bytes]], bool]


def paper_type(file: IO[bytes]) -> str:
    """The media type of a paper by its content; the file is at its beginning afterwards.

    file: open for reading in binary, at its beginning. Raises NotAPaper.
    """
    start = file.read(len(PNG_MARK))
    if not start:
        raise NotAPaper(EMPTY)
    alike = [kind for kind in KINDS if start.startswith(kind.mark)]
    try:
        for kind in alike:
            file.seek(0)
            if kind.is_whole(file):
                return kind.content_type
    finally:
        file.seek(0)
    raise NotAPaper(DAMAGED if alike and alike[0].mark != ZIP_MARK else NOT_A_PAPER)


def _whole_pdf(file: IO[bytes]) -> bool:
    """It ends as a PDF does, with the place of its table of contents (ISO 32000-1, 7.5.5)."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - END_OF_PDF))
    end = file.read()
    return b"startxref" in end and b"%%EOF" in end


def _whole_png(file: IO[bytes]) -> bool:
    """Chunk after chunk, each with its checksum, up to the last (ISO/IEC 15948, 5.3)."""
    file.seek(len(PNG_MARK))
    first = True
    while len(head := file.read(8)) == 8:
        name, length = head[4:], int.from_bytes(head[:4], "big")
        if first and name != b"IHDR":
            return False
        first = False
        checksum = zlib.crc32(name)
        while length > 0:
            piece = file.read(min(length, MOST_BYTES))
            if not piece:
                return False
            checksum, length = zlib.crc32(piece, checksum), length - len(piece)
        if file.read(4) != checksum.to_bytes(4, "big"):
            return False
        if name == b"IEND":
            return True
    return False


def _whole_jpeg(file: IO[bytes]) -> bool:
    """Segment after segment up to the picture, a frame among them, and the mark of its end (ITU-T T.81, annex B)."""
    file.seek(2)
    framed = False
    while len(mark := file.read(2)) == 2 and mark[0] == 0xFF:
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return False
        framed = framed or (
            0xC0 <= mark[1] <= 0xCF and mark[1] not in (0xC4, 0xC8, 0xCC)
        )
        if mark[1] == 0xDA:
            return framed and _has_jpeg_end(file)
        file.seek(length - 2, 1)
    return False


def _has_jpeg_end(file: IO[bytes]) -> bool:
    """Cameras write more behind the picture, so the mark is looked for in all that follows."""
    before = b""
    while piece := file.read(MOST_BYTES):
        if b"\xff\xd9" in before + piece:
            return True
        before = piece[-1:]
    return False


def _package_with(part: str, beginning: bytes) -> Callable[[IO[bytes]], bool]:
    """A ZIP package whose main part is there, is XML and begins as it should within its first bytes."""

    def is_whole(file: IO[bytes]) -> bool:
        try:
            with zipfile.ZipFile(file) as package:
                if len(package.infolist()) > MOST_PARTS:
                    return False
                with package.open(part) as main:
                    return beginning in main.read(MOST_BYTES)
        except (
            zipfile.BadZipFile,
            zlib.error,
            KeyError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):
            return False

    return is_whole


KINDS = (
    Kind("application/pdf", b"%PDF-", _whole_pdf),
    Kind("image/png", PNG_MARK, _whole_png),
    Kind("image/jpeg", b"\xff\xd8\xff", _whole_jpeg),
    Kind(WORD, ZIP_MARK, _package_with("word/document.xml", b"<w:document")),
    Kind("application/ofd", ZIP_MARK, _package_with("OFD.xml", b"<ofd:OFD")),
)
