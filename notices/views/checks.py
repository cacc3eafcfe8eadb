"""The check queue: what platforms claim, judged by what an officer sees."""

from collections.abc import Iterable
from math import ceil
from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, F, IntegerField, Min, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.filters import CAMPAIGN, campaigns_of
from cases.states import Claim, Seen
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, number, reads
from corps.deadlines.clock import now
from corps.forms import ticked_ids
from corps.models import User
from corps.results import Result
from corps.ui.lists import capped_count, conditions, page_of
from corps.ui.refusals import came_second, send_back, status_of
from corps.ui.tables import SELECT, Column, Table
from notices import workflow
from notices.models import Answer, NoticeItem, PendingVerdict
from stores.filters import PLATFORM
from stores.models import Platform

corps = open_to(User.Role.OFFICER, User.Role.SUPERVISOR)
NEXT_ROWS = 12
MOST_UNDONE = 5
# Where a session keeps the note that was typed beside verdicts of which some were refused.
NOTE = "check_note"
# By whose work it is: one's own is checked by others.
OWN = {
    "1": gettext_lazy("your own, for others to check"),
    "0": gettext_lazy("of others"),
}


def waiting(user: User) -> int:
    """How many items wait for a check, for the sidebar."""
    return NoticeItem.objects.visible_to(user).to_check().count()


FILTERS = (
    PLATFORM,
    "notice",
    "case",
    CAMPAIGN,
    Parameter("claim", Claim.values),
    Parameter("seen", Seen.values),
    Parameter("own", [*OWN]),
)


@corps
@reads(*FILTERS, number("item"))
@require_GET
def show_queue(request: SignedIn) -> HttpResponse:
    """One item big, the next ones beside it; `item` names the one to look at, otherwise the most urgent."""
    items = _filtered(request)
    ordered = _with_things(
        _ranked(items, request.user).order_by("is_own", "due_on", "pk")
    )
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
        "total": items.count(),
        "conditions": _chips(request),
        "platforms": Platform.objects.visible_to(request.user),
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


TABLE = Table(
    "checks",
    SELECT,
    Column("id", gettext_lazy("Id"), "w-id", fixed=True),
    Column("title", gettext_lazy("Title, as claimed"), fixed=True),
    Column("alleged", gettext_lazy("Alleged by the firm"), "w-truth", "cut2"),
    Column("ground", gettext_lazy("Ground of the notice"), "w-ground"),
    Column("claim", gettext_lazy("Claimed by the platform"), "w-claim"),
    Column("seen", gettext_lazy("Actually seen"), "w-truth"),
    Column("notice", gettext_lazy("Notice"), "w128", "cut2"),
    Column("due", gettext_lazy("Due"), "w-due", "n"),
)


@corps
@reads(*FILTERS, paged=True)
@require_GET
def list_queue(request: SignedIn) -> HttpResponse:
    """The whole queue as a table, for verdicts on many at once."""
    items = _filtered(request)
    ordered = _with_things(_ranked(items, request.user))
    page = page_of(
        ordered,
        request.GET,
        order=("is_own", "due_on", "id"),
        total=lambda: capped_count(items),
    )
    by_platform = (
        items.order_by()
        .values_list("notice__platform__slug", "notice__platform__name")
        .annotate(Count("pk"))
    )
    context = {
        "page": page,
        "table": TABLE.shown_to(request.user, request.GET),
        "conditions": _chips(request),
        "platforms": Platform.objects.visible_to(request.user),
        "by_platform": by_platform,
        "undo": _undoable(request),
        "query": _query(request),
        "note": request.session.pop(NOTE, ""),
        "may_judge": _say_why_not(request, page.rows),
    }
    return render(request, "notices/check_list.html", context)


def _say_why_not(request: SignedIn, items: Iterable[Any]) -> bool:
    """Give each shown item that this person may not check a `why_not`; whether there is another."""
    items = list(items)
    refused = workflow.check_refusals(items, request.user)
    for item in items:
        item.why_not = ""
        if item.pk in refused:
            item.why_not = refused[item.pk].message
    return len(refused) < len(items)


def _ranked(items: QuerySet[NoticeItem], user: User) -> QuerySet[Any]:
    """Items with their due day and whether they are the person's own work, which somebody else checks."""
    own = When(workflow.own_work(user), then=1)
    return items.annotate(
        due_on=F("check_deadline__due_on"),
        is_own=Case(own, default=0, output_field=IntegerField()),
    )


@corps
@require_POST
def judge(request: SignedIn) -> HttpResponse:
    """Give a verdict on one item or many; it counts in ten seconds unless undone."""
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
    results = workflow.propose_verdicts(
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
    """Each verdict that was refused and why: on the queue's own page for one, on a page of results for more of them.

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


@corps
@require_POST
def undo(request: SignedIn) -> HttpResponse:
    """Take back one's own verdicts of the last ten seconds; then the queue in which they were given, at that item."""
    ids = ticked_ids(request.POST)
    back = workflow.undo_verdicts(items=ids, actor=request.user)
    if back:
        sentence = ngettext(
            "%(count)d verdict was taken back.",
            "%(count)d verdicts were taken back.",
            back,
        )
        messages.success(request, sentence % {"count": back})
    else:
        messages.warning(
            request, _("It counts already; from now on only a correction undoes it.")
        )
    return redirect(_judged_in(request, ids, back > 0))


def _judged_in(request: SignedIn, ids: list[int], is_back: bool) -> str:
    """The filtered queue in which verdicts of this session were given; at the item, if it waits there again."""
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
    """The last verdicts of this session that can still be taken back, with the seconds left for it."""
    for last in reversed(request.session.get("undo", [])):
        pending = PendingVerdict.objects.filter(item__in=last["ids"], by=request.user)
        due_at = pending.aggregate(due_at=Min("due_at"))["due_at"]
        if due_at and due_at > now():
            return last | {"seconds": ceil((due_at - now()).total_seconds())}
    request.session.pop("undo", None)
    return None


def _filtered(request: SignedIn) -> QuerySet[NoticeItem]:
    items = NoticeItem.objects.visible_to(request.user).to_check()
    if platform := request.GET.get("platform"):
        items = items.filter(notice__platform__slug=platform)
    if notice := request.GET.get("notice"):
        items = items.filter(notice__number=notice)
    if case := request.GET.get("case"):
        items = items.filter(notice__case__number=case)
    if (campaign := request.GET.get("campaign")) and campaign in campaigns_of(
        request.user
    ):
        items = items.filter(notice__case__campaign=int(campaign))
    if (own := request.GET.get("own")) in OWN:
        mine = workflow.own_work(request.user)
        if own == "1":
            items = items.filter(mine)
        else:
            items = items.exclude(mine)
    if request.GET.get("claim") in Claim.values:
        items = items.filter(outcome=request.GET["claim"])
    if request.GET.get("seen") in Seen.values:
        items = items.filter(target__seen=request.GET["seen"])
    return items


def _chips(request: SignedIn) -> list[Any]:
    platforms = {
        platform.slug: platform.label
        for platform in Platform.objects.visible_to(request.user)
    }
    claims, seen = dict(Claim.choices), dict(Seen.choices)
    return conditions(
        request.GET,
        [
            ("platform", _("Platform"), platforms.get),
            ("notice", _("Notice"), str),
            ("case", _("Case"), str),
            ("campaign", _("Campaign"), lambda pk: campaigns_of(request.user).get(pk)),
            ("own", _("Work"), OWN.get),
            ("claim", _("Claimed"), claims.get),
            ("seen", _("Last seen"), seen.get),
        ],
    )


def _query(request: SignedIn) -> str:
    """The filter of the address, without the item and the place in the list."""
    kept = request.GET.copy()
    for name in ("item", "after", "before"):
        kept.pop(name, None)
    if kept:
        return f"?{kept.urlencode()}"
    return ""


def _with_things(items: QuerySet[Any]) -> QuerySet[Any]:
    return items.select_related(
        "notice__case",
        "notice__platform",
        "target__listing__store",
        "target__listing__claimed_store",
        "target__store",
        "target__platform",
        "target__firm",
        "check_deadline",
        "answered_by",
        "ground",
    )


def _selected(request: SignedIn) -> list[int]:
    if request.POST.get("all_matching"):
        return list(
            _filtered(request).order_by("pk").values_list("pk", flat=True)[:10_000]
        )
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
