"""What notices, items, answers and objections promise each other."""

import pytest

from cases.states import TARGET_STATES, Claim, TargetState
from notices import states
from notices.states import (
    ANSWER_KINDS,
    ANSWERED_AS,
    ITEM_STATES,
    NOTICE_STATES,
    OBJECTION_STATES,
    ItemState,
    NoticeState,
    ObjectionState,
)


def test_every_answer_is_described_once():
    assert len(ANSWERED_AS) == len(ANSWER_KINDS) == len(Claim)


@pytest.mark.parametrize("kind", ANSWER_KINDS, ids=lambda kind: kind.claim)
def test_every_answer_can_be_given_from_wherever_one_is_awaited(kind):
    for before in states.AWAITS_ANSWER:
        assert ITEM_STATES.allows(before, kind.item)


@pytest.mark.parametrize("kind", ANSWER_KINDS, ids=lambda kind: kind.claim)
def test_every_answer_leads_the_target_on_or_leaves_it_noticed(kind):
    if kind.target != TargetState.NOTICED:
        assert TARGET_STATES.allows(TargetState.NOTICED, kind.target)


def test_only_an_answer_by_which_nothing_goes_owes_a_reason():
    assert set(states.OWE_REASON) | set(states.CLAIMS_GONE) == set(Claim)
    assert not set(states.OWE_REASON) & set(states.CLAIMS_GONE)


def test_no_word_of_a_sheet_means_two_answers():
    words = [word for kind in ANSWER_KINDS for word in kind.said_otherwise]
    assert len(words) == len(set(words))


def test_a_draft_is_no_answer_to_be_taken_back():
    assert ItemState.DRAFT not in states.RETRACTABLE
    assert ItemState.CLAIMED in states.RETRACTABLE


def test_a_notice_leaves_only_from_where_somebody_else_approves_it():
    before = NOTICE_STATES.before(NoticeState.ISSUED)
    assert set(before) & set(states.NOT_ISSUED) == {NoticeState.SUBMITTED}


def test_a_notice_is_issued_or_not_and_never_both():
    assert not set(states.ISSUED_NOTICE) & set(states.NOT_ISSUED)
    assert set(states.WITH_ITS_DRAFTER) < set(states.NOT_ISSUED)


def test_an_objection_is_upheld_only_after_it_was_accepted():
    assert OBJECTION_STATES.before(ObjectionState.UPHELD) == (ObjectionState.ACCEPTED,)


def test_an_objection_that_was_taken_back_is_neither_open_nor_decided():
    assert not {ObjectionState.WITHDRAWN} & {
        *states.UNDECIDED,
        *states.DECIDED_OBJECTION,
    }
