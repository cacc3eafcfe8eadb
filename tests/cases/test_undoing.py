"""Acts on many things are undone as a whole for ten minutes; what somebody built on is refused with who and what."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cases import workflow
from cases.models import BulkAct, Case, LegalGround, Target
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from notices import workflow as notices
from tests.cases.carrying_over import A, B, target
from tests.cases.sheets import row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def last_act() -> BulkAct:
    return BulkAct.objects.latest("pk")


def undo(scenario, by=None):
    return workflow.undo_act(act=last_act(), actor=by or scenario.officer)


def file(scenario, case: Case) -> Case:
    return workflow.file_case(case=case, actor=scenario.chief)


def drop(scenario, *targets: Target):
    return workflow.drop_targets(
        targets=[one.pk for one in targets], actor=scenario.officer, reason="误报"
    )


@pytest.mark.parametrize("state", ["reported", "relisted", "restored"])
def test_dropped_targets_are_what_they_were(scenario, case_of, state):
    case = case_of(A, B)
    put_into(
        Target.objects.filter(pk=target(A).pk), state, is_counted=state == "relisted"
    )
    drop(scenario, target(A), target(B))
    assert [result.ok for result in undo(scenario)] == [True, True]
    assert (target(A).state, target(A).dropped_reason) == (state, "")
    assert target(B).state == "reported"
    assert (
        AuditEntry.objects.in_thread(case.thread)
        .filter(verb="target.drop_undone")
        .count()
        == 2
    )


def test_a_ground_given_to_many_is_each_ones_former_again(scenario, case_of):
    case_of(A, B)
    first, second = LegalGround.objects.order_by("pk")[:2]
    workflow.ground_targets(
        targets=[target(A).pk], ground=first, actor=scenario.officer
    )
    workflow.ground_targets(
        targets=[target(A).pk, target(B).pk], ground=second, actor=scenario.officer
    )
    assert all(result.ok for result in undo(scenario))
    assert (target(A).ground, target(B).ground) == (first, None)


def test_what_somebody_built_on_is_refused_with_who_and_what_and_the_rest_undone(
    scenario, case_of
):
    case_of(A, B)
    first, second = LegalGround.objects.order_by("pk")[:2]
    workflow.ground_targets(
        targets=[target(A).pk, target(B).pk], ground=first, actor=scenario.officer
    )
    act = last_act()
    workflow.ground_targets(
        targets=[target(B).pk], ground=second, actor=scenario.officer2
    )
    with translation.override("en"):
        results = {
            result.ref: result
            for result in workflow.undo_act(act=act, actor=scenario.officer)
        }
        assert results[target(A).pk].ok
        refused = results[target(B).pk]
        assert refused.code == "built-on"
        assert str(refused.message).startswith("officer2 at ")
        assert "Target given its own ground" in str(refused.message)
    assert (target(A).ground, target(B).ground) == (None, second)


def test_what_a_notice_was_drafted_of_meanwhile_says_which_by_whom_and_when(
    scenario, case_of
):
    case = file(scenario, case_of(A, B))
    workflow.ground_targets(
        targets=[target(A).pk, target(B).pk],
        ground=LegalGround.objects.get(code="counterfeit"),
        actor=scenario.officer,
    )
    composed = notices.compose_notices(
        case=case, actor=scenario.officer2, targets=[target(A).pk]
    )
    with translation.override("en"):
        results = {result.ref: result for result in undo(scenario)}
        message = str(results[target(A).pk].message)
    assert results[target(B).pk].ok
    assert not results[target(A).pk].ok
    assert f"notice {composed.notices[0].number}" in message
    assert "drafted by officer2" in message


def test_an_act_is_undone_once_by_whom_it_was_and_for_ten_minutes(scenario, case_of):
    case_of(A, B)
    drop(scenario, target(A))
    with pytest.raises(PermissionDenied):
        undo(scenario, scenario.officer2)
    BulkAct.objects.update(
        recorded_at=timezone.now() - timedelta(minutes=10, seconds=1)
    )
    with pytest.raises(TransitionRefused, match="undo-late"):
        undo(scenario)
    assert target(A).state == "dropped"
    drop(scenario, target(B))
    undo(scenario)
    with pytest.raises(TransitionRefused, match="undone-already"):
        undo(scenario)


def test_complaints_taken_into_a_case_come_out_with_their_targets(
    scenario, case_of, accepted
):
    case = case_of(A)
    complaint = accepted(row(B))
    workflow.add_complaints(case=case, complaints=[complaint], actor=scenario.officer)
    assert target(B).case == case
    assert all(result.ok for result in undo(scenario))
    complaint.refresh_from_db()
    assert (complaint.state, complaint.case, target(B).case) == ("accepted", None, None)
    assert target(A).case == case
    assert (
        AuditEntry.objects.in_thread(case.thread).filter(verb="complaint.moved").count()
        == 1
    )


def test_a_complaint_whose_targets_a_notice_names_stays(scenario, case_of, accepted):
    case = case_of(A)
    one, other = accepted(row(B)), accepted(row("600000000003"))
    workflow.add_complaints(case=case, complaints=[one, other], actor=scenario.officer)
    put_into(Target.objects.filter(pk=target(B).pk), "noticed")
    results = {result.ref: result for result in undo(scenario)}
    assert (results[one.pk].code, results[other.pk].ok) == ("built-on", True)
    assert target(B).case == case
    assert target("600000000003").case is None


def test_opening_a_case_is_undone_with_its_case(scenario, case_of):
    case = case_of(A)
    assert all(result.ok for result in undo(scenario))
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert (target().case, target().complaint.state) == (None, "accepted")


def test_a_case_that_somebody_worked_on_is_not_undone(scenario, case_of):
    case = case_of(A)
    act = last_act()
    file(scenario, case)
    with translation.override("en"):
        [result] = workflow.undo_act(act=act, actor=scenario.officer)
        assert str(result.message).startswith("chief at ")
        assert "Case filed" in str(result.message)
    case.refresh_from_db()
    assert (case.state, target().case) == ("filed", case)


@pytest.mark.parametrize("verb", ["drop", "ground"])
def test_undoing_costs_the_same_for_one_and_fifty(scenario, case_of, verb):
    case = case_of(*(str(600000000100 + n) for n in range(51)))
    ids = list(case.targets.order_by("pk").values_list("pk", flat=True))
    counts = []
    for some in (ids[:1], ids[1:]):
        if verb == "drop":
            workflow.drop_targets(targets=some, actor=scenario.officer, reason="x")
        else:
            workflow.ground_targets(
                targets=some, actor=scenario.officer, ground=LegalGround.objects.first()
            )
        with CaptureQueriesContext(connection) as queries:
            assert all(result.ok for result in undo(scenario))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_case_offers_the_undoing_and_tells_what_was_not_undone(
    scenario, case_of, client
):
    case = case_of(A, B)
    client.force_login(scenario.officer)
    drop(scenario, target(A), target(B))
    act = last_act()
    workflow.add_targets(
        case=case, addresses=[target(B).thing.url], actor=scenario.officer2
    )
    address = reverse("cases:act_undo", args=[act.pk])
    assert address in client.get(case.get_absolute_url()).content.decode()
    answer = client.post(address)
    assert answer.status_code == 200
    assert "officer2" in answer.content.decode()
    assert B in answer.content.decode()
    assert (target(A).state, target(B).state) == ("reported", "reported")
    assert address not in client.get(case.get_absolute_url()).content.decode()
    client.force_login(scenario.officer2)
    assert client.post(address).status_code == 404


def test_ones_acts_of_today_are_listed_with_their_way_back(
    scenario, case_of, accepted, client
):
    case = case_of(A, B)
    drop(scenario, target(A))
    refused = accepted(row("600000000009"))
    workflow.refuse_complaint(
        complaint=refused, actor=scenario.officer, reason="材料不全"
    )
    workflow.ground_targets(
        targets=[target(B).pk],
        actor=scenario.officer2,
        ground=LegalGround.objects.first(),
    )
    client.force_login(scenario.officer)
    page = client.get(reverse("cases:acts"))
    ways = {way.url for _line, way in page.context["rows"] if way}
    assert f"{case.get_absolute_url()}?state=dropped" in ways
    assert refused.get_absolute_url() in ways
    assert case.complaints.get().get_absolute_url() in ways
    assert {act.verb for act in page.context["undoable"]} == {"open", "drop"}
    text = page.content.decode()
    assert B not in text  # what the colleague did
    assert reverse("cases:acts") in client.get(reverse("home")).content.decode()


def test_yesterdays_acts_are_not_todays(scenario, case_of, client):
    case_of(A)
    client.force_login(scenario.officer2)
    assert client.get(reverse("cases:acts")).context["rows"] == []


def test_the_list_of_ones_acts_costs_the_same_for_one_and_many(
    scenario, case_of, client
):
    case = case_of(*(str(600000000100 + n) for n in range(30)))
    client.force_login(scenario.officer)
    client.get(reverse("cases:acts"))
    counts = []
    for pk in case.targets.order_by("pk").values_list("pk", flat=True)[:2]:
        workflow.ground_targets(
            targets=[pk], actor=scenario.officer, ground=LegalGround.objects.first()
        )
        workflow.retitle_case(case=case, actor=scenario.officer, title=f"案{pk}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("cases:acts")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
