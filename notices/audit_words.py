"""This room's words for the audit: those of its story, and what is told only there."""

from django.utils.translation import gettext_lazy as _

from cases.states import Claim
from corps import wording
from corps.wording import Detail, choices, name_kind, names_of
from notices.models import Notice, NoticeItem, Objection
from notices.states import ItemState, NoticeState, ObjectionState
from notices.story import VERBS


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    wording.families.update(
        notice=_("Notices"), item=_("Items of notices"), objection=_("Objections"), outcome=_("Results")
    )
    wording.name_acts({act: words for act, (words, _kind) in VERBS.items()})
    wording.details.update(
        document=Detail(_("document")),
        items=Detail(_("items")),
        notice=Detail(_("notice")),
        operator=Detail(_("asks for the operator")),
        outcome=Detail(_("answer"), codes=choices(Claim)),
        preserve=Detail(_("asks to preserve data")),
        proof=Detail(_("proof")),
        successor=Detail(_("successor"), kind="notices.noticeitem"),
    )
    name_kind(Notice, _("Notice"), names_of(Notice.objects.all, lambda notice: notice.number), choices(NoticeState))
    name_kind(
        NoticeItem,
        _("Item"),
        names_of(
            lambda: NoticeItem.objects.select_related("notice", "target__listing", "target__store"),
            lambda item: f"{item.notice.number} {item.target.thing.canonical_id}",
        ),
        choices(ItemState),
    )
    name_kind(
        Objection,
        _("Objection"),
        names_of(Objection.objects.all, lambda objection: objection.number),
        choices(ObjectionState),
    )
