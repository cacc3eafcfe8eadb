"""A target belongs to the first living complaint that named it, and passes on when that complaint or its case ends."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases import workflow
from cases.extensions import draft_checks
from cases.models import Complaint, Target
from cases.workflow.carrying_over import ended_targets, misplaced
from corps.models import AuditEntry, Notification
from tests.cases.carrying_over import (
    A,
    B,
    archive,
    decline,
    end_complaint,
    leave,
    target,
)
from tests.cases.conftest import sheet_of, take_in
from tests.cases.sheets import ITEM, row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


ENDS = {
    "complaint_withdrawn": end_complaint(workflow.withdraw_complaint),
    "case_withdrawn": leave(workflow.withdraw_case),
    "case_transferred": leave(workflow.transfer_case),
    "case_archived": archive,
    "case_not_filed": decline,
}


@pytest.mark.parametrize("why", ENDS)
@pytest.mark.parametrize("state", ["reported", "relisted"])
def test_an_unfinished_target_passes_to_the_next_case_that_names_it(
    scenario, case_of, why, state
):
    first, second = case_of(A, firm="HYS"), case_of(A, B)
    put_into(
        Target.objects.filter(pk=target().pk), state, is_counted=state == "relisted"
    )
    complaint = first.complaints.get()
    ENDS[why](scenario, first)
    passed = target()
    assert (passed.case, passed.complaint, passed.state) == (
        second,
        second.complaints.get(),
        state,
    )
    assert passed.firm.code == "HYS"  # what it counts stays with who named it first
    [left] = AuditEntry.objects.in_thread(first.thread).filter(verb="target.passed_on")
    [came] = AuditEntry.objects.in_thread(second.thread).filter(
        verb="target.taken_over"
    )
    assert (
        left.detail
        == came.detail
        == {"way": f"{first.number} → {second.number}", "why": why}
    )
    assert left.subject_id == came.subject_id == passed.pk
    assert complaint.number  # the complaint stays where it was
    assert not ended_targets().exists()


def test_the_officers_of_the_case_are_told_how_many_came_and_why(scenario, case_of):
    first, second = case_of(A, B, firm="HYS"), case_of(A, B)
    scenario.officer2.language = "en"
    scenario.officer2.save()
    workflow.withdraw_complaint(
        complaint=first.complaints.get(), actor=scenario.officer, reason="和解"
    )
    told = Notification.objects.filter(
        user=scenario.officer2, url=second.get_absolute_url()
    ).latest("pk")
    assert str(told.text) == (
        f"2 targets came into case {second.number} from {first.number}: its complaint was withdrawn."
    )


def test_the_timelines_of_both_cases_say_so(scenario, case_of, client):
    first, second = case_of(A, B, firm="HYS"), case_of(A, B)
    workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
    client.force_login(scenario.officer)
    for case in (first, second):
        page = client.get(case.get_absolute_url() + "?tab=timeline").content.decode()
        assert f"{first.number} → {second.number}" in page
        assert "原案件已撤销" in page


def test_it_passes_to_the_first_of_those_that_live(scenario, case_of):
    first, second, third = case_of(A, firm="HYS"), case_of(A), case_of(A, firm="YCB")
    workflow.withdraw_case(case=second, actor=scenario.chief, reason="误立")
    assert target().case == first
    workflow.withdraw_complaint(
        complaint=first.complaints.get(), actor=scenario.officer, reason="和解"
    )
    assert target().case == third


def test_it_waits_with_a_complaint_that_is_in_no_case_yet(scenario, case_of, accepted):
    first = case_of(A, firm="HYS")
    second = accepted(row(A))
    workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
    assert (target().case, target().complaint) == (None, second)
    case = workflow.open_case(actor=scenario.officer, complaints=[second], title="案")
    assert target().case == case


@pytest.mark.parametrize("why", ["case_withdrawn", "case_transferred", "case_archived"])
def test_what_lies_where_all_has_ended_comes_to_whoever_names_it_next(
    scenario, case_of, accepted, why
):
    """Nobody named it when the case ended; a case that ended cannot be reopened."""
    first = case_of(A, firm="HYS")
    put_into(Target.objects.filter(pk=target().pk), "relisted", is_counted=True)
    ENDS[why](scenario, first)
    assert target().case == first
    complaint = accepted(row(A))
    assert (target().case, target().complaint) == (None, complaint)
    case = workflow.open_case(
        actor=scenario.officer, complaints=[complaint], title="案"
    )
    assert (target().case, target().state, target().is_counted) == (
        case,
        "relisted",
        True,
    )


def test_what_lies_where_all_has_ended_can_be_added_by_hand(scenario, case_of):
    first, second = case_of(A, firm="HYS"), case_of(B)
    workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
    [result] = workflow.add_targets(
        case=second, addresses=[ITEM % A], actor=scenario.officer
    )
    assert result.ok
    assert first.number in str(result.message)
    assert (target().case, target().state) == (second, "reported")
    assert (
        AuditEntry.objects.in_thread(first.thread)
        .filter(verb="target.passed_on")
        .count()
        == 1
    )


@pytest.mark.parametrize(
    "state", ["verified", "gone_before_notice", "restored", "dropped"]
)
def test_a_finished_target_stays_with_its_case(scenario, case_of, state):
    first, second = case_of(A, firm="HYS"), case_of(A)
    put_into(
        Target.objects.filter(pk=target().pk),
        state,
        is_counted=state == "verified",
        dropped_reason="x",
    )
    workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
    assert target().case == first
    assert second.targets.count() == 0


def test_what_a_notice_names_stays_when_only_the_complaint_ends(scenario, case_of):
    first, second = case_of(A, B, firm="HYS"), case_of(A, B)
    put_into(Target.objects.filter(pk=target(A).pk), "noticed")
    workflow.withdraw_complaint(
        complaint=first.complaints.get(), actor=scenario.officer, reason="和解"
    )
    assert (target(A).case, target(B).case) == (first, second)


def test_what_a_draft_names_stays(scenario, case_of):
    first, second = case_of(A, B, firm="HYS"), case_of(A, B)

    def in_a_draft(ids):
        return {target(A).pk} & set(ids)

    with draft_checks.replaced(in_a_draft):
        workflow.withdraw_complaint(
            complaint=first.complaints.get(), actor=scenario.officer, reason="和解"
        )
    assert (target(A).case, target(B).case) == (first, second)


def test_a_refused_complaint_that_is_accepted_after_all_gets_what_nobody_else_names(
    scenario,
):
    first = take_in(scenario, sheet_of(row(A)), firm="HYS").complaint
    workflow.refuse_complaint(
        complaint=first, actor=scenario.officer, reason="材料不全"
    )
    second = take_in(scenario, sheet_of(row(A), row(B))).complaint
    assert target().complaint == second
    workflow.accept_complaint(complaint=first, actor=scenario.officer)
    assert target().complaint == second  # what passed on stays there
    workflow.withdraw_complaint(complaint=second, actor=scenario.officer, reason="和解")
    assert (target(A).complaint, target(B).complaint) == (first, second)


def test_a_case_that_is_reconsidered_keeps_what_nobody_else_took(scenario, case_of):
    first, second = case_of(A, B, firm="HYS"), case_of(A)
    decline(scenario, first)
    workflow.reconsider_case(case=first, actor=scenario.chief, reason="新证据")
    assert (target(A).case, target(B).case) == (second, first)


def test_a_complaint_of_a_declined_case_takes_nothing_until_it_is_reconsidered(
    scenario, case_of
):
    first, second = case_of(A, firm="HYS"), case_of(A)
    decline(scenario, second)
    workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
    assert target().case == first
    workflow.reconsider_case(case=second, actor=scenario.chief, reason="新证据")
    assert target().case == second


def test_an_address_that_is_a_target_elsewhere_says_where_in_which_state(
    scenario, case_of
):
    first, second = case_of(A, firm="HYS"), case_of(B)
    waiting = take_in(scenario, sheet_of(row("600000000003")), firm="YCB").complaint
    with translation.override("en"):
        results = workflow.add_targets(
            case=second,
            addresses=[ITEM % A, ITEM % "600000000003"],
            actor=scenario.officer,
        )
        assert [result.code for result in results] == ["other-case", "other-complaint"]
        assert str(results[0].message) == (
            f"This is a target of case {first.number} (一支队), which is “Lead”; the target is “Reported”."
        )
        assert str(results[1].message) == (
            f"This was named by complaint {waiting.number}, which is “Received” and in no case;"
            " the target is “Reported”."
        )


def test_a_target_dropped_in_another_case_is_taken_up_and_says_where_and_why(
    scenario, case_of
):
    first, second = case_of(A, firm="HYS"), case_of(A)
    workflow.drop_targets(
        targets=[target().pk], actor=scenario.officer, reason="系授权店铺"
    )
    with translation.override("en"):
        [result] = workflow.add_targets(
            case=second, addresses=[ITEM % A], actor=scenario.officer
        )
        assert str(result.message) == (
            f"It was dropped in case {first.number}: 系授权店铺 It is taken up in this case now."
        )
    assert (target().case, target().complaint, target().state) == (
        second,
        second.complaints.get(),
        "reported",
    )


def test_who_may_not_see_the_case_learns_only_that_it_was_dropped_elsewhere(
    scenario, case_of
):
    other = case_of(A, firm="HYS", unit=scenario.officer3.unit)
    second = case_of(B)
    workflow.drop_targets(
        targets=[target().pk], actor=scenario.chief, reason="系授权店铺"
    )
    scenario.officer.assignments.filter(case=other).update(until=other.opened_at)
    with translation.override("en"):
        [result] = workflow.add_targets(
            case=second, addresses=[ITEM % A], actor=scenario.officer
        )
    assert result.ok
    assert "dropped in a case of another unit" in str(result.message)
    assert "系授权店铺" not in str(result.message)
    assert other.number not in str(result.message)


def test_a_counted_target_that_is_taken_up_is_relisted(scenario, case_of):
    case_of(A, firm="HYS")
    second = case_of(A)
    put_into(
        Target.objects.filter(pk=target().pk),
        "dropped",
        dropped_reason="x",
        is_counted=True,
    )
    workflow.add_targets(case=second, addresses=[ITEM % A], actor=scenario.officer)
    assert (target().state, target().is_counted) == ("relisted", True)


def test_carrying_over_costs_the_same_for_one_and_fifty(scenario, case_of):
    counts = []
    for start, count in ((600000001000, 1), (600000002000, 50)):
        ids = [str(start + n) for n in range(count)]
        first, second = case_of(*ids, firm="HYS"), case_of(*ids)
        with CaptureQueriesContext(connection) as queries:
            workflow.withdraw_case(case=first, actor=scenario.chief, reason="误立")
        assert second.targets.count() == count
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_maintenance_passes_on_what_an_act_could_not(scenario, case_of):
    first, second = case_of(A, firm="HYS"), case_of(A)
    put_into(Complaint.objects.filter(case=first), "withdrawn")
    assert [move.target for move in misplaced([target().pk])] == [target().pk]
    assert workflow.carry_over_ended() == 1
    assert target().case == second
    assert workflow.carry_over_ended() == 0
    [came] = AuditEntry.objects.in_thread(second.thread).filter(
        verb="target.taken_over"
    )
    assert came.actor is None


def test_the_command_names_what_lies_wrongly_and_passes_it_on(
    scenario, case_of, capsys
):
    first, second = case_of(A, firm="HYS"), case_of(A)
    put_into(Complaint.objects.filter(case=first), "withdrawn")
    with pytest.raises(SystemExit) as ended:
        call_command("pass_on", check=True)
    assert ended.value.code == 1
    assert (
        f"{first.number} → {second.number} (complaint_withdrawn)"
        in capsys.readouterr().err
    )
    assert target().case == first
    call_command("pass_on")
    assert target().case == second
    call_command("pass_on", check=True)
