"""What the search finds of this app: colleagues, accounts, units, pages, and for auditors their audit."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.audit import labels
from corps.audit.extensions import act_labels, subject_kinds
from corps.models import AuditEntry, Unit, User
from corps.search import (
    Hit,
    Kind,
    Listed,
    Query,
    Rows,
    Source,
    holding,
    in_order,
    numbered_things,
)
from corps.ui import navigation
from corps.ui.extensions import SECTIONS


def _people(user: User, query: Query) -> list[Source]:
    named = holding(query, "name", "username")
    return [Rows(User.objects.visible_to(user).filter(named))]


def _show_colleagues(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    """Each leads to the cases that the person handles."""
    hits = []
    for person in in_order(User.objects.visible_to(user).select_related("unit"), keys):
        url = f"{reverse('search')}?{urlencode({'q': person.name, 'kind': 'cases'})}"
        hits.append(
            Hit(
                person.name,
                f"{person.unit} {person.get_role_display()} {person.phone}".strip(),
                url,
            )
        )
    return hits


def _show_accounts(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return [
        Hit(person.name, _described(person), reverse("user", args=[person.username]))
        for person in in_order(User.objects.visible_to(user), keys)
    ]


def _described(person: User) -> str:
    words = f"{person.username} {person.get_role_display()}"
    return words if person.is_active else f"{words} {_('closed')}"


def _show_audited(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    people = in_order(User.objects.visible_to(user), keys)
    return [
        Hit(
            person.name,
            f"{person.username} {person.get_role_display()}",
            f"{reverse('audit')}?{urlencode({'actor': person.username})}",
        )
        for person in people
    ]


def _units(user: User, query: Query) -> list[Source]:
    return [Rows(Unit.objects.filter(holding(query, "name")))]


def _show_units(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return [
        Hit(unit.name, "", reverse("unit", args=[unit.pk]))
        for unit in in_order(Unit.objects.all(), keys)
    ]


def _things(user: User, query: Query) -> list[Source]:
    """Things by their number, as far as the audit tells of them."""
    return [Listed(_numbered_things(user, query))]


def _numbered_things(user: User, query: Query) -> list[Hit]:
    if query.number is None:
        return []
    hits = []
    for label, wanted in numbered_things(query):
        entries = AuditEntry.objects.visible_to(user).filter(
            subject_type=label, subject_id__in=dict(wanted)
        )
        told = set(entries.values_list("subject_id", flat=True).distinct())
        for pk, number in wanted:
            if pk in told:
                url = f"{reverse('audit')}?{urlencode({'subject': label, 'id': pk})}"
                hits.append(Hit(number, labels.kind_words(label) or label, url))
    return hits


def _show_things(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return Listed(_numbered_things(user, query)).shown(keys)


def _acts(user: User, query: Query) -> list[Source]:
    return [Listed(_named_acts(query))]


def _named_acts(query: Query) -> list[Hit]:
    """Acts, and kinds of things that acts are about, by what they are called."""
    audit = reverse("audit")
    acts = [
        (str(words), act, f"{audit}?{urlencode({'verb': act})}")
        for act, words in act_labels.items()
    ]
    kinds = [
        (str(kind.label), label, f"{audit}?{urlencode({'subject': label})}")
        for label, kind in subject_kinds.items()
    ]
    return [
        Hit(words, code, url)
        for words, code, url in acts + kinds
        if _holds(f"{words} {code}", query)
    ]


def _show_acts(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return Listed(_named_acts(query)).shown(keys)


def _pages(user: User, query: Query) -> list[Source]:
    return [Listed(_named_pages(user, query))]


def _named_pages(user: User, query: Query) -> list[Hit]:
    """Pages of the frame that this person has, by what they are called."""
    return [
        Hit(
            str(link.label),
            str(SECTIONS[link.section]),
            navigation.address_of(link.url_name),
        )
        for link in navigation.links_of(user)
        if _holds(str(link.label), query)
    ]


def _show_pages(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return Listed(_named_pages(user, query)).shown(keys)


def _holds(text: str, query: Query) -> bool:
    return all(word in text.lower() for word in query.words)


# What this app adds to the search.
KINDS = (
    Kind(
        "colleagues",
        gettext_lazy("Colleagues"),
        order=60,
        verb="corps.find_colleagues",
        sources=_people,
        show=_show_colleagues,
    ),
    Kind(
        "accounts",
        gettext_lazy("Accounts"),
        order=10,
        verb="corps.manage_accounts",
        sources=_people,
        show=_show_accounts,
    ),
    Kind(
        "people",
        gettext_lazy("People in the audit"),
        order=10,
        verb="corps.view_audit",
        sources=_people,
        show=_show_audited,
    ),
    Kind(
        "units",
        gettext_lazy("Units"),
        order=60,
        verb="corps.manage_accounts",
        sources=_units,
        show=_show_units,
    ),
    Kind(
        "things",
        gettext_lazy("Things in the audit"),
        order=20,
        verb="corps.view_audit",
        sources=_things,
        show=_show_things,
    ),
    Kind(
        "acts",
        gettext_lazy("Acts"),
        order=30,
        verb="corps.view_audit",
        sources=_acts,
        show=_show_acts,
    ),
    Kind(
        "pages",
        gettext_lazy("Pages"),
        order=99,
        verb="",
        sources=_pages,
        show=_show_pages,
    ),
)
