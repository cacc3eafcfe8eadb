"""The items of a notice as a table to fill in, as XLSX and as CSV."""

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from cases.states import Claim
from corps.ui.csv_export import csv_lines
from notices.answer_sheets.vocabulary import ANSWERS
from notices.letters import ASKED, name_items
from notices.models import Notice
from notices.states import UNASKED, ItemState


def write_xlsx(notice: Notice) -> bytes:
    """The notice's items as a workbook, with the answers that stand, and a choice of words in the answer column."""
    heads, rows = _table(notice)
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    page = book.add_worksheet(_("Answers"))
    bold = book.add_format({"bold": True})
    free = book.add_format({"bg_color": "#fcf0d6"})
    page.write_row(0, 0, heads, bold)
    # The last two columns, answer and remark, are to be filled in.
    answer = len(heads) - 2
    formats = [None] * answer + [free, free]
    for number, row in enumerate(rows, start=1):
        page.write_number(number, 0, row[0])
        for column, cell in enumerate(row[1:], start=1):
            page.write_string(number, column, cell, formats[column])
    if rows:
        labels = [str(claim.label) for claim in ANSWERS]
        page.data_validation(
            1,
            answer,
            len(rows),
            answer,
            {"validate": "list", "source": labels, "error_type": "warning"},
        )
    page.set_column(1, len(heads) - 1, 20)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def write_csv(notice: Notice) -> Iterator[str]:
    """The same as CSV, with a byte order mark; a cell that would be a formula gets a ' before it."""
    heads, rows = _table(notice)
    yield "\ufeff"
    yield from csv_lines(heads, rows)


def _table(notice: Notice) -> tuple[list[str], list[list[Any]]]:
    heads = [
        _("No."),
        _("Kind"),
        _("Id"),
        _("Address"),
        _("Title"),
        _("Store"),
        _("Ground"),
        _("To do"),
    ]
    heads += [_("Answer"), _("Remark")]
    items = notice.items.exclude(state__in=UNASKED).order_by("position")
    rows = []
    for item in name_items(
        items.select_related("target__listing__store", "target__store", "ground")
    ):
        target = item.target
        answer: Any = ""
        remark = ""
        if item.state != ItemState.OPEN and item.outcome:
            answer, remark = Claim(item.outcome).label, item.remark
        cells: list[Any] = [
            target.get_kind_display(),
            target.thing.canonical_id,
            target.thing.url,
        ]
        cells += [item.title, item.store_name, item.ground or "", ASKED[target.kind]]
        cells += [answer, remark]
        rows.append([item.position, *(str(cell) for cell in cells)])
    return [str(head) for head in heads], rows
