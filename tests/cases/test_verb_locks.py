"""What a verb of cases asks of its neighbours stays true until it ends: what each of them locks, in which order.

A new verb fails until somebody has said what it locks; so does one that locks no more what it asks.
"""

import pytest

from tests.cases.neighbours import VERBS, build
from tests.neighbours import locks_of

pytestmark = pytest.mark.django_db

# The registry, held by whatever ends a complaint or a case, or registers what one names.
REGISTRY = "alone shared"
LEAVING = f"{REGISTRY} case target noticeitem notice delivery objection"
ENDING = f"{REGISTRY} complaint sheetimport case target"

# For each verb what it locks, or only holds.
LOCKS = {
    "abandon_import": "complaint sheetimport",
    "accept_complaint": f"{REGISTRY} complaint",
    "add_complaints": f"{REGISTRY} case complaint",
    "add_note": "",
    "add_targets": f"{REGISTRY} case target",
    "admit_claims": f"{REGISTRY} belonging",
    "archive_case": f"{REGISTRY} case complaint target",
    "assign_officers": "case",
    "change_campaign": "campaign",
    "change_ground": "legalground",
    "close_case": "case complaint",
    "conclude_case": "case",
    "confirm_belonging": "alone belongingcorrection listing approval target",
    "continue_registering": f"{REGISTRY} complaint sheetimport",
    "correct_complaint": "complaint sheetimport",
    "correct_reading": "complaint sheetimport",
    "decline_belonging": f"{REGISTRY} belongingcorrection approval",
    "decline_case": f"{REGISTRY} case target",
    "drop_targets": "case target",
    "file_case": "case user",
    "forget_corrections": "complaint sheetimport",
    "give_ground": "case",
    "ground_targets": "case target",
    "hand_in_sheet": "case complaint",
    "judge_claims": "alone belonging",
    "move_complaint": f"{REGISTRY} case complaint target",
    "open_campaign": "",
    "open_case": f"{REGISTRY} complaint",
    "carry_over": "case target",
    "carry_over_all": f"{REGISTRY} case target",
    "carry_over_ended": f"{REGISTRY} case target",
    "propose_belonging": f"{REGISTRY} listing",
    "read_sheet": "",
    "reconsider_case": f"{REGISTRY} case",
    "refuse_complaint": ENDING,
    "register_ground": "",
    "register_import": "case complaint sheetimport",
    "reopen_case": "case",
    "resume_case": "case",
    "retitle_case": "case",
    "set_received_on": "case complaint",
    "settle_rows": f"{REGISTRY} complaint sheetimport",
    "submit_complaint": "",
    "suspend_case": "case notice",
    "take_back_rows": f"{REGISTRY} case complaint sheetimport target",
    "take_up_sheet": f"{REGISTRY} complaint case sheetimport",
    "take_up_targets": f"{REGISTRY} case target",
    "transfer_case": LEAVING,
    "undo_act": "bulkact case target",
    "undo_import": f"{REGISTRY} case complaint sheetimport target",
    "withdraw_case": LEAVING,
    "withdraw_complaint": ENDING,
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_holds_what_it_asks(verb: str):
    scene = build(verb)
    assert locks_of(lambda: VERBS[verb][1](scene)) == LOCKS[verb].split()
