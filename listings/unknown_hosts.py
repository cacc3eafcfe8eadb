"""What is told of the hosts that no rule knows: by month, with the imports that named them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Max, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.deadlines.clock import today
from corps.models import User
from corps.ui.extensions import Need
from corps.ui.formats import thousands
from listings.extensions import sheet_links
from listings.models import OtherHost, UnknownHost

MOST = 200
SHOWN_SHEETS = 3


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host in a month. rows: that could not be used because of it, over so many sheets. sheets: names and pages of
    the latest that the reader may see. remark: why it is no platform's."""

    host: str
    month: date
    rows: int
    sheet_count: int
    example: str
    seen_at: Any
    sheets: list[tuple[str, str]]
    remark: str

    @property
    def new_form_url(self) -> str:
        """Where a form of addresses is added for it, with what is known filled in."""
        known = urlencode({"host": self.host, "example": self.example})
        return f"{reverse('listings:address_form_new')}?{known}"


def months(user: User) -> list[date]:
    """The months in which unknown hosts were named, the latest first."""
    found = (
        UnknownHost.objects.visible_to(user)
        .order_by("-month")
        .values_list("month", flat=True)
    )
    return list(found.distinct())


def ranked(
    user: User, *, month: date | None, marked: bool, text: str
) -> tuple[list[HostRow], int]:
    """The hosts of a month, or of each, those named most first, and how many there are. Five statements.

    marked: those that are no platform's instead of the others. text: part of the host.
    """
    found = UnknownHost.objects.visible_to(user)
    others = OtherHost.objects.values("host")
    found = {
        True: found.filter(host__in=others),
        False: found.exclude(host__in=others),
    }[marked]
    if month:
        found = found.filter(month=month)
    if text:
        found = found.filter(host__contains=text.lower())
    grouped = found.order_by().values("host", "month")
    grouped = grouped.annotate(
        rows=Sum("rows"), sheets=Count("pk"), seen_at=Max("seen_at")
    )
    rows: list[Any] = list(grouped.order_by("-month", "-rows", "host")[:MOST])
    latest = _latest(found, rows)
    names = _named({row.sheet for some in latest.values() for row in some}, user)
    remarks = dict(
        OtherHost.objects.filter(host__in=[row["host"] for row in rows]).values_list(
            "host", "remark"
        )
    )
    return [
        _row(row, latest[row["host"], row["month"]], names, remarks) for row in rows
    ], grouped.count()


def _latest(
    found: Any, rows: Iterable[dict[str, Any]]
) -> dict[tuple[str, date], list[UnknownHost]]:
    """What the sheets that came last said of these hosts, the latest first."""
    latest: dict[tuple[str, date], list[UnknownHost]] = {}
    wanted = found.filter(
        host__in={row["host"] for row in rows}, month__in={row["month"] for row in rows}
    )
    for one in wanted.order_by("host", "month", "-seen_at", "-pk"):
        some = latest.setdefault((one.host, one.month), [])
        if len(some) < SHOWN_SHEETS:
            some.append(one)
    return latest


def _named(sheets: Collection[UUID], user: User) -> dict[UUID, tuple[str, str]]:
    names: dict[UUID, tuple[str, str]] = {}
    for links_of in sheet_links:
        names |= links_of(sheets, user)
    return names


def _row(
    row: dict[str, Any],
    latest: list[UnknownHost],
    names: dict[UUID, tuple[str, str]],
    remarks: dict[str, str],
) -> HostRow:
    return HostRow(
        host=row["host"],
        month=row["month"],
        rows=row["rows"],
        sheet_count=row["sheets"],
        example=latest[0].example,
        seen_at=row["seen_at"],
        sheets=[names[one.sheet] for one in latest if one.sheet in names],
        remark=remarks.get(row["host"], ""),
    )


def need(user: User) -> Iterable[Need]:
    """That rows of this month could not be used because nobody knows their hosts; one statement."""
    found = UnknownHost.objects.filter(month=today().replace(day=1)).exclude(
        host__in=OtherHost.objects.values("host")
    )
    told = found.aggregate(hosts=Count("host", distinct=True), rows=Sum("rows"))
    if told["hosts"]:
        said = ngettext(
            "No rule knows %(hosts)s host of this month's complaints",
            "No rule knows %(hosts)s hosts of this month's complaints",
            told["hosts"],
        )
        yield Need(
            colour="amber",
            mark=_("unknown"),
            text=said % {"hosts": thousands(told["hosts"])},
            note=_("rows that could not be used: %(rows)s")
            % {"rows": thousands(told["rows"])},
            url=f"{reverse('listings:unknown_hosts')}?month={today():%Y-%m}",
            verb=_("Look"),
        )
