"""What the rooms below ask of notices: how much a platform still owes an answer."""

from collections.abc import Sequence

from django.db.models import Count, Min

from corps.models import User
from notices.models import NoticeItem
from notices.states import ItemState, NoticeState
from stores.standing import Waiting


def owed_by(platforms: Sequence[int], user: User) -> dict[int, Waiting]:
    """For `stores.standing.waiting_tellers`: unanswered items of issued notices, by platform; one query."""
    items = NoticeItem.objects.all() if user.role == user.Role.ADMINISTRATOR else NoticeItem.objects.visible_to(user)
    rows = (
        items.filter(notice__platform__in=platforms, notice__state=NoticeState.ISSUED, state=ItemState.OPEN)
        .order_by()
        .values_list("notice__platform")
        .annotate(notices=Count("notice", distinct=True), items=Count("pk"), due=Min("notice__reply_due_on"))
    )
    return {platform: Waiting(*owed) for platform, *owed in rows}
