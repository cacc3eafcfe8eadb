"""The check queue: what platforms claim, judged by what an officer sees."""

from collections.abc import Iterable
from math import ceil
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.states import Seen
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import number, reads
from corps.deadlines.clock import now
from corps.forms import ticked_ids
from corps.models import User
from corps.results import Result
from corps.ui.list_export import exported
from corps.ui.refusals import came_second, send_back, status_of
from notices import workflow
from notices.models import Answer, NoticeItem, PendingCheck
from notices.tables import CheckList

NEXT_ROWS = 12
MOST_UNDONE = 5
# Where a session keeps the note that was typed beside checks of which some were refused.
NOTE = "check_note"


def waiting(user: User) -> int:
    """How many items wait for a check, for the sidebar."""
    return NoticeItem.objects.visible_to(user).to_check().count()


@open_to("notices.check")
@reads(*CheckList.parameters(), number("item"))
@require_GET
def show_queue(request: SignedIn) -> HttpResponse:
    """One item big, the next ones beside it; `item` names the one to look at, otherwise the most urgent."""
    checks = CheckList(request)
    ordered = checks.ordered.order_by(*checks.ordering.columns)
    requested = request.GET.get("item", "")
    current = None
    if requested.isascii() and requested.isdigit():
        current = ordered.filter(pk=int(requested)).first()
    rows = list(ordered[: NEXT_ROWS + 1])
    if current is None and rows:
        current = rows[0]
    next_items = [row for row in rows if current is None or row.pk != current.pk]
    context = {
        "current": current,
        "next": next_items[:NEXT_ROWS],
        "total": checks.found.count(),
        "conditions": checks.filters.chips(),
        "undo": _undoable(request),
        "query": _query(request),
        "note": request.session.pop(NOTE, ""),
        **_of_current(request, current),
    }
    return render(request, "notices/check.html", context)


def _of_current(request: SignedIn, current: NoticeItem | None) -> dict[str, Any]:
    """What the page shows beside the item that is looked at: what was alleged, earlier checks, who may check it."""
    rows_of_target = _allegation(current)
    shown: dict[str, Any] = {
        "rows_of_target": rows_of_target,
        "paper": _paper(current),
        "history": [],
        "alleged": "",
        "may_judge": _say_why_not(request, list(filter(None, [current]))),
    }
    if current is not None:
        earlier = current.checks.select_related("by").order_by("-pk")
        shown["history"] = list(earlier[:5])
        shown["alleged"] = current.target.alleged_in_full(rows_of_target)
    return shown


@open_to("notices.check")
@CheckList.reads()
@require_GET
def list_queue(request: SignedIn) -> HttpResponse:
    """The whole queue as a table, for checks of many at once."""
    checks = CheckList(request)
    by_platform = (
        checks.found.order_by()
        .values_list("notice__platform__slug", "notice__platform__name")
        .annotate(Count("pk"))
    )
    context = checks.context() | {
        "by_platform": by_platform,
        "undo": _undoable(request),
        "query": _query(request),
        "note": request.session.pop(NOTE, ""),
        "may_judge": _say_why_not(request, checks.rows),
    }
    return render(request, "notices/check_list.html", context)


export_checks = open_to("notices.check")(exported(CheckList))


def _say_why_not(request: SignedIn, items: Iterable[Any]) -> bool:
    """Give each shown item that this person may not check a `why_not`; whether there is another."""
    items = list(items)
    refused = workflow.check_refusals(items, request.user)
    for item in items:
        item.why_not = ""
        if item.pk in refused:
            item.why_not = refused[item.pk].message
    return len(refused) < len(items)


@open_to("notices.check")
@require_POST
def judge(request: SignedIn) -> HttpResponse:
    """Check one item or many; it counts in ten seconds unless undone."""
    seen = request.POST.get("seen", "")
    ids = _selected(request)
    queue = "notices:checks"
    if request.POST.get("from") == "list":
        queue = "notices:checks_list"
    back = reverse(queue) + _query(request)
    if seen not in Seen.values or not ids:
        messages.warning(request, _("Select the items, then say what was seen."))
        return redirect(back)
    note = request.POST.get("note", "")
    results = workflow.propose_checks(
        items=ids, seen=seen, actor=request.user, note=note
    )
    done = [result.ref for result in results if result.ok]
    if done:
        sentence = ngettext(
            "%(count)d item judged “%(seen)s”",
            "%(count)d items judged “%(seen)s”",
            len(done),
        )
        text = sentence % {"count": len(done), "seen": Seen(seen).label}
        last = {"ids": done, "text": text, "back": back}
        request.session["undo"] = [*request.session.get("undo", []), last][
            -MOST_UNDONE:
        ]
    if len(done) < len(results):
        return _told_why(request, results, note, back)
    return redirect(back)


def _told_why(
    request: SignedIn, results: list[Result], note: str, back: str
) -> HttpResponse:
    """Each check that was refused and why: on the queue's own page for one, on a page of results for more of them.

    What was typed is there again in the queue.
    """
    request.session[NOTE] = note
    if len(results) == 1 and came_second(results[0]):
        return send_back(request, results[0], back)
    if len(results) == 1:
        messages.warning(request, str(results[0].message))
        return redirect(back)
    items = NoticeItem.objects.visible_to(request.user).filter(
        pk__in=[result.ref for result in results]
    )
    names = {
        item.pk: (
            item.target.thing.canonical_id,
            reverse("cases:target", args=[item.target_id]),
        )
        for item in items.select_related("target__listing", "target__store")
    }
    context = {
        "results": results,
        "names": names,
        "back": back,
        "note": note,
        "undo": _undoable(request),
    }
    return render(
        request, "notices/check_result.html", context, status=status_of(results)
    )


@open_to("notices.check")
@require_POST
def undo(request: SignedIn) -> HttpResponse:
    """Take back one's own checks of the last ten seconds; then the queue in which they were given, at that item."""
    ids = ticked_ids(request.POST)
    back = workflow.undo_pending_checks(items=ids, actor=request.user)
    if back:
        sentence = ngettext(
            "%(count)d check was taken back.",
            "%(count)d checks were taken back.",
            back,
        )
        messages.success(request, sentence % {"count": back})
    else:
        messages.warning(
            request, _("Already counted; to take it back, propose a correction.")
        )
    return redirect(_judged_in(request, ids, back > 0))


def _judged_in(request: SignedIn, ids: list[int], is_back: bool) -> str:
    """The filtered queue in which checks of this session were given; at the item, if it waits there again."""
    given: dict[str, Any] = next(
        (
            last
            for last in reversed(request.session.get("undo", []))
            if last["ids"] == ids
        ),
        {},
    )
    url = given.get("back", reverse("notices:checks"))
    if is_back and len(ids) == 1 and not url.startswith(reverse("notices:checks_list")):
        return f"{url}{'&' if '?' in url else '?'}item={ids[0]}"
    return url


def _undoable(request: SignedIn) -> dict[str, Any] | None:
    """The last checks of this session that can still be taken back, with the seconds left for it."""
    for last in reversed(request.session.get("undo", [])):
        pending = PendingCheck.objects.filter(item__in=last["ids"], by=request.user)
        due_at = pending.aggregate(due_at=Min("due_at"))["due_at"]
        if due_at and due_at > now():
            return last | {"seconds": ceil((due_at - now()).total_seconds())}
    request.session.pop("undo", None)
    return None


def _query(request: SignedIn) -> str:
    """The filter of the address, without the item and the place in the list."""
    kept = request.GET.copy()
    for name in ("item", "after", "before"):
        kept.pop(name, None)
    if kept:
        return f"?{kept.urlencode()}"
    return ""


def _selected(request: SignedIn) -> list[int]:
    if request.POST.get("all_matching"):
        found = CheckList(request).found
        return list(found.order_by("pk").values_list("pk", flat=True)[:10_000])
    return ticked_ids(request.POST)[:10_000]


def _paper(item: NoticeItem | None) -> Answer | None:
    """The answer that stands, where an officer recorded it with a paper."""
    if item is None:
        return None
    last = Answer.objects.filter(item=item).order_by("-pk").first()
    if last is not None and last.document_id:
        return last
    return None


def _allegation(item: NoticeItem | None) -> list[Any]:
    """The first rows of complaint sheets that named the target, with their sheet."""
    if item is None:
        return []
    rows = item.target.rows.select_related("sheet_import__complaint__firm").order_by(
        "pk"
    )
    return list(rows[:3])
