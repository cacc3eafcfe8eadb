"""What the states of complaints, cases and targets promise each other."""

import pytest

from cases import states
from cases.states import (
    CASE_STATES,
    COMPLAINT_STATES,
    TARGET_STATES,
    CaseState,
    ComplaintState,
    TargetState,
    case_before,
    complaint_before,
)
from corps.states import Counted


@pytest.mark.parametrize("after", CaseState)
def test_a_suspended_case_goes_nowhere_before_it_is_resumed(after):
    assert CaseState.SUSPENDED not in case_before(after)


def test_intake_does_not_take_a_complaint_out_of_its_case():
    assert COMPLAINT_STATES.allows(ComplaintState.IN_CASE, ComplaintState.ACCEPTED)
    assert complaint_before(ComplaintState.ACCEPTED) == (
        ComplaintState.RECEIVED,
        ComplaintState.REFUSED,
    )


def test_a_complaint_in_a_case_can_be_withdrawn():
    assert ComplaintState.IN_CASE in complaint_before(ComplaintState.WITHDRAWN)


def test_what_a_complaint_names_is_registered_until_it_is_answered_or_ended():
    assert not set(states.TAKES_ROWS) & set(states.ENDED_COMPLAINT)
    assert ComplaintState.ANSWERED not in states.TAKES_ROWS


def test_things_are_added_to_a_case_only_before_its_conclusion():
    assert set(states.OPEN_CASE) < set(states.UNDER_WAY_CASE)
    assert CaseState.CONCLUDING not in states.OPEN_CASE


def test_a_platform_is_asked_something_only_in_a_filed_case_that_goes_on():
    assert not set(states.HANDLED_CASE) & set(states.UNFILED_CASE)
    assert not set(states.HANDLED_CASE) & set(states.OVER_CASE)
    assert CaseState.SUSPENDED not in states.HANDLED_CASE


def test_a_case_that_works_on_nothing_any_more_is_not_open():
    assert not set(states.ENDED_CASE) & set(states.OPEN_CASE)


def test_a_target_that_always_counts_is_one_whose_removal_was_verified():
    assert TARGET_STATES.counted(Counted.ALWAYS) == (TargetState.VERIFIED,)


def test_every_unfinished_target_waits_for_its_notice_or_stands_in_one():
    waiting, named = set(states.WAITS_FOR_NOTICE), set(states.IN_NOTICE)
    assert waiting | named == set(states.UNFINISHED)


def test_only_what_no_issued_notice_names_passes_to_another_case():
    assert not set(states.MAY_CARRY_OVER) & set(states.IN_NOTICE)
    assert set(states.MAY_CARRY_OVER) < set(states.UNFINISHED)


def test_what_a_platform_answered_stands_in_a_notice():
    assert set(states.ANSWERED_TARGET) < set(states.IN_NOTICE)


def test_an_upheld_objection_restores_from_wherever_something_is_to_be_done():
    assert set(states.UNFINISHED) <= set(TARGET_STATES.before(TargetState.RESTORED))


def test_no_case_that_is_over_is_shown_as_under_way():
    assert not set(CASE_STATES.finished()) & set(states.UNDER_WAY_CASE)
