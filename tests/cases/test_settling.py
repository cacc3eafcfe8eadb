"""Rows that wait for a person: repaired, refused, or judged anew; before registering and after."""

import pytest
from django.core.exceptions import PermissionDenied

from cases import workflow
from cases.models import ImportRow, Target
from corps.models import AuditEntry, User
from firms.workflow import appoint_representative
from listings.models import Listing
from stores.workflow import register_platform
from tests.cases.conftest import Scenario, hand_in, make_official, sheet_of, take_in
from tests.cases.sheets import ITEM, SHOP, row

pytestmark = pytest.mark.django_db

SHORT = "https://m.tb.cn/h.abc123"
OFFER = "https://detail.1688.com/offer/600000000001.html"


def review(scenario: Scenario, *rows: str) -> list[ImportRow]:
    """Rows of a sheet that waits to be looked at."""
    sheet_import = hand_in(scenario, sheet_of(*rows), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    return list(sheet_import.import_rows.order_by("row"))


def settle(scenario: Scenario, *rows: ImportRow, **how):
    results = workflow.settle_rows(
        rows=[line.pk for line in rows], actor=scenario.officer, **how
    )
    for line in rows:
        line.refresh_from_db()
    return results


def test_a_short_link_is_settled_by_the_address_that_it_leads_to(scenario):
    line = review(scenario, f"{SHORT},{SHOP % '70000001'},下架,x")[0]
    assert line.result == "held"
    assert settle(scenario, line, repair=ITEM % "600000000001")[0].ok
    assert (line.result, line.decision, line.kind) == ("new", "repaired", "listing")
    assert (line.listing_id, line.store_id) == ("600000000001", "70000001")
    assert line.decided_by == scenario.officer
    workflow.register_import(sheet_import=line.sheet_import, actor=scenario.officer)
    workflow.continue_registering(line.sheet_import_id)
    assert Listing.objects.get().claimed_store.canonical_id == "70000001"


def test_an_address_that_helps_no_further_is_refused_and_changes_nothing(scenario):
    line = review(scenario, f"{SHORT},,下架,x")[0]
    for repair in ("没有链接", SHORT, "https://www.taobao.com/", OFFER):
        result = settle(scenario, line, repair=repair)[0]
        assert not result.ok
        assert str(result.message)
    assert (line.result, line.decision, line.repair) == ("held", "", "")
    assert not AuditEntry.objects.filter(verb="import.row_settled").exists()


def test_a_row_held_for_its_platform_is_judged_anew_once_that_is_registered(scenario):
    line = review(scenario, f"{OFFER},,下架,x")[0]
    assert settle(scenario, line)[0].code == "platform-not-registered"
    register_platform(actor=scenario.admin, slug="1688", name="阿里巴巴")
    assert settle(scenario, line)[0].ok
    assert (line.result, line.platform_slug, line.decision) == ("new", "1688", "")


def test_a_store_on_another_platform_is_left_out_where_the_listing_is_given_anew(
    scenario,
):
    line = review(
        scenario,
        f"{ITEM % '600000000001'},https://mall.jd.com/index-1234567.html,关店,x",
    )[0]
    assert settle(scenario, line)[0].code == "two-platforms"
    assert settle(scenario, line, repair=ITEM % "600000000001")[0].ok
    assert (line.listing_id, line.store_id) == ("600000000001", "")


def test_both_addresses_can_be_given_each_on_its_line(scenario):
    line = review(
        scenario,
        f"{ITEM % '600000000001'},https://mall.jd.com/index-1234567.html,关店,x",
    )[0]
    assert settle(
        scenario, line, repair=f"{ITEM % '600000000001'}\n{SHOP % '70000001'}"
    )[0].ok
    assert (line.kind, line.store_id) == ("store", "70000001")


def test_settling_one_row_moves_the_forecast_of_the_others(scenario):
    first, second = review(scenario, f"{SHORT},,下架,x", row("600000000001"))
    assert second.result == "new"
    settle(scenario, first, repair=ITEM % "600000000001")
    second.refresh_from_db()
    assert second.result == "repeat"
    settle(scenario, first, refuse=True)
    second.refresh_from_db()
    assert second.result == "new"


def test_a_refused_row_is_not_registered(scenario):
    line, _ = review(scenario, row("600000000001"), row("600000000002"))
    assert settle(scenario, line, refuse=True)[0].ok
    assert line.decision == "refused"
    workflow.register_import(sheet_import=line.sheet_import, actor=scenario.officer)
    workflow.continue_registering(line.sheet_import_id)
    assert Listing.objects.get().canonical_id == "600000000002"
    line.sheet_import.refresh_from_db()
    assert (line.sheet_import.state, line.sheet_import.done) == ("done", 2)


def test_a_refused_row_can_be_taken_up_again_after_registering(scenario):
    line = review(scenario, row("600000000001"))[0]
    settle(scenario, line, refuse=True)
    workflow.register_import(sheet_import=line.sheet_import, actor=scenario.officer)
    workflow.continue_registering(line.sheet_import_id)
    assert settle(scenario, line)[0].ok
    assert line.target.listing.canonical_id == "600000000001"


def test_a_row_settled_after_registering_is_registered_at_once(scenario):
    sheet_import = take_in(scenario, sheet_of(f"{SHORT},,下架,x", row("600000000002")))
    line = sheet_import.import_rows.get(result="held")
    assert settle(scenario, line, repair=ITEM % "600000000001")[0].ok
    assert line.registered_at is not None
    assert line.target.complaint == sheet_import.complaint
    again = settle(scenario, line, repair=ITEM % "600000000003")[0]
    assert (again.ok, again.code) == (False, "already-registered")
    assert Target.objects.count() == 2


def test_a_row_that_turns_out_official_is_settled_so_and_registers_nothing(scenario):
    make_official(scenario, "70000001")
    sheet_import = take_in(scenario, sheet_of(f"{SHORT},{SHOP % '70000001'},下架,x"))
    line = sheet_import.import_rows.get()
    result = settle(scenario, line, repair=ITEM % "600000000001")[0]
    assert (result.ok, result.code) == (True, "official")
    assert (line.result, line.finding) == ("official", "官方店 (HYS)")
    assert not Target.objects.exists()


def test_rows_settled_together_are_one_line_in_the_timeline_of_their_case(
    scenario, client
):
    sheet_import = take_in(
        scenario, sheet_of(row("600000000001"), f"{SHORT},,下架,x", f"{SHORT},,下架,y")
    )
    complaint = workflow.accept_complaint(
        complaint=sheet_import.complaint, actor=scenario.officer
    )
    case = workflow.open_case(
        complaints=[complaint], title="案", actor=scenario.officer
    )
    settle(scenario, *sheet_import.import_rows.filter(result="held"), refuse=True)
    client.force_login(scenario.officer)
    days = client.get(f"{case.get_absolute_url()}?tab=timeline").context["days"]
    [line] = [
        line for _day, lot in days for line in lot if str(line.text) == "处理表格行"
    ]
    assert "2" in line.each


def test_each_row_gets_its_own_result_in_the_order_asked(scenario):
    good, bad = review(scenario, f"{SHORT},,下架,x", row("600000000001"))
    results = workflow.settle_rows(
        rows=[10**9, bad.pk, good.pk], actor=scenario.officer
    )
    assert [result.ref for result in results] == [10**9, bad.pk, good.pk]
    assert [result.code for result in results] == ["not-found", "", "short-link"]


def test_a_representative_settles_rows_of_their_own_firm_while_they_are_looked_at(
    scenario,
):
    users = [
        User.objects.create(username=f"firm-{code}", name=code, role="representative")
        for code in ("CXT", "HYS")
    ]
    for user, code in zip(users, ("CXT", "HYS"), strict=True):
        appoint_representative(
            firm=scenario.firms[code], user=user, actor=scenario.admin
        )
    line = review(scenario, f"{SHORT},,下架,x", row("600000000002"))[0]
    own, other = users
    repair = ITEM % "600000000001"
    assert (
        workflow.settle_rows(rows=[line.pk], actor=other, repair=repair)[0].code
        == "not-found"
    )
    assert workflow.settle_rows(rows=[line.pk], actor=own, repair=repair)[0].ok
    with pytest.raises(PermissionDenied):
        workflow.settle_rows(rows=[line.pk], actor=own, refuse=True)
    settle(scenario, line, refuse=True)
    workflow.register_import(sheet_import=line.sheet_import, actor=own)
    workflow.continue_registering(line.sheet_import_id)
    assert (
        workflow.settle_rows(rows=[line.pk], actor=own, repair=repair)[0].code
        == "not-settleable"
    )
    with pytest.raises(PermissionDenied):
        workflow.settle_rows(rows=[line.pk], actor=scenario.liaison, refuse=True)
