"""What each role may see and do, over all rooms: every case, number and register, and every act of weight."""

import pytest
from django.db.models import QuerySet

from cases.models import (
    Campaign,
    Case,
    CaseOfficer,
    Complaint,
    ImportRow,
    SheetImport,
    Target,
)
from corps.access.extensions import access_rules
from corps.access.permissions import may
from corps.mail.compose import compose
from corps.models import AuditEntry, Delivery, Unit, User
from dashboards.models import Rollup
from firms.models import Firm, Representative
from listings.models import Listing
from notices import workflow
from notices.models import LedgerEntry, Notice, NoticeItem, Objection, Recurrence
from notices.tables import visible_deliveries
from stores.models import OfficialAccount, Platform, Store
from tests.notices.world import (
    World,
    add_targets,
    ago,
    answer,
    file_another,
    make_world,
)

pytestmark = pytest.mark.django_db

ACTS = {
    "notices.compose": {"officer"},
    "notices.approve": {"head_of_unit", "head_of_department"},
    "notices.serve": {"officer"},
    "notices.answer": {"liaison"},
    "notices.answer_on_behalf": {"officer"},
    "notices.check": {"officer", "supervisor"},
    "notices.decide_objection": {"supervisor"},
    "notices.correct_outcome": {"supervisor"},
    "cases.file_case": {"head_of_department"},
    "cases.reopen_case": {"supervisor"},
    "stores.propose_official_account": {"officer", "supervisor"},
    "stores.confirm_official_account": {"supervisor"},
    "stores.strike_official_account": {"supervisor"},
    "corps.manage_accounts": {"administrator"},
    "corps.publish_calendar": {"administrator"},
    "corps.lift_quarantine": {"administrator"},
    "corps.decide_delivery": {"officer", "supervisor"},
    "corps.check_audit": {"auditor"},
}
CASE_CONTENT = (
    Case,
    Target,
    Complaint,
    Notice,
    NoticeItem,
    Objection,
    LedgerEntry,
    Recurrence,
    Rollup,
    Listing,
    Store,
)


def person(role: str, *duties: str, unit: Unit | None = None, login: str = "") -> User:
    login = login or f"a-{role}"
    return User.objects.create(
        username=login,
        name=login,
        role=role,
        unit=unit,
        duties=list(duties),
        password="!",
    )


def test_acts_of_weight_are_for_those_named_and_nobody_else(world: World):
    unit = world.case.unit
    people = {role: person(role, unit=unit) for role in ("officer", "supervisor")}
    people |= {
        role: person(role)
        for role in ("liaison", "representative", "administrator", "auditor")
    }
    people |= {
        duty: person("supervisor", duty, unit=unit, login=duty)
        for duty in User.Duty.values
    }
    duties = set(User.Duty.values)
    for act, wanted in ACTS.items():
        able = {name for name, somebody in people.items() if may(somebody, act)}
        assert able == wanted | (duties if "supervisor" in wanted else set()), act


def test_auditors_only_check_and_liaisons_only_answer(world: World):
    auditor = person("auditor")
    assert {act for act in access_rules if may(auditor, act)} == {
        "corps.check_audit",
        "corps.view_audit",
        "corps.view_status",
    }
    assert {act for act in access_rules if may(world.liaison, act)} == {
        "notices.answer",
        "notices.read_letters",
    }


def test_whoever_is_deactivated_may_do_nothing(world: World):
    world.officer.is_active = False
    assert not any(may(world.officer, act) for act in access_rules)


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def full(world: World) -> World:
    """A case of unit 1 and one of the unit below it, each with everything that a case can hold."""
    below = Unit.objects.create(
        name="一支队一大队", path="/1/3/", parent=world.case.unit
    )
    other = file_another(world, 0)
    other.case.unit = below
    other.case.save(update_fields=["unit"])
    for place in (world, other):
        target, again, not_answered = add_targets(place, 3)
        complaint = Complaint.objects.create(
            number=f"T2026-{place.case.pk:06}",
            firm=place.firm,
            case=place.case,
            subject="投诉",
            received_on=ago(days=3).date(),
            submitted_by=place.officer,
            submitted_at=ago(days=3),
        )
        sheet = SheetImport.objects.create(
            complaint=complaint, started_by=place.officer, at=ago(days=3)
        )
        for number, named in enumerate((target, again, not_answered), start=1):
            ImportRow.objects.create(
                sheet_import=sheet, row=number, result="new", target=named
            )
        actor = (
            world.officer
            if place is world
            else person("officer", unit=below, login="officer-below")
        )
        checker = (
            world.officer2
            if place is world
            else person("officer", unit=below, login="checker-below")
        )
        composed = workflow.compose_notices(case=place.case, actor=actor)
        notice = workflow.submit_notice(notice=composed.notices[0], actor=actor)
        notice = workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )
        items = dict(notice.items.values_list("target", "pk"))
        answer(place, notice, "removed", [items[target.pk], items[again.pk]])
        workflow.verify_items(
            items=[items[target.pk], items[again.pk]], seen="gone", actor=checker
        )
        workflow.check_again(targets=[again.pk], seen="live", actor=checker)
        workflow.lodge_objection(target=target, reason="误伤", actor=actor)
    Store.objects.create(
        platform=world.platform, canonical_id="70000001", site="taobao", url="x"
    )
    OfficialAccount.objects.create(
        firm=world.firm,
        platform=world.platform,
        canonical_id="70000009",
        site="taobao",
        url="x",
        name="官方",
    )
    Campaign.objects.create(
        name="专项", opens_on=ago(days=9).date(), closes_on=ago(days=1).date()
    )
    return world


def seen(user: User) -> set[tuple[str, int]]:
    """Which cases' content somebody sees, by model."""
    found: set[tuple[str, int]] = set()
    for model in (
        Case,
        Target,
        Complaint,
        Notice,
        NoticeItem,
        Objection,
        LedgerEntry,
        Recurrence,
        Rollup,
    ):
        rows: QuerySet = model.objects.visible_to(user)
        path = {Case: "pk", NoticeItem: "notice__case"}.get(model, "case")
        found |= {
            (model.__name__, case)
            for case in rows.order_by().values_list(path, flat=True)
        }
    return found


def test_the_corps_sees_the_cases_of_its_units_and_of_those_below_by_role(full: World):
    own, below = full.case, Case.objects.exclude(pk=full.case.pk).get()
    kinds = {kind for kind, _case in seen(full.officer)}
    assert kinds == {
        "Case", "Target", "Complaint", "Notice", "NoticeItem", "Objection", "LedgerEntry", "Recurrence", "Rollup"
    }  # fmt: skip
    by_case = {
        full.officer: {own.pk},
        User.objects.get(username="officer-below"): {below.pk},
        full.supervisor: {own.pk, below.pk},
        full.stranger: set(),
        person("supervisor", unit=full.stranger.unit, login="supervisor-2"): set(),
        person("supervisor", "reviewer", unit=full.stranger.unit, login="reviewer"): {
            own.pk,
            below.pk,
        },
    }
    for user, cases in by_case.items():
        assert seen(user) == {(kind, case) for kind in kinds for case in cases}, (
            user.username
        )


def test_an_officer_sees_a_case_of_another_unit_only_while_it_is_theirs(full: World):
    assignment = CaseOfficer.objects.create(
        case=full.case, officer=full.stranger, is_lead=False, since=ago(days=1)
    )
    assert {case for _kind, case in seen(full.stranger)} == {full.case.pk}
    CaseOfficer.objects.filter(pk=assignment.pk).update(until=ago(hours=1))
    assert not seen(full.stranger)


def test_outside_the_corps_nobody_sees_case_content_but_what_is_their_own(full: World):
    for role in ("administrator", "auditor", "liaison", "representative"):
        somebody = person(role)
        for model in CASE_CONTENT:
            assert not model.objects.visible_to(somebody).exists(), (role, model)
        assert not Campaign.objects.visible_to(somebody).exists(), role
        assert not OfficialAccount.objects.visible_to(somebody).exists(), role
        assert not Delivery.objects.visible_to(somebody).exists(), role
    other = Firm.objects.create(
        code="HYS", name="皓颐", short_name="皓颐", uscc="91310000MA1FT00192"
    )
    mine, theirs = (
        person("representative", login="mine"),
        person("representative", login="theirs"),
    )
    Representative.objects.create(firm=full.firm, user=mine)
    Representative.objects.create(firm=other, user=theirs)
    for model, count in ((Target, 6), (Complaint, 2), (OfficialAccount, 1), (Firm, 1)):
        assert model.objects.visible_to(mine).count() == count, model
    for model, count in ((Target, 0), (Complaint, 0), (OfficialAccount, 0), (Firm, 1)):
        assert model.objects.visible_to(theirs).count() == count, model
    assert not Platform.objects.visible_to(
        User.objects.get(username="a-auditor")
    ).exists()


def test_the_audit_is_the_auditors_and_accounts_the_administrators(full: World):
    auditor, administrator = person("auditor"), person("administrator")
    assert AuditEntry.objects.visible_to(auditor).exists()
    everybody = User.objects.count()
    for user in (full.officer, full.supervisor, full.liaison, administrator):
        assert not AuditEntry.objects.visible_to(user).exists(), user.username
    assert User.objects.visible_to(administrator).count() == everybody
    assert set(User.objects.visible_to(full.liaison)) == {full.liaison}
    User.objects.filter(pk=full.officer2.pk).update(is_active=False)
    colleagues = User.objects.visible_to(full.officer)
    assert set(colleagues.values_list("role", flat=True)) == {"officer", "supervisor"}
    assert full.officer2 not in colleagues


def test_deliveries_are_seen_with_their_notice(full: World):
    own, below = (Notice.objects.get(case=case) for case in Case.objects.order_by("pk"))
    compose(full.firm, recipient="a@firm.example", purpose="other", title="x", text="x")
    assert set(
        visible_deliveries(full.officer).values_list("message__subject_id", flat=True)
    ) == {own.pk}
    assert set(
        visible_deliveries(full.supervisor).values_list(
            "message__subject_id", flat=True
        )
    ) == {own.pk, below.pk}
    assert not visible_deliveries(full.stranger).exists()
