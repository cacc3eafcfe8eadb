"""What a verb of notices asks of its neighbours stays true until it ends: what each of them locks, in which order.

A new verb fails until somebody has said what it locks; so does one that locks no more what it asks.
"""

import pytest

from tests.neighbours import locks_of
from tests.notices.neighbours import VERBS, refreshed

pytestmark = pytest.mark.django_db

SUBMITTED = "case platform liaison user target notice"
APPROVING = "shared case platform liaison user target notice"
DECIDED = "target objection noticeitem pendingverdict delivery notice"
ANSWERED = "case target noticeitem notice"

# For each verb what it locks, or only holds; "shared" is the lock that whoever registers an official account waits for.
LOCKS = {
    "accept_objection": "objection",
    "accept_objections": "objection",
    "answer_items": ANSWERED,
    "approve_notice": f"{APPROVING} approval",
    "change_answers": f"{ANSWERED} objection",
    "change_request": "case notice",
    "check_items": ANSWERED,
    "compose_notices": "shared case platform target",
    "confirm_sheet": "answersheet",
    "correct_outcome": "target approval pendingverdict",
    "decide_objection": DECIDED,
    "decide_objections": DECIDED,
    "decline_correction": "target approval",
    "find_arrivals": "notice",
    "hand_in_sheet": "case notice",
    "hand_over": "shared case platform target liaison user notice",
    "lodge_objection": "target",
    "check_again": "target",
    "open_notice": "notice",
    "propose_approval": APPROVING,
    "propose_correction": "target",
    "propose_checks": "case target noticeitem",
    "put_away_sheets": "answersheet",
    "recall_notice": "case notice approval",
    "remove_items": "case notice",
    "reply_once": ANSWERED,
    "retract_answers": f"{ANSWERED} objection",
    "return_notice": "notice approval",
    "send": "",
    "serve_otherwise": "case notice delivery",
    "settle_approvals": f"{APPROVING} pendingapproval approval",
    "settle_pending_checks": f"pendingverdict {ANSWERED}",
    "submit_notice": SUBMITTED,
    "submit_notices": SUBMITTED,
    "undo_approval": "pendingapproval",
    "undo_pending_checks": "pendingverdict",
    "verify_items": ANSWERED,
    "withdraw_draft": "case notice approval",
    "withdraw_items": "target noticeitem objection pendingverdict delivery notice",
    "withdraw_notice": "target noticeitem notice objection pendingverdict delivery",
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_holds_what_it_asks(verb: str):
    build, act = VERBS[verb]
    scene = refreshed(build())
    assert locks_of(lambda: act(scene)) == LOCKS[verb].split()
