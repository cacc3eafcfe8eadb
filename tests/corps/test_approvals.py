"""Approvals: another person, the very version, once."""

import pytest
from django.db import IntegrityError, transaction

from corps.errors import TransitionRefused
from corps.models import Approval, AuditEntry
from corps.workflow import decide_approval, request_approval, void_approval
from tests.corps.conftest import NOW

VERSION, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def request_(unit, officer) -> Approval:
    return request_approval(subject=unit, version=VERSION, actor=officer, at=NOW)


def decide(approval, actor, *, approve=True, version=VERSION, reason=""):
    return decide_approval(
        approval=approval,
        actor=actor,
        version=version,
        approve=approve,
        reason=reason,
        at=NOW,
    )


def test_somebody_else_approves_the_version_that_was_put_forward(request_, supervisor):
    decided = decide(request_, supervisor)
    assert (decided.state, decided.decided_by, decided.decided_at) == (
        Approval.State.APPROVED,
        supervisor,
        NOW,
    )
    assert (
        AuditEntry.objects.about(decided)
        .filter(verb="approval.approved", actor=supervisor)
        .count()
        == 1
    )


def test_nobody_decides_on_what_they_put_forward_themselves(request_, officer):
    with pytest.raises(TransitionRefused, match="own-draft"):
        decide(request_, officer)
    assert open_approval_of(request_)


def test_the_database_too_refuses_an_approval_by_its_requester(request_, officer):
    with (
        pytest.raises(IntegrityError, match="nobody_approves_their_own"),
        transaction.atomic(),
    ):
        Approval.objects.filter(pk=request_.pk).update(
            state="approved", decided_by=officer
        )


def test_a_version_changed_since_is_not_approved(request_, supervisor):
    with pytest.raises(TransitionRefused, match="version-changed"):
        decide(request_, supervisor, version=OTHER)
    assert open_approval_of(request_)


def test_the_second_decision_is_refused_and_names_the_first(
    request_, supervisor, account
):
    decide(request_, supervisor)
    with pytest.raises(TransitionRefused, match="already-decided") as refused:
        decide(
            request_, account("supervisor", "supervisor2"), approve=False, reason="No."
        )
    assert refused.value.details["by"] == "Supervisor"


def test_a_return_needs_its_reason_and_opens_the_way_for_another_attempt(
    request_, unit, officer, supervisor
):
    with pytest.raises(TransitionRefused, match="reason-missing"):
        decide(request_, supervisor, approve=False, reason="  ")
    returned = decide(
        request_, supervisor, approve=False, reason="The ground is missing."
    )
    assert (returned.state, returned.reason) == (
        Approval.State.RETURNED,
        "The ground is missing.",
    )
    assert (
        request_approval(subject=unit, version=OTHER, actor=officer, at=NOW).attempt
        == 2
    )


def test_a_subject_has_one_open_request(request_, unit, officer):
    with pytest.raises(TransitionRefused, match="already-submitted"):
        request_approval(subject=unit, version=OTHER, actor=officer, at=NOW)


def test_a_voided_request_can_no_longer_be_decided(request_, unit, officer, supervisor):
    assert void_approval(subject=unit, actor=officer, at=NOW)
    assert not void_approval(subject=unit, actor=officer, at=NOW)
    with pytest.raises(TransitionRefused, match="already-decided"):
        decide(request_, supervisor)


def open_approval_of(approval: Approval) -> bool:
    return Approval.objects.get(pk=approval.pk).state == Approval.State.OPEN
