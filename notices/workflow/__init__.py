"""The verbs of the notices app, one module for each subject."""

from notices.versions import version_of
from notices.workflow.answering import Reply, answer_items, foresee_answers
from notices.workflow.approving import propose_approval, settle_approvals, undo_approval
from notices.workflow.arrival import find_arrivals, open_notice
from notices.workflow.checkers import check_refusals, own_work
from notices.workflow.checking import (
    ItemCheck,
    check_again,
    check_items,
    may_check_again,
    verify_items,
)
from notices.workflow.drafting import (
    Composed,
    change_request,
    compose_notices,
    recall_notice,
    remove_items,
    submit_notice,
    submit_notices,
    waiting_among,
    waiting_targets,
    withdraw_draft,
)
from notices.workflow.guards import screen
from notices.workflow.handover import hand_over
from notices.workflow.issuing import (
    approve_notice,
    may_decide,
    return_notice,
    serve_otherwise,
)
from notices.workflow.objecting import (
    accept_objection,
    accept_objections,
    correct_outcome,
    decide_objection,
    decide_objections,
    decline_correction,
    lodge_objection,
    propose_correction,
)
from notices.workflow.pending_checks import (
    propose_checks,
    settle_pending_checks,
    undo_pending_checks,
)
from notices.workflow.replies import reply_once
from notices.workflow.retracting import (
    change_answers,
    foresee_retractions,
    retract_answers,
)
from notices.workflow.sheets import confirm_sheet, hand_in_sheet, put_away_sheets
from notices.workflow.withdrawing import (
    withdraw_items,
    withdraw_notice,
    withdrawal_counts,
)

__all__ = [
    "Composed",
    "ItemCheck",
    "Reply",
    "accept_objection",
    "accept_objections",
    "answer_items",
    "approve_notice",
    "change_answers",
    "change_request",
    "check_again",
    "check_items",
    "check_refusals",
    "compose_notices",
    "confirm_sheet",
    "correct_outcome",
    "decide_objection",
    "decide_objections",
    "decline_correction",
    "find_arrivals",
    "foresee_answers",
    "foresee_retractions",
    "hand_in_sheet",
    "hand_over",
    "lodge_objection",
    "may_check_again",
    "may_decide",
    "open_notice",
    "own_work",
    "propose_approval",
    "propose_checks",
    "propose_correction",
    "put_away_sheets",
    "recall_notice",
    "remove_items",
    "reply_once",
    "retract_answers",
    "return_notice",
    "screen",
    "serve_otherwise",
    "settle_approvals",
    "settle_pending_checks",
    "submit_notice",
    "submit_notices",
    "undo_approval",
    "undo_pending_checks",
    "verify_items",
    "version_of",
    "waiting_among",
    "waiting_targets",
    "withdraw_draft",
    "withdraw_items",
    "withdraw_notice",
    "withdrawal_counts",
]
