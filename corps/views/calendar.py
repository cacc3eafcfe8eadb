"""The working-day calendar: its years, the days of one, and publishing a year's table."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.deadlines.calendar import Calendar, Day, Kind
from corps.deadlines.clock import today
from corps.deadlines.holiday_tables import write_table
from corps.forms import CalendarForm, posted
from corps.models import Deadline, Holiday
from corps.ui.formats import thousands
from corps.ui.months import changes, weekdays, year_of
from corps.ui.refusals import refusals_go_to

MOST_SHOWN = 20
TABLE_FAULTS = ("no-days", "other-year", "provisional-days", "day-twice")
YEARS = range(2000, 2100)


@open_to("corps.view_calendar")
@require_GET
def list_years(request: SignedIn) -> HttpResponse:
    """Every year that has days, up to the next one: whether its table is published, and what hangs on it."""
    rows = list(Holiday.objects.all())
    calendar = Calendar.from_days(_day(row) for row in rows)
    due: dict[int, int] = dict(
        Deadline.objects.filter(due_on__gte=today())
        .annotate(year=ExtractYear("due_on"))
        .values_list("year")
        .annotate(deadlines=Count("pk"))
    )
    known = {row.date.year for row in rows}
    last = max(known | {today().year + 1})
    lines = [
        _line(year, [row for row in rows if row.date.year == year], calendar)
        for year in sorted(known | {last})
    ]
    for line in lines:
        line["due"] = due.get(line["year"], 0)
    return render(request, "corps/calendar_list.html", {"lines": lines[::-1]})


@open_to("corps.view_calendar")
@require_GET
def show_year(request: SignedIn, year: int) -> HttpResponse:
    """The days of a year, month by month."""
    days = _table(_existing(year))
    rows = list(Holiday.objects.filter(date__year=year))
    line = _line(year, rows, Holiday.objects.calendar())
    context = {
        "year": year,
        "line": line,
        "months": year_of(year, days),
        "weekdays": weekdays(),
        "before": year - 1,
        "after": year + 1,
    }
    return render(request, "corps/calendar_year.html", context)


@open_to("corps.publish_calendar")
@require_http_methods(["GET", "POST"])
def publish(request: SignedIn, year: int) -> HttpResponse:
    """Paste or upload a year's table, look at what it changes and moves, and publish it.

    The first POST shows; only one with `publish` writes, with the table that was looked at.
    """
    before = _table(_existing(year))
    is_published = Holiday.objects.filter(
        date__year=year, is_provisional=False
    ).exists()
    form = CalendarForm(
        posted(request), request.FILES or None, initial={"table": write_table(before)}
    )
    context: dict[str, Any] = {
        "year": year,
        "form": form,
        "is_published": is_published,
        "before": before,
    }
    if request.method == "POST" and form.is_valid() and "edit" not in request.POST:
        with refusals_go_to(
            form, dict.fromkeys(TABLE_FAULTS, "file" if request.FILES else "table")
        ):
            moves = workflow.foresee_moves(
                year=year, days=form.days, actor=request.user
            )
            if "publish" in request.POST:
                return _publish(request, year, form)
            context |= _preview(year, form.days, before, moves)
    return render(request, "corps/calendar_publish.html", context)


def _publish(request: SignedIn, year: int, form: CalendarForm) -> HttpResponse:
    """Raises TransitionRefused where a table was published meanwhile that the person has not seen."""
    moves = workflow.publish_calendar(
        year=year,
        days=form.days,
        source=form.cleaned_data["source"],
        actor=request.user,
        at=timezone.now(),
        replace="replace" in request.POST,
    )
    said = ngettext(
        "The calendar of %(year)s is published; %(count)s deadline moved.",
        "The calendar of %(year)s is published; %(count)s deadlines moved.",
        len(moves),
    )
    messages.success(request, said % {"year": year, "count": thousands(len(moves))})
    return redirect("calendar_year", year)


def _preview(
    year: int, days: list[Day], before: list[Day], moves: list[Any]
) -> dict[str, Any]:
    open_ones = [
        (deadline, move)
        for deadline, move in moves
        if max(move.due_on, move.was_due_on) >= today()
    ]
    shifted = [
        (deadline, move)
        for deadline, move in open_ones
        if move.due_on != move.was_due_on
    ]
    return {
        "months": year_of(year, days, before),
        "weekdays": weekdays(),
        "rest": sum(day.kind == Kind.REST for day in days),
        "work": sum(day.kind == Kind.WORK for day in days),
        "changed": changes(days, before),
        "moves": len(moves),
        "open_moves": len(shifted),
        "firmed": len(open_ones) - len(shifted),
        "shown": sorted(shifted, key=lambda pair: pair[1].was_due_on)[:MOST_SHOWN],
        "hidden": max(len(shifted) - MOST_SHOWN, 0),
    }


def _existing(year: int) -> int:
    if year not in YEARS:
        raise Http404
    return year


def _day(row: Holiday) -> Day:
    return Day(row.date, row.kind, row.name, row.is_provisional)


def _table(year: int) -> list[Day]:
    return [_day(row) for row in Holiday.objects.filter(date__year=year)]


def _line(year: int, rows: list[Holiday], calendar: Calendar) -> dict[str, Any]:
    """A year in one row: its state, its days, its working days, where it comes from."""
    provisional = any(row.is_provisional for row in rows)
    kind, state = "green", _("published")
    if not rows:
        kind, state = "grey", _("no table")
    elif provisional:
        kind, state = "amber", _("provisional")
    working = calendar.working_days_until(
        date(year, 12, 31)
    ) - calendar.working_days_until(date(year - 1, 12, 31))
    return {
        "year": year,
        "kind": kind,
        "state": state,
        "is_published": bool(rows) and not provisional,
        "rest": sum(row.kind == Kind.REST for row in rows),
        "work": sum(row.kind == Kind.WORK for row in rows),
        "working": working,
        "source": next((row.source for row in rows if row.source), ""),
    }
