"""What waits for a liaison, for the home page: what each of the platform's notices still asks."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.states import CaseState
from corps.models import User
from corps.ui.extensions import Provider
from corps.ui.formats import day, moment, thousands
from corps.ui.home import keys_of
from corps.ui.stream import Need, Subject
from notices.models import Notice
from notices.states import NoticeState


def _to_answer(user: User) -> QuerySet[Any]:
    """A platform's issued notices with unanswered items, with their counts."""
    issued = Notice.objects.visible_to(user).filter(state=NoticeState.ISSUED)
    counted: QuerySet[Any] = issued.with_counts()
    return counted.filter(open_count__gt=0)


def to_answer(user: User) -> Iterator[Need]:
    """For a liaison: what each notice still asks, what was found live and sent back, and how far it is."""
    for notice in (
        _to_answer(user)
        .select_related("case", "reply_deadline")
        .order_by("reply_due_on", "pk")
    ):
        key, url = ("notice", notice.pk), notice.get_absolute_url()
        due, clock = _reply_due(notice)
        new = notice.open_count - notice.back_count
        if notice.back_count:
            url_of_back = f"{url}?show=back"
            yield Need(
                key,
                _("found live, sent back"),
                notice.back_count,
                url_of_back,
                due=due,
                clock=clock,
                verb=_("Answer"),
                act=url,
            )
        count = 0
        if new:
            count = notice.open_count
        provisional = bool(
            notice.reply_deadline and notice.reply_deadline.is_provisional
        )
        yield Need(
            key,
            _("to answer"),
            count,
            f"{url}?show=open",
            due=due,
            clock=clock,
            verb=_("Answer"),
            act=url,
            note=_progress(notice),
            provisional=provisional,
        )


def _reply_due(notice: Notice) -> tuple[date | None, str]:
    """Until when a notice is to be answered, and what is said of that day."""
    if notice.case.state == CaseState.SUSPENDED:
        return None, _("While the case is suspended, no days count")
    if notice.reply_due_on is None:
        return None, _("Not arrived yet")
    if notice.reply_due_on != notice.first_due_on:
        return notice.reply_due_on, _("first told: %(first)s") % {
            "first": day(notice.first_due_on)
        }
    return notice.reply_due_on, _("Answer due")


def _progress(notice: Any) -> str:
    """How many of a notice's items are answered, and what became of the others."""
    values = {
        "answered": thousands(notice.answered_count),
        "all": thousands(notice.item_count),
    }
    told = [_("answered %(answered)s of %(all)s") % values]
    if notice.carried_count:
        told.append(
            _("%(count)s in a later notice")
            % {"count": thousands(notice.carried_count)}
        )
    if notice.withdrawn_count:
        told.append(
            _("%(count)s withdrawn") % {"count": thousands(notice.withdrawn_count)}
        )
    return "　".join(told)


def subjects(user: User, ids: Collection[int]) -> Mapping[int, Subject]:
    """A platform's notices as its liaison calls them."""
    notices = Notice.objects.visible_to(user).filter(pk__in=ids).select_related("case")
    return {
        notice.pk: Subject(
            notice.document_number,
            notice.get_absolute_url(),
            (
                notice.case.document_number,
                _("issued %(when)s") % {"when": moment(notice.issued_at)},
            ),
        )
        for notice in notices
    }


TO_ANSWER = Provider(
    "notices.answer", to_answer, lambda user: [keys_of(_to_answer(user), "notice")]
)
