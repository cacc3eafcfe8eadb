"""Why a file is not read: one code and one sentence for each fault."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class SheetRefused(Exception):
    """The file cannot be read as a complaint sheet; nothing was taken from it.

    code: one of the keys of SENTENCES. message: a sentence for the person who uploaded the file, translated when it is
    shown. details: the figures in it.
    """

    def __init__(self, code: str, message: Any, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


SENTENCES = {
    "file-lost": _(
        "The file is no longer where files are kept, so that it cannot be read. Hand it in again."
    ),
    "empty-file": _("The file is empty."),
    "too-large": _(
        "The file is larger than %(megabytes)s MB. Split it into smaller sheets."
    ),
    "too-many-rows": _(
        "The sheet has more than %(rows)s rows. Split it into smaller sheets."
    ),
    "too-many-columns": _(
        "The sheet has something in column %(column)s; at most %(columns)s columns are read. "
        "Remove what stands far to the right."
    ),
    "too-many-cells": _(
        "The sheet is spread out to row %(rows)s and column %(column)s. Remove what stands far below or to the right."
    ),
    "cell-too-long": _(
        "Row %(row)s holds a cell of more than %(characters)s characters. A quotation mark before it may not be closed."
    ),
    "unclosed-quote": _(
        "A quotation mark in row %(row)s is not closed, so the rows after it cannot be told apart."
    ),
    "too-slow": _(
        "Reading the file took longer than %(seconds)s seconds and was stopped. Split it into smaller sheets."
    ),
    "unknown-extension": _(
        "Only XLSX and CSV files are read. Save the sheet as .xlsx and upload it again."
    ),
    "wrong-extension": _(
        "The name says %(says)s, but the content is %(found)s. Save the sheet as .xlsx or .csv and upload it again."
    ),
    "not-a-spreadsheet": _(
        "The file is not a spreadsheet that can be read. Open it in your spreadsheet program and save it as .xlsx."
    ),
    "damaged": _(
        "The file is damaged. Open it in your spreadsheet program and save it as .xlsx again."
    ),
    "old-xls": _(
        "This is the old .xls format. Open it in your spreadsheet program and save it as .xlsx."
    ),
    "password-protected": _(
        "The file is protected by a password. Remove the password and upload it again."
    ),
    "zip-bomb": _("The file unpacks to far more than its size and was not opened."),
    "external-entities": _(
        "The file holds declarations that could draw in other files (DTD or entities) and was not opened."
    ),
    "no-visible-worksheet": _("The file has no visible worksheet."),
    "no-header": _(
        "No header row was found: none of the first rows names the columns of a complaint."
    ),
    "no-address-column": _("No column with addresses of listings or stores was found."),
    "no-rows": _("There is no row below the header."),
    "only-hidden-rows": _(
        "All rows below the header are hidden. Show those that are meant and upload the sheet again."
    ),
    "label-and-value": _(
        "The sheet is a form with labels on the left. Put each listing into a row of its own, below a row of headings."
    ),
    "two-worksheets": _(
        "Several worksheets hold rows: %(names)s. Upload each as a sheet of its own, or put all rows on one worksheet."
    ),
    "unreadable-encoding": _(
        "The text encoding cannot be recognised. Save the file as CSV in UTF-8, or as .xlsx."
    ),
}


OF_WORKSHEET = _("Worksheet “%(worksheet)s”: %(sentence)s")


def refused(code: str, **details: Any) -> SheetRefused:
    """The refusal with this code, its sentence filled in. code: a key of SENTENCES. worksheet, among the details: which
    of several it is about."""
    sentence = SENTENCES[code]
    if "worksheet" in details:
        filled = Filled(
            OF_WORKSHEET,
            {"sentence": Filled(sentence, details), "worksheet": details["worksheet"]},
        )
        return SheetRefused(code, filled, **details)
    return SheetRefused(
        code, Filled(sentence, details) if details else sentence, **details
    )


TOO_FAR_DOWN = _(
    "Something stands as far down as row %(row)s; at most %(rows)s rows are read. Remove what stands far below."
)


def too_far_down(row: int, rows: int) -> SheetRefused:
    """The refusal too-many-rows of a sheet with few rows, of which one stands far below the others."""
    details = {"row": row, "rows": rows}
    return SheetRefused("too-many-rows", Filled(TOO_FAR_DOWN, details), **details)


class Filled:
    """A translated sentence whose figures are filled in when it is shown."""

    def __init__(self, sentence: Any, details: dict[str, Any]) -> None:
        self._sentence, self._details = sentence, details

    def __str__(self) -> str:
        return str(self._sentence) % {
            key: str(value) for key, value in self._details.items()
        }
