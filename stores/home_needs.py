"""What this app has for the administrator's home page."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from corps.models import User
from corps.ui.extensions import Need
from corps.ui.formats import thousands
from stores.extensions import Waiting
from stores.models import Platform
from stores.status_providers import reads_addresses_of, waiting_at


def cut_off(user: User) -> Iterable[Need]:
    """Platforms to which nothing can be sent, each with what waits there. Two statements."""
    platforms = list(Platform.objects.without_recipient())
    waiting = (
        waiting_at([platform.pk for platform in platforms], user) if platforms else {}
    )
    for platform in platforms:
        owed = waiting.get(platform.pk, Waiting(0, 0))
        said = {"notices": thousands(owed.notices), "items": thousands(owed.items)}
        yield Need(
            colour="red",
            mark=_("no liaison"),
            text=_("%(platform)s has no primary liaison: no notice can be sent there")
            % {"platform": platform.label},
            note=_("notices open there: %(notices)s; unanswered items: %(items)s")
            % said,
            url=reverse("stores:liaison_new", args=[platform.slug]),
            verb=_("Appoint a liaison"),
        )


def unread(user: User) -> Iterable[Need]:
    """Platforms that take part and whose addresses no rule reads. One statement."""
    for platform in Platform.objects.taking_part():
        if not reads_addresses_of(platform.slug):
            yield Need(
                colour="amber",
                mark=_("unread"),
                text=_("No address rule reads %(platform)s")
                % {"platform": platform.label},
                note=_("its rows are refused until a form of addresses is added"),
                url=reverse("stores:platform", args=[platform.slug]),
                verb=_("Look"),
            )
