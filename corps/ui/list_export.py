"""What a list shows, as CSV and as XLSX: every row that its filters leave, in its order, and noted in the audit.

Both are read in one transaction that sees one moment, some hundred rows at a time. A workbook is written row by row to
a temporary file, so that a long list needs no more memory than a short one; its cover says what it holds, who took it,
and of which moment it is: a safe one, up to which nothing is missing.
"""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from xlsxwriter.worksheet import Worksheet

from corps.access.decorators import SignedIn, View
from corps.access.limits import counted
from corps.access.parameters import reads
from corps.database.snapshots import safe_moment, snapshot
from corps.deadlines.clock import SHANGHAI, today
from corps.ui.csv_export import Download, csv_lines, in_language
from corps.ui.formats import thousands
from corps.ui.record_lists import RecordList

# The kind of file in an address, as a named group.
KIND = r"(?P<kind>csv|xlsx)"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A worksheet takes 1,048,576 rows; the rest goes on in the next one.
ROWS_OF_A_SHEET = 1_000_000
# What XML cannot hold.
UNPRINTABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}
LONGEST_CELL = 32_767
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def exported(list_class: type[RecordList]) -> View:
    """The page that hands a list out as a file; `kind` (csv or xlsx) and what names the list come with its address.
    Stands beneath `open_to`."""

    @reads(*list_class.parameters())
    @require_safe
    @counted("exports")
    def export(request: SignedIn, kind: str, **address: Any) -> HttpResponseBase:
        return list_file(list_class.opened(request, **address), kind)

    return export


def list_file(shown: RecordList, kind: str) -> HttpResponseBase:
    """A list as a file of a kind (csv or xlsx), called after the list and the day; the audit hears of it."""
    download = Download(shown.request, shown.table.key, about=shown.about)
    name = f"{_name_of(shown)}-{today()}.{kind}"
    response: HttpResponseBase
    if kind == "csv":
        response = _csv(shown, download)
    else:
        response = _xlsx(shown, download)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _name_of(shown: RecordList) -> str:
    """What a file is called: after the list, and the thing that it is the list of."""
    return "-".join(filter(None, [shown.about, shown.heading])).replace("/", "-")


def _heads(shown: RecordList) -> list[str]:
    return [str(column.label) for column in shown.table.exported]


def _cells(shown: RecordList) -> Iterator[list[Any]]:
    columns = shown.table.exported
    for row in shown.every_row():
        yield [column.value_of(row) for column in columns]


def _csv(shown: RecordList, download: Download) -> StreamingHttpResponse:
    def content() -> Iterator[str]:
        yield "\ufeff"
        with snapshot():
            rows = download.counted(_cells(shown))
            plain = ([_written(cell) for cell in row] for row in rows)
            yield from csv_lines(_heads(shown), plain)

    language = get_language() or "zh-hans"
    return StreamingHttpResponse(
        download.streamed(in_language(language, content())),
        content_type="text/csv; charset=utf-8",
    )


def _written(cell: Any) -> Any:
    """A cell as text: days and moments as they are entered, by Shanghai time."""
    match cell:
        case datetime():
            return cell.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case int() | Decimal():
            return cell
    return str(cell)


def _xlsx(shown: RecordList, download: Download) -> HttpResponseBase:
    # Closed, and so deleted, with the response.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    moment = safe_moment()
    with snapshot():
        download.rows = _write_book(file, shown, moment)
    file.seek(0)
    response: Any = FileResponse(file, content_type=XLSX)
    return download.whole(response, download.rows)


def _write_book(file: Any, shown: RecordList, moment: datetime) -> int:
    """Write cover and rows, read as of a moment; how many rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(file, options)
    _write_cover(book, shown, moment)
    sheet = _Rows(book, shown.heading, _heads(shown))
    for row in _cells(shown):
        sheet.add(row)
    book.close()
    return sheet.count


def _write_cover(
    book: xlsxwriter.Workbook, shown: RecordList, moment: datetime
) -> None:
    """What the book holds: list, filters, order, how many rows, who took it, of which moment it is."""
    page = book.add_worksheet(_("About this file"))
    page.set_column(0, 0, 20)
    page.set_column(1, 1, 60)
    bold = book.add_format({"bold": True})
    as_of = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    filters = [(chip.label, chip.value) for chip in shown.filters.chips()]
    lines = [
        (_("List"), " ".join(filter(None, [shown.heading, shown.about]))),
        *(filters or [(_("Filters"), _("none"))]),
        (_("Order"), str(shown.sort_words())),
        (_("Rows"), thousands(shown.found.count())),
        (_("Exported by"), f"{shown.user.name} ({shown.user.username})"),
        (_("As of"), f"{as_of} (Asia/Shanghai)"),
    ]
    for number, (label, value) in enumerate(lines):
        page.write_string(number, 0, str(label), bold)
        page.write_string(number, 1, _clean(str(value)))


class _Rows:
    """The worksheets that the rows go to, one after the other."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, heads: list[str]) -> None:
        self.book, self.heads, self.count = book, heads, 0
        self.name = "".join(sign for sign in name if sign not in "[]:*?/\\")[:25]
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": DAY})
        self.moment = book.add_format({"num_format": MOMENT})
        self.sheet: Worksheet = self._begun()

    def _begun(self) -> Worksheet:
        number = self.count // ROWS_OF_A_SHEET
        name = f"{self.name} {number + 1}" if number else self.name
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(self.heads) - 1, 0), 20)
        for column, head in enumerate(self.heads):
            sheet.write_string(0, column, head, self.bold)
        return sheet

    def add(self, cells: list[Any]) -> None:
        """Write the next row: text as text, whatever it looks like."""
        if self.count and self.count % ROWS_OF_A_SHEET == 0:
            self.sheet = self._begun()
        number = self.count % ROWS_OF_A_SHEET + 1
        for column, cell in enumerate(cells):
            self._write(number, column, cell)
        self.count += 1

    def _write(self, row: int, column: int, cell: Any) -> None:
        match cell:
            case "":
                return
            case datetime():
                local = cell.astimezone(SHANGHAI).replace(tzinfo=None)
                self.sheet.write_datetime(row, column, local, self.moment)
            case date():
                self.sheet.write_datetime(row, column, cell, self.day)
            case int() | Decimal():
                self.sheet.write_number(row, column, cell)
            case _:
                self.sheet.write_string(row, column, _clean(str(cell)))


def _clean(text: str) -> str:
    return text.translate(UNPRINTABLE)[:LONGEST_CELL]
