"""What the search finds of firms: firms by code, name or credit code, brands, and the people who speak for them."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import User
from corps.search import Hit, Kind, Query, Rows, Source, holding, in_order
from firms.models import Firm, Representative


def _firms(user: User, query: Query) -> list[Source]:
    firms = Firm.objects.visible_to(user)
    named = holding(query, "code", "name", "name_en", "short_name", "uscc", "licence")
    branded = firms.filter(holding(query, "brands__name")).distinct()
    return [Rows(firms.filter(named)), Rows(branded)]


def _show_firms(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return [
        Hit(
            firm.label,
            firm.code,
            reverse("firms:firm", args=[firm.code]),
            is_exact=query.plain.upper() == firm.uscc,
        )
        for firm in in_order(Firm.objects.visible_to(user), keys)
    ]


def _people(user: User, query: Query) -> list[Source]:
    people = Representative.objects.visible_to(user)
    return [Rows(people.filter(holding(query, "user__name", "user__username")))]


def _show_people(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    people = Representative.objects.visible_to(user).select_related("user", "firm")
    return [
        Hit(
            person.user.name,
            person.firm.short_label,
            reverse("firms:firm", args=[person.firm.code]),
        )
        for person in in_order(people, keys)
    ]


# What this app adds to the search.
KINDS = (
    Kind(
        "firms",
        _("Firms"),
        order=25,
        verb="firms.view_firms",
        sources=_firms,
        show=_show_firms,
    ),
    Kind(
        "representatives",
        _("Representatives"),
        order=64,
        verb="firms.view_firms",
        sources=_people,
        show=_show_people,
    ),
)
