"""The deadline as a coloured chip: `剩 3 个工作日・11-09`."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.deadlines.calendar import Calendar, working_days_left
from corps.deadlines.clock import today
from corps.models import Holiday
from corps.ui.formats import day, thousands

SOON = 2


@dataclass(frozen=True, slots=True)
class Chip:
    """kind: red when late, amber when due within two days, otherwise grey. text: what it says. provisional: italic."""

    kind: str
    text: str
    provisional: bool = False


def chip(
    due: date | None,
    *,
    calendar: Calendar | None = None,
    left: int | None = None,
    calendar_days: bool = False,
    provisional: bool = False,
    on: date | None = None,
    with_day: bool = True,
) -> Chip:
    """The chip of a due date.

    left: working days left if the caller has counted them (0 on the due day, negative when late); otherwise they are
    counted with `calendar`. calendar_days: the clock runs in days, not in working days. on: today, in Shanghai.
    """
    if due is None:
        return Chip("grey", _("No deadline"))
    on = on or today()
    if left is None:
        left = (
            (due - on).days
            if calendar_days
            else working_days_left(
                due, today=on, calendar=calendar or current_calendar()
            )
        )
    text, kind = _words(left, calendar_days), "grey"
    if left < 0:
        kind = "red"
    elif left <= SOON:
        kind = "amber"
    if with_day:
        text = _("%(left)s · %(day)s") % {"left": text, "day": day(due)}
    if provisional:
        text = _("%(deadline)s, provisional") % {"deadline": text}
    return Chip(kind, text, provisional)


def _words(left: int, calendar_days: bool) -> str:
    count = {"days": thousands(abs(left))}
    if left == 0:
        return _("Due today")
    if calendar_days:
        if left > 0:
            return ngettext("%(days)s day left", "%(days)s days left", left) % count
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -left) % count
    if left > 0:
        return (
            ngettext("%(days)s working day left", "%(days)s working days left", left)
            % count
        )
    return (
        ngettext("%(days)s working day overdue", "%(days)s working days overdue", -left)
        % count
    )


def current_calendar() -> Calendar:
    """The working-day calendar in force. Read anew for each call: give it to `chip` when there are many."""
    return Holiday.objects.calendar()
