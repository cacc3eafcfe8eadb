"""What lists may be narrowed by of this app."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from corps.access.parameters import Parameter
from corps.models import User
from corps.ui.filters import ChoiceFilter
from firms.models import Firm


def firms_of(user: User) -> dict[str, str]:
    """The firms that a person may filter by: code → name."""
    return {firm.code: firm.short_label for firm in Firm.objects.visible_to(user)}


def firm_codes(user: User) -> list[str]:
    """The codes of the firms that a person may filter by."""
    return list(Firm.objects.visible_to(user).values_list("code", flat=True))


def firm_filter(field_name: str = "firm__code", **more: Any) -> ChoiceFilter:
    """One of the firms that the person may see."""
    return ChoiceFilter(field_name, label=_("Firm"), choices=firms_of, **more)


FIRM = Parameter("firm", firm_codes)
