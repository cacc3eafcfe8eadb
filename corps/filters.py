"""What the lists of accounts and of the audit may be narrowed by."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from corps.access.parameters import NUMBER
from corps.audit import labels
from corps.models import AuditEntry, Unit, User
from corps.ui.filters import (
    ChoiceFilter,
    DayRangeFilter,
    ListFilterSet,
    SearchFilter,
    TextFilter,
)

CHANNELS = {
    "page": _("web page"),
    "api": _("API"),
    "task": _("background"),
    "command": _("command line"),
    "replay": _("replay"),
}
LONGEST_NAME = 80


def _units(_user: User) -> dict[str, str]:
    return {str(unit.pk): unit.name for unit in Unit.objects.order_by("path")}


class UserFilter(ListFilterSet):
    """The filters of the list of accounts."""

    q = SearchFilter(field_label=_("Name or sign-in name"))
    role = ChoiceFilter("role", label=_("Role"), choices=User.Role.choices)
    unit = ChoiceFilter("unit", label=_("Unit"), choices=_units, pattern=NUMBER)
    made = DayRangeFilter("created_at", label=_("Account made on"), of_moments=True)
    closed = ChoiceFilter(
        label=_("Accounts"),
        choices=(("0", _("open")), ("1", _("closed"))),
        method="are_closed",
    )

    def search(self, users: QuerySet[User], text: str) -> QuerySet[User]:
        text = text[:LONGEST_NAME]
        return users.filter(Q(username__icontains=text) | Q(name__contains=text))

    def are_closed(
        self, users: QuerySet[User], _name: str, closed: str
    ) -> QuerySet[User]:
        return users.filter(is_active=closed == "0")


def _thing(pk: str, filters: ListFilterSet) -> str | None:
    """What one thing is called."""
    key = (filters.data.get("subject", ""), int(pk))
    return labels.name_things([key]).get(key, pk)


def _act(beginning: str, _filters: ListFilterSet) -> Any:
    return labels.act_words(beginning)


def _kind(kind: str, _filters: ListFilterSet) -> Any:
    return labels.kind_words(kind)


class AuditFilter(ListFilterSet):
    """The filters of the audit. An act may be the beginning of many, such as `case.`."""

    actor = TextFilter(
        label=_("Person"),
        field_label=_("Sign-in name"),
        method="by_person",
        strip=True,
    )
    verb = TextFilter("verb", "startswith", label=_("Act"), wording=_act, strip=True)
    subject = TextFilter(
        "subject_type", label=_("Kind of subject"), wording=_kind, strip=True
    )
    id = TextFilter(
        label=_("Subject"),
        wording=_thing,
        pattern=NUMBER,
        method="of_thing",
        is_offered=False,
    )
    channel = ChoiceFilter("channel", label=_("Channel"), choices=CHANNELS.items())
    recorded = DayRangeFilter(
        "recorded_at", label=_("Recorded"), of_moments=True, ends=("from", "to")
    )
    q = SearchFilter(
        field_label=_("Name, sign-in name or address"),
        within=("actor__name", "actor__username", "address", "verb"),
    )

    def by_person(
        self, entries: QuerySet[AuditEntry], _name: str, login: str
    ) -> QuerySet[AuditEntry]:
        return entries.filter(actor__in=User.objects.filter(username=login))

    def of_thing(
        self, entries: QuerySet[AuditEntry], _name: str, pk: str
    ) -> QuerySet[AuditEntry]:
        """An id names a thing together with its kind alone."""
        if not self.data.get("subject"):
            return entries
        return entries.filter(subject_id=int(pk))
