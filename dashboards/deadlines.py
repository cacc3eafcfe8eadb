"""The page behind "deadlines kept": what came to pass under a deadline, in time or late."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.filters import CAMPAIGN
from cases.models import Campaign, Complaint
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import MARKS, Parameter, reads
from corps.models import User
from corps.ui.lists import conditions, page_of
from dashboards.backlog import Kept, of_deadlines
from stores.filters import PLATFORM
from stores.models import Platform

corps = open_to(User.Role.OFFICER, User.Role.SUPERVISOR)
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
    asked: dict[str, Any] = {"what": line.what}
    if line.platform:
        asked["platform"] = line.platform.slug
    if campaign is not None:
        asked["campaign"] = campaign
    return Linked(line, _url(asked | {"in_time": "yes"}), _url(asked))


@corps
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
    asked = request.GET
    what = asked.get("what", "")
    what = what if what in NAMES else "answer"
    platforms = {
        platform.slug: platform.label
        for platform in Platform.objects.visible_to(request.user)
    }
    campaigns = {
        str(campaign.pk): campaign.label
        for campaign in Campaign.objects.visible_to(request.user)
    }
    platform = (
        asked.get("platform", "")
        if asked.get("platform") in platforms and what != "filing"
        else ""
    )
    campaign = int(asked["campaign"]) if asked.get("campaign") in campaigns else None
    found = of_deadlines(what, request.user, campaign, platform)
    counts = found.aggregate(all=Count("pk"), yes=Count("pk", filter=Q(in_time=True)))
    in_time = IN_TIME.get(asked.get("in_time", ""))
    rows = found if in_time is None else found.filter(in_time=in_time)
    number = {
        None: counts["all"],
        True: counts["yes"],
        False: counts["all"] - counts["yes"],
    }
    page = page_of(
        rows.select_related(*JOINED[what]), asked, order=("-pk",), total=number[in_time]
    )
    context = {
        "page": page,
        "rows": list(map(ROWS[what], page)),
        "what": what,
        "name": NAMES[what],
        "kinds": [
            {
                "label": label,
                "url": _url({"what": kind}),
                "count": None,
                "current": kind == what,
            }
            for kind, label in NAMES.items()
        ],
        "tabs": list(_tabs(asked, number, in_time)),
        "chips": conditions(
            asked,
            [
                ("platform", _("Platform"), platforms.get),
                ("campaign", _("Campaign"), campaigns.get),
            ],
        ),
        "clear": f"?{urlencode({'what': what})}",
    }
    return render(request, "dashboards/deadlines.html", context)


def _tabs(
    asked: QueryDict, number: dict[bool | None, int], current: bool | None
) -> Iterator[dict[str, Any]]:
    words = {None: _("All"), True: _("In time"), False: _("Late")}
    for code, choice in IN_TIME.items():
        query = asked.copy()
        for name in (*MARKS, "in_time"):
            query.pop(name, None)
        if code:
            query["in_time"] = code
        url = f"?{query.urlencode()}"
        yield {
            "label": words[choice],
            "url": url,
            "count": number[choice],
            "current": choice is current,
        }


def _filing(complaint: Complaint) -> Row:
    case, due = complaint.case, complaint.verify_deadline
    assert due is not None
    return Row(
        name=complaint.number,
        url=complaint.get_absolute_url(),
        place=case.number if case else "",
        place_url=case.get_absolute_url() if case else "",
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


def _url(asked: dict[str, Any]) -> str:
    return f"{reverse('dashboards:deadlines')}?{urlencode(asked)}"
