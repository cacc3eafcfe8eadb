"""The date of receipt is the corps' to set, and the decision whether to file stands under its deadline until made."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import workflow
from cases.models import Complaint
from corps.deadlines.clock import now, today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from corps.workflow import make_key
from dashboards.backlog import of_deadlines
from firms.workflow import appoint_representative
from tests.cases.conftest import sheet_of
from tests.home import needs_of

pytestmark = pytest.mark.django_db

EARLIER = today() - timedelta(days=6)


@pytest.fixture
def representative(scenario) -> User:
    user = User.objects.create(username="firm-CXT", name="CXT", role="representative")
    appoint_representative(firm=scenario.firms["CXT"], user=user, actor=scenario.admin)
    return user


def submit(scenario, **said) -> Complaint:
    said = {
        "actor": scenario.officer,
        "firm": scenario.firms["CXT"],
        "subject": "线索",
        "received_on": today(),
    } | said
    return workflow.submit_complaint(**said)[0]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_firm_proposes_the_date_and_the_day_of_handing_in_counts(
    scenario, representative
):
    complaint = submit(scenario, actor=representative, received_on=EARLIER)
    assert (complaint.received_on, complaint.proposed_received_on) == (today(), EARLIER)
    assert complaint.verify_deadline.started_on == today()


def test_an_officer_counts_from_an_earlier_day_only_with_a_reason(scenario):
    with pytest.raises(TransitionRefused, match="receipt-reason-missing"):
        submit(scenario, received_on=EARLIER)
    complaint = submit(scenario, received_on=EARLIER, receipt_reason="邮寄送达")
    assert (complaint.received_on, complaint.receipt_reason) == (EARLIER, "邮寄送达")


def test_a_program_only_proposes_an_earlier_date(scenario):
    key = make_key(user=scenario.officer, actor=scenario.officer, at=now())
    sheet = SimpleUploadedFile("a.csv", sheet_of())
    sent = {
        "firm": "CXT",
        "subject": "清单",
        "received_on": EARLIER.isoformat(),
        "sheet": sheet,
    }
    answered = Client(headers={"Authorization": f"Bearer {key}"}).post(
        "/api/v1/complaints/", sent
    )
    assert answered.status_code == 202
    complaint = Complaint.objects.get()
    assert (complaint.received_on, complaint.proposed_received_on) == (today(), EARLIER)


def test_the_corps_sets_the_date_and_with_it_the_deadline(scenario, representative):
    complaint = submit(scenario, actor=representative, received_on=EARLIER)
    with pytest.raises(TransitionRefused, match="receipt-reason-missing"):
        workflow.set_received_on(
            complaint=complaint, actor=scenario.officer, received_on=EARLIER
        )
    workflow.set_received_on(
        complaint=complaint,
        actor=scenario.officer,
        received_on=EARLIER,
        reason="窗口已签收",
    )
    complaint.refresh_from_db()
    assert complaint.verify_deadline.started_on == complaint.received_on == EARLIER
    entry = AuditEntry.objects.about(complaint).get(verb="complaint.receipt_set")
    assert (entry.detail["before"], entry.detail["after"]) == (
        today().isoformat(),
        EARLIER.isoformat(),
    )


def test_a_firm_does_not_set_the_date(scenario, representative):
    complaint = submit(scenario, actor=representative)
    with pytest.raises(PermissionDenied):
        workflow.set_received_on(
            complaint=complaint, actor=representative, received_on=EARLIER, reason="x"
        )
    assert (
        signed_in(representative)
        .post(reverse("cases:receipt", args=[complaint.number]))
        .status_code
        == 404
    )


def test_a_day_to_come_is_refused(scenario):
    complaint = submit(scenario)
    with pytest.raises(TransitionRefused, match="received-ahead"):
        workflow.set_received_on(
            complaint=complaint,
            actor=scenario.officer,
            received_on=today() + timedelta(days=1),
        )


def test_once_the_case_is_filed_the_date_stands(scenario, accepted):
    complaint = accepted("https://item.taobao.com/item.htm?id=600000000001,,下架,x")
    case = workflow.open_case(
        actor=scenario.officer,
        complaints=[complaint],
        title="案",
        lead=scenario.officer,
        second=scenario.officer2,
    )
    workflow.set_received_on(
        complaint=complaint, actor=scenario.officer, received_on=EARLIER, reason="邮寄"
    )
    workflow.file_case(case=case, actor=scenario.chief)
    with pytest.raises(TransitionRefused, match="decided"):
        workflow.set_received_on(
            complaint=complaint, actor=scenario.officer, received_on=today()
        )


def test_the_page_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(
    scenario, representative
):
    complaint = submit(scenario, actor=representative, received_on=EARLIER)
    client = signed_in(scenario.officer)
    url = reverse("cases:receipt", args=[complaint.number])
    shown = client.get(complaint.get_absolute_url()).content.decode()
    assert EARLIER.isoformat() in shown
    refused = client.post(url, {"received_on": EARLIER.isoformat(), "reason": ""})
    assert "reason" in refused.context["receipt"].errors
    assert refused.context["receipt"]["received_on"].value() == EARLIER.isoformat()
    client.post(url, {"received_on": EARLIER.isoformat(), "reason": "邮寄"})
    complaint.refresh_from_db()
    assert complaint.received_on == EARLIER


def overdue_lead(scenario, accepted):
    complaint = accepted("https://item.taobao.com/item.htm?id=600000000001,,下架,x")
    long_ago = today() - timedelta(days=90)
    workflow.set_received_on(
        complaint=complaint, actor=scenario.officer, received_on=long_ago, reason="邮寄"
    )
    return complaint, workflow.open_case(
        actor=scenario.officer,
        complaints=[complaint],
        title="案",
        lead=scenario.officer,
        second=scenario.officer2,
    )


def test_the_filing_deadline_stands_on_the_lead_and_on_the_home_page_until_it_is_decided(
    scenario, accepted
):
    complaint, case = overdue_lead(scenario, accepted)
    complaint.refresh_from_db()
    due = complaint.verify_deadline.due_on
    assert case.filing_deadline.due_on == due
    client = signed_in(scenario.officer)
    assert due in [
        clock["due"] for clock in client.get(case.get_absolute_url()).context["clocks"]
    ]
    assert due in [
        need.due
        for need in needs_of(scenario.officer)
        if need.subject == ("case", case.pk)
    ]
    case = workflow.file_case(case=case, actor=scenario.chief)
    assert case.filing_deadline is None


@pytest.mark.parametrize("decide", ["nothing", "file", "decline"])
def test_a_filing_deadline_that_passed_counts_as_missed(scenario, accepted, decide):
    _complaint, case = overdue_lead(scenario, accepted)
    if decide == "file":
        workflow.file_case(case=case, actor=scenario.chief)
    if decide == "decline":
        workflow.decline_case(case=case, actor=scenario.chief, reason="证据不足")
    [row] = of_deadlines("filing", scenario.chief, None)
    assert row.in_time is False
    page = signed_in(scenario.chief).get(
        reverse("dashboards:deadlines"), {"what": "filing", "in_time": "no"}
    )
    assert [line.name for line in page.context["rows"]] == [row.number]


def test_a_decision_in_time_counts_as_kept_and_one_not_due_yet_not_at_all(
    scenario, accepted
):
    first = accepted("https://item.taobao.com/item.htm?id=600000000001,,下架,x")
    accepted("https://item.taobao.com/item.htm?id=600000000002,,下架,x")
    case = workflow.open_case(actor=scenario.officer, complaints=[first], title="案")
    workflow.decline_case(case=case, actor=scenario.chief, reason="证据不足")
    [row] = of_deadlines("filing", scenario.chief, None)
    assert (row.number, row.in_time) == (first.number, True)
