"""Every verb of stores with every state of every neighbour: done, or refused with which code.

The rows are made from the state tables and from the verbs. A new verb has no scene, and a new state is not among those
known here: both fail until somebody has said what is expected.
"""

from collections.abc import Callable

import pytest

from stores import workflow
from tests.neighbours import answers, differences, functions_of, states_of
from tests.stores.neighbours import NAMED_BEFORE, NEIGHBOURS, VERBS, Scene

pytestmark = pytest.mark.django_db

KNOWN = {
    # Of the store that the target is.
    "account": "none proposed registered declined strike-proposed struck",
    "proposer": "in-duty account-closed promoted",
    "liaison": "in-duty dismissed account-closed without-account succeeded",
    "new-account": "open closed other-role of-another",
    "platform": "with-backup without-liaisons retired",
    "brand": "in-use retired",
    # The target's.
    "case": "lead filed not_filed disposing concluding closed archived transferred suspended withdrawn reopened",
    "target": "reported noticed claimed verified gone_before_notice refused needs_information relisted restored"
    " dropped",
    "item": "draft open claimed verified refused needs_information appealed not_ours handed_over carried_over"
    " withdrawn",
    "objection": "lodged accepted upheld dismissed withdrawn",
    "actor": "open closed elsewhere",
}

PROPOSED = {
    "account": "confirmed: registered strike-proposed struck; declined: declined"
}

# For each verb and neighbour the refusals, by code; in every other state, and of every neighbour not named, it is done.
# Whoever does it must have an open account, "forbidden" otherwise; of which unit they are does not matter.
EXPECTED: dict[str, dict[str, str]] = {
    "appoint_liaison": {
        "platform": "platform-retired: retired",
        "new-account": "account-closed: closed; not-a-liaison: other-role; account-taken: of-another",
    },
    "change_liaison": {"liaison": "not-active: dismissed"},
    "change_platform": {},
    "confirm_official_account": PROPOSED,
    "decline_official_account": PROPOSED,
    "decline_revocation": {"account": "struck: struck"},
    "dismiss_liaison": {"liaison": "not-active: dismissed"},
    "give_account": {
        "liaison": "not-active: dismissed",
        "new-account": "account-closed: closed; not-a-liaison: other-role; account-taken: of-another",
    },
    "propose_official_account": {
        "account": "already-proposed: proposed; account-known: registered strike-proposed"
    },
    "propose_revocation": {
        "account": "already-submitted: strike-proposed; struck: struck"
    },
    "register_platform": {},
    "resume_platform": {"platform": "not-retired: with-backup without-liaisons"},
    "retire_platform": {"platform": "platform-retired: retired"},
    "revoke_official_account": {"account": "struck: struck"},
}


def expected(verb: str, neighbour: str) -> dict[str, str]:
    """For each state of a neighbour what a verb answers."""
    name = neighbour.replace(" ", "-")
    default = "forbidden: closed" if neighbour == "actor" else ""
    return answers(KNOWN[name], EXPECTED[verb].get(name, default))


def test_every_verb_and_every_state_has_an_expectation():
    assert functions_of(workflow) == VERBS.keys() == EXPECTED.keys()
    known = {
        name.replace(" ", "-"): states for name, states in states_of(NEIGHBOURS).items()
    }
    assert known == {name: states.split() for name, states in KNOWN.items()}


@pytest.mark.sampled
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_asks_its_neighbours(verb: str):
    start, act = VERBS[verb]
    scene = Scene()

    def begin() -> Scene:
        for name, first in start.items():
            NEIGHBOURS[name][1](scene, first)
        return scene

    def named_before(put: Callable[[Scene, str], None], state: str) -> Scene:
        put(scene, state)
        return begin()

    def moved_on(put: Callable[[Scene, str], None], state: str) -> Scene:
        put(scene, state)
        return scene

    before = {name: NEIGHBOURS[name] for name in NAMED_BEFORE}
    after = {
        name: neighbour for name, neighbour in NEIGHBOURS.items() if name not in before
    }
    wrong = list(
        differences(
            verb, before, lambda neighbour: expected(verb, neighbour), named_before, act
        )
    )
    begin()
    assert not [
        *wrong,
        *differences(
            verb, after, lambda neighbour: expected(verb, neighbour), moved_on, act
        ),
    ]
