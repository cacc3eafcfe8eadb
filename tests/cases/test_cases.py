"""Cases: opened, filed, handled, given a ground; who may, from which state, and what it leaves."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError

from cases import workflow
from cases.grounds import SUGGESTED, remove_grounds, seed_grounds, shipped_grounds
from cases.models import Campaign, Case, Complaint, LegalGround, Target
from corps.deadlines.clock import shanghai_date, today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from listings.sheets.values import VIOLATION_LABELS
from tests.cases.conftest import sheet_of, take_in
from tests.cases.sheets import row

pytestmark = pytest.mark.django_db


def test_a_case_takes_its_complaints_and_their_targets(scenario, opened):
    case = opened()
    assert case.number == f"C{today().year}-000001"
    assert (case.state, case.unit, case.firm.code) == (
        "lead",
        scenario.officer.unit,
        "CXT",
    )
    assert case.targets.count() == 2
    assert Complaint.objects.get().state == "in_case"
    assert list(
        case.assignments.order_by("-is_lead").values_list(
            "officer__username", "is_lead"
        )
    ) == [
        ("officer", True),
        ("officer2", False),
    ]
    verbs = (
        AuditEntry.objects.in_thread(case.thread)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == [
        "case.opened",
        "complaint.in_case",
        "case.complaints_added",
        "case.assigned",
    ]


def test_what_is_registered_after_the_case_was_opened_belongs_to_it_at_once(scenario):
    complaint, _ = workflow.submit_complaint(
        actor=scenario.officer,
        firm=scenario.firms["CXT"],
        subject="线索",
        received_on=today(),
    )
    sheet_import = take_in(scenario, sheet_of("https://m.tb.cn/h.abc,,下架,x"))
    complaint = workflow.accept_complaint(
        complaint=sheet_import.complaint, actor=scenario.officer
    )
    case = workflow.open_case(
        actor=scenario.officer, complaints=[complaint], title="案"
    )
    held = sheet_import.import_rows.get()
    workflow.settle_rows(
        rows=[held.pk],
        actor=scenario.officer,
        repair="https://item.taobao.com/item.htm?id=600000000001",
    )
    assert case.targets.count() == 1


def test_a_target_stays_in_the_case_of_the_first_complaint(scenario, accepted):
    first, second = (
        accepted(row("600000000001")),
        accepted(row("600000000001"), row("600000000002")),
    )
    cases = [
        workflow.open_case(actor=scenario.officer, complaints=[complaint], title="案")
        for complaint in (second, first)
    ]
    assert [case.targets.count() for case in cases] == [1, 1]
    assert cases[1].targets.get().complaint == first


def test_what_only_a_refused_complaint_named_comes_to_the_next_that_names_it(
    scenario, accepted
):
    first = take_in(scenario, sheet_of(row("600000000001")), firm="HYS").complaint
    second = accepted(row("600000000001"), firm="CXT")
    workflow.refuse_complaint(
        complaint=first, actor=scenario.officer, reason="材料不实"
    )
    case = workflow.open_case(actor=scenario.officer, complaints=[second], title="案")
    target = case.targets.get()
    assert (target.complaint, target.firm.code) == (
        second,
        "HYS",
    )  # what it counts stays with who named it first


def test_complaints_of_two_firms_make_no_case(scenario, accepted):
    both = [accepted(row("600000000001")), accepted(row("600000000002"), firm="HYS")]
    with pytest.raises(TransitionRefused, match="several-firms"):
        workflow.open_case(actor=scenario.officer, complaints=both, title="案")
    case = workflow.open_case(actor=scenario.officer, complaints=both[:1], title="案")
    with pytest.raises(TransitionRefused, match="several-firms"):
        workflow.add_complaints(case=case, complaints=both[1:], actor=scenario.officer)


def test_only_accepted_complaints_make_a_case_and_only_once(scenario, accepted):
    received = take_in(scenario, sheet_of(row("600000000001"))).complaint
    with pytest.raises(TransitionRefused, match="not-accepted"):
        workflow.open_case(actor=scenario.officer, complaints=[received], title="案")
    with pytest.raises(TransitionRefused, match="no-complaints"):
        workflow.open_case(actor=scenario.officer, complaints=[], title="案")
    complaint = accepted(row("600000000002"))
    workflow.open_case(actor=scenario.officer, complaints=[complaint], title="案")
    with pytest.raises(TransitionRefused, match="not-accepted"):
        workflow.open_case(actor=scenario.officer2, complaints=[complaint], title="案")
    assert Case.objects.count() == 1


def test_a_case_is_opened_in_ones_own_unit_or_below(scenario, accepted):
    complaint = accepted(row("600000000001"))
    with pytest.raises(TransitionRefused, match="other-unit"):
        workflow.open_case(
            actor=scenario.officer,
            complaints=[complaint],
            title="案",
            unit=scenario.officer3.unit,
        )
    assert workflow.open_case(
        actor=scenario.chief,
        complaints=[complaint],
        title="案",
        unit=scenario.officer3.unit,
    )


def test_a_case_takes_the_campaign_that_its_complaints_share(scenario, accepted):
    campaign = workflow.open_campaign(
        actor=scenario.chief,
        name="春季行动",
        opens_on=date(2026, 3, 1),
        closes_on=date(2026, 6, 30),
        reply_working_days=5,
    )
    complaint = accepted(row("600000000001"))
    Complaint.objects.update(campaign=campaign)
    assert (
        workflow.open_case(
            actor=scenario.officer, complaints=[complaint], title="案"
        ).campaign
        == campaign
    )
    assert Campaign.objects.visible_to(scenario.officer).count() == 1
    with pytest.raises(PermissionDenied):
        workflow.open_campaign(
            actor=scenario.officer,
            name="其他",
            opens_on=date(2026, 3, 1),
            closes_on=date(2026, 6, 30),
        )


def test_filing_gives_a_number_and_begins_the_period_for_handling(scenario, opened):
    case = workflow.file_case(case=opened(), actor=scenario.chief)
    assert case.state == "filed"
    assert case.document_number == f"沪市监总队立〔{today().year}〕1号"
    assert (case.handling_deadline.rule.code, case.handling_deadline.started_on) == (
        "CB",
        shanghai_date(case.filed_at),
    )
    with pytest.raises(TransitionRefused) as again:
        workflow.file_case(case=case, actor=scenario.chief)
    assert (again.value.code, again.value.details["by"]) == ("wrong-state", "chief")


@pytest.mark.parametrize(
    "login", ["officer", "supervisor", "officer3", "liaison", "admin", "auditor"]
)
def test_only_a_head_of_department_files(scenario, opened, login):
    case = opened()
    with pytest.raises(PermissionDenied):
        workflow.file_case(case=case, actor=getattr(scenario, login))
    case.refresh_from_db()
    assert case.state == "lead"


def test_a_case_is_filed_with_two_officers_and_not_by_who_opened_it(
    scenario, opened, accepted
):
    alone = workflow.open_case(
        actor=scenario.officer, complaints=[accepted(row("600000000009"))], title="案"
    )
    with pytest.raises(TransitionRefused, match="two-officers"):
        workflow.file_case(case=alone, actor=scenario.chief)
    own = opened(actor=scenario.chief)
    with pytest.raises(TransitionRefused, match="own-draft"):
        workflow.file_case(case=own, actor=scenario.chief)


def test_declining_needs_a_reason_and_can_be_reconsidered(scenario, opened):
    case = opened()
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.decline_case(case=case, actor=scenario.chief, reason="")
    case = workflow.decline_case(case=case, actor=scenario.chief, reason="情节轻微")
    assert (case.state, case.document_number) == (
        "not_filed",
        f"沪市监总队不立〔{today().year}〕1号",
    )
    assert (
        workflow.reconsider_case(case=case, actor=scenario.chief, reason="新证据").state
        == "lead"
    )


def test_assigning_relieves_who_handled_it_before(scenario, opened):
    case = opened()
    workflow.assign_officers(
        case=case,
        lead=scenario.officer2,
        second=scenario.officer3,
        actor=scenario.supervisor,
    )
    now_on = (
        case.assignments.filter(until=None)
        .order_by("-is_lead")
        .values_list("officer__username", flat=True)
    )
    assert list(now_on) == ["officer2", "officer3"]
    assert Case.objects.visible_to(scenario.officer3).count() == 1
    for lead, second in (
        (scenario.officer, scenario.officer),
        (scenario.officer, None),
    ):
        with pytest.raises(TransitionRefused, match="two-officers"):
            workflow.assign_officers(
                case=case, lead=lead, second=second, actor=scenario.supervisor
            )
    with pytest.raises(TransitionRefused, match="not-an-officer"):
        workflow.assign_officers(
            case=case,
            lead=scenario.officer,
            second=scenario.admin,
            actor=scenario.supervisor,
        )
    User.objects.filter(pk=scenario.officer.pk).update(is_active=False)
    with pytest.raises(TransitionRefused, match="not-an-officer"):
        workflow.assign_officers(
            case=case,
            lead=User.objects.get(pk=scenario.officer.pk),
            second=scenario.officer2,
            actor=scenario.supervisor,
        )


def test_another_units_officer_does_nothing_to_a_case(scenario, opened):
    case = opened()
    ground = LegalGround.objects.first()
    for act in (
        lambda: workflow.add_note(case=case, actor=scenario.officer3, text="x"),
        lambda: workflow.retitle_case(case=case, actor=scenario.officer3, title="x"),
        lambda: workflow.give_ground(case=case, actor=scenario.officer3, ground=ground),
        lambda: workflow.add_targets(
            case=case, addresses=["x"], actor=scenario.officer3
        ),
        lambda: workflow.conclude_case(case=case, actor=scenario.officer3),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_note_is_kept_as_written_and_has_limits(scenario, opened):
    case = opened()
    assert (
        workflow.add_note(case=case, actor=scenario.officer, text=" 电话询问 ").text
        == "电话询问"
    )
    for text, code in (("  ", "note-empty"), ("长" * 4001, "note-too-long")):
        with pytest.raises(TransitionRefused, match=code):
            workflow.add_note(case=case, actor=scenario.officer, text=text)


def test_a_case_is_given_a_ground_that_is_in_force(scenario, opened):
    case, ground = opened(), LegalGround.objects.get(code="counterfeit")
    assert (
        workflow.give_ground(case=case, actor=scenario.officer, ground=ground).ground
        == ground
    )
    LegalGround.objects.filter(pk=ground.pk).update(valid_to=date(2020, 1, 1))
    with pytest.raises(TransitionRefused, match="ground-not-valid"):
        workflow.give_ground(case=case, actor=scenario.officer, ground=ground)
    assert (
        workflow.give_ground(case=case, actor=scenario.officer, ground=None).ground
        is None
    )


def test_every_aspect_has_grounds_and_a_low_price_alone_is_none():
    grounds = LegalGround.objects.all()
    assert {ground.aspect for ground in grounds} == set(LegalGround.Aspect.values)
    assert [ground.code for ground in grounds.exclude(is_sufficient=True)] == [
        "low_price"
    ]
    assert {ground.code for ground in grounds} == {
        ground["code"] for ground in shipped_grounds()
    }
    assert set(SUGGESTED.values()) <= {ground.code for ground in grounds}
    assert set(SUGGESTED) | {"other"} == set(VIOLATION_LABELS)


def test_grounds_can_be_taken_out_again_unless_one_was_given(scenario, opened):
    from django.apps import apps

    remove_grounds(apps)
    assert not LegalGround.objects.exists()
    seed_grounds(apps)
    workflow.give_ground(
        case=opened(), actor=scenario.officer, ground=LegalGround.objects.first()
    )
    with pytest.raises(ProtectedError):
        remove_grounds(apps)


def test_opening_costs_the_same_number_of_queries_for_one_target_and_fifty(
    scenario, accepted, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for start, size in ((600000000000, 1), (600000001000, 50)):
        complaint = accepted(*(row(str(start + n)) for n in range(size)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            workflow.open_case(
                actor=scenario.officer,
                complaints=[complaint],
                title="案",
                lead=scenario.officer,
                second=scenario.officer2,
            )
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Target.objects.filter(case=None).count() == 0
    assert User.objects.filter(username="officer").exists()
