"""Complaints: who may hand them in, and which way they go."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cases import workflow
from cases.models import Complaint, SheetImport
from corps.deadlines.clock import now, shanghai_date, today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, StoredFile, User
from corps.workflow import store_file
from firms.workflow import appoint_representative
from tests.cases.conftest import hand_in, sheet_of
from tests.cases.sheets import row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def submit(scenario, **said):
    said = {
        "actor": scenario.officer,
        "firm": scenario.firms["CXT"],
        "subject": "线索",
        "received_on": today(),
    } | said
    return workflow.submit_complaint(**said)[0]


def test_a_complaint_without_a_sheet_has_no_import(scenario):
    complaint, sheet_import = workflow.submit_complaint(
        actor=scenario.officer,
        firm=scenario.firms["CXT"],
        subject=" 线索 ",
        received_on=today(),
    )
    assert sheet_import is None
    assert (complaint.state, complaint.subject) == ("received", "线索")
    assert complaint.number == f"T{today().year}-000001"


def test_the_period_for_verification_runs_from_the_day_of_receipt(scenario):
    deadline = submit(
        scenario, received_on=date(2026, 3, 17), receipt_reason="邮寄"
    ).verify_deadline
    assert (deadline.rule.code, deadline.started_on, deadline.due_on) == (
        "HC",
        date(2026, 3, 17),
        date(2026, 4, 8),
    )


def test_handing_in_rings_for_the_sheet_once_it_is_committed(
    scenario, monkeypatch, django_capture_on_commit_callbacks
):

    enqueued = []
    monkeypatch.setattr(
        "corps.task_queue.current_app.send_task",
        lambda _name, args=(), **_: enqueued.extend(args),
    )
    with django_capture_on_commit_callbacks() as callbacks:
        sheet_import = hand_in(scenario, sheet_of(row("600000000001")), "a.csv")
    assert enqueued == []
    for callback in callbacks:
        callback()
    assert enqueued == [str(sheet_import.pk)]


def test_a_representative_hands_in_for_their_own_firm_only(scenario):
    user = User.objects.create(username="firm-CXT", name="CXT", role="representative")
    appoint_representative(firm=scenario.firms["CXT"], user=user, actor=scenario.admin)
    assert submit(scenario, actor=user).submitted_by == user
    with pytest.raises(PermissionDenied):
        submit(scenario, actor=user, firm=scenario.firms["HYS"])


@pytest.mark.parametrize("login", ["liaison", "admin", "auditor"])
def test_people_without_business_hand_nothing_in(scenario, login):
    with pytest.raises(PermissionDenied):
        submit(scenario, actor=getattr(scenario, login))


def test_bad_input_is_refused_at_its_field(scenario, settings):
    with pytest.raises(ValidationError) as blank:
        submit(scenario, subject=" ")
    assert "subject" in blank.value.message_dict
    with pytest.raises(TransitionRefused, match="received-ahead"):
        submit(scenario, received_on=today() + timedelta(days=1))
    settings.SHEET_MAX_BYTES = 10
    with pytest.raises(TransitionRefused, match="sheet-too-large"):
        submit(scenario, sheet=store_file(bytes(11), "text/csv"), sheet_name="a.csv")
    assert not Complaint.objects.exists()


def test_a_past_time_is_for_people_who_may_record_past_events(scenario):
    long_ago = now() - timedelta(days=30)
    with pytest.raises(TransitionRefused, match="at-past"):
        submit(scenario, at=long_ago, received_on=shanghai_date(long_ago))
    User.objects.filter(pk=scenario.officer.pk).update(duties=["record_past_event"])
    scenario.officer.refresh_from_db()
    assert (
        submit(scenario, at=long_ago, received_on=shanghai_date(long_ago)).submitted_at
        == long_ago
    )


def test_the_name_of_a_file_keeps_its_ending_and_loses_its_folders(scenario):
    sheet = store_file(b"x", "text/csv")
    assert StoredFile.objects.count() == 1
    assert (
        submit(scenario, sheet=sheet, sheet_name="C:\\清单\\a.csv").sheet_name
        == "a.csv"
    )
    long = submit(scenario, sheet=sheet, sheet_name="长" * 300 + ".csv").sheet_name
    assert len(long) == 200
    assert long.endswith(".csv")


def test_accepting_twice_tells_who_was_first(scenario):
    complaint = submit(scenario)
    workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
    with pytest.raises(TransitionRefused) as refused:
        workflow.accept_complaint(complaint=complaint, actor=scenario.officer2)
    assert refused.value.code == "wrong-state"
    assert refused.value.details["by"] == "officer"
    assert (
        AuditEntry.objects.about(complaint).filter(verb="complaint.accepted").count()
        == 1
    )


def test_refusing_needs_a_reason_and_gives_up_the_sheet(scenario):
    sheet_import = hand_in(scenario, sheet_of(row("600000000001")), "a.csv")
    complaint = sheet_import.complaint
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.refuse_complaint(
            complaint=complaint, actor=scenario.officer, reason=" "
        )
    workflow.refuse_complaint(
        complaint=complaint, actor=scenario.officer, reason="不属管辖"
    )
    sheet_import.refresh_from_db()
    assert sheet_import.state == SheetImport.State.ABANDONED
    workflow.read_sheet(sheet_import.pk)
    assert not sheet_import.import_rows.exists()


def test_a_complaint_whose_sheet_is_being_registered_is_not_refused(scenario):
    sheet_import = hand_in(scenario, sheet_of(row("600000000001")), "a.csv")
    put_into(SheetImport.objects, "registering")
    with pytest.raises(TransitionRefused, match="being-registered"):
        workflow.refuse_complaint(
            complaint=sheet_import.complaint, actor=scenario.officer, reason="重复"
        )


def test_a_refused_complaint_can_still_be_accepted_but_its_rows_are_not_registered(
    scenario,
):
    sheet_import = hand_in(scenario, sheet_of(row("600000000001")), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    workflow.refuse_complaint(
        complaint=sheet_import.complaint, actor=scenario.officer, reason="材料不全"
    )
    with pytest.raises(TransitionRefused, match="not-in-review"):
        workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)
    complaint = workflow.accept_complaint(
        complaint=sheet_import.complaint, actor=scenario.officer
    )
    assert complaint.state == "accepted"


def test_a_firm_withdraws_its_own_complaint(scenario):
    user = User.objects.create(username="firm-HYS", name="HYS", role="representative")
    appoint_representative(firm=scenario.firms["HYS"], user=user, actor=scenario.admin)
    complaint = submit(scenario)
    with pytest.raises(PermissionDenied):
        workflow.withdraw_complaint(complaint=complaint, actor=user, reason="误报")
    own = submit(scenario, firm=scenario.firms["HYS"])
    assert (
        workflow.withdraw_complaint(complaint=own, actor=user, reason="误报").state
        == "withdrawn"
    )
