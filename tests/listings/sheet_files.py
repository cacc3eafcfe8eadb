"""Makes the spreadsheet files that the tests of reading need: real ones, and ones that mean harm."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

LISTING = "https://item.taobao.com/item.htm?id={}"
STORE = "https://shop{}.taobao.com/"
HEADER = [
    "序号",
    "平台",
    "店铺名称",
    "店铺链接",
    "商品链接",
    "商品标题",
    "售价",
    "诉求",
]


def complaint(number: int, request: str = "下架链接") -> list[Any]:
    """One row under HEADER."""
    listing, store = (
        LISTING.format(600_000_000_000 + number),
        STORE.format(100_000_000 + number),
    )
    return [
        number,
        "淘宝",
        f"某某优选店{number}",
        store,
        listing,
        f"鱼油软胶囊 {number}粒装",
        99.5,
        request,
    ]


def complaints(count: int) -> list[list[Any]]:
    """A header and that many rows."""
    return [HEADER, *(complaint(number) for number in range(1, count + 1))]


def write_xlsx(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]],
    *,
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden: Sequence[str] = (),
    very_hidden: Sequence[str] = (),
) -> str:
    """Write worksheets by name, or one, and return the path. merges: top, left, bottom, right, from 0, in every one."""
    if not isinstance(sheets, Mapping):
        sheets = {"清单": sheets}
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_urls": False, "strings_to_formulas": False}
    )
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for merge in merges:
            sheet.merge_range(*merge, "")
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value not in ("", None):
                    sheet.write(row, column, value)
        if name in hidden:
            sheet.hide()
        if name in very_hidden:
            sheet.very_hidden()
    first = next(
        sheet
        for sheet in book.worksheets()
        if sheet.name not in (*hidden, *very_hidden)
    )
    first.activate()
    first.set_first_sheet()
    book.close()
    return str(path)


def patch(path: str, part: str, change: Callable[[bytes], bytes]) -> str:
    """Rewrite one part of an XLSX in place."""
    parts = parts_of(path)
    parts[part] = change(parts.get(part, b""))
    return write_parts(path, parts)


def parts_of(path: str) -> dict[str, bytes]:
    """The parts of an XLSX by name."""
    with zipfile.ZipFile(path) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def write_parts(path: str | Path, parts: Mapping[str, bytes]) -> str:
    """Write an XLSX of these parts and return the path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return str(path)


def put_cells(path: str, cells: str) -> str:
    """Put raw XML of rows at the end of the first worksheet's data."""
    return patch(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", cells.encode() + b"</sheetData>"),
    )


def write_text(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> str:
    """Write delimited text as programs do, quoted where needed, and return the path."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return str(path)
