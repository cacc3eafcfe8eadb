"""Import review: what was recognised in a sheet, before anything is registered and after."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from cases import workflow
from cases.models import ImportRow, SheetImport
from cases.row_corrections import findings_told, read_typed_address
from cases.states import IMPORT_AT_WORK
from cases.views.imports.proposals import (
    MOST_TAKEN,
    Proposals,
    proposals_of,
    take,
    take_each,
)
from cases.views.imports.review_page import (
    CELLS,
    SHOWN,
    Review,
    filtered,
    query,
    shown_in,
)
from cases.views.imports.review_page import FILTERS as ROW_FILTERS
from corps.access.decorators import SignedIn, open_to
from corps.access.limits import count, counted
from corps.access.parameters import number, reads
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.forms import chosen_act, ticked_ids
from corps.models import User
from corps.results import Result
from corps.ui.csv_export import Download, csv_response
from corps.ui.refusals import send_back
from stores.models import Platform

State = SheetImport.State
MOST_AT_ONCE = 10_000
# What rows can be settled by, beside an address that was proposed for them.
ACTS = ("repair", "again", "refuse", "suggested", "proposals", "take_back")


@open_to("cases.view_complaints")
@reads(*ROW_FILTERS, number("row"), paged=True)
@require_GET
@vary_on_headers("HX-Request")
def show_import(request: SignedIn, pk: str) -> HttpResponse:
    """The import: its progress while it works, asked for each second, then its rows with their results.

    `show` is a result, "ready", "look" or "all"; `reason` and `platform` narrow it; `row` is the row that stands open.
    """
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    if answer := progress_answer(request, sheet_import, "cases:import"):
        return answer
    review = Review(request, sheet_import)
    return render(request, "cases/import.html", review.as_context())


def progress_answer(
    request: SignedIn, sheet_import: SheetImport, page: str
) -> HttpResponse | None:
    """What a page of an import answers instead of itself: its progress while it works, and afterwards, to the part that
    is asked each second, that the whole page is to be loaded. page: its name."""
    if sheet_import.state in IMPORT_AT_WORK:
        return _progress_page(request, _progress_of(sheet_import, page))
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return None


def _progress_page(request: SignedIn, context: dict[str, Any]) -> HttpResponse:
    """The page of an import at work, or the part of it that is asked each second. context: of `_progress_of`."""
    if request.headers.get("HX-Request") == "true":
        return render(request, "cases/_import_progress.html", context)
    page = render(request, "cases/import_progress.html", context)
    # This page leaves by itself, often within a second: what it was to tell is told once more by the one that follows.
    told = messages.get_messages(request)
    if isinstance(told, BaseStorage):
        told.used = False
    return page


def _progress_of(sheet_import: SheetImport, page: str) -> dict[str, Any]:
    """done, total, rate (rows a second) and the words of how long it will take, as far as they can be told. page: the
    name of the one that is asked each second."""
    context: dict[str, Any] = {
        "sheet_import": sheet_import,
        "complaint": sheet_import.of_complaint,
        "poll": reverse(page, args=[sheet_import.pk]),
        "done": sheet_import.done,
        "total": sheet_import.rows,
        "label": _("rows registered"),
        "may_abandon": sheet_import.state == State.READING,
    }
    if sheet_import.state == State.READING:
        context["label"] = _("rows read")
    if not sheet_import.rows:
        context["label"] = _("The file is being opened.")
    seconds = (now() - sheet_import.at).total_seconds()
    rate = sheet_import.done / seconds if seconds >= 1 else 0
    if rate >= 1 and sheet_import.rows:
        context["rate"] = round(rate)
        context["left"] = _time_left((sheet_import.rows - sheet_import.done) / rate)
    return context


def _time_left(seconds: float) -> str:
    """In words: seconds up to two minutes, then minutes."""
    if seconds < 120:
        return _("%(seconds)d s") % {"seconds": seconds + 1}
    return _("%(minutes)d min") % {"minutes": seconds / 60 + 1}


@open_to("cases.view_complaints")
@reads("repair")
@require_GET
def read_address(request: SignedIn, pk: str) -> HttpResponse:
    """A fragment: what the address in the field `repair` would be recognised as. Changes nothing.

    A firm learns by it only whether an address can be used; its asking is counted and written down.
    """
    sheet_import = visible_import(request, pk)
    platforms = {
        platform.slug: platform
        for platform in Platform.objects.visible_to(request.user)
    }
    if not request.user.is_corps:
        count("addresses.asked", request.user.pk)
    typed = request.GET.get("repair", "")[:4000]
    address = read_typed_address(typed, platforms, request.user)
    if address.id and not request.user.is_corps:
        workflow.note_address_asked(
            sheet_import=sheet_import, actor=request.user, address=address.id
        )
    return render(request, "cases/_read_as.html", {"address": address})


@open_to("cases.settle_rows")
@require_POST
def settle(request: SignedIn, pk: str) -> HttpResponse:
    """Decide on rows: with the address put right, judged again as they stand, or sent back to the firm.

    One row with an address that cannot be used stands open again, with what was typed; of many, each gets its result.
    """
    request.sidebar_key = "complaints"
    sheet_import = visible_import(request, pk)
    act, repair = _pressed(request)
    ids = _chosen(request, sheet_import)
    if not ids or (act == "repair" and not repair):
        messages.warning(request, _("Select rows, and give the address that is meant."))
        return redirect(_back(request, sheet_import))
    if act == "proposals":
        return _take_proposals(request, sheet_import, ids)
    try:
        results = _settle(request.user, ids, act, repair)
    except TransitionRefused as refused:
        return send_back(request, refused, _back(request, sheet_import))
    failed = [result for result in results if not result.ok]
    if failed and len(results) == 1:
        review = Review(
            request, sheet_import, at=ids[0], typed=repair, error=failed[0].message
        )
        return render(request, "cases/import.html", review.as_context())
    if failed:
        return _results(request, sheet_import, results)
    messages.success(request, _told(request.user, ids, results))
    return redirect(_back(request, sheet_import, after=ids[-1]))


def _pressed(request: SignedIn) -> tuple[str, str]:
    """What is to be done with rows, and the address that was typed or chosen for them."""
    if suggested := request.POST.get("suggested", "").strip():
        return "repair", suggested
    return chosen_act(request, *ACTS), request.POST.get("repair", "").strip()


def _take_proposals(
    request: SignedIn, sheet_import: SheetImport, ids: list[int]
) -> HttpResponse:
    """Take what is certainly proposed for rows; those that stay are counted, by why they stay."""
    proposals = proposals_of(request.user, ids, undo_decisions=False)
    try:
        results = take(request.user, proposals)
    except TransitionRefused as refused:
        return send_back(request, refused, _back(request, sheet_import))
    done = [result for result in results if result.ok]
    if done:
        taken = [result.ref for result in done if isinstance(result.ref, int)]
        messages.success(request, _told(request.user, taken, done))
    for words in _what_stays(
        proposals, [result for result in results if not result.ok]
    ):
        messages.warning(request, words)
    return redirect(_back(request, sheet_import))


def _what_stays(proposals: Proposals, failed: list[Result]) -> Iterator[str]:
    """A sentence for each reason for which rows stay as they are after proposals were taken."""
    if left := len(proposals.left):
        words = ngettext(
            "One press takes the first %(most)d proposals. %(count)d proposal is left: press again to take it.",
            "One press takes the first %(most)d proposals. %(count)d proposals are left: press again to take them.",
            left,
        )
        yield words % {"most": MOST_TAKEN, "count": left}
    if failed:
        words = ngettext(
            "%(count)d row stays: the address that is proposed for it cannot be taken. %(why)s",
            "%(count)d rows stay: the addresses that are proposed for them cannot be taken. %(why)s",
            len(failed),
        )
        reasons = Counter(str(result.message) for result in failed).most_common(3)
        why = " ".join(f"{reason} ({count})" for reason, count in reasons)
        yield words % {"count": len(failed), "why": why}
    if unclear := len(proposals.unclear):
        words = ngettext(
            "%(count)d row stays for a person to look at: nothing certain is proposed for it.",
            "%(count)d rows stay for a person to look at: nothing certain is proposed for them.",
            unclear,
        )
        yield words % {"count": unclear}
    if decided := len(proposals.decided):
        words = ngettext(
            "%(count)d row stays sent back to the firm.",
            "%(count)d rows stay sent back to the firm.",
            decided,
        )
        yield words % {"count": decided}


def _told(user: User, ids: list[int], results: list[Result]) -> str:
    """What became of settled rows, by name: of one row what it is now, of many how many have which result."""
    if told := next((str(result.message) for result in results if result.message), ""):
        return told
    rows = ImportRow.objects.visible_to(user).filter(pk__in=ids)
    if len(results) == 1 and (row := rows.select_related("sheet_import").first()):
        said = {
            "place": capfirst(row.place_in_words),
            "address": row.address[:80],
            "result": _word_of(row),
        }
        return _("%(place)s: %(result)s. %(address)s") % said
    counts: Counter[str] = Counter()
    for result, decision, many in (
        rows.order_by().values_list("result", "decision").annotate(Count("pk"))
    ):
        counts[str(_word_of(ImportRow(result=result, decision=decision)))] += many
    parts = "　".join(f"{label} {count}" for label, count in counts.most_common())
    settled = ngettext(
        "%(count)d row settled.", "%(count)d rows settled.", len(results)
    ) % {"count": len(results)}
    return f"{settled} {parts}"


def _word_of(row: ImportRow) -> Any:
    """What a settled row is now: sent back to the firm, or of which result."""
    if row.decision == ImportRow.Decision.REFUSED:
        return row.get_decision_display()
    return row.get_result_display()


def _settle(user: User, ids: list[int], act: str, repair: str) -> list[Result]:
    """Do with rows what was pressed: a result for each. repair: the address that was typed."""
    if act == "take_back":
        return workflow.take_back_rows(rows=ids, actor=user)
    if act == "suggested":
        return take_each(user, ids)
    if act == "repair":
        return workflow.settle_rows(rows=ids, actor=user, repair=repair)
    return workflow.settle_rows(rows=ids, actor=user, refuse=act == "refuse")


def _chosen(request: SignedIn, sheet_import: SheetImport) -> list[int]:
    """Rows of this sheet that were ticked, or all that match the filter in the form's address."""
    rows = sheet_import.import_rows.order_by("row").values_list("pk", flat=True)
    if request.POST.get("all_matching"):
        shown = shown_in(request, look=1)
        return list(
            filtered(sheet_import, request, shown)
            .order_by("row")
            .values_list("pk", flat=True)[:MOST_AT_ONCE]
        )
    wanted = ticked_ids(request.POST)
    return list(rows.filter(pk__in=wanted[:MOST_AT_ONCE]))


def _results(
    request: SignedIn, sheet_import: SheetImport, results: list[Result]
) -> HttpResponse:
    failed = [result.ref for result in results if not result.ok]
    rows = sheet_import.import_rows.filter(
        pk__in=[pk for pk in failed if isinstance(pk, int)]
    )
    back = _back(request, sheet_import)
    names = {
        row.pk: (
            _("%(place)s: %(text)s")
            % {"place": capfirst(row.place_in_words), "text": row.address[:80]},
            f"{back}&row={row.pk}",
        )
        for row in rows.only("row", "address", "sheet_import")
    }
    context = {
        "sheet_import": sheet_import,
        "results": results,
        "names": names,
        "back": back,
    }
    return render(request, "cases/import_result.html", context)


@open_to("cases.view_complaints")
@reads(*ROW_FILTERS, number("row"), paged=True)
@require_GET
@counted("exports")
def download(request: SignedIn, pk: str) -> StreamingHttpResponse:
    """Every row with its result and reason as CSV; with `show=look` only what the firm has to mend."""
    sheet_import = visible_import(request, pk)
    shown = shown_in(request, look=0)
    rows = (
        filtered(sheet_import, request, shown)
        .select_related("target__case")
        .order_by("row")
    )
    what = {"all": "rows", "look": "problems"}.get(shown, shown)
    number = sheet_import.of_complaint.number
    name = f"{number}-{what}.csv"
    told = findings_told(request.user)
    cells = _cells(rows, told, get_language() or "zh-hans")
    taken = Download(request, "import_rows", about=number)
    return csv_response(name, _heads(), cells, mark=True, download=taken)


def _heads() -> list[str]:
    return [
        _("Row"), _("Result"), _("Reason"), _("Decided by a person"), _("Address"), _("Target"), _("Platform"),
        _("Store name"), _("Title"), _("Price"), _("Asked for"), _("State of the target"),
    ]  # fmt: skip


def _cells(
    rows: QuerySet[ImportRow], told: Callable[[ImportRow], str], language: str
) -> Iterator[list[Any]]:
    """The rows of the CSV, in the language of who asked: they are made after the request has been answered.

    told: which official account a row hit, as who asked may know it.
    """
    for row in rows.iterator(chunk_size=2000):
        with override(language):
            decision = row.get_decision_display() if row.decision else ""
            reason = " ".join(filter(None, [row.explanation, told(row)]))
            cells = [row.place, row.get_result_display(), reason, decision, row.address]
            became = row.target.as_told.label if row.target else ""
        yield [
            *cells,
            row.target_slug or "",
            *(row.cells.get(name, "") for name in CELLS),
            became,
        ]


def visible_import(request: SignedIn, pk: str) -> SheetImport:
    """The import among those that the person may see; 404 otherwise."""
    imports = SheetImport.objects.visible_to(request.user).select_related(
        "complaint__firm",
        "complaint__case",
        "undone_complaint__firm",
        "undone_complaint__case",
        "undone_by",
        "sheet",
    )
    return get_object_or_404(imports, pk=pk)


def _back(
    request: SignedIn, sheet_import: SheetImport, after: int | None = None
) -> str:
    """The review with the same filter; after a decision, with the next row open that waits for one."""
    shown = shown_in(request, look=1)
    address = reverse("cases:import", args=[sheet_import.pk]) + query(
        request, show=shown
    )
    if after is None:
        return address
    waiting = filtered(sheet_import, request, shown).filter(SHOWN["look"], decision="")
    place = sheet_import.import_rows.filter(pk=after).values("row")
    following = (
        waiting.filter(row__gt=place[:1])
        .order_by("row")
        .values_list("pk", "row")
        .first()
    )
    if following is None:
        return address
    return f"{address}&row={following[0]}#r{following[1]}"


def named(sheets: Collection[UUID], user: User) -> dict[UUID, tuple[str, str]]:
    """Of the imports with these keys those that the person may see: the complaint's number, and the page."""
    of_complaint = Coalesce("complaint__number", "undone_complaint__number")
    found = (
        SheetImport.objects.visible_to(user)
        .filter(pk__in=sheets)
        .values_list("pk", of_complaint)
    )
    return {pk: (number, reverse("cases:import", args=[pk])) for pk, number in found}
