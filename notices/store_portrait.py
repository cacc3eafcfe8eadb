"""What notices know of a store: twelve months of what was reported, checked gone and seen again, and its letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.states import Seen
from cases.store_portrait import targets_in
from corps.deadlines.clock import shanghai_date, today
from corps.models import User
from corps.ui.formats import day
from corps.ui.months import month_label
from notices.models import Check, LedgerEntry, Notice
from notices.states import ItemState
from stores.extensions import Counted, Month, Portrait
from stores.models import Store

MONTHS = 12
LETTERS = 6
REPORTED, REMOVED, RELISTED = "reported", "removed", "relisted"
# Before the first of the months that are shown.
EARLIER = -1


def tell_portrait(
    portrait: Portrait, store: Store, user: User, listings: Sequence[int]
) -> None:
    """Months and letters; five statements."""
    targets = targets_in(store, user)
    reported = list(targets.order_by("pk").values_list("pk", "reported_at"))
    checks = Check.objects.filter(item__target__in=targets.values("pk")).exclude(
        seen=Seen.UNREACHABLE
    )
    taken_back = LedgerEntry.objects.filter(target__in=targets.values("pk"), sign=-1)
    acts = [
        *((pk, at, REPORTED) for pk, at in reported),
        *(
            (pk, at, seen)
            for pk, at, seen in checks.values_list("item__target", "at", "seen")
        ),
        *((pk, at, "") for pk, at in taken_back.values_list("target", "at")),
    ]
    portrait.months, portrait.totals = _months(changes_of(acts))
    notices = Notice.objects.visible_to(user).filter(
        issued_at__isnull=False, items__target__in=targets.values("pk")
    )
    portrait.letters_in_all = notices.distinct().count()
    portrait.letters = _letters(notices, targets.values("pk"))


def changes_of(
    acts: Iterable[tuple[int, datetime, str]],
) -> Iterator[tuple[date, str, int]]:
    """(day, row, +1 or −1) of what targets became, from (target, when, REPORTED, what was seen or "" for taken back).

    A removal is the first check that found one gone, a relisting the first that found it again; what a correction or an
    objection takes back is taken from the removals of that day. So reported − removed + relisted is what is on sale.
    """
    for _pk, lot in groupby(
        sorted(acts, key=lambda act: (act[0], act[1], act[2] != REPORTED)),
        key=itemgetter(0),
    ):
        yield from _changes_of_one((at, act) for _target, at, act in lot)


def _changes_of_one(
    acts: Iterable[tuple[datetime, str]],
) -> Iterator[tuple[date, str, int]]:
    """The same of one target, from its acts in the order of time."""
    is_gone = False
    for at, act in acts:
        if act == REPORTED:
            yield shanghai_date(at), REPORTED, 1
            continue
        if (act == Seen.GONE) == is_gone:
            continue
        is_gone = act == Seen.GONE
        if is_gone:
            yield shanghai_date(at), REMOVED, 1
        elif act:
            yield shanghai_date(at), RELISTED, 1
        else:
            yield shanghai_date(at), REMOVED, -1


def _months(changes: Iterable[tuple[date, str, int]]) -> tuple[list[Month], Month]:
    """The last twelve months, before them what was earlier, if anything, and their sum."""
    last = today()
    first = last.year * 12 + last.month - MONTHS
    counts: dict[int, Counter[str]] = {month: Counter() for month in range(MONTHS)}
    for on, row, sign in changes:
        counts.setdefault(max(on.year * 12 + on.month - 1 - first, EARLIER), Counter())[
            row
        ] += sign
    months, on_sale, total = [], 0, Counter[str]()
    for month in sorted(counts):
        total.update(counts[month])
        on_sale = total[REPORTED] - total[REMOVED] + total[RELISTED]
        months.append(_month(_label(first, month), on_sale, counts[month]))
    return _drawn(months), _month(_("Total"), on_sale, total)


def _label(first: int, month: int) -> str:
    """What a month is called. first: the first of the twelve, counted from year 0. place: its own, or EARLIER."""
    if month == EARLIER:
        return _("earlier")
    year, number = divmod(first + month, 12)
    return month_label(date(year, number + 1, 1))


def _month(label: str, on_sale: int, counts: Counter[str]) -> Month:
    """A column of the table, not drawn yet."""
    return Month(label, on_sale, counts[REPORTED], counts[REMOVED], counts[RELISTED])


def _drawn(months: list[Month]) -> list[Month]:
    """Months with the heights of their bars, in percent of the highest."""
    most = max((month.on_sale for month in months), default=0) or 1
    return [
        replace(month, height=round(100 * max(month.on_sale, 0) / most))
        for month in months
    ]


def _letters(notices: QuerySet[Notice], targets: Any) -> list[Counted]:
    """The newest letters that name something in the store: how many items, and how many are answered."""
    named = Q(items__target__in=targets)
    newest = Notice.objects.filter(pk__in=notices.values("pk")).annotate(
        here=Count("items", filter=named),
        open=Count("items", filter=named & Q(items__state=ItemState.OPEN)),
    )
    lines = []
    for notice in newest.order_by("-issued_at", "-pk")[:LETTERS]:
        sentence = ngettext(
            "%(count)s item, %(answered)s answered",
            "%(count)s items, %(answered)s answered",
            notice.here,
        )
        note = sentence % {"count": notice.here, "answered": notice.here - notice.open}
        label = f"{day(notice.issued_at)} {notice.document_number or notice.number}"
        lines.append(Counted(label, notice.here, notice.get_absolute_url(), note))
    return lines
