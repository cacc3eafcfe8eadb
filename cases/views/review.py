"""What the review of an import shows: its rows as far as the filter of the address leaves them, and every count."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Complaint, ImportRow, SheetImport
from cases.models.complaints import MOST_SAME_SHEETS
from cases.other_cases import became
from cases.row_corrections import describe, findings_told, suggestions
from cases.states import ComplaintState
from corps.access.decorators import SignedIn
from corps.access.parameters import Parameter
from corps.access.permissions import may
from corps.audit.last_acts import last_acts
from corps.deadlines.clock import today
from corps.models import User
from corps.ui.formats import moment
from corps.ui.lists import Page, page_of
from corps.ui.status_colours import kind_of
from listings.addresses import read_cell
from listings.sheets.values import unread_values
from listings.sites import platform_named
from stores.models import Platform

State, Result = SheetImport.State, ImportRow.Result
READY = (Result.NEW, Result.REPEAT)
FOR_A_PERSON = (Result.HELD, Result.INVALID, Result.OFFICIAL)
SHOWN = {"ready": Q(result__in=READY), "look": Q(result__in=FOR_A_PERSON), "all": Q()}
FILTERS = (Parameter("show", (*SHOWN, *Result.values)), "reason", "platform")
VALUES = {
    "price": gettext_lazy("Price"),
    "list_price": gettext_lazy("List price"),
    "found_on": gettext_lazy("Found on"),
}
CELLS = ("platform", "store_name", "title", "price", "request")


def review(
    request: SignedIn,
    sheet_import: SheetImport,
    *,
    at: int | None = None,
    typed: str = "",
    error: Any = "",
) -> dict[str, Any]:
    """What the review page shows. at: the row that stands open, by its id, with what was typed there and what is
    wrong with it; otherwise the address names it, or it is the first."""
    platforms = {
        platform.slug: platform
        for platform in Platform.objects.visible_to(request.user)
    }
    groups = _groups(sheet_import)
    counts = Counter(dict.fromkeys(Result.values, 0))
    for group in groups:
        counts[group["result"]] += group["count"]
    look, refused = (
        _sum(groups, FOR_A_PERSON),
        _sum(groups, FOR_A_PERSON, decision=ImportRow.Decision.REFUSED),
    )
    shown = shown_in(request, look)
    matching = _matching(groups, shown, request, platforms)
    rows_shown = filtered(sheet_import, request, shown).select_related(
        "target__case__unit", "target__complaint"
    )
    page = page_of(rows_shown, request.GET, order=("row",), total=matching)
    may_settle = sheet_import.state == State.REVIEW or (
        sheet_import.state == State.DONE and request.user.is_corps
    )
    told = findings_told(request.user)
    earlier = Complaint.objects.visible_to(request.user).with_sheet_of(
        sheet_import.of_complaint
    )
    targets = [row.target for row in page if row.target is not None]
    fates = became(targets, request.user, sheet_import.of_complaint.case_id)
    settled = _settled([row.pk for row in page if row.decision], request.user)
    rows = [
        _row(row, platforms, told(row))
        | {"became": fates.get(row.target_id or 0), "settled": settled.get(row.pk, "")}
        for row in page
    ]
    wanted = at or _number(request.GET.get("row", ""))
    opened = next((row for row in rows if row["pk"] == wanted), None)
    if opened is None and not wanted:
        opened = next((row for row in rows if row["wrong"]), None)
    if opened is not None:
        same = {code: count for code, _words, count in _reasons(groups)}
        opened |= {
            "at": True,
            "same": same.get(opened["reason"], 0),
            "repair": typed or opened["repair"],
            "error": error,
        }
    return {
        "sheet_import": sheet_import,
        "complaint": sheet_import.of_complaint,
        "same_sheet": earlier[:MOST_SAME_SHEETS],
        "counts": counts,
        "ready": counts[Result.NEW] + counts[Result.REPEAT],
        "look": look,
        "refused": refused,
        "undecided": look - refused,
        "facets": [
            (word, label, counts[word], kind_of(word)) for word, label in Result.choices
        ],
        "reasons": _reasons(groups),
        "platforms": _platforms(groups, platforms),
        "shown": shown,
        "shown_words": _shown_words(shown),
        "matching": matching,
        "query": query(request, show=shown),
        "page": page,
        "no_page": Page(
            ()
        ),  # the bar is full of keys; the pages are turned under the table
        "rows": rows,
        "may_settle": may_settle,
        "may_refuse": may_settle and may(request.user, "cases.refuse_rows"),
        "may_register": sheet_import.state == State.REVIEW,
        "registered": _registered(sheet_import),
        "has_proposals": any(len(row["suggested"]) == 1 for row in rows),
    } | _as_a_whole(request.user, sheet_import)


def _registered(sheet_import: SheetImport) -> int:
    """How many targets the rows of a finished import were registered as, each once."""
    if sheet_import.state != State.DONE:
        return 0
    return (
        sheet_import.import_rows.order_by()
        .filter(target__isnull=False)
        .values("target")
        .distinct()
        .count()
    )


def _as_a_whole(user: User, sheet_import: SheetImport) -> dict[str, bool]:
    """What this person may do with the import as a whole, by the names that its page asks for."""
    registered = sheet_import.state == State.DONE or (
        sheet_import.state == State.FAILED and sheet_import.done > 0
    )
    return {
        "may_undo": registered and may(user, "cases.undo_import"),
        "may_take_up": may_take_up(user, sheet_import),
    }


def may_take_up(user: User, sheet_import: SheetImport) -> bool:
    """Whether a person may register a sheet, accept its complaint and make a case of it in one act."""
    in_no_case = sheet_import.of_complaint.state in (
        ComplaintState.RECEIVED,
        ComplaintState.ACCEPTED,
    )
    return (
        sheet_import.state == State.REVIEW
        and in_no_case
        and may(user, "cases.open_case")
    )


def _groups(sheet_import: SheetImport) -> list[dict[str, Any]]:
    """How many rows by result, reason, platform and decision: every count of the page comes from here."""
    rows = sheet_import.import_rows.order_by().values(
        "result", "reason", "platform_slug", "decision"
    )
    return [dict(group) for group in rows.annotate(count=Count("pk"))]


def _sum(groups: list[dict[str, Any]], results: tuple[str, ...], **fields: str) -> int:
    return sum(
        group["count"]
        for group in groups
        if group["result"] in results
        and all(group[name] == value for name, value in fields.items())
    )


def _reasons(groups: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """(code, sentence, count) of what a person must look at, the most frequent first."""
    counted: Counter[str] = Counter()
    for group in groups:
        if group["result"] in FOR_A_PERSON:
            counted[group["reason"]] += group["count"]
    return [
        (code, ImportRow(reason=code).explanation, count)
        for code, count in counted.most_common()
        if code
    ]


def _platforms(
    groups: list[dict[str, Any]], platforms: dict[str, Platform]
) -> list[tuple[str, str, int]]:
    """(slug, label, count) of all rows; the slug of those that name no platform that takes part is "other"."""
    counted: Counter[str] = Counter()
    for group in groups:
        counted[
            group["platform_slug"] if group["platform_slug"] in platforms else "other"
        ] += group["count"]
    named = [
        (slug, platforms[slug].label, count)
        for slug, count in counted.most_common()
        if slug != "other"
    ]
    return (
        [*named, ("other", _("other or not to be told"), counted["other"])]
        if counted["other"]
        else named
    )


def _matching(
    groups: list[dict[str, Any]],
    shown: str,
    request: SignedIn,
    platforms: dict[str, Platform],
) -> int:
    """How many rows the filter of the address leaves."""
    results = {"ready": READY, "look": FOR_A_PERSON}.get(
        shown, Result.values if shown == "all" else (shown,)
    )
    reason, platform = request.GET.get("reason"), request.GET.get("platform")
    fields = {"reason": reason} if reason else {}
    if platform == "other":
        groups = [group for group in groups if group["platform_slug"] not in platforms]
    elif platform:
        fields["platform_slug"] = platform
    return _sum(groups, tuple(results), **fields)


def _settled(rows: list[int], user: User) -> dict[int, str]:
    """By whom and when rows were decided on last, in words; a firm learns of the corps only when. One statement."""
    if not rows:
        return {}
    acts = last_acts(ImportRow, rows, "import.row_settled")
    if user.is_corps:
        return {pk: f"{act['by']} {moment(act['at'])}" for pk, act in acts.items()}
    return {pk: moment(act["at"]) for pk, act in acts.items()}


def shown_in(request: SignedIn, look: int) -> str:
    asked = request.GET.get("show", "")
    return (
        asked if asked in SHOWN or asked in Result.values else "look" if look else "all"
    )


def _shown_words(shown: str) -> Any:
    words = {
        "ready": _("Can be registered"),
        "look": _("A person must look"),
        "all": _("Data rows"),
    }
    return words.get(shown) or Result(shown).label


def _row(
    row: ImportRow, platforms: dict[str, Platform], finding: str
) -> dict[str, Any]:
    """A row as the table shows it: flat, formatted once, with what may be put in place of its address.

    finding: the official account that it hit, as the person may know it.
    """
    cells, wrong = row.cells, row.result in FOR_A_PERSON
    address = cells.get("listing_address") or cells.get("store_address") or row.address
    suggested = suggestions(row) if wrong and row.result != Result.OFFICIAL else []
    own = address.strip()
    return {
        "pk": row.pk,
        "row": row.row,
        "place": row.place,
        "result": row.result,
        "label": row.get_result_display(),
        "kind": kind_of(row.result),
        "reason": row.reason,
        "explanation": row.explanation,
        "finding": finding,
        "address": address,
        "opens": own
        if own.startswith(("http://", "https://"))
        and not any(sign.isspace() for sign in own)
        else "",
        "canonical": row.target_slug or "",
        "target": row.target_id,
        "decision": row.get_decision_display() if row.decision else "",
        "refused": row.decision == ImportRow.Decision.REFUSED,
        "repaired": row.repair,
        "mended": row.address if row.decision == ImportRow.Decision.REPAIRED else "",
        "repair": row.repair or (suggested[0] if len(suggested) == 1 else own),
        "proposed": bool(row.repair or suggested),
        "suggested": [(address, describe(address, platforms)) for address in suggested],
        "wrong": wrong,
        "remarks": _remarks(row, own, platforms),
        **{name: cells.get(name, "") for name in CELLS},
        "price": _price(cells.get("price", "")),
    }


def _remarks(row: ImportRow, address: str, platforms: dict[str, Platform]) -> list[str]:
    """What a person should know of a row that can be read: how its address was put right, that the firm names another
    platform than the address, and which of its values were not understood."""
    remarks = []
    if (read := read_cell(address)).mended:
        remarks.append(str(read.message))
    named = platform_named(row.cells.get("platform", ""))
    if named and row.platform_slug in platforms and named != row.platform_slug:
        facts = {
            "said": row.cells["platform"][:40],
            "platform": platforms[row.platform_slug].label,
        }
        remarks.append(
            _("The firm says “%(said)s”, the address is of %(platform)s.") % facts
        )
    for name in unread_values(row.cells, today()):
        facts = {"what": VALUES[name], "said": row.cells[name][:40]}
        remarks.append(_("%(what)s not understood: “%(said)s”.") % facts)
    return remarks


def _price(cell: str) -> str:
    """A price with two decimals, so that a column of them lines up; what is no plain number stays as it came."""
    return (
        f"{Decimal(cell):,.2f}"
        if re.fullmatch(r"\d{1,9}(\.\d{1,2})?", cell, re.ASCII)
        else cell
    )


def filtered(
    sheet_import: SheetImport, request: SignedIn, shown: str
) -> QuerySet[ImportRow]:
    found = sheet_import.import_rows.all()
    found = (
        found.filter(result=shown)
        if shown in Result.values
        else found.filter(SHOWN.get(shown, Q()))
    )
    if reason := request.GET.get("reason"):
        found = found.filter(reason=reason)
    if (platform := request.GET.get("platform")) == "other":
        found = found.exclude(platform_slug__in=Platform.objects.values("slug"))
    elif platform:
        found = found.filter(platform_slug=platform)
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def query(request: SignedIn, **changes: str) -> str:
    """The filter of the address, without the row that stands open."""
    query = request.GET.copy()
    query.pop("row", None)
    query.update({name: value for name, value in changes.items() if name not in query})
    return f"?{query.urlencode()}"
