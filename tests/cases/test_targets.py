"""Targets by hand: added, given a ground, dropped; a result for each."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import workflow
from cases.models import Case, LegalGround, Target
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from listings.models import Belonging
from tests.cases.conftest import sheet_of, take_in
from tests.cases.test_cases import opened  # noqa: F401
from tests.cases.test_rows import ITEM, SHOP, make_official, row

pytestmark = pytest.mark.django_db


def add(house, case, *addresses):
    return workflow.add_targets(case=case, addresses=addresses, actor=house.officer)


def codes(results) -> list[str]:
    return [result.code for result in results]


def test_addresses_become_targets_of_the_case_and_its_firm(house, opened):
    case = opened()
    assert codes(add(house, case, ITEM % "600000000008", SHOP % "70000008")) == ["", ""]
    added = case.targets.filter(complaint=None)
    assert {(target.kind, target.firm.code, target.state) for target in added} == {
        ("listing", "CXT", "reported"),
        ("store", "CXT", "reported"),
    }
    assert (
        AuditEntry.objects.in_thread(case.thread).filter(verb="target.added").count()
        == 2
    )


def test_each_address_that_cannot_be_added_says_why(house, opened, accepted):
    make_official(house, "70000001")
    case = opened()
    other = workflow.open_case(
        actor=house.officer, complaints=[accepted(row("600000000011"))], title="另案"
    )
    take_in(house, sheet_of(row("600000000012")))
    results = add(
        house,
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
    house, opened
):
    make_official(house, "70000001")
    take_in(house, sheet_of(row("600000000021", "70000001")))
    case = opened()
    assert codes(add(house, case, ITEM % "600000000021")) == ["claimed-official"]
    claims = Belonging.objects.values_list("pk", flat=True)
    workflow.judge_claims(claims=claims, actor=house.officer, confirm=True)
    assert codes(add(house, case, ITEM % "600000000021")) == ["official"]


def test_nothing_is_added_to_a_case_that_is_over(house, opened):
    case = opened()
    workflow.decline_case(case=case, actor=house.chief, reason="轻微")
    with pytest.raises(TransitionRefused, match="case-not-open"):
        add(house, case, ITEM % "600000000008")
    with pytest.raises(TransitionRefused, match="too-many"):
        add(house, case, *["x"] * 501)


def test_a_dropped_target_can_be_taken_up_again_by_adding_it(house, opened):
    case = opened()
    target = case.targets.get(listing__canonical_id="600000000001")
    results = workflow.drop_targets(
        targets=[target.pk], actor=house.officer, reason="证据不足"
    )
    target.refresh_from_db()
    assert results[0].ok
    assert (target.state, target.dropped_reason) == ("dropped", "证据不足")
    again = workflow.drop_targets(
        targets=[target.pk], actor=house.officer, reason="证据不足"
    )
    assert again[0].code == "wrong-state"
    assert codes(add(house, case, ITEM % "600000000001")) == [""]
    target.refresh_from_db()
    assert (target.state, target.dropped_reason) == ("reported", "")


def test_only_what_no_notice_names_is_dropped(house, opened):
    case = opened()
    first, second = case.targets.order_by("pk")
    Target.objects.filter(pk=second.pk).update(state="noticed")
    results = workflow.drop_targets(
        targets=[second.pk, first.pk, 10**9], actor=house.officer, reason="重复"
    )
    assert [(result.ref, result.code) for result in results] == [
        (second.pk, "wrong-state"),
        (first.pk, ""),
        (10**9, "not-found"),
    ]


def test_a_room_above_can_bar_the_dropping_of_a_target(house, opened):
    target = opened().targets.first()
    workflow.drop_checks.append(
        lambda ids: dict.fromkeys(ids, ("in-draft", "It stands in a draft."))
    )
    try:
        result = workflow.drop_targets(
            targets=[target.pk], actor=house.officer, reason="重复"
        )[0]
    finally:
        workflow.drop_checks.pop()
    assert (result.ok, result.code) == (False, "in-draft")


def test_targets_of_another_unit_are_not_found(house, opened):
    target, ground = opened().targets.first(), LegalGround.objects.first()
    assert codes(
        workflow.drop_targets(targets=[target.pk], actor=house.officer3, reason="x")
    ) == ["not-found"]
    assert codes(
        workflow.ground_targets(
            targets=[target.pk], actor=house.officer3, ground=ground
        )
    ) == ["not-found"]
    for person in (house.liaison, house.auditor, house.admin):
        with pytest.raises(PermissionDenied):
            workflow.drop_targets(targets=[target.pk], actor=person, reason="x")


def test_a_ground_of_its_own_is_given_and_taken_back(house, opened):
    case, ground = opened(), LegalGround.objects.get(code="removed_codes")
    ids = list(case.targets.values_list("pk", flat=True))
    assert codes(
        workflow.ground_targets(targets=ids, actor=house.officer, ground=ground)
    ) == ["", ""]
    assert case.targets.filter(ground=ground).count() == 2
    workflow.ground_targets(targets=ids[:1], actor=house.officer, ground=None)
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
def test_a_verb_on_many_costs_the_same_for_one_and_fifty(house, opened, verb):
    case = opened(*(row(str(600000000000 + n)) for n in range(51)))
    ids = list(case.targets.order_by("pk").values_list("pk", flat=True))
    acts = {
        "drop": lambda some: workflow.drop_targets(
            targets=some, actor=house.officer, reason="x"
        ),
        "ground": lambda some: workflow.ground_targets(
            targets=some, actor=house.officer, ground=LegalGround.objects.first()
        ),
        "add": lambda some: add(
            house, case, *(ITEM % str(700000000000 + pk) for pk in some)
        ),
    }
    counts = []
    for some in (ids[:1], ids[1:]):
        with CaptureQueriesContext(connection) as queries:
            assert all(result.ok for result in acts[verb](some))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Case.objects.count() == 1
