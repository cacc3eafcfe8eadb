"""What waits on people's desks in this room: answers that are owed, checks, decisions of others."""

from collections.abc import Iterable

from django.db.models import Count, F
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import desk
from corps.clock import today
from corps.models import User
from corps.pieces.words import moment, thousands
from notices.models import Notice, NoticeItem, Objection
from notices.standing import owed_by
from notices.states import ItemState, NoticeState, ObjectionState
from stores.models import Platform


def due(user: User) -> Iterable[desk.Task]:
    """Issued notices with unanswered items, and failed or uncertain deliveries."""
    notices = (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.ISSUED, items__state=ItemState.OPEN)
        .select_related("platform", "case__firm", "reply_deadline")
        .annotate(open_count=Count("items"), due_on=F("reply_deadline__due_on"))
        .order_by("due_on", "pk")[:50]
    )
    for notice in notices:
        late = notice.due_on < today()
        yield desk.Task(
            title=_("%(platform)s has not answered %(notice)s") % {"platform": notice.platform.label, "notice": notice},
            note=_("round %(round)s") % {"round": notice.round},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.open_count,
            unit=_("items"),
            url=f"{reverse('notices:compose', args=[notice.case.number])}" if late else notice.get_absolute_url(),
            verb=_("Follow up") if late else _("Look"),
            due=notice.due_on,
            provisional=bool(notice.reply_deadline and notice.reply_deadline.is_provisional),
        )


def cut_off(user: User) -> Iterable[desk.Task]:
    """Platforms that have nobody to send to, where something of this person's is open."""
    platforms = {platform.pk: platform for platform in Platform.objects.without_recipient()}
    for pk, owed in owed_by(list(platforms), user).items() if platforms else ():
        yield desk.Task(
            title=_("%(platform)s has nobody to send to") % {"platform": platforms[pk].label},
            note=_("an administrator appoints a primary liaison"),
            place=_("open notices: %(count)s") % {"count": thousands(owed.notices)},
            count=owed.items,
            unit=_("items"),
            url=reverse("stores:platforms"),
            verb=_("Look"),
            due=owed.due,
        )


def to_check(user: User) -> Iterable[desk.Task]:
    """Claimed items, by notice, with the earliest deadline of each."""
    found = (
        NoticeItem.objects.visible_to(user)
        .filter(state=ItemState.CLAIMED, pending_verdict=None)
        .order_by()
        .values("notice__number", "notice__document_number", "notice__platform", "notice__case__number")
        .annotate(count=Count("pk"), due_on=F("check_deadline__due_on"))
        .order_by("due_on", "notice__number")[:50]
    )
    platforms = {platform.pk: platform.label for platform in Platform.objects.visible_to(user)}
    for row in found:
        yield desk.Task(
            title=f"{platforms[row['notice__platform']]}　{row['notice__document_number']}",
            note="",
            place=row["notice__case__number"],
            count=row["count"],
            unit=_("items"),
            url=f"{reverse('notices:checks')}?notice={row['notice__number']}",
            verb=_("Check"),
            due=row["due_on"],
        )


def waiting(user: User) -> Iterable[desk.Task]:
    """What others have to decide: notices that wait for approval, objections that are not decided."""
    notices = (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.SUBMITTED)
        .select_related("platform", "case__firm")
        .annotate(item_count=Count("items"))
        .order_by("submitted_at")[:50]
    )
    for notice in notices:
        yield desk.Task(
            title=_("Notice to %(platform)s") % {"platform": notice.platform.label},
            note=_("waits for approval since %(when)s") % {"when": moment(notice.submitted_at)},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.item_count,
            unit=_("items"),
            since=notice.submitted_at,
            url=notice.get_absolute_url(),
            verb=_("Look"),
        )
    objections = Objection.objects.visible_to(user).filter(state__in=(ObjectionState.LODGED, ObjectionState.ACCEPTED))
    for objection in objections.select_related("case__firm").order_by("lodged_at")[:50]:
        yield desk.Task(
            title=_("Objection %(number)s") % {"number": objection.number},
            note=objection.reason[:60],
            place=f"{objection.case.firm.short_label}　{objection.case.number}",
            count=1,
            unit=_("items"),
            since=objection.lodged_at,
            url=reverse("notices:objection", args=[objection.number]),
            verb=_("Look"),
        )


def register() -> None:
    """Fill the home page of the cases room; called once, from `AppConfig.ready()`."""
    desk.more.update(
        due=("notices:list", "?state=issued"),
        check=("notices:checks_list", ""),
        waiting=("notices:list", "?state=submitted"),
    )
    desk.providers["due"].append(cut_off)
    desk.providers["due"].append(due)
    desk.providers["check"].append(to_check)
    desk.providers["waiting"].append(waiting)
