"""What a file is, by its first bytes; its name is only a claim."""

import os

from .limits import Limits
from .refusals import refused

# With macros, or templates: the same package; macros are never copied out of it.
_PACKAGES = dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), "XLSX")
_SPREADSHEET_NAMES = {**_PACKAGES, ".csv": "CSV", ".tsv": "CSV", ".txt": "CSV"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Sheets of Excel 2 to 4 begin with the record BOF of their version, in no container.
_BARE_XLS = (
    b"\x09\x00\x04\x00",
    b"\x09\x00\x06\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SIGNATURES = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"RIFF", "RIFF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
]


def spreadsheet_kind(path: str, filename: str, limits: Limits) -> str:
    """'XLSX' or 'CSV', when the name and the first bytes agree on it.

    Raises SheetRefused: too-large, empty-file, old-xls, password-protected, unknown-extension, wrong-extension,
    not-a-spreadsheet.
    """
    start = _first_bytes(path, limits)
    if start.startswith(_OLE):
        _refuse_compound(path)
    if start.startswith(_BARE_XLS):
        raise refused("old-xls")
    extension = os.path.splitext(filename.strip().lower())[1]
    claimed = _SPREADSHEET_NAMES.get(extension)
    if claimed is None and extension != ".xls":
        raise refused("unknown-extension")
    found = _kind_found(start, claimed)
    if claimed is None:
        raise refused("wrong-extension", says="XLS", found=found)
    if found is not None and found != claimed:
        raise refused("wrong-extension", says=claimed, found=found)
    return claimed


def _first_bytes(path: str, limits: Limits) -> bytes:
    """Enough to tell what the file is. Raises SheetRefused: too-large, empty-file."""
    size = os.path.getsize(path)
    if size > limits.max_bytes:
        raise refused("too-large", megabytes=max(1, limits.max_bytes // 2**20))
    if size == 0:
        raise refused("empty-file")
    with open(path, "rb") as file:
        return file.read(512)


def _kind_found(start: bytes, claimed: str | None) -> str | None:
    """What the first bytes are those of; None where the name claims a CSV and nothing speaks against it.

    Raises SheetRefused: not-a-spreadsheet.
    """
    if start.startswith(_ZIP):
        return "XLSX"
    signature = _signature(start)
    if signature is not None or claimed == "CSV":
        return signature
    if not start.startswith(_UTF16) and not _reads_as_text(start):
        raise refused("not-a-spreadsheet")
    if start.removeprefix(b"\xef\xbb\xbf").startswith(b"<?xml"):
        return "XML"
    return "HTML / CSV"


def is_no_sheet(start: bytes) -> bool:
    """Whether a file's first 512 bytes are certainly those of no spreadsheet and no text, whatever its name says.

    Only what no reading could make rows of is meant; all else is told apart, and in more words, when it is read.
    """
    if not start or start.startswith((_OLE, *_ZIP)):
        return False
    if start.startswith(_UTF16):
        return False
    return _signature(start) is not None or not _reads_as_text(start)


def _signature(start: bytes) -> str | None:
    for signature, name in _SIGNATURES:
        if start.startswith(signature) and not (
            len(signature) == 2 and _reads_as_text(start)
        ):
            return name
    return None


def _reads_as_text(start: bytes) -> bool:
    return not any(byte < 9 for byte in start)


def _refuse_compound(path: str) -> None:
    """Tell apart what lies in an OLE container by the names of its streams: an encrypted XLSX, an old XLS, another.

    Some programs write the names in capitals.
    """
    with open(path, "rb") as file:
        content = file.read().lower()
    if _stream("EncryptedPackage") in content or _stream("EncryptionInfo") in content:
        raise refused("password-protected")
    if _stream("Workbook") in content or _stream("Book") in content:
        raise refused("old-xls")
    raise refused("not-a-spreadsheet")


def _stream(name: str) -> bytes:
    return name.lower().encode("utf-16-le") + b"\x00\x00"
