"""What the apps below ask of notices: how much a platform still owes an answer."""

from collections.abc import Iterator, Sequence

from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _

from corps.models import User
from notices.models import Notice, NoticeItem
from notices.states import FOR_THE_CORPS, NOT_ISSUED, ItemState, NoticeState
from stores.extensions import Touched, Waiting
from stores.models import Platform


def owed_by(platforms: Sequence[int], user: User) -> dict[int, Waiting]:
    """For `stores.extensions.backlog_providers`: unanswered items of issued notices, by platform; one query."""
    if user.scope == user.Scope.SYSTEM:
        items = NoticeItem.objects.all()
    else:
        items = NoticeItem.objects.visible_to(user)
    rows = (
        items.filter(
            notice__platform__in=platforms,
            notice__state=NoticeState.ISSUED,
            state=ItemState.OPEN,
        )
        .order_by()
        .values_list("notice__platform")
        .annotate(
            notices=Count("notice", distinct=True),
            items=Count("pk"),
            due=Min("notice__reply_due_on"),
        )
    )
    return {platform: Waiting(*owed) for platform, *owed in rows}


def open_at(platform: Platform) -> Iterator[Touched]:
    """What retiring a platform touches: letters on their way to it, and what was asked and is not answered or checked.
    Two statements."""
    notices = Notice.objects.filter(platform=platform)
    drafts = notices.filter(state__in=NOT_ISSUED).count()
    items = NoticeItem.objects.filter(notice__platform=platform)
    counted = items.aggregate(
        open=Count("pk", filter=Q(state=ItemState.OPEN)),
        claimed=Count("pk", filter=Q(state__in=FOR_THE_CORPS)),
    )
    yield Touched(
        "drafts",
        _("Notices drafted or waiting for approval"),
        drafts,
        _("they can no longer be submitted or approved"),
    )
    yield Touched(
        "open",
        _("Items that it has not answered"),
        counted["open"],
        _("it answers them as before"),
    )
    yield Touched(
        "claimed",
        _("Answers to be checked"),
        counted["claimed"],
        _("they are checked and counted as before"),
    )
