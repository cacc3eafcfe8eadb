"""Every verb of cases with every state of every neighbour: done, or refused with which code.

The rows are made from the state tables and from the registered verbs. A new verb has no scene, and a new state is not
among those known here: both fail until somebody has said what is expected.
"""

from collections.abc import Callable

import pytest

from cases import workflow
from tests.cases.neighbours import VERBS, build, neighbours_of
from tests.cases.scene import NEIGHBOURS, Scene
from tests.neighbours import answers, differences, functions_of, states_of

pytestmark = pytest.mark.django_db

# Registered with the verbs, but changing nothing: they answer, ring for a task, or write the audit alone.
QUESTIONS = {
    "cases_seen",
    "claims_for",
    "consequences_of",
    "freed_by",
    "is_barred",
    "is_given",
    "kept_by",
    "kept_rows",
    "known_store_of",
    "misplaced_targets",
    "missing",
    "note_address_asked",
    "note_addresses_asked",
    "open_targets",
    "proposed_among",
    "enqueue_unfinished",
    "rows_by_result",
    "stays_of",
    "targets_of",
    "touched_targets",
    "undoing_of",
    "what_waits",
    "where_dropped",
}
# Done by the verbs of stores, in whose table they are.
HOOKS = {"mark_account", "release_account"}

KNOWN = {
    "case": "lead filed not_filed disposing concluding closed archived transferred suspended withdrawn reopened",
    # Another case of the same firm, into which something goes.
    "other": "lead filed not_filed disposing concluding closed archived transferred suspended withdrawn reopened",
    "complaint": "received accepted refused in_case answered closed withdrawn",
    "import": "reading review registering done failed abandoned undone",
    "target": "reported noticed claimed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "protection": "free official",
    # Of the case, naming the target.
    "notice": "draft submitted returned issued completed withdrawn",
    "item": "draft open claimed verified refused needs_information appealed not_ours handed_over carried_over"
    " withdrawn",
    "objection": "lodged accepted upheld dismissed withdrawn",
    # That the target's listing is in a store, and what that store is.
    "claim": "unjudged confirmed refused corrected",
    "correction": "proposed confirmed declined",
    "account": "none proposed registered declined struck",
    # What the case has, or is given.
    "campaign": "running over",
    "ground": "in-force ended given insufficient",
    "officers": "in-duty account-closed elsewhere promoted other-role relieved",
    "act": "just-done undone too-old of-another",
    "actor": "open closed elsewhere",
}

# Of a case, all but those named, in words of the table.
OPEN_CASE = "case-not-open: not_filed concluding closed archived transferred suspended withdrawn"
WORKED_CASE = "case-not-open: not_filed closed archived transferred suspended withdrawn"
ENDED_CASE = "case-not-open: not_filed archived transferred withdrawn"
LEAD = "wrong-state: filed not_filed disposing concluding closed archived transferred suspended withdrawn reopened"
CLOSED = "wrong-state: lead filed not_filed disposing concluding archived transferred suspended withdrawn reopened"
LEAVABLE = "wrong-state: not_filed concluding closed archived transferred suspended withdrawn reopened"
CLOSABLE = "wrong-state: lead filed not_filed disposing closed archived transferred suspended withdrawn"
CONCLUDABLE = "wrong-state: lead filed not_filed concluding closed archived transferred suspended withdrawn"
# Of a complaint.
ACCEPTED = "not-accepted: received refused in_case answered closed withdrawn"
LIVING = "complaint-not-open: refused answered closed withdrawn"
# Of a target, and of the item that names it.
NOT_READY = "not-ready: reported noticed claimed refused needs_information relisted"
DROPPED = "reported noticed claimed verified gone_before_notice refused needs_information relisted restored"
BOUND = (
    "open claimed refused needs_information appealed not_ours handed_over carried_over"
)
NAMED = "open claimed verified refused needs_information appealed not_ours handed_over carried_over"
NOT_DROPPED = "reported noticed claimed verified gone_before_notice refused needs_information relisted restored"
# Of the officers and of who acts.
ABLE = "account-closed other-role"
HERE = "forbidden: closed elsewhere"
SEEN = "forbidden: closed; not-found: elsewhere"

# Of what stands on an import: any target that is not just reported, any notice, any objection.
BUILT_ON = {
    "target": "built-on: noticed claimed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "notice": "built-on: draft submitted returned issued completed withdrawn",
    "item": f"built-on: draft {NAMED} withdrawn",
    "objection": "built-on: lodged accepted upheld dismissed withdrawn",
}
LEAVING = {"case": LEAVABLE}
ENDING = {"import": "being-registered: registering"}
DECIDED = {"correction": "decided: confirmed declined"}
PASSED = {
    "other": "stays: not_filed archived transferred withdrawn",
    "complaint": "stays: received accepted in_case answered closed",
    "target": "stays: noticed claimed verified gone_before_notice refused needs_information restored dropped",
    "notice": "stays: draft submitted returned issued completed",
    "item": f"stays: draft {NAMED}",
    "actor": "",
}

# For each verb and neighbour the refusals, by code; in every other state, and of every neighbour not named, it is done.
# Whoever does it must have an open account: "forbidden" otherwise, unless a verb has its own line for `actor`.
EXPECTED: dict[str, dict[str, str]] = {
    "abandon_import": {
        "import": "not-in-review: registering done failed abandoned undone",
        "actor": HERE,
    },
    "accept_complaint": {
        "complaint": "wrong-state: accepted in_case answered closed withdrawn"
    },
    "add_complaints": {"other": OPEN_CASE, "complaint": ACCEPTED, "actor": HERE},
    "add_note": {"actor": HERE},
    "add_targets": {
        "other": OPEN_CASE,
        "target": f"other-case: {DROPPED}",
        "notice": "other-case: issued completed withdrawn",
        "item": f"other-case: {NAMED} withdrawn",
        "account": "claimed-official: registered",
        "actor": HERE,
    },
    "admit_claims": {
        "claim": "judged: confirmed refused corrected",
        "account": "in-effect: proposed registered declined struck",
        "actor": SEEN,
    },
    "archive_case": {"case": CLOSED, "actor": HERE},
    "assign_officers": {
        "case": "wrong-state: closed archived transferred withdrawn",
        "officers": f"not-an-officer: {ABLE}",
        "actor": HERE,
    },
    "change_campaign": {"notice": "notices-submitted: submitted"},
    "change_ground": {
        "notice": "ground-given: draft submitted returned issued completed withdrawn",
        "item": f"ground-given: draft {NAMED} withdrawn",
        "ground": "ground-given: given",
    },
    "close_case": {
        "case": CLOSABLE,
        "target": NOT_READY,
        "notice": "not-ready: draft submitted returned issued completed withdrawn",
        "item": f"not-ready: draft {BOUND} withdrawn",
        "objection": "not-ready: lodged accepted",
        "actor": HERE,
    },
    "conclude_case": {
        "case": CONCLUDABLE,
        "target": NOT_READY,
        "notice": "not-ready: issued completed withdrawn",
        "item": f"not-ready: {BOUND} withdrawn",
        "actor": HERE,
    },
    "confirm_belonging": DECIDED,
    "continue_registering": {
        "import": "nothing: reading review done failed abandoned undone",
        "actor": "",
    },
    "decline_belonging": DECIDED,
    "correct_complaint": {
        "complaint": "wrong-state: refused in_case answered closed withdrawn",
        "import": "already-registered: registering done",
    },
    "correct_reading": {
        "import": "not-in-review: reading registering done abandoned undone",
        "actor": HERE,
    },
    "decline_case": {"case": LEAD},
    "drop_targets": {
        "case": WORKED_CASE,
        "target": "wrong-state: noticed claimed verified gone_before_notice refused needs_information dropped",
        "notice": "in-draft: draft submitted returned; wrong-state: issued completed",
        "item": f"in-draft: draft; wrong-state: {NAMED}",
        "actor": SEEN,
    },
    "file_case": {"case": LEAD, "officers": f"two-officers: {ABLE} relieved"},
    "forget_corrections": {
        "import": "not-in-review: reading registering done abandoned undone",
        "actor": HERE,
    },
    "give_ground": {
        "case": OPEN_CASE,
        "ground": "ground-not-valid: ended",
        "actor": HERE,
    },
    "ground_targets": {
        "case": WORKED_CASE,
        "target": "wrong-state: dropped",
        "ground": "ground-not-valid: ended",
        "actor": SEEN,
    },
    "hand_in_sheet": {
        "case": ENDED_CASE,
        "complaint": LIVING,
        "import": "has-a-sheet: reading review registering done failed abandoned",
        "actor": HERE,
    },
    "judge_claims": {"claim": "judged: confirmed refused corrected", "actor": SEEN},
    "move_complaint": {
        "case": "case-decided: closed archived transferred",
        "other": OPEN_CASE,
        "complaint": "not-in-a-case: received accepted refused answered closed withdrawn",
        "target": "under-way: noticed claimed refused needs_information",
        "notice": "in-draft: draft submitted returned; under-way: issued completed",
        "item": f"in-draft: draft; under-way: {BOUND}",
        "actor": HERE,
    },
    "open_campaign": {},
    "open_case": {
        "complaint": ACCEPTED,
        "ground": "ground-not-valid: ended",
        "officers": f"not-an-officer: {ABLE}",
    },
    "carry_over": PASSED,
    "carry_over_all": PASSED,
    "carry_over_ended": PASSED,
    "propose_belonging": {"correction": "already-submitted: proposed"},
    "read_sheet": {
        "import": "nothing: review registering done failed abandoned undone",
        "actor": "",
    },
    "reconsider_case": {
        "case": "wrong-state: lead filed disposing concluding closed archived transferred suspended withdrawn reopened"
    },
    "refuse_complaint": ENDING
    | {"complaint": "wrong-state: refused in_case answered closed withdrawn"},
    "register_ground": {},
    "register_import": {
        "case": ENDED_CASE,
        "complaint": LIVING,
        "import": "not-in-review: reading registering done failed abandoned undone",
        "actor": HERE,
    },
    "reopen_case": {"case": CLOSED, "actor": HERE},
    "resume_case": {
        "case": "not-suspended: lead filed not_filed disposing concluding closed archived transferred withdrawn"
        " reopened"
    },
    "retitle_case": {"case": OPEN_CASE, "actor": HERE},
    "set_received_on": {
        "case": "decided: filed not_filed disposing concluding closed archived transferred suspended withdrawn"
        " reopened",
        "complaint": "decided: refused closed withdrawn",
        "actor": HERE,
    },
    "settle_rows": {
        "case": ENDED_CASE,
        "complaint": LIVING,
        "import": "not-settleable: reading registering failed abandoned undone",
        "actor": SEEN,
    },
    "submit_complaint": {},
    "suspend_case": {
        "case": "wrong-state: lead not_filed closed archived transferred suspended withdrawn reopened"
    },
    "take_back_rows": BUILT_ON
    | {
        "case": ENDED_CASE,
        "complaint": LIVING,
        "import": "not-settleable: reading registering failed abandoned undone",
        "actor": SEEN,
    },
    "take_up_sheet": {
        "complaint": "not-accepted: refused in_case answered closed withdrawn",
        "import": "not-in-review: reading registering done failed abandoned undone",
        "ground": "ground-not-valid: ended",
        "officers": f"not-an-officer: {ABLE}",
    },
    "take_up_targets": {
        "other": OPEN_CASE,
        "target": f"wrong-state: {DROPPED}",
        "notice": "wrong-state: issued completed withdrawn",
        "item": f"wrong-state: {NAMED} withdrawn",
        "actor": HERE,
    },
    "transfer_case": LEAVING,
    "undo_act": {
        "case": WORKED_CASE,
        "notice": "built-on: draft submitted returned issued completed withdrawn",
        "item": f"built-on: draft {NAMED} withdrawn",
        "target": f"built-on: {NOT_DROPPED}",
        "act": "undone-already: undone; undo-late: too-old; forbidden: of-another",
    },
    "undo_import": BUILT_ON
    | {
        "case": WORKED_CASE,
        "complaint": LIVING,
        "import": "not-registered: reading review registering failed abandoned undone",
        "actor": HERE,
    },
    "withdraw_case": LEAVING,
    "withdraw_complaint": ENDING
    | {"complaint": "wrong-state: refused answered closed withdrawn", "actor": HERE},
}


def expected(verb: str, neighbour: str) -> dict[str, str]:
    """For each state of a neighbour what a verb answers."""
    default = "forbidden: closed" if neighbour == "actor" else ""
    return answers(KNOWN[neighbour], EXPECTED[verb].get(neighbour, default))


def test_every_registered_verb_and_every_state_has_an_expectation():
    assert functions_of(workflow) - QUESTIONS - HOOKS == VERBS.keys() == EXPECTED.keys()
    assert states_of(NEIGHBOURS) == {
        name: states.split() for name, states in KNOWN.items()
    }


@pytest.mark.sampled
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_asks_its_neighbours(verb: str):
    scene = build(verb)

    def scene_with(put: Callable[[Scene, str], None], state: str) -> Scene:
        put(scene, state)
        return scene

    act = VERBS[verb][1]
    assert not list(
        differences(
            verb,
            neighbours_of(verb),
            lambda neighbour: expected(verb, neighbour),
            scene_with,
            act,
        )
    )
