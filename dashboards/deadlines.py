"""The page behind "deadlines kept": what came to pass under a deadline, in time or late."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.filters import CAMPAIGN, campaigns_of
from cases.models import Complaint
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import MARKS, Parameter, reads
from corps.models import User
from corps.ui.lists import conditions, page_of
from dashboards.backlog import Kept, of_deadlines
from stores.filters import PLATFORM
from stores.models import Platform

NAMES = {
    "filing": gettext_lazy("Decisions whether to file"),
    "answer": gettext_lazy("Answers"),
    "check": gettext_lazy("Checks"),
}
IN_TIME = {"": None, "yes": True, "no": False}
OF_ITEM = (
    "target__listing",
    "target__store",
    "target__platform",
    "notice__platform",
    "notice__case",
)
JOINED = {
    "filing": ("case", "firm", "verify_deadline"),
    "answer": ("by", *(f"item__{name}" for name in OF_ITEM)),
    "check": ("by", *(f"item__{name}" for name in OF_ITEM)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing done under a deadline, or missed. name, url: what it was about. place: the case or notice, if any.

    by: who did it, or the firm that complained. done_at: None where it is not done yet.
    """

    name: str
    url: str
    place: str
    place_url: str
    by: str
    due: date | None
    done_at: datetime | None
    in_time: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A line of the dashboard with the addresses of the rows of each of its numbers."""

    line: Kept
    kept_url: str
    all_url: str


def linked(line: Kept, campaign: int | None) -> Linked:
    """The line with links to exactly the rows that it counts."""
    query: dict[str, Any] = {"what": line.what}
    if line.platform:
        query["platform"] = line.platform.slug
    if campaign is not None:
        query["campaign"] = campaign
    return Linked(line, _url(query | {"in_time": "yes"}), _url(query))


@open_to("dashboards.view_numbers")
@reads(
    Parameter("what", [*NAMES]),
    Parameter("in_time", [*IN_TIME]),
    PLATFORM,
    CAMPAIGN,
    paged=True,
)
@require_safe
def list_deadlines(request: SignedIn) -> HttpResponse:
    """What was done under one kind of deadline, newest first; `in_time`, `platform` and `campaign` narrow it."""
    labels = _labels(request.user)
    query = Query.of(request.GET, labels)
    narrowed = of_deadlines(query.what, request.user, query.campaign, query.platform)
    number = _count(narrowed)
    rows = narrowed.select_related(*JOINED[query.what])
    if query.in_time is not None:
        rows = rows.filter(in_time=query.in_time)
    page = page_of(rows, request.GET, order=("-pk",), total=number[query.in_time])
    context = {
        "page": page,
        "rows": list(map(ROWS[query.what], page)),
        "what": query.what,
        "name": NAMES[query.what],
        "kinds": _kinds(query.what),
        "tabs": list(_tabs(request.GET, number, query.in_time)),
        "chips": conditions(
            request.GET,
            [
                ("platform", _("Platform"), labels["platform"].get),
                ("campaign", _("Campaign"), labels["campaign"].get),
            ],
        ),
        "clear": f"?{urlencode({'what': query.what})}",
    }
    return render(request, "dashboards/deadlines.html", context)


def _labels(user: User) -> dict[str, dict[str, str]]:
    """What the platforms and campaigns that the person may see are called, as they stand in addresses."""
    platforms = Platform.objects.visible_to(user)
    return {
        "platform": {platform.slug: platform.label for platform in platforms},
        "campaign": campaigns_of(user),
    }


def _count(narrowed: QuerySet[Any]) -> dict[bool | None, int]:
    """How many were in time, how many late, and, as None, how many in all; one statement."""
    counts = narrowed.aggregate(
        all=Count("pk"), yes=Count("pk", filter=Q(in_time=True))
    )
    return {
        None: counts["all"],
        True: counts["yes"],
        False: counts["all"] - counts["yes"],
    }


@dataclass(frozen=True, slots=True)
class Query:
    """What an address asks for. what: a key of NAMES. platform: a slug, or empty for all."""

    what: str
    platform: str
    campaign: int | None
    in_time: bool | None

    @classmethod
    def of(cls, parameters: QueryDict, known: dict[str, dict[str, str]]) -> Self:
        """known: the platforms and campaigns that the person may see; another one narrows nothing."""
        what = parameters.get("what", "")
        if what not in NAMES:
            what = "answer"
        platform = parameters.get("platform", "")
        if platform not in known["platform"] or what == "filing":
            platform = ""
        campaign = None
        requested = parameters.get("campaign", "")
        if requested in known["campaign"]:
            campaign = int(requested)
        in_time = IN_TIME.get(parameters.get("in_time", ""))
        return cls(what, platform, campaign, in_time)


def _kinds(what: str) -> list[dict[str, Any]]:
    """The kinds of deadlines to choose from."""
    return [
        {
            "label": label,
            "url": _url({"what": kind}),
            "count": None,
            "current": kind == what,
        }
        for kind, label in NAMES.items()
    ]


def _tabs(
    parameters: QueryDict, number: dict[bool | None, int], current: bool | None
) -> Iterator[dict[str, Any]]:
    labels = {None: _("All"), True: _("In time"), False: _("Late")}
    for code, choice in IN_TIME.items():
        query = parameters.copy()
        for name in (*MARKS, "in_time"):
            query.pop(name, None)
        if code:
            query["in_time"] = code
        url = f"?{query.urlencode()}"
        yield {
            "label": labels[choice],
            "url": url,
            "count": number[choice],
            "current": choice is current,
        }


def _filing(complaint: Complaint) -> Row:
    case, due = complaint.case, complaint.verify_deadline
    assert due is not None
    case_number = case_url = ""
    if case is not None:
        case_number, case_url = case.number, case.get_absolute_url()
    return Row(
        name=complaint.number,
        url=complaint.get_absolute_url(),
        place=case_number,
        place_url=case_url,
        by=complaint.firm.short_label,
        due=due.due_on,
        done_at=complaint.decided_at,  # type: ignore[attr-defined]
        in_time=complaint.in_time,  # type: ignore[attr-defined]
    )


def _of_item(done: Any, due: date | None) -> Row:
    """An answer or a check, and the day by which it was judged."""
    target, notice = done.item.target, done.item.notice
    return Row(
        name=f"{target.platform.label} {target.get_kind_display()} {target.thing.canonical_id}",
        url=reverse("cases:target", args=[target.pk]),
        place=notice.number,
        place_url=notice.get_absolute_url(),
        by=done.by.name,
        due=due,
        done_at=done.at,
        in_time=done.in_time,
    )


ROWS: dict[str, Callable[[Any], Row]] = {
    "filing": _filing,
    "answer": lambda answer: _of_item(
        answer, answer.due_on or answer.item.notice.reply_due_on
    ),
    "check": lambda check: _of_item(check, check.owed_on),
}


def _url(query: dict[str, Any]) -> str:
    return f"{reverse('dashboards:deadlines')}?{urlencode(query)}"
