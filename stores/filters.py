"""What lists may be narrowed by of this app."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from corps.access.parameters import Parameter
from corps.models import User
from corps.ui.filters import ChoiceFilter, DayRangeFilter, ListFilterSet, SearchFilter
from stores.models import Platform, Store


def platforms_of(user: User) -> dict[str, str]:
    """The platforms that a person may filter by: slug → name."""
    return {
        platform.slug: platform.label for platform in Platform.objects.visible_to(user)
    }


def platform_slugs(user: User) -> list[str]:
    """The slugs of the platforms that a person may filter by."""
    return list(Platform.objects.visible_to(user).values_list("slug", flat=True))


def platform_filter(field_name: str = "platform__slug", **more: Any) -> ChoiceFilter:
    """One of the platforms that the person may see."""
    return ChoiceFilter(field_name, label=_("Platform"), choices=platforms_of, **more)


PLATFORM = Parameter("platform", platform_slugs)
LONGEST_NAME = 100


class StoreFilter(ListFilterSet):
    """The filters of the list of stores."""

    platform = platform_filter()
    known = DayRangeFilter("created_at", label=_("Known since"), of_moments=True)
    q = SearchFilter(field_label=_("Id or part of the name"))

    def search(self, stores: QuerySet[Store], text: str) -> QuerySet[Store]:
        """The store with this id, or else those whose name holds the text."""
        text = text[:LONGEST_NAME]
        by_id = stores.filter(canonical_id=text)
        if by_id.exists():
            return by_id
        return stores.filter(name__contains=text)
