"""What notices know of a store: twelve months of what was reported, checked gone and seen again, and its letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.states import Seen
from cases.store_portrait import targets_in
from corps.clock import shanghai_date, today
from corps.models import User
from corps.pieces.months import month_label
from corps.pieces.words import day
from notices.models import Check, Notice, Outcome
from notices.states import ItemState
from stores.models import Store
from stores.portrait import Counted, Month, Portrait

MONTHS = 12
LETTERS = 6
REPORTED, REMOVED, RELISTED = "reported", "removed", "relisted"


def tell_portrait(portrait: Portrait, store: Store, user: User, listings: Sequence[int]) -> None:
    """Months and letters; five statements."""
    targets = targets_in(store, user)
    reported = list(targets.order_by("pk").values_list("pk", "reported_at"))
    looks = Check.objects.filter(item__target__in=targets.values("pk")).exclude(seen=Seen.UNREACHABLE)
    taken_back = Outcome.objects.filter(target__in=targets.values("pk"), sign=-1)
    acts = [
        *((pk, at, REPORTED) for pk, at in reported),
        *((pk, at, seen) for pk, at, seen in looks.values_list("item__target", "at", "seen")),
        *((pk, at, "") for pk, at in taken_back.values_list("target", "at")),
    ]
    portrait.months, portrait.totals = _months(changes_of(acts))
    found = Notice.objects.visible_to(user).filter(issued_at__isnull=False, items__target__in=targets.values("pk"))
    portrait.letters_in_all = found.distinct().count()
    portrait.letters = _letters(found, targets.values("pk"))


def changes_of(acts: Iterable[tuple[int, datetime, str]]) -> Iterator[tuple[date, str, int]]:
    """(day, row, +1 or −1) of what targets became, from (target, when, REPORTED, what was seen or "" for taken back).

    A removal is the first look that found one gone, a relisting the first that found it again; what a correction or an
    objection takes back is taken from the removals of that day. So reported − removed + relisted is what is on sale.
    """
    for _pk, lot in groupby(sorted(acts, key=lambda act: (act[0], act[1], act[2] != REPORTED)), key=itemgetter(0)):
        is_gone = False
        for _target, at, act in lot:
            if act == REPORTED:
                yield shanghai_date(at), REPORTED, 1
            elif act == Seen.GONE and not is_gone:
                is_gone = True
                yield shanghai_date(at), REMOVED, 1
            elif act != Seen.GONE and is_gone:
                is_gone = False
                row, sign = (RELISTED, 1) if act else (REMOVED, -1)
                yield shanghai_date(at), row, sign


def _months(changes: Iterable[tuple[date, str, int]]) -> tuple[list[Month], Month]:
    """The last twelve months, before them what was earlier, if anything, and their sum."""
    last = today()
    first = last.year * 12 + last.month - MONTHS
    counts: dict[int, Counter[str]] = {place: Counter() for place in range(MONTHS)}
    for on, row, sign in changes:
        counts.setdefault(max(on.year * 12 + on.month - 1 - first, -1), Counter())[row] += sign
    months, on_sale, total = [], 0, Counter[str]()
    for place in sorted(counts):
        month = counts[place]
        total.update(month)
        on_sale += month[REPORTED] - month[REMOVED] + month[RELISTED]
        year, number = divmod(first + place, 12)
        label = _("earlier") if place < 0 else month_label(date(year, number + 1, 1))
        months.append(Month(label, on_sale, month[REPORTED], month[REMOVED], month[RELISTED]))
    most = max((month.on_sale for month in months), default=0) or 1
    drawn = [
        Month(m.label, m.on_sale, m.reported, m.removed, m.relisted, round(100 * max(m.on_sale, 0) / most))
        for m in months
    ]
    return drawn, Month(_("Total"), on_sale, total[REPORTED], total[REMOVED], total[RELISTED])


def _letters(found: QuerySet[Notice], targets: Any) -> list[Counted]:
    """The newest letters that name something in the store: how many items, and how many are answered."""
    named = Q(items__target__in=targets)
    newest = Notice.objects.filter(pk__in=found.values("pk")).annotate(
        here=Count("items", filter=named), open=Count("items", filter=named & Q(items__state=ItemState.OPEN))
    )
    lines = []
    for notice in newest.order_by("-issued_at", "-pk")[:LETTERS]:
        said = ngettext("%(count)s item, %(answered)s answered", "%(count)s items, %(answered)s answered", notice.here)
        note = said % {"count": notice.here, "answered": notice.here - notice.open}
        label = f"{day(notice.issued_at)} {notice.document_number or notice.number}"
        lines.append(Counted(label, notice.here, notice.get_absolute_url(), note))
    return lines
