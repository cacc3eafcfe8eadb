"""What a program may narrow notices and their items by; the API's parameters and its document come from that."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError

from corps.deadlines.clock import midnight, parse_day, parse_moment
from corps.ui.filters import ChoiceFilter, ListFilterSet, TextFilter
from notices.models import Notice
from notices.states import ItemState, NoticeState
from stores.models import Platform

# Whoever asks for what has changed since they last asked also gets what was being written then.
OVERLAP = timedelta(minutes=1)


class NoticeApiFilter(ListFilterSet):
    """The filters of the notices that a program reads. A value that names nothing raises ValidationError."""

    state = ChoiceFilter(
        "state", label=gettext_lazy("State"), choices=NoticeState.choices
    )
    platform = TextFilter(
        label=gettext_lazy("Platform"),
        description=gettext_lazy("Slug of a platform"),
        method="of_platform",
    )
    issued_after = TextFilter(
        label=gettext_lazy("Issued"),
        description=gettext_lazy("A moment, or a Shanghai date: from its beginning"),
        method="issued_since",
    )
    updated_since = TextFilter(
        label=gettext_lazy("Changed"),
        description=gettext_lazy(
            "A moment or a Shanghai date: what has changed since, with its items and a minute before"
        ),
        method="changed_since",
    )

    def of_platform(
        self, notices: QuerySet[Notice], name: str, slug: str
    ) -> QuerySet[Notice]:
        platform = Platform.objects.filter(slug=slug).first()
        if platform is None:
            message = _("There is no platform “%(slug)s”.") % {"slug": slug[:40]}
            raise ValidationError({"platform": [message]})
        return notices.filter(platform=platform)

    def issued_since(
        self, notices: QuerySet[Notice], _name: str, text: str
    ) -> QuerySet[Notice]:
        day, moment = _since("issued_after", text)
        if day:
            return notices.filter(issued_at__gte=moment)
        return notices.filter(issued_at__gt=moment)

    def changed_since(
        self, notices: QuerySet[Notice], _name: str, text: str
    ) -> QuerySet[Notice]:
        _day, moment = _since("updated_since", text)
        return notices.filter(changed_at__gte=moment - OVERLAP)


class ItemApiFilter(ListFilterSet):
    """The filters of the items of a notice that a program reads."""

    state = ChoiceFilter(
        "state", label=gettext_lazy("State"), choices=ItemState.choices
    )


def _since(name: str, text: str) -> tuple[date | None, datetime]:
    """A date and its beginning, or None and a moment. Raises ValidationError by parameter."""
    day = parse_day(text)
    if day:
        return day, midnight(day)
    moment = parse_moment(text)
    if moment is None:
        message = _("A date such as 2026-11-05, or 2026-11-05T14:30:00+08:00.")
        raise ValidationError({name: [message]})
    return None, moment
