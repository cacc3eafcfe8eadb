"""This app's words for the audit: those of its history, and what is told only there."""

from django.utils.translation import gettext_lazy as _

from cases.states import Claim
from corps.audit.extensions import Detail, Kind
from corps.audit.labels import choices, names_of
from notices.models import Notice, NoticeItem, Objection
from notices.models.withdrawals import Cause
from notices.states import ItemState, NoticeState, ObjectionState

# For a case's timeline as well: words, and a word with a colour.
VERBS = {
    "notice.drafted": (_("Notice drafted"), "grey"),
    "notice.changed": (_("Request of the notice changed"), "grey"),
    "notice.draft_withdrawn": (_("Draft given up"), "grey"),
    "notice.items_removed": (_("Items taken out of the draft"), "grey"),
    "notice.submitted": (_("Notice submitted for approval"), "purple"),
    "notice.approval_given": (
        _("Approval given, to take effect in ten seconds"),
        "purple",
    ),
    "notice.approval_undone": (_("Approval undone"), "grey"),
    "notice.voided": (_("Submission void: it was changed"), "amber"),
    "notice.recalled": (_("Notice taken back before approval"), "grey"),
    "notice.returned": (_("Notice returned"), "red"),
    "notice.issued": (_("Notice issued"), "blue"),
    "notice.completed": (_("Notice completed"), "green"),
    "notice.opened_again": (_("Notice opened again"), "amber"),
    "notice.withdrawn": (_("Notice withdrawn"), "grey"),
    "notice.withdrawal_sent": (_("Letter of withdrawal written"), "grey"),
    "notice.served_otherwise": (_("Notice served in another way"), "blue"),
    "notice.arrived": (_("Notice arrived"), "blue"),
    "notice.arrival_void": (_("Arrival of the notice void"), "red"),
    "notice.due_date_moved": (_("Due date of the notice later"), "grey"),
    "notice.answered_on_behalf": (_("Answer recorded for the liaison"), "amber"),
    "delivery.sent": (_("Mail sent"), "grey"),
    "delivery.replayed": (_("Mail replayed, not sent"), "grey"),
    "delivery.released": (_("Held mail released"), "grey"),
    "delivery.failed": (_("Mail failed"), "red"),
    "delivery.cancelled": (_("Mail cancelled"), "grey"),
    "delivery.uncertain": (_("Mail uncertain"), "red"),
    "delivery.decided": (_("Decided about a mail"), "grey"),
    "item.answered": (_("Item answered"), "amber"),
    "item.answer_retracted": (_("Answer taken back"), "grey"),
    "item.checked": (_("Item checked"), "green"),
    "item.carried_over": (_("Item carried over"), "grey"),
    "item.handed_over": (_("Item handed over"), "grey"),
    "item.withdrawn": (_("Item withdrawn"), "grey"),
    "target.noticed": (_("Target named in a notice"), "blue"),
    "target.seen": (_("Target looked at again"), "grey"),
    "target.relisted": (_("Target found relisted"), "red"),
    "target.restored": (_("Target to be restored"), "grey"),
    "objection.lodged": (_("Objection lodged"), "amber"),
    "objection.accepted": (_("Objection taken up"), "amber"),
    "objection.upheld": (_("Objection upheld"), "red"),
    "objection.dismissed": (_("Objection dismissed"), "grey"),
    "objection.joined": (_("Appeal joined to the objection"), "amber"),
    "objection.withdrawn": (_("Objection withdrawn"), "grey"),
    "outcome.correction_proposed": (_("Correction proposed"), "purple"),
    "outcome.correction_declined": (_("Correction declined"), "grey"),
    "outcome.corrected": (_("Result corrected"), "red"),
    "outcome.taken_back": (_("Result taken back: it is an official account's"), "red"),
    "approval.requested": (_("Approval asked for"), "purple"),
    "approval.void": (_("Approval void"), "grey"),
}
# What only the audit tells.
ONLY_IN_AUDIT = {
    "notice.sheet_handed_in": _("Answer sheet uploaded"),
    "notice.sheet_confirmed": _("Answer sheet confirmed"),
    "notice.sheet_put_away": _("Answer sheet put away, never confirmed"),
}
# Corps names the acts of its own deliveries and approvals.
OF_CORPS = ("delivery.", "approval.")
ACTS = ONLY_IN_AUDIT | {
    act: words
    for act, (words, _colour) in VERBS.items()
    if not act.startswith(OF_CORPS)
}
FAMILIES = {
    "notice": _("Notices"),
    "item": _("Items of notices"),
    "objection": _("Objections"),
    "outcome": _("Results"),
}
DETAILS: dict[str, Detail] = {
    "arrival": Detail(_("known because"), codes=choices(Notice.Arrival)),
    "cause": Detail(_("cause"), codes=choices(Cause)),
    "document": Detail(_("document")),
    "items": Detail(_("items")),
    "notice": Detail(_("notice")),
    "operator": Detail(_("asks for the operator")),
    "outcome": Detail(_("answer"), codes=choices(Claim)),
    "period": Detail(_("period to answer")),
    "preserve": Detail(_("asks to preserve data")),
    "proof": Detail(_("proof")),
    "restoring": Detail(_("asks to restore")),
    "served_on": Detail(_("served on")),
    "successor": Detail(_("successor"), kind="notices.noticeitem"),
}
KINDS = {
    "notices.notice": Kind(
        _("Notice"),
        names_of(Notice.objects.all, lambda notice: notice.number),
        choices(NoticeState),
    ),
    "notices.noticeitem": Kind(
        _("Item"),
        names_of(
            lambda: NoticeItem.objects.select_related(
                "notice", "target__listing", "target__store"
            ),
            lambda item: f"{item.notice.number} {item.target.thing.canonical_id}",
        ),
        choices(ItemState),
    ),
    "notices.objection": Kind(
        _("Objection"),
        names_of(Objection.objects.all, lambda objection: objection.number),
        choices(ObjectionState),
    ),
}
