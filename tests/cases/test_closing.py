"""The end of a case: what must be done first is named and counted."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from cases import workflow
from cases.extensions import (
    Missing,
    Waiting,
    closing_checks,
    leaving_checks,
    leaving_hooks,
)
from cases.models import Case, Complaint, Target
from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from tests.cases.sheets import row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


@pytest.fixture
def disposing(scenario, opened):
    """A filed case whose first notice is issued, with four targets."""
    case = workflow.file_case(
        case=opened(*(row(str(600000000000 + n)) for n in range(4))),
        actor=scenario.chief,
    )
    put_into(Case.objects.filter(pk=case.pk), "disposing", disposing_at=case.filed_at)
    case.refresh_from_db()
    return case


def set_states(case: Case, *states: str) -> None:
    for target, state in zip(case.targets.order_by("pk"), states, strict=True):
        put_into(
            Target.objects.filter(pk=target.pk),
            state,
            is_counted=state == "verified",
            dropped_reason="x" if state == "dropped" else "",
        )


def test_a_case_with_open_targets_is_not_concluded_and_they_are_counted(
    scenario, disposing
):
    set_states(disposing, "noticed", "claimed", "claimed", "reported")
    with translation.override("en"), pytest.raises(TransitionRefused) as refused:
        workflow.conclude_case(case=disposing, actor=scenario.officer)
    assert refused.value.code == "not-ready"
    assert {thing.code: thing.count for thing in refused.value.details["missing"]} == {
        "targets-reported": 1,
        "targets-noticed": 1,
        "targets-claimed": 2,
    }
    assert "2 targets wait to be checked" in str(refused.value.message)
    assert "1 target waits for the platform's answer" in str(refused.value.message)


def test_what_is_official_and_in_no_notice_holds_nothing_up(scenario, disposing):
    set_states(disposing, "verified", "dropped", "gone_before_notice", "reported")
    case = disposing
    with pytest.raises(TransitionRefused, match="not-ready"):
        workflow.conclude_case(case=case, actor=scenario.officer)
    Target.objects.filter(state="reported").update(is_official=True)
    assert (
        workflow.conclude_case(case=case, actor=scenario.officer).state == "concluding"
    )


def test_closing_answers_the_complaints_and_happens_once(scenario, disposing):
    set_states(disposing, "verified", "dropped", "gone_before_notice", "restored")
    workflow.conclude_case(case=disposing, actor=scenario.officer)
    case = workflow.close_case(
        case=disposing, actor=scenario.officer, conclusion="全部处置完毕"
    )
    assert (case.state, case.conclusion) == ("closed", "全部处置完毕")
    assert Complaint.objects.get().state == "answered"
    with pytest.raises(TransitionRefused) as again:
        workflow.close_case(case=case, actor=scenario.officer2, conclusion="完毕")
    assert again.value.details["by"] == "officer"
    assert AuditEntry.objects.about(case).filter(verb="case.closed").count() == 1
    archived = workflow.archive_case(case=case, actor=scenario.officer)
    assert archived.state == "archived"
    assert Complaint.objects.get().state == "closed"


def test_a_case_that_is_not_concluding_is_not_closed(scenario, disposing):
    with pytest.raises(TransitionRefused, match="wrong-state"):
        workflow.close_case(case=disposing, actor=scenario.officer, conclusion="完毕")


def test_apps_above_are_asked_whether_they_name_or_raise(scenario, disposing):
    set_states(disposing, "verified", "dropped", "dropped", "dropped")
    workflow.conclude_case(case=disposing, actor=scenario.officer)

    def raises(_case: Case) -> None:
        raise TransitionRefused(
            "objections-open", "2 objections are not decided.", objections=2
        )

    def misses(_case: Case) -> list[Missing]:
        return [Missing("letters", 3, "3 letters are missing")]

    with (
        closing_checks.extended(misses, raises),
        pytest.raises(TransitionRefused) as refused,
    ):
        workflow.close_case(case=disposing, actor=scenario.officer, conclusion="完毕")
    missing = refused.value.details["missing"]
    assert [(thing.code, thing.count) for thing in missing] == [
        ("letters", 3),
        ("objections-open", 2),
    ]


def test_a_closed_case_is_reopened_by_a_supervisor_with_a_reason(scenario, disposing):
    set_states(disposing, "verified", "dropped", "dropped", "dropped")
    workflow.conclude_case(case=disposing, actor=scenario.officer)
    case = workflow.close_case(
        case=disposing, actor=scenario.officer, conclusion="完毕"
    )
    with pytest.raises(PermissionDenied):
        workflow.reopen_case(case=case, actor=scenario.officer, reason="重新上架")
    assert (
        workflow.reopen_case(
            case=case, actor=scenario.supervisor, reason="重新上架"
        ).state
        == "reopened"
    )
    assert (
        workflow.close_case(case=case, actor=scenario.officer, conclusion="完毕").state
        == "closed"
    )


def test_days_of_a_suspension_move_the_deadline_and_the_case_goes_on_where_it_was(
    scenario, disposing
):
    with audit_origin(channel="replay", replay="mark"):
        Case.objects.update(handling_deadline=None)
        put_into(Case.objects, "lead", filed_at=None, disposing_at=None)
        case = workflow.file_case(
            case=disposing, actor=scenario.chief, at=datetime(2026, 3, 2, 2, tzinfo=UTC)
        )
        assert case.handling_deadline.due_on == date(2026, 6, 1)
        case = workflow.suspend_case(
            case=case,
            actor=scenario.chief,
            reason="等待鉴定",
            at=datetime(2026, 3, 10, 2, tzinfo=UTC),
        )
        assert case.state == "suspended"
        case = workflow.resume_case(
            case=case, actor=scenario.chief, at=datetime(2026, 3, 20, 2, tzinfo=UTC)
        )
    assert case.state == "filed"
    assert case.handling_deadline.excluded == "2026-03-10..2026-03-19"
    assert case.handling_deadline.due_on == date(2026, 6, 10)
    with pytest.raises(TransitionRefused, match="not-suspended"):
        workflow.resume_case(case=case, actor=scenario.chief)


@pytest.mark.parametrize("leave", [workflow.transfer_case, workflow.withdraw_case])
def test_a_case_is_left_by_the_chief_with_a_reason_and_once(scenario, disposing, leave):
    set_states(disposing, "verified", "reported", "reported", "reported")
    with pytest.raises(PermissionDenied):
        leave(case=disposing, actor=scenario.officer, reason="移送公安")
    with pytest.raises(TransitionRefused, match="reason-missing"):
        leave(case=disposing, actor=scenario.chief, reason=" ")
    assert leave(case=disposing, actor=scenario.chief, reason="移送公安").state in (
        "transferred",
        "withdrawn",
    )
    with pytest.raises(TransitionRefused) as again:
        leave(case=disposing, actor=scenario.chief, reason="移送公安")
    assert again.value.code == "wrong-state"
    assert again.value.details["by"] == scenario.chief.name


def test_apps_above_say_what_waits_and_end_it(scenario, disposing):
    ended = []

    def waits(_case: Case, after: str) -> list[Waiting]:
        return [
            Waiting("letters", 3, f"3 letters, {after}"),
            Waiting("kept", 1, "1 kept", False),
        ]

    with leaving_checks.extended(waits), leaving_hooks.extended(ended.append):
        with pytest.raises(TransitionRefused) as refused:
            workflow.withdraw_case(
                case=disposing,
                actor=scenario.chief,
                reason="误立",
                confirmed={"letters": 2},
            )
        assert "3 letters, withdrawn" in str(refused.value.message)
        assert "1 kept" not in str(refused.value.message)
        assert ended == []
        workflow.withdraw_case(
            case=disposing,
            actor=scenario.chief,
            reason="误立",
            confirmed={"letters": 3},
        )
    [leaving] = ended
    assert (leaving.case.state, leaving.after, leaving.actor) == (
        "withdrawn",
        "withdrawn",
        scenario.chief,
    )
