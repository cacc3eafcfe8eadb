"""Every verb of notices with every state of every neighbour: done, or refused with which code.

The rows are made from the state tables and from the registered verbs. A new verb has no scene, and a new state is not
among those known here: both fail until somebody has said what is expected.
"""

import copy
from collections.abc import Callable

import pytest

from notices import workflow
from tests.neighbours import answers, differences, functions_of, states_of
from tests.notices.neighbours import NEIGHBOURS, VERBS, Scene, refreshed

pytestmark = pytest.mark.django_db

# Registered with the verbs, but changing nothing.
QUESTIONS = {
    "check_refusals",
    "foresee_answers",
    "foresee_retractions",
    "may_decide",
    "may_check_again",
    "own_work",
    "screen",
    "version_of",
    "waiting_among",
    "waiting_targets",
    "withdrawal_counts",
}
# No verb that anybody calls, but what becomes of a letter when its turn to be sent has come.
OUTBOX = {"send"}

KNOWN = {
    "case": "lead filed not_filed disposing concluding closed archived transferred suspended withdrawn reopened",
    "notice": "draft submitted returned issued completed withdrawn",
    "item": "draft open claimed verified refused needs_information appealed not_ours handed_over carried_over"
    " withdrawn",
    "target": "reported noticed claimed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "protection": "free official",
    "complaint": "received accepted refused in_case answered closed withdrawn",
    "objection": "lodged accepted upheld dismissed withdrawn",
    "delivery": "pending sending sent failed uncertain cancelled",
    "liaison": "in-duty dismissed account-closed without-account succeeded mailbox-changed",
    "platform": "taking-part retired",
    "actor": "open closed",
}

OPEN_CASE = "case-not-filed: lead not_filed; case-not-open: closed archived transferred suspended withdrawn"
ANSWERABLE_CASE = "case-not-open: lead not_filed closed archived transferred withdrawn"
CHECKABLE_CASE = f"{ANSWERABLE_CASE}; case-suspended: suspended"
ISSUED = "notice-not-open: draft submitted returned withdrawn"
NOT_ISSUED = "already-issued: issued completed withdrawn"
ASKABLE = "claimed verified gone_before_notice dropped"
GONE = "dismissed account-closed"
RETIRED = "platform-retired: retired"

ANSWER = {
    "case": ANSWERABLE_CASE,
    "notice": ISSUED,
    "item": "not-in-notice: draft; already-answered: claimed verified refused needs_information appealed not_ours"
    " handed_over carried_over withdrawn",
    "target": "wrong-state: reported claimed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "liaison": f"forbidden: {GONE} without-account",
}
RETRACT = {
    "case": ANSWERABLE_CASE,
    "notice": ISSUED,
    "item": "not-in-notice: draft; not-answered: open; closed: verified handed_over carried_over withdrawn",
    "target": "checked: verified; wrong-state: reported noticed gone_before_notice refused needs_information relisted"
    " restored dropped",
    "liaison": f"forbidden: {GONE} without-account",
}
CHECK = {
    "case": CHECKABLE_CASE,
    "notice": ISSUED,
    "item": "not-claimed: draft open verified refused needs_information appealed not_ours handed_over carried_over"
    " withdrawn",
    "target": "wrong-state: reported noticed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "protection": "official: official",
    "objection": "objection-open: lodged accepted",
}
SUBMIT = {
    "case": OPEN_CASE,
    "notice": f"not-a-draft: submitted; {NOT_ISSUED}",
    "item": "blocked: claimed appealed not_ours",
    "target": f"blocked: {ASKABLE}",
    "protection": "blocked: official",
    "objection": "blocked: lodged accepted",
    "liaison": f"no-liaison: {GONE}",
    "platform": RETIRED,
}
APPROVE = {
    **SUBMIT,
    "notice": "not-submitted: draft returned issued completed withdrawn",
    "item": "blocked: claimed appealed not_ours; version-changed: withdrawn",
    "liaison": f"recipient-gone: {GONE}; version-changed: succeeded mailbox-changed",
}
DROPPED_APPROVAL = {
    "case": "dropped: lead not_filed closed archived transferred suspended withdrawn",
    "notice": "dropped: draft returned issued completed withdrawn",
    "item": "dropped: claimed appealed not_ours withdrawn",
    "target": f"dropped: {ASKABLE}",
    "protection": "dropped: official",
    "objection": "dropped: lodged accepted",
    "liaison": f"dropped: {GONE} succeeded mailbox-changed",
    "platform": "dropped: retired",
    "actor": "dropped: closed",
}
TAKEN_UP = {"objection": "already-decided: accepted upheld dismissed withdrawn"}
DECIDED = {"objection": "already-decided: lodged upheld dismissed withdrawn"}

# For each verb and neighbour the refusals, by code; in every other state, and of every neighbour not named, it is done.
# Whoever does it must have an open account: "forbidden" otherwise, unless a verb has its own line for `actor`.
EXPECTED: dict[str, dict[str, str]] = {
    "accept_objection": TAKEN_UP,
    "accept_objections": TAKEN_UP,
    "answer_items": ANSWER,
    "approve_notice": APPROVE,
    "change_answers": RETRACT,
    "change_request": {"notice": NOT_ISSUED},
    "check_items": CHECK,
    "compose_notices": {
        "case": OPEN_CASE,
        "item": "in-draft: draft; claimed: claimed; appealed: appealed; not-ours: not_ours",
        "platform": RETIRED,
        "target": f"wrong-state: {ASKABLE}",
        "protection": "official: official",
        "objection": "objection-open: lodged accepted",
    },
    "confirm_sheet": {"liaison": f"forbidden: {GONE} without-account"},
    "correct_outcome": {"target": "not-counted: reported restored"},
    "decide_objection": DECIDED,
    "decide_objections": DECIDED,
    "decline_correction": {},
    "find_arrivals": {"actor": ""},
    "hand_in_sheet": {
        "case": ANSWERABLE_CASE,
        "notice": ISSUED,
        "liaison": f"forbidden: {GONE} without-account",
    },
    "hand_over": {
        "case": OPEN_CASE,
        "item": "not-not-ours: draft open claimed verified refused needs_information appealed handed_over carried_over"
        " withdrawn",
        "target": f"wrong-state: {ASKABLE}",
        "protection": "official: official",
        "objection": "objection-open: lodged accepted",
        "liaison": f"no-liaison: {GONE}",
        "platform": RETIRED,
    },
    "lodge_objection": {
        "item": "not-noticed: draft",
        "objection": "objection-open: lodged accepted",
    },
    "check_again": {
        "item": "unknown: draft open claimed refused needs_information appealed not_ours handed_over carried_over"
        " withdrawn",
        "target": "not-verified: reported noticed claimed refused needs_information relisted restored dropped",
    },
    "open_notice": {"liaison": f"forbidden: {GONE} without-account"},
    "propose_approval": APPROVE,
    "propose_correction": {"target": "not-counted: reported restored"},
    "propose_checks": CHECK,
    "put_away_sheets": {"actor": ""},
    "recall_notice": {"notice": f"not-submitted: draft returned; {NOT_ISSUED}"},
    "remove_items": {
        "notice": NOT_ISSUED,
        "item": "not-in-notice: open claimed verified refused needs_information appealed not_ours handed_over"
        " carried_over withdrawn",
    },
    "reply_once": ANSWER,
    "retract_answers": RETRACT,
    "return_notice": {
        "notice": "not-submitted: draft returned issued completed withdrawn"
    },
    "send": {
        "case": "cancelled: lead not_filed closed archived transferred withdrawn; held: suspended",
        "notice": "cancelled: draft submitted returned withdrawn",
        "item": "cancelled: withdrawn",
        "protection": "cancelled: official",
        "delivery": "not-due: sending sent failed uncertain cancelled",
        "liaison": f"cancelled: {GONE} mailbox-changed",
        "actor": "cancelled: closed",
    },
    "serve_otherwise": {
        "case": "case-not-open: transferred withdrawn",
        "notice": "not-issued: draft submitted returned withdrawn",
    },
    "settle_approvals": DROPPED_APPROVAL,
    "settle_pending_checks": {
        "case": "dropped: lead not_filed closed archived transferred withdrawn suspended",
        "notice": "dropped: draft submitted returned withdrawn",
        "item": CHECK["item"].replace("not-claimed", "dropped"),
        "target": CHECK["target"].replace("wrong-state", "dropped"),
        "protection": "dropped: official",
        "objection": "dropped: lodged accepted",
        "actor": "",
    },
    "submit_notice": SUBMIT,
    "submit_notices": SUBMIT,
    "undo_approval": {"actor": ""},
    "undo_pending_checks": {"actor": ""},
    "verify_items": CHECK,
    "withdraw_draft": {"notice": NOT_ISSUED},
    "withdraw_items": {
        "item": "finished: draft verified handed_over carried_over withdrawn"
    },
    "withdraw_notice": {
        "notice": "not-issued: draft submitted returned withdrawn",
        "item": "nothing-to-withdraw: draft verified handed_over carried_over withdrawn",
    },
}


def expected(verb: str, neighbour: str) -> dict[str, str]:
    """For each state of a neighbour what a verb answers."""
    default = "forbidden: closed" if neighbour == "actor" else ""
    return answers(KNOWN[neighbour], EXPECTED[verb].get(neighbour, default))


def test_every_registered_verb_and_every_state_has_an_expectation():
    assert (
        (functions_of(workflow) - QUESTIONS) | OUTBOX == VERBS.keys() == EXPECTED.keys()
    )
    assert states_of(NEIGHBOURS) == {
        name: states.split() for name, states in KNOWN.items()
    }


@pytest.mark.sampled
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_asks_its_neighbours(verb: str):
    build, act = VERBS[verb]
    base = build()

    def scene_with(put: Callable[[Scene, str], None], state: str) -> Scene:
        scene = copy.deepcopy(base)
        put(scene, state)
        return refreshed(scene)

    assert not list(
        differences(
            verb,
            NEIGHBOURS,
            lambda neighbour: expected(verb, neighbour),
            scene_with,
            act,
        )
    )
