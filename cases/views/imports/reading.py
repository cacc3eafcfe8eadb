"""What was understood of a sheet, before anything of it is registered: a person sees it, and corrects it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from cases import workflow
from cases.models import Complaint, ImportRow, SheetCorrection, SheetImport
from cases.models.complaints import MOST_SAME_SHEETS
from cases.sheet_form import SheetForm
from cases.views.imports.review import progress_answer, visible_import
from cases.views.imports.review_page import READY, ReviewCounts, may_take_up
from cases.views.paste import box_of
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import number, reads
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act, ticked_ids
from corps.models import User
from corps.ui.refusals import send_back
from listings.sheets.meanings import WORDS
from listings.sheets.not_read import READABLE
from listings.sheets.not_read import REASONS as NOT_READ
from listings.sheets.refusals import refused
from listings.sheets.remarks import sentence
from listings.sheets.understanding import UNCERTAIN
from stores.models import Platform

State, Result = SheetImport.State, ImportRow.Result
CERTAINTIES = {
    "certain": (gettext_lazy("certain"), "green"),
    "likely": (gettext_lazy("fairly certain"), "blue"),
    "confirm": (gettext_lazy("please confirm"), "amber"),
}
DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "，": gettext_lazy("full-width comma"),
    "|": gettext_lazy("vertical bar"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a worksheet that are not read, or are although they would not be. button: the value that changes it."""

    words: Any
    rows: int
    first: int
    last: int
    button: str = ""
    is_expected: bool = False


@dataclass(slots=True)
class Worksheet:
    """A worksheet as the page shows it."""

    index: int
    understood: dict[str, Any]
    read: Any
    header: Any
    platform: Any
    why: Any = ""
    linked: str = ""
    is_shown: bool = False
    not_read: list[Part] = field(default_factory=list)
    read_all_the_same: list[Part] = field(default_factory=list)

    @property
    def name(self) -> str:
        name: str = self.understood["name"]
        return name or _("The file")


@open_to("cases.view_complaints")
@reads(number("worksheet"))
@require_GET
@vary_on_headers("HX-Request")
def show_sheet(request: SignedIn, pk: str) -> HttpResponse:
    """What was understood of a sheet, once it is read. `worksheet` is the index of the one whose columns are shown.

    Of an import that can be corrected no more, its rows are shown instead.
    """
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    if answer := progress_answer(request, sheet_import, "cases:import_sheet"):
        return answer
    if not sheet_import.can_be_corrected:
        return redirect("cases:import", sheet_import.pk)
    return _page(request, sheet_import)


@open_to("cases.correct_reading")
@require_POST
def correct(request: SignedIn, pk: str) -> HttpResponse:
    """Have the sheet read again as the form says. Registered is only what was seen: with a change, it is read first."""
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    form = _form(request, sheet_import)
    if not sheet_import.can_be_corrected or not form.worksheets:
        return redirect("cases:import", sheet_import.pk)
    if not form.is_valid():
        return _page(request, sheet_import, form)
    takes_part = request.POST.get("take") or request.POST.get("leave")
    is_registering = (
        not takes_part and chosen_act(request, "read", "register") == "register"
    )
    try:
        workflow.correct_reading(
            sheet_import=sheet_import, actor=request.user, said=form.said()
        )
    except TransitionRefused as refusal:
        if refusal.code == "nothing-changed" and is_registering:
            return _register(request, sheet_import)
        if refusal.code in (
            "no-worksheet",
            "no-address-column",
            "one-column-each",
            "nothing-changed",
        ):
            form.add_error(None, str(refusal.message))
            return _page(request, sheet_import, form)
        return send_back(request, refusal, "cases:import_sheet", sheet_import.pk)
    if is_registering:
        messages.warning(
            request,
            _(
                "You changed how it is read. It is read again first; register it after a look."
            ),
        )
    return redirect("cases:import_sheet", sheet_import.pk)


def _register(request: SignedIn, sheet_import: SheetImport) -> HttpResponse:
    try:
        workflow.register_import(sheet_import=sheet_import, actor=request.user)
    except TransitionRefused as refusal:
        return send_back(request, refusal, "cases:import_sheet", sheet_import.pk)
    return redirect("cases:import", sheet_import.pk)


@open_to("cases.correct_reading")
@require_POST
def forget(request: SignedIn, pk: str) -> HttpResponse:
    """Forget what is remembered of the firm's sheets, the ticked of it, and have this one read without."""
    sheet_import = visible_import(request, pk)
    try:
        workflow.forget_corrections(
            sheet_import=sheet_import,
            corrections=ticked_ids(request.POST),
            actor=request.user,
        )
    except TransitionRefused as refusal:
        return send_back(request, refusal, "cases:import_sheet", sheet_import.pk)
    return redirect("cases:import_sheet", sheet_import.pk)


def _shown(request: SignedIn, sheet_import: SheetImport) -> int:
    """The worksheet whose columns are shown: the one asked for, or the first that is read."""
    asked = request.POST.get("worksheet") or request.GET.get("worksheet", "")
    if asked.isdecimal() and int(asked) < len(sheet_import.understood):
        return int(asked)
    read = (
        index
        for index, worksheet in enumerate(sheet_import.understood)
        if worksheet["is_read"]
    )
    return next(read, 0)


def _form(request: SignedIn, sheet_import: SheetImport) -> SheetForm:
    platforms = Platform.objects.visible_to(request.user)
    return SheetForm(
        request.POST or None,
        sheet_import=sheet_import,
        shown=_shown(request, sheet_import),
        platforms=[(platform.slug, platform.label) for platform in platforms],
        remembered=SheetCorrection.objects.remembered(
            sheet_import.of_complaint.firm_id
        ),
    )


def _page(
    request: SignedIn, sheet_import: SheetImport, form: SheetForm | None = None
) -> HttpResponse:
    """The page of what was understood of a sheet. form: with what was sent, where that could not be done."""
    form = form or _form(request, sheet_import)
    complaint = sheet_import.of_complaint
    earlier = Complaint.objects.visible_to(request.user).with_sheet_of(complaint)
    context = {
        "reading": SheetReading(request.user, sheet_import, form),
        "counts": ReviewCounts(workflow.rows_by_result(sheet_import)),
        "sheet_import": sheet_import,
        "complaint": complaint,
        "form": form,
        "same_sheet": earlier[:MOST_SAME_SHEETS],
        **box_of(request.user, complaint.firm),
    }
    return render(request, "cases/import_sheet.html", context)


class SheetReading:
    """What was understood of a sheet, as a form in which a person corrects it, and what the person may do.

    shown: the worksheet of which the columns are shown.
    """

    def __init__(self, user: User, sheet_import: SheetImport, form: SheetForm) -> None:
        self.user, self.sheet_import, self.form = user, sheet_import, form
        self.worksheets = list(_worksheets(sheet_import, form))
        self.shown = self.worksheets[form.shown]
        self.columns = [
            _column(column, form) for column in self.shown.understood["columns"]
        ]

    @property
    def unsure(self) -> int:
        """How many columns are to be confirmed."""
        return sum(column["is_unsure"] for column in self.columns)

    @property
    def delimiter(self) -> Any:
        """What stands between the columns of a text file, in words."""
        return DELIMITERS.get(self.form.worksheets[0].get("delimiter", ""), "")

    @property
    def remarks(self) -> list[str]:
        return [str(sentence(remark)) for remark in self.sheet_import.remarks]

    @cached_property
    def corrections(self) -> list[dict[str, Any]]:
        """What is remembered of the firm's sheets."""
        remembered = SheetCorrection.objects.visible_to(self.user).filter(
            firm=self.sheet_import.of_complaint.firm_id
        )
        return [_correction(one) for one in remembered.select_related("set_by")]

    @cached_property
    def settled_words(self) -> str:
        """What a person is asked before the sheet is read anew; "" where no row was settled."""
        return _settled_words(self.sheet_import)

    @cached_property
    def platforms(self) -> list[tuple[str, int]]:
        """How many rows can be registered, by platform, most first."""
        return _by_platform(self.sheet_import)

    @property
    def may_register(self) -> bool:
        return self.sheet_import.state == State.REVIEW

    @property
    def may_correct(self) -> bool:
        """Whether the person may change firm and subject of the complaint."""
        return may(self.user, "cases.correct_complaint")

    @property
    def may_take_up(self) -> bool:
        return may_take_up(self.user, self.sheet_import)


def _settled_words(sheet_import: SheetImport) -> str:
    """What a person is asked before rows that were settled are read anew; "" where none was."""
    settled = sheet_import.import_rows.exclude(decision="").count()
    if not settled:
        return ""
    words = ngettext(
        "%(count)s row is settled already. It is read anew, and what you decided on it is lost.",
        "%(count)s rows are settled already. They are read anew, and what you decided on them is lost.",
        settled,
    )
    return words % {"count": settled}


def _worksheets(sheet_import: SheetImport, form: SheetForm) -> Iterator[Worksheet]:
    for index, understood in enumerate(form.worksheets):
        name = understood["name"]
        code = understood["why"]
        reads = sheet_import.corrections.get(name, {}).get("reads", ())
        yield Worksheet(
            index=index,
            understood=understood,
            read=form[f"read_{index}"],
            header=form[f"header_{index}"],
            platform=form[f"platform_{index}"],
            why=NOT_READ.get(code) or (refused(code).message if code else ""),
            linked="、".join(
                f"{_letter(place)} {count}"
                for place, count in understood.get("linked", ())
            ),
            is_shown=index == form.shown,
            not_read=list(_not_read(sheet_import, name, index)),
            read_all_the_same=[
                Part(NOT_READ[why], 0, 0, 0, f"{index}:{why}") for why in reads
            ],
        )


def _not_read(sheet_import: SheetImport, name: str, index: int) -> Iterator[Part]:
    """What else a worksheet holds; the whole of one that is left out is told in its own line."""
    for part in sheet_import.not_read:
        if part.worksheet == name and part.why in {*READABLE, "repeated-header"}:
            button = ""
            if part.why in READABLE:
                button = f"{index}:{part.why}"
            yield Part(
                NOT_READ[part.why],
                part.rows,
                part.first,
                part.last,
                button,
                part.is_expected,
            )


def _column(column: dict[str, Any], form: SheetForm) -> dict[str, Any]:
    words, kind = CERTAINTIES[column["certainty"]]
    return column | {
        "letter": _letter(column["place"]),
        "field": form[f"column_{column['place']}"],
        "certainty_words": words,
        "kind": kind,
        "is_unsure": column["certainty"] == UNCERTAIN,
        "sample": "，".join(column["samples"]),
    }


def _letter(place: int) -> str:
    """A column as spreadsheet programs call it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _by_platform(sheet_import: SheetImport) -> list[tuple[str, int]]:
    """How many rows can be registered, by platform, most first."""
    labels = {platform.slug: platform.label for platform in Platform.objects.all()}
    rows = (
        sheet_import.import_rows.filter(result__in=READY)
        .order_by()
        .values_list("platform_slug")
    )
    counted = rows.annotate(rows=Count("pk")).order_by("-rows", "platform_slug")
    return [(labels.get(slug, slug), count) for slug, count in counted]


def _correction(correction: SheetCorrection) -> dict[str, Any]:
    about = SheetCorrection.About
    meanings = {
        about.COLUMN: WORDS.get(correction.meaning, correction.meaning),
        about.HEADER: _("the header"),
        about.WORKSHEET: pgettext("a worksheet", "read")
        if correction.meaning
        else _("left out"),
        about.PLATFORM: correction.meaning,
    }
    return {
        "pk": correction.pk,
        "about": correction.get_about_display(),
        "words": correction.words,
        "meaning": meanings[about(correction.about)],
        "set_by": correction.set_by,
        "set_at": correction.set_at,
    }
