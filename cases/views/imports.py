"""Import review: what was recognised in a sheet, before anything is registered and after."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from cases import workflow
from cases.models import ImportRow, SheetImport
from corps.doors import SignedIn, open_to
from corps.errors import TransitionRefused
from corps.models import User
from corps.pieces.lists import page_of

readers = open_to(User.Role.OFFICER, User.Role.SUPERVISOR, User.Role.REPRESENTATIVE)
State, Result = SheetImport.State, ImportRow.Result
AT_WORK = (State.READING, State.REGISTERING)
FOR_A_PERSON = (Result.HELD, Result.INVALID, Result.OFFICIAL)
SHOWN = {"ready": Q(result__in=(Result.NEW, Result.REPEAT)), "look": Q(result__in=FOR_A_PERSON), "all": Q()}
KINDS = {"new": "blue", "repeat": "grey", "held": "amber", "invalid": "red", "official": "purple"}
CELLS = ("platform", "store_name", "title", "price", "request")


@readers
@require_GET
@vary_on_headers("HX-Request")
def show_import(request: SignedIn, pk: str) -> HttpResponse:
    """The import: its progress while it works, asked for each second, then its rows with their results."""
    sheet_import = _visible(request, pk)
    if sheet_import.state in AT_WORK:
        fragment = request.headers.get("HX-Request") == "true"
        name = "cases/_import_progress.html" if fragment else "cases/import_progress.html"
        return render(request, name, {"sheet_import": sheet_import, "complaint": sheet_import.complaint})
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "cases/import.html", _review(request, sheet_import))


def _review(request: SignedIn, sheet_import: SheetImport) -> dict[str, Any]:
    counts = workflow.rows_by_result(sheet_import)
    look = sum(counts[result] for result in FOR_A_PERSON)
    shown = request.GET.get("show") or ("look" if look else "all")
    found = _filtered(sheet_import, request, shown)
    page = page_of(found, request.GET, order=("row",), total=found.count())
    reasons = (
        sheet_import.import_rows.filter(SHOWN["look"])
        .order_by()
        .values_list("reason")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    open_rows = Q(decision="")
    return {
        "sheet_import": sheet_import,
        "complaint": sheet_import.complaint,
        "counts": counts,
        "ready": counts[Result.NEW] + counts[Result.REPEAT],
        "look": look,
        "undecided": sheet_import.import_rows.filter(SHOWN["look"] & open_rows).count(),
        "facets": [(word, label, counts[word], KINDS[word]) for word, label in Result.choices],
        "reasons": [(code, ImportRow(reason=code).explanation, count) for code, count in reasons if code],
        "shown": shown,
        "page": page,
        "rows": [_row(row) for row in page],
        "may_settle": sheet_import.state in (State.REVIEW, State.DONE),
    }


def _row(row: ImportRow) -> dict[str, Any]:
    """A row as the table shows it: flat, formatted once."""
    cells = row.cells
    return {
        "pk": row.pk,
        "row": row.row,
        "result": row.result,
        "label": row.get_result_display(),
        "kind": KINDS.get(row.result, "grey"),
        "explanation": row.finding or row.explanation,
        "address": row.repair or cells.get("listing_address") or cells.get("store_address") or row.address,
        "canonical": row.target_slug or "",
        "target": row.target_id,
        "decision": row.get_decision_display() if row.decision else "",
        "wrong": row.result in FOR_A_PERSON,
        **{name: cells.get(name, "") for name in CELLS},
    }


@readers
@require_POST
def settle(request: SignedIn, pk: str) -> HttpResponse:
    """Decide on rows: with the address put right, or sent back to the firm."""
    sheet_import = _visible(request, pk)
    ids = [int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit()]
    refuse = request.POST.get("act") == "refuse"
    repair = None if refuse else request.POST.get("repair", "").strip()
    if not ids or (not refuse and not repair):
        messages.warning(request, _("Select rows, and give the address that is meant."))
        return redirect(_back(request, sheet_import))
    own = list(sheet_import.import_rows.filter(pk__in=ids).values_list("pk", flat=True))
    try:
        results = workflow.settle_rows(rows=own, actor=request.user, repair=repair, refuse=refuse)
    except TransitionRefused as refused:
        messages.error(request, str(refused.message))
        return redirect(_back(request, sheet_import))
    done = sum(result.ok for result in results)
    if done:
        messages.success(request, _("%(count)d rows settled.") % {"count": done})
    for result in [result for result in results if not result.ok][:5]:
        messages.error(request, str(result.message))
    return redirect(_back(request, sheet_import))


@readers
@require_POST
def register(request: SignedIn, pk: str) -> HttpResponse:
    """Register the rows that can be, or give the sheet up."""
    sheet_import = _visible(request, pk)
    verb = workflow.abandon_import if request.POST.get("act") == "abandon" else workflow.register_import
    try:
        verb(sheet_import=sheet_import, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused.message))
    return redirect("cases:import", sheet_import.pk)


@readers
@require_GET
def download(request: SignedIn, pk: str) -> StreamingHttpResponse:
    """Every row with its result and reason as CSV; with `show=look` only what the firm has to mend."""
    sheet_import = _visible(request, pk)
    rows = _filtered(sheet_import, request, request.GET.get("show", "all")).order_by("row")
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{sheet_import.complaint.number}.csv"'
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[ImportRow]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    heads = [_("Row"), _("Result"), _("Reason"), _("Address"), _("Target"), _("Store name"), _("Title")]
    yield "\ufeff" + writer.writerow([str(head) for head in heads])
    for row in rows.iterator(chunk_size=2000):
        cells = [row.row, row.get_result_display(), row.finding or row.explanation, row.address, row.target_slug or ""]
        cells += [row.cells.get("store_name", ""), row.cells.get("title", "")]
        yield writer.writerow([_safe(cell) for cell in cells])


def _safe(cell: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _filtered(sheet_import: SheetImport, request: SignedIn, shown: str) -> QuerySet[ImportRow]:
    found = sheet_import.import_rows.all()
    found = found.filter(result=shown) if shown in Result.values else found.filter(SHOWN.get(shown, Q()))
    if reason := request.GET.get("reason"):
        found = found.filter(reason=reason)
    return found


def _visible(request: SignedIn, pk: str) -> SheetImport:
    imports = SheetImport.objects.visible_to(request.user).select_related("complaint__firm", "complaint__case")
    return get_object_or_404(imports, pk=pk)


def _back(request: SignedIn, sheet_import: SheetImport) -> str:
    kept = request.GET.urlencode()
    return f"/cases/imports/{sheet_import.pk}/" + (f"?{kept}" if kept else "")
