"""The pages of the numbers: dashboard, statistics, ledger, and their files."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from cases.filters import CAMPAIGN
from cases.models import Campaign
from corps.access.decorators import SignedIn, open_to
from corps.access.limits import counted
from corps.access.parameters import Parameter, reads
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.ui.csv_export import Download, csv_response
from corps.ui.list_export import exported
from corps.ui.lists import Condition, conditions
from dashboards import board, ledger
from dashboards.backlog import deadlines_kept, stuck
from dashboards.deadlines import linked
from dashboards.models import Recount
from dashboards.statistics import COUNTS, GROUPS, Question, read_question, statistics
from dashboards.tables import LedgerList
from firms.models import Firm
from notices.models import LedgerEntry
from stores.models import Platform

PERIOD = ("from", "to", "campaign")
QUESTION = ("from", "to", CAMPAIGN, Parameter("group", many=True))
GROUP_NAMES = {
    "platform": gettext_lazy("Platform"),
    "firm": gettext_lazy("Firm"),
    "month": gettext_lazy("Month"),
    "case": gettext_lazy("Case"),
}


@open_to("dashboards.view_numbers")
@reads(*QUESTION)
@require_safe
def show_dashboard(request: SignedIn) -> HttpResponse:
    """The two numbers, by month, firm and platform; where things are stuck; deadlines kept; the ledger's line."""
    try:
        question = read_question(request.GET)
    except ValidationError as wrong:
        return _wrong(request, "dashboards/dashboard.html", wrong)
    narrowed = {name: request.GET[name] for name in PERIOD if request.GET.get(name)}
    shown = board.make_board(request.user, question, narrowed)
    corrections = ledger.asked_for(
        ledger.rows_of(request.user, "corrections"), question
    )
    shut_again = corrections.filter(kind=LedgerEntry.Kind.STORE_SHUT).select_related(
        "firm"
    )
    request.sidebar_key = "numbers"
    if may(request.user, "dashboards.view_backlog"):
        request.sidebar_key = "dashboard"
    context = {
        "board": shown,
        "numbers": _numbers(shown),
        "is_whole": question.is_whole,
        "others": shown.others,
        "correction": shut_again.order_by("-at", "-id").first(),
        "stuck": stuck(request.user, question.campaign),
        "kept": [
            linked(line, question.campaign)
            for line in deadlines_kept(request.user, question.campaign)
        ],
        "as_of": now(),
        "recount": Recount.objects.visible_to(request.user).order_by("-at").first(),
        "added": shown.added,
        **_filter(request, question),
    }
    return render(request, "dashboards/dashboard.html", context)


@open_to("dashboards.view_numbers")
@reads(*QUESTION)
@require_safe
@vary_on_headers("HX-Request")
def show_wall(request: SignedIn) -> HttpResponse:
    """The two numbers for a screen on the wall. It asks for itself anew every minute: then without its frame."""
    try:
        question = read_question(request.GET)
    except ValidationError as wrong:
        return _wrong(request, "dashboards/dashboard.html", wrong)
    narrowed = {name: request.GET[name] for name in PERIOD if request.GET.get(name)}
    shown = board.make_board(request.user, question, narrowed)
    campaign = None
    if question.campaign is not None:
        campaigns = Campaign.objects.visible_to(request.user)
        campaign = campaigns.filter(pk=question.campaign).first()
    context = {
        "board": shown,
        "numbers": _numbers(shown),
        "is_whole": question.is_whole,
        "repeats": shown.totals["repeat_removals"],
        "campaign": campaign,
        "question": question,
        "query": urlencode(narrowed),
        "as_of": now(),
    }
    template = "dashboards/wall.html"
    if request.headers.get("HX-Request") == "true":
        template = "dashboards/_wall.html"
    return render(request, template, context)


def _numbers(shown: board.Board) -> list[dict[str, Any]]:
    """The two numbers, listings first."""
    by_month = {month.key: month.counts for month in shown.months}
    nothing = dict.fromkeys(COUNTS, 0)
    return [
        _number(shown, name, by_month, nothing, *board.this_month_and_last())
        for name in board.HEADLINES
    ]


def _number(
    shown: board.Board,
    name: str,
    by_month: dict[str, dict[str, int]],
    nothing: dict[str, int],
    *months: str,
) -> dict[str, Any]:
    """One of the two numbers as the page shows it: value, rows, this month and last, bars."""
    this_month, last_month = (by_month.get(month, nothing)[name] for month in months)
    return {
        "name": name,
        "value": shown.totals[name],
        "url": board.ledger_url(name, shown.narrowed),
        "this_month": this_month,
        "this_month_url": board.ledger_url(name, shown.narrowed | {"month": months[0]}),
        "last_month": last_month,
        "last_month_url": board.ledger_url(name, shown.narrowed | {"month": months[1]}),
        "bars": shown.bars(name),
    }


@open_to("dashboards.view_numbers")
@reads(*QUESTION)
@require_safe
def show_statistics(request: HttpRequest) -> HttpResponse:
    """The five counts by whatever groups are asked for, by month where the address says nothing of groups: the same
    rows as the CSV and the API."""
    parameters = request.GET.copy()
    parameters.setdefault("group", "month")
    try:
        question = read_question(parameters)
    except ValidationError as wrong:
        return _wrong(request, "dashboards/statistics.html", wrong)
    numbers = statistics(request.user, **question.asked)
    narrowed = {name: request.GET[name] for name in PERIOD if request.GET.get(name)}
    labels = _labels(request.user)
    context = {
        "rows": [
            _statistics_row(row, question.group, labels, narrowed)
            for row in numbers.rows
        ],
        "keys": [GROUP_NAMES[group] for group in question.group],
        "counts": [ledger.NAMES[count] for count in COUNTS],
        "totals": _linked(numbers.totals, narrowed),
        "groups": [
            (group, GROUP_NAMES[group], group in question.group) for group in GROUPS
        ],
        "groupings": [_grouping(parameters, group, question.group) for group in GROUPS],
        "csv_query": parameters.urlencode(),
        **_filter(request, question),
    }
    return render(request, "dashboards/statistics.html", context)


def _statistics_row(
    row: dict[str, Any],
    groups: Sequence[str],
    labels: dict[str, dict[str, str]],
    narrowed: dict[str, str],
) -> dict[str, Any]:
    """A row of the table: what it is about, by name, and the five counts with the addresses of their rows."""
    keys = []
    for group in groups:
        label = labels.get(group, {}).get(row[group], row[group])
        keys.append((GROUP_NAMES[group], label))
    of_row = {group: row[group] for group in groups}
    return {"keys": keys, "counts": _linked(row, narrowed | of_row)}


def _grouping(
    parameters: QueryDict, group: str, asked_for: tuple[str, ...]
) -> dict[str, Any]:
    """A chip that adds a group to those asked for, or takes it away."""
    is_on = group in asked_for
    groups = [other for other in asked_for if other != group]
    if not is_on:
        groups.append(group)
    query = parameters.copy()
    query["group"] = ",".join(groups)
    return {
        "name": GROUP_NAMES[group],
        "on": is_on,
        "url": f"?{query.urlencode(safe=',')}",
    }


def _linked(
    counts: dict[str, Any], narrowed: dict[str, str]
) -> list[tuple[Any, int, str]]:
    """The five counts with their names, each with the address of its rows."""
    return [
        (ledger.NAMES[count], counts[count], board.ledger_url(count, narrowed))
        for count in COUNTS
    ]


def _labels(user: Any) -> dict[str, dict[str, str]]:
    """What people call platforms and firms, by slug and code."""
    return {
        "platform": {
            platform.slug: platform.label
            for platform in Platform.objects.visible_to(user)
        },
        "firm": {firm.code: firm.short_label for firm in Firm.objects.visible_to(user)},
    }


@open_to("dashboards.view_numbers")
@reads(*QUESTION)
@require_safe
@counted("exports")
def download_statistics(request: HttpRequest) -> HttpResponseBase:
    """`statistics.csv`: head and rows alone, for the same parameters as the API's."""
    try:
        question = read_question(request.GET)
    except ValidationError as wrong:
        return _wrong_csv(wrong)
    head = [*question.group, *COUNTS]
    rows = statistics(request.user, **question.asked).rows
    download = Download(request, "statistics")
    return csv_response(
        "statistics.csv",
        head,
        ([row[name] for name in head] for row in rows),
        mark=False,
        download=download,
    )


@open_to("dashboards.view_numbers")
@LedgerList.reads()
@require_safe
def list_ledger(request: SignedIn) -> HttpResponse:
    """The rows behind a number, newest first; their sum is the number."""
    try:
        read_question(request.GET)
    except ValidationError as wrong:
        return _wrong(request, "dashboards/ledger.html", wrong)
    return render(request, "dashboards/ledger.html", LedgerList(request).context())


export_ledger = open_to("dashboards.view_numbers")(exported(LedgerList))


def _filter(request: HttpRequest, question: Question) -> dict[str, Any]:
    """What every page of the app needs for its filter: chips and the campaigns to choose from."""
    campaigns = list(Campaign.objects.visible_to(request.user))
    campaign_labels = {str(campaign.pk): campaign.label for campaign in campaigns}
    names: list[tuple[str, Any, Any]] = [
        ("campaign", _("Campaign"), campaign_labels.get),
        ("from", _("From"), str),
        ("to", _("To"), str),
    ]
    chips: list[Condition] = conditions(request.GET, names)
    chosen = [campaign for campaign in campaigns if campaign.pk == question.campaign]
    return {
        "chips": chips,
        "campaigns": campaigns,
        "campaign": next(iter(chosen), None),
        "clear": "?",
    }


def _wrong(request: HttpRequest, template: str, wrong: ValidationError) -> HttpResponse:
    """The page with its filter and what is wrong with it, and no number that could be taken for an answer."""
    context = {
        "wrong": wrong.message_dict,
        "campaigns": Campaign.objects.visible_to(request.user),
        "clear": "?",
    }
    return render(request, template, context, status=400)


def _wrong_csv(wrong: ValidationError) -> HttpResponse:
    faults = wrong.message_dict.items()
    lines = [f"{name}: {' '.join(messages)}\n" for name, messages in faults]
    return HttpResponse(
        "".join(lines), status=400, content_type="text/plain; charset=utf-8"
    )
