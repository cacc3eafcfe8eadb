"""Targets by hand: added, given a ground, dropped; a result for each."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import workflow
from cases.extensions import drop_checks
from cases.models import Case, LegalGround, Target
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from listings.models import Belonging
from tests.cases.conftest import make_official, sheet_of, take_in
from tests.cases.sheets import ITEM, SHOP, row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def add(scenario, case, *addresses):
    return workflow.add_targets(case=case, addresses=addresses, actor=scenario.officer)


def codes(results) -> list[str]:
    return [result.code for result in results]


def test_addresses_become_targets_of_the_case_and_its_firm(scenario, opened):
    case = opened()
    assert codes(add(scenario, case, ITEM % "600000000008", SHOP % "70000008")) == [
        "",
        "",
    ]
    added = case.targets.filter(complaint=None)
    assert {(target.kind, target.firm.code, target.state) for target in added} == {
        ("listing", "CXT", "reported"),
        ("store", "CXT", "reported"),
    }
    assert (
        AuditEntry.objects.in_thread(case.thread).filter(verb="target.added").count()
        == 2
    )


def test_each_address_that_cannot_be_added_says_why(scenario, opened, accepted):
    make_official(scenario, "70000001")
    case = opened()
    other = workflow.open_case(
        actor=scenario.officer, complaints=[accepted(row("600000000011"))], title="另案"
    )
    take_in(scenario, sheet_of(row("600000000012")))
    results = add(
        scenario,
        case,
        "没有链接",
        "https://m.tb.cn/h.abc",
        "https://www.taobao.com/",
        "https://detail.1688.com/offer/600000000001.html",
        SHOP % "70000001",
        ITEM % "600000000001",
        ITEM % "600000000011",
        ITEM % "600000000012",
        ITEM % "600000000013",
        "https://detail.tmall.com/item.htm?id=600000000013",
    )
    assert codes(results) == [
        "unusable-address",
        "short-link",
        "search-page",
        "platform-not-registered",
        "official",
        "already-here",
        "other-case",
        "other-complaint",
        "",
        "twice",
    ]
    assert other.number in str(results[6].message)
    assert all(str(result.message) for result in results if not result.ok)


def test_a_listing_known_or_claimed_to_be_in_an_official_store_cannot_be_added(
    scenario, opened
):
    make_official(scenario, "70000001")
    take_in(scenario, sheet_of(row("600000000021", "70000001")))
    case = opened()
    assert codes(add(scenario, case, ITEM % "600000000021")) == ["claimed-official"]
    claims = Belonging.objects.values_list("pk", flat=True)
    workflow.judge_claims(claims=claims, actor=scenario.officer, confirm=True)
    assert codes(add(scenario, case, ITEM % "600000000021")) == ["official"]


def test_nothing_is_added_to_a_case_that_is_over(scenario, opened):
    case = opened()
    workflow.decline_case(case=case, actor=scenario.chief, reason="轻微")
    with pytest.raises(TransitionRefused, match="case-not-open"):
        add(scenario, case, ITEM % "600000000008")
    with pytest.raises(TransitionRefused, match="too-many"):
        add(scenario, case, *["x"] * 501)


def test_a_dropped_target_can_be_taken_up_again_by_adding_it(scenario, opened):
    case = opened()
    target = case.targets.get(listing__canonical_id="600000000001")
    results = workflow.drop_targets(
        targets=[target.pk], actor=scenario.officer, reason="证据不足"
    )
    target.refresh_from_db()
    assert results[0].ok
    assert (target.state, target.dropped_reason) == ("dropped", "证据不足")
    again = workflow.drop_targets(
        targets=[target.pk], actor=scenario.officer, reason="证据不足"
    )
    assert again[0].code == "wrong-state"
    assert codes(add(scenario, case, ITEM % "600000000001")) == [""]
    target.refresh_from_db()
    assert (target.state, target.dropped_reason) == ("reported", "")


def test_only_what_no_notice_names_is_dropped(scenario, opened):
    case = opened()
    first, second = case.targets.order_by("pk")
    put_into(Target.objects.filter(pk=second.pk), "noticed")
    results = workflow.drop_targets(
        targets=[second.pk, first.pk, 10**9], actor=scenario.officer, reason="重复"
    )
    assert [(result.ref, result.code) for result in results] == [
        (second.pk, "wrong-state"),
        (first.pk, ""),
        (10**9, "not-found"),
    ]


def test_an_app_above_can_bar_the_dropping_of_a_target(scenario, opened):
    target = opened().targets.first()

    def bar(ids):
        return dict.fromkeys(ids, ("in-draft", "It stands in a draft."))

    with drop_checks.extended(bar):
        result = workflow.drop_targets(
            targets=[target.pk], actor=scenario.officer, reason="重复"
        )[0]
    assert (result.ok, result.code) == (False, "in-draft")


def test_targets_of_another_unit_are_not_found(scenario, opened):
    target, ground = opened().targets.first(), LegalGround.objects.first()
    assert codes(
        workflow.drop_targets(targets=[target.pk], actor=scenario.officer3, reason="x")
    ) == ["not-found"]
    assert codes(
        workflow.ground_targets(
            targets=[target.pk], actor=scenario.officer3, ground=ground
        )
    ) == ["not-found"]
    for person in (scenario.liaison, scenario.auditor, scenario.admin):
        with pytest.raises(PermissionDenied):
            workflow.drop_targets(targets=[target.pk], actor=person, reason="x")


def test_a_ground_of_its_own_is_given_and_taken_back(scenario, opened):
    case, ground = opened(), LegalGround.objects.get(code="removed_codes")
    ids = list(case.targets.values_list("pk", flat=True))
    assert codes(
        workflow.ground_targets(targets=ids, actor=scenario.officer, ground=ground)
    ) == ["", ""]
    assert case.targets.filter(ground=ground).count() == 2
    workflow.ground_targets(targets=ids[:1], actor=scenario.officer, ground=None)
    assert case.targets.filter(ground=ground).count() == 1
    verbs = (
        AuditEntry.objects.about(Target.objects.get(pk=ids[0]))
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert [verb for verb in verbs if "ground" in verb] == [
        "target.ground_given",
        "target.ground_taken_back",
    ]


@pytest.mark.parametrize("verb", ["drop", "ground", "add"])
def test_a_verb_on_many_costs_the_same_for_one_and_fifty(scenario, opened, verb):
    case = opened(*(row(str(600000000000 + n)) for n in range(51)))
    ids = list(case.targets.order_by("pk").values_list("pk", flat=True))
    acts = {
        "drop": lambda some: workflow.drop_targets(
            targets=some, actor=scenario.officer, reason="x"
        ),
        "ground": lambda some: workflow.ground_targets(
            targets=some, actor=scenario.officer, ground=LegalGround.objects.first()
        ),
        "add": lambda some: add(
            scenario, case, *(ITEM % str(700000000000 + pk) for pk in some)
        ),
    }
    counts = []
    for some in (ids[:1], ids[1:]):
        with CaptureQueriesContext(connection) as queries:
            assert all(result.ok for result in acts[verb](some))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Case.objects.count() == 1
