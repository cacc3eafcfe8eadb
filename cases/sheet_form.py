"""The form in which a person corrects how a sheet was understood."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import SheetImport
from cases.workflow import Said
from listings.sheets.corrections import Remembered
from listings.sheets.meanings import WORDS
from listings.sheets.not_read import READABLE

# What a button takes in or leaves besides rows of a worksheet: the worksheet itself.
WORKSHEET = "worksheet"


class SheetForm(forms.Form):
    """Every worksheet of a sheet, and the columns of the one that is shown; filled with what was understood.

    shown: the index of that worksheet. platforms: (slug, label) of those that take part. `take` and `leave` are what a
    button may add to it: "0:hidden" reads the hidden rows of the first worksheet, "1:worksheet" the second worksheet.
    """

    take = forms.CharField(required=False, max_length=40)
    leave = forms.CharField(required=False, max_length=40)

    def __init__(
        self,
        data: Any = None,
        *,
        sheet_import: SheetImport,
        shown: int,
        platforms: list[tuple[str, Any]],
        remembered: Remembered,
    ) -> None:
        super().__init__(data)
        self.worksheets = sheet_import.understood
        self.corrections, self.shown = sheet_import.corrections, shown
        for index, worksheet in enumerate(self.worksheets):
            platform = self._before(index).get("platform") or remembered.platforms.get(
                worksheet["name"], ""
            )
            self._add_worksheet(index, worksheet, platforms, platform)
        for column in self.worksheets[shown]["columns"] if self.worksheets else ():
            self._add_column(column)

    def _before(self, index: int) -> dict[str, Any]:
        before: dict[str, Any] = self.corrections.get(
            self.worksheets[index]["name"], {}
        )
        return before

    def _add_worksheet(
        self,
        index: int,
        worksheet: dict[str, Any],
        platforms: list[tuple[str, Any]],
        platform: str,
    ) -> None:
        name = worksheet["name"] or _("The file")
        self.fields[f"read_{index}"] = forms.BooleanField(
            required=False,
            initial=worksheet["is_read"],
            label=_("Read %(name)s") % {"name": name},
        )
        self.fields[f"header_{index}"] = forms.TypedChoiceField(
            choices=_header_rows(worksheet),
            coerce=int,
            empty_value=0,  # type: ignore[arg-type]
            required=False,
            initial=worksheet["header_row"],
            label=_("Header row of %(name)s") % {"name": name},
        )
        self.fields[f"platform_{index}"] = forms.ChoiceField(
            choices=[("", _("as its rows say")), *platforms],
            required=False,
            initial=platform,
            label=_("Platform of %(name)s") % {"name": name},
        )
        for kind in ("read", "header", "platform"):
            field = self.fields[f"{kind}_{index}"]
            look = "form-check-input" if kind == "read" else "form-select"
            field.widget.attrs |= {"aria-label": field.label, "class": look}

    def _add_column(self, column: dict[str, Any]) -> None:
        heading = column["heading"] or _("without a heading")
        label = _("Meaning of %(heading)s") % {"heading": heading}
        widget = forms.Select(attrs={"aria-label": label, "class": "form-select"})
        field = forms.ChoiceField(
            choices=list(WORDS.items()),
            initial=column["meaning"],
            label=label,
            widget=widget,
        )
        self.fields[f"column_{column['place']}"] = field

    def clean_take(self) -> tuple[int, str]:
        return self._part("take")

    def clean_leave(self) -> tuple[int, str]:
        return self._part("leave")

    def _part(self, name: str) -> tuple[int, str]:
        """The worksheet's index and what of it; (-1, "") where no such button was pressed."""
        text = self.cleaned_data[name]
        if not text:
            return -1, ""
        index, _colon, what = text.partition(":")
        is_known = (
            index.isdecimal()
            and int(index) < len(self.worksheets)
            and what in {WORKSHEET, *READABLE}
        )
        if not is_known:
            raise forms.ValidationError(
                gettext_lazy("This sheet has no such part; open the page again.")
            )
        return int(index), what

    def said(self) -> dict[str, Said]:
        """What the person says of each worksheet, by its name."""
        return {
            worksheet["name"]: self._said(index, worksheet)
            for index, worksheet in enumerate(self.worksheets)
        }

    def _said(self, index: int, worksheet: dict[str, Any]) -> Said:
        data = self.cleaned_data
        taken = {what for at, what in (data["take"],) if at == index}
        left = {what for at, what in (data["leave"],) if at == index}
        columns = {}
        if index == self.shown:
            columns = {
                column["place"]: data[f"column_{column['place']}"]
                for column in worksheet["columns"]
            }
        reads = (set(self._before(index).get("reads", ())) | taken) - left - {WORKSHEET}
        return Said(
            is_read=(data[f"read_{index}"] or WORKSHEET in taken)
            and WORKSHEET not in left,
            header_row=data[f"header_{index}"],
            columns=columns,
            platform=data[f"platform_{index}"],
            reads=frozenset(reads),
        )


def _header_rows(worksheet: dict[str, Any]) -> list[tuple[Any, str]]:
    """The rows that may be the header; none chosen where none was found."""
    rows = [
        (number, _row(number, words))
        for number, words, _key in worksheet["header_rows"]
    ]
    known = worksheet["header_row"]
    if known is None:
        return [("", _("not found")), *rows]
    if all(number != known for number, _words in rows):
        rows.append((known, _row(known, "")))
    return rows


def _row(number: int, words: str) -> str:
    return _("row %(number)s: %(words)s") % {"number": number, "words": words[:24]}
