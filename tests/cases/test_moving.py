"""A complaint that was taken into the wrong case can be moved."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cases import workflow
from cases.models import Complaint, Target
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from tests.cases.carrying_over import A, B, leave, target
from tests.cases.sheets import row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db
C = "600000000003"


def move(scenario, complaint, to, by=None):
    return workflow.move_complaint(
        complaint=complaint, to=to, actor=by or scenario.officer, reason="并错案件"
    )


def test_it_goes_with_its_unfinished_targets_and_both_timelines_say_so(
    scenario, case_of
):
    wrong, right = case_of(A, B, C), case_of("600000000004")
    complaint = wrong.complaints.get()
    put_into(Target.objects.filter(pk=target(B).pk), "verified", is_counted=True)
    put_into(Target.objects.filter(pk=target(C).pk), "claimed")
    [stays] = move(scenario, complaint, right)
    assert (stays.ref, stays.code) == (target(C).pk, "under-way")
    complaint.refresh_from_db()
    assert (complaint.case, complaint.state) == (right, "in_case")
    assert [target(pk).case for pk in (A, B, C)] == [right, wrong, wrong]
    for thread in (wrong.thread, right.thread):
        [entry] = AuditEntry.objects.in_thread(thread).filter(verb="complaint.moved")
        assert entry.detail["way"] == f"{wrong.number} → {right.number}"
        assert entry.detail["reason"] == "并错案件"


def test_what_stayed_follows_once_no_notice_names_it(scenario, case_of):
    wrong, right = case_of(A), case_of(B)
    put_into(Target.objects.filter(pk=target().pk), "noticed")
    move(scenario, wrong.complaints.get(), right)
    put_into(Target.objects.filter(pk=target().pk), "reported")
    assert (
        workflow.carry_over([target().pk], actor=scenario.officer, at=wrong.opened_at)
        == 1
    )
    assert target().case == right


def test_it_can_go_into_no_case(scenario, case_of):
    wrong = case_of(A)
    complaint = wrong.complaints.get()
    move(scenario, complaint, None)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.case) == ("accepted", None)
    assert (target().case, target().complaint) == (None, complaint)


def test_it_comes_out_of_a_case_that_was_withdrawn_with_what_nobody_else_took(
    scenario, case_of
):
    wrong, other, right = case_of(A, B), case_of(A, firm="HYS"), case_of(C)
    complaint = wrong.complaints.get()
    leave(workflow.withdraw_case)(scenario, wrong)
    move(scenario, complaint, right)
    assert (target(A).case, target(B).case) == (other, right)


def test_it_goes_only_where_it_fits(scenario, case_of, accepted):
    wrong, foreign, closed = case_of(A), case_of(B, firm="HYS"), case_of(C)
    complaint = wrong.complaints.get()
    workflow.decline_case(case=closed, actor=scenario.chief, reason="轻微")
    for to, code in (
        (foreign, "several-firms"),
        (closed, "case-not-open"),
        (wrong, "same-case"),
    ):
        with pytest.raises(TransitionRefused, match=code):
            move(scenario, complaint, to)
    with pytest.raises(TransitionRefused, match="not-in-a-case"):
        move(scenario, accepted(row("600000000008")), wrong)
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.move_complaint(
            complaint=complaint, to=None, actor=scenario.officer, reason=" "
        )
    for person in (
        scenario.liaison,
        scenario.auditor,
        scenario.admin,
        scenario.officer3,
    ):
        with pytest.raises((PermissionDenied, Complaint.DoesNotExist)):
            move(scenario, complaint, None, person)
    assert target().case == wrong


@pytest.mark.parametrize("state", ["transferred", "closed", "archived"])
def test_what_was_decided_stands_for_its_complaints(scenario, case_of, state):
    wrong = case_of(A)
    complaint = wrong.complaints.get()
    put_into(
        type(wrong).objects.filter(pk=wrong.pk),
        state,
        filed_at=wrong.opened_at,
        closed_at=wrong.opened_at,
    )
    with pytest.raises(TransitionRefused, match="case-decided"):
        move(scenario, complaint, None)


def test_a_case_of_another_unit_takes_none_from_who_may_not_see_it(scenario, case_of):
    wrong, hidden = case_of(A), case_of(B, unit=scenario.officer3.unit)
    hidden.assignments.update(until=hidden.opened_at)
    with pytest.raises(TransitionRefused, match="case-not-open"):
        move(scenario, wrong.complaints.get(), hidden)


def test_the_page_says_how_much_goes_along_and_offers_the_firms_open_cases(
    scenario, case_of, client
):
    wrong, right, foreign = (
        case_of(A, B),
        case_of(C),
        case_of("600000000004", firm="HYS"),
    )
    put_into(Target.objects.filter(pk=target(B).pk), "noticed")
    complaint = wrong.complaints.get()
    client.force_login(scenario.officer)
    address = reverse("cases:complaint_move", args=[complaint.number])
    assert address in client.get(complaint.get_absolute_url()).content.decode()
    page = client.get(address)
    assert (page.context["goes"], page.context["stay"]) == (1, 1)
    assert list(page.context["form"].fields["case"].queryset) == [right]
    assert foreign.number not in page.content.decode()
    refused = client.post(address, {"case": right.pk, "reason": ""})
    assert refused.context["form"].errors
    answer = client.post(address, {"case": right.pk, "reason": "并错案件"}, follow=True)
    assert "1 个涉案对象" in answer.content.decode()
    assert (target(A).case, target(B).case) == (right, wrong)
