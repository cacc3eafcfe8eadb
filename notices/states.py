"""The states of notices, their items, and objections, and the ways between them."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import TARGET_STATES, Claim, TargetState
from corps.states import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    RED,
    Counted,
    State,
    StateTable,
)


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for approval")
    RETURNED = "returned", _("Returned")
    ISSUED = "issued", _("Issued")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NOTICE_STATES = StateTable(
    NoticeState,
    State(
        NoticeState.DRAFT,
        GREY,
        moves=(NoticeState.SUBMITTED, NoticeState.WITHDRAWN),
        groups=("with_its_drafter", "not_issued", "step"),
    ),
    State(
        NoticeState.SUBMITTED,
        PURPLE,
        moves=(
            NoticeState.DRAFT,
            NoticeState.RETURNED,
            NoticeState.ISSUED,
            NoticeState.WITHDRAWN,
        ),
        groups=("not_issued", "step"),
    ),
    State(
        NoticeState.RETURNED,
        AMBER,
        moves=(NoticeState.SUBMITTED, NoticeState.DRAFT, NoticeState.WITHDRAWN),
        groups=("with_its_drafter", "not_issued"),
    ),
    State(
        NoticeState.ISSUED,
        BLUE,
        moves=(NoticeState.COMPLETED, NoticeState.WITHDRAWN),
        groups=("issued", "step"),
    ),
    State(
        NoticeState.COMPLETED,
        GREEN,
        # An item found live, or an appeal dismissed, opens the notice again.
        moves=(NoticeState.ISSUED, NoticeState.WITHDRAWN),
        finished=True,
        groups=("issued", "step"),
    ),
    State(NoticeState.WITHDRAWN, GREY, finished=True),
)

# Its platform has it, and may answer.
ISSUED_NOTICE = NOTICE_STATES.group("issued")
# It can still be changed; and of that what waits for nobody but its drafter.
NOT_ISSUED = NOTICE_STATES.group("not_issued")
WITH_ITS_DRAFTER = NOTICE_STATES.group("with_its_drafter")
# The path of a notice that nothing stops.
NOTICE_STEPS = NOTICE_STATES.group("step")


class ItemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("To be checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Not acted on")
    NEEDS_INFORMATION = "needs_information", _("Needs information")
    APPEALED = "appealed", _("Merchant appeals")
    NOT_OURS = "not_ours", _("Not ours")
    HANDED_OVER = "handed_over", _("Handed over")
    CARRIED_OVER = "carried_over", _("Carried over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Back to open: the platform takes its answer back before anybody has checked it, what was claimed was found live, or
# an appeal was dismissed.
ITEM_STATES = StateTable(
    ItemState,
    State(
        ItemState.DRAFT,
        GREY,
        moves=(ItemState.OPEN,),
        groups=("unasked",),
    ),
    State(
        ItemState.OPEN,
        BLUE,
        moves=(
            ItemState.CLAIMED,
            ItemState.REFUSED,
            ItemState.NEEDS_INFORMATION,
            ItemState.APPEALED,
            ItemState.NOT_OURS,
            ItemState.CARRIED_OVER,
            ItemState.WITHDRAWN,
        ),
        groups=("binds_target", "keeps_notice_open", "may_carry_over", "has_clock"),
        listed_under="open",
    ),
    State(
        ItemState.CLAIMED,
        AMBER,
        moves=(
            ItemState.VERIFIED,
            ItemState.OPEN,
            ItemState.CARRIED_OVER,
            ItemState.WITHDRAWN,
        ),
        groups=("binds_target", "keeps_notice_open", "for_the_corps", "has_clock"),
        listed_under="answered",
    ),
    State(
        ItemState.VERIFIED,
        GREEN,
        finished=True,
        counted=Counted.MAYBE,
        listed_under="answered",
    ),
    State(
        ItemState.REFUSED,
        RED,
        moves=(ItemState.OPEN, ItemState.CARRIED_OVER, ItemState.WITHDRAWN),
        groups=("binds_target", "may_carry_over"),
        listed_under="answered",
    ),
    State(
        ItemState.NEEDS_INFORMATION,
        AMBER,
        moves=(ItemState.OPEN, ItemState.CARRIED_OVER, ItemState.WITHDRAWN),
        groups=("binds_target", "keeps_notice_open", "may_carry_over"),
        listed_under="answered",
    ),
    State(
        ItemState.APPEALED,
        AMBER,
        moves=(ItemState.OPEN, ItemState.CARRIED_OVER, ItemState.WITHDRAWN),
        groups=("binds_target", "keeps_notice_open", "for_the_corps"),
        listed_under="answered",
    ),
    State(
        ItemState.NOT_OURS,
        GREY,
        moves=(
            ItemState.OPEN,
            ItemState.HANDED_OVER,
            ItemState.CARRIED_OVER,
            ItemState.WITHDRAWN,
        ),
        groups=("binds_target", "keeps_notice_open"),
        listed_under="answered",
    ),
    State(
        ItemState.HANDED_OVER,
        BLUE,
        finished=True,
        groups=("taken_out",),
        listed_under="answered",
    ),
    State(
        ItemState.CARRIED_OVER,
        GREY,
        finished=True,
        groups=("taken_out",),
        listed_under="answered",
    ),
    State(ItemState.WITHDRAWN, GREY, finished=True, groups=("taken_out", "unasked")),
)

# Items that still bind their target: at most one for each.
UNFINISHED = ITEM_STATES.group("binds_target")
# An item in one of these keeps its notice from being completed.
KEEPS_NOTICE_OPEN = ITEM_STATES.group("keeps_notice_open")
# What a follow-up notice to the same platform carries over.
MAY_CARRY_OVER = ITEM_STATES.group("may_carry_over")
# Ended without an answer that was checked.
TAKEN_OUT = ITEM_STATES.group("taken_out")
# Drafts and withdrawn items: nothing is asked, and they need no ground.
UNASKED = ITEM_STATES.group("unasked")
# The corps owes a check or a decision.
FOR_THE_CORPS = ITEM_STATES.group("for_the_corps")
# A date runs, for the platform's answer or for the corps's check.
HAS_CLOCK = ITEM_STATES.group("has_clock")
# From where every answer leads, the item and its target.
AWAITS_ANSWER = ITEM_STATES.before(ItemState.CLAIMED)
TARGET_AWAITS_ANSWER = TARGET_STATES.before(TargetState.CLAIMED)
# Answered items: the answer can be taken back, which opens them again, until somebody has checked them.
RETRACTABLE = ITEM_STATES.before(ItemState.OPEN, without=(ItemState.DRAFT,))


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """All that is said of one answer of a liaison.

    item, target: the states into which it puts them. owes_reason: nothing is removed by it, and whoever gives it by
    hand says why. said_otherwise: how sheets write it besides its word, in either language, and its code.
    """

    claim: Claim
    item: ItemState
    target: TargetState
    owes_reason: bool = False
    said_otherwise: tuple[str, ...] = ()


# In the order of the digits that the keys of the liaison's page have, and that sheets may hold.
ANSWER_KINDS = (
    AnswerKind(
        Claim.REMOVED,
        ItemState.CLAIMED,
        TargetState.CLAIMED,
        said_otherwise=("下架", "已删除"),
    ),
    AnswerKind(
        Claim.SHUT,
        ItemState.CLAIMED,
        TargetState.CLAIMED,
        said_otherwise=("关店", "已关闭"),
    ),
    AnswerKind(
        Claim.ALREADY_GONE,
        ItemState.CLAIMED,
        TargetState.CLAIMED,
        said_otherwise=("收函前已不存在", "通知前已消失", "已不存在", "alreadygone"),
    ),
    AnswerKind(
        Claim.REFUSED,
        ItemState.REFUSED,
        TargetState.REFUSED,
        owes_reason=True,
        said_otherwise=("拒绝", "refused"),
    ),
    AnswerKind(
        Claim.NEEDS_INFORMATION,
        ItemState.NEEDS_INFORMATION,
        TargetState.NEEDS_INFORMATION,
        owes_reason=True,
        said_otherwise=("需补充材料",),
    ),
    AnswerKind(
        Claim.NOT_OURS,
        ItemState.NOT_OURS,
        TargetState.NOTICED,
        owes_reason=True,
        said_otherwise=("不是本平台",),
    ),
    AnswerKind(
        Claim.APPEALED,
        ItemState.APPEALED,
        TargetState.NOTICED,
        owes_reason=True,
        said_otherwise=("申诉",),
    ),
)

ANSWERED_AS = {kind.claim: kind for kind in ANSWER_KINDS}
# Answers that say that something is gone, so that a check is owed.
CLAIMS_GONE = tuple(
    kind.claim for kind in ANSWER_KINDS if kind.item == ItemState.CLAIMED
)
# Answers for which a reason is owed.
OWE_REASON = tuple(kind.claim for kind in ANSWER_KINDS if kind.owes_reason)


class ObjectionState(models.TextChoices):
    LODGED = "lodged", _("Lodged")
    ACCEPTED = "accepted", _("Accepted")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Withdrawn: the platform took the appeal back, or what it was about is asked for no longer.
OBJECTION_STATES = StateTable(
    ObjectionState,
    State(
        ObjectionState.LODGED,
        AMBER,
        moves=(
            ObjectionState.ACCEPTED,
            ObjectionState.DISMISSED,
            ObjectionState.WITHDRAWN,
        ),
        listed_under="open",
    ),
    State(
        ObjectionState.ACCEPTED,
        BLUE,
        moves=(
            ObjectionState.UPHELD,
            ObjectionState.DISMISSED,
            ObjectionState.WITHDRAWN,
        ),
        listed_under="open",
    ),
    State(ObjectionState.UPHELD, RED, finished=True, groups=("decided",)),
    State(ObjectionState.DISMISSED, GREY, finished=True, groups=("decided",)),
    State(ObjectionState.WITHDRAWN, GREY, finished=True),
)

# Nobody has decided on these yet; somebody has.
UNDECIDED = OBJECTION_STATES.unfinished()
DECIDED_OBJECTION = OBJECTION_STATES.group("decided")
