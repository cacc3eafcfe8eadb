"""An import undone as long as nothing of it has left, a corrected row taken back, a sheet taken up in one act."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import workflow
from cases.models import SheetImport, Target
from corps.audit import labels
from corps.deadlines.clock import today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from corps.workflow import Upload
from listings.models import Belonging
from stores.models import Platform
from tests.cases.conftest import hand_in, make_official, sheet_of, take_in

LISTING = "https://item.taobao.com/item.htm?id=6550000000"
FIRST, SECOND = f"{LISTING}01", f"{LISTING}02"
BARE = "商品编号602704628222"


def target_of(url: str) -> Target:
    return Target.objects.get(listing__url=url)


def undo(scenario, sheet_import: SheetImport) -> tuple[int, int]:
    return workflow.undo_import(sheet_import=sheet_import, actor=scenario.officer)


def test_what_only_an_import_named_is_out_of_work_and_the_rest_passes_on_with_the_words_of_who_named_it(
    scenario,
):
    priced = "商品链接,售价,侵权类型"
    undone = take_in(
        scenario, sheet_of(f"{FIRST},1,假冒", f"{SECOND},2,假冒", header=priced)
    )
    other = take_in(scenario, sheet_of(f"{SECOND},9,低价", header=priced), firm="HYS")
    assert undo(scenario, undone) == (1, 1)
    dropped, passed = target_of(FIRST), target_of(SECOND)
    assert (dropped.state, str(dropped.why_dropped)) == ("dropped", "所在的导入已撤销")
    assert (passed.state, passed.complaint, passed.firm) == (
        "reported",
        other.complaint,
        scenario.firms["HYS"],
    )
    assert (passed.alleged, passed.price) == ("低价", 9)
    undone.refresh_from_db()
    assert (undone.state, undone.undone_by, undone.of_complaint.sheet) == (
        "undone",
        scenario.officer,
        None,
    )
    assert (
        list(undone.import_rows.order_by("row").values_list("result", "target"))
        == [("new", None)] * 2
    )
    entry = AuditEntry.objects.get(verb="import.undone")
    assert (entry.detail["dropped"], entry.detail["passed"]) == (1, 1)


def test_a_sheet_handed_in_anew_reports_again_what_was_out_of_work(scenario):
    first = take_in(
        scenario, sheet_of(f"{FIRST},1,假冒", header="商品链接,售价,侵权类型")
    )
    complaint = first.complaint
    undo(scenario, first)
    content = SimpleUploadedFile(
        "b.csv", sheet_of(f"{FIRST},5,低价", header="商品链接,售价,侵权类型")
    )
    again = workflow.hand_in_sheet(
        complaint=complaint,
        actor=scenario.officer,
        sheet=Upload(content, "text/csv"),
        sheet_name="b.csv",
    )
    workflow.read_sheet(again.pk)
    workflow.register_import(sheet_import=again, actor=scenario.officer)
    workflow.continue_registering(again.pk)
    target = target_of(FIRST)
    assert (target.state, target.alleged, target.price, target.dropped_reason) == (
        "reported",
        "低价",
        5,
        "",
    )
    complaint.refresh_from_db()
    assert (complaint.sheet_import, complaint.sheet_name) == (again, "b.csv")
    first.refresh_from_db()
    assert first.sheet_name == "a.csv"


def test_what_a_person_dropped_stays_dropped_and_keeps_the_import(scenario):
    sheet_import = take_in(scenario, sheet_of(FIRST, SECOND))
    workflow.drop_targets(
        targets=[target_of(FIRST).pk], actor=scenario.officer, reason="正品"
    )
    with pytest.raises(TransitionRefused) as refused:
        undo(scenario, sheet_import)
    assert (refused.value.code, refused.value.details["targets"]) == ("built-on", 1)
    assert target_of(SECOND).state == "reported"
    assert not AuditEntry.objects.filter(verb="import.undone").exists()


def test_claims_of_an_undone_import_hold_the_rows_of_nobody(scenario):
    make_official(scenario, "281343518")
    claiming = take_in(scenario, sheet_of(f"{FIRST},https://shop281343518.taobao.com/"))
    held = take_in(scenario, sheet_of(FIRST), firm="YCB")
    assert held.import_rows.get().result == "held"
    undo(scenario, claiming)
    assert not Belonging.objects.in_effect().exists()
    assert held.import_rows.get().result == "new"


def test_a_corrected_row_stands_with_its_address_and_is_taken_back_until_it_is_built_on(
    client, scenario
):
    sheet_import = take_in(scenario, sheet_of(f"{BARE},,删除链接,面霜"))
    row = sheet_import.import_rows.get()
    client.force_login(scenario.officer)
    settle = reverse("cases:import_settle", args=[sheet_import.pk])
    client.post(settle, {"ids": row.pk, "act": "repair", "repair": FIRST})
    page = client.get(
        reverse("cases:import", args=[sheet_import.pk]) + "?show=all"
    ).content.decode()
    assert f">{FIRST}</td>" in page
    assert f"原文：{BARE}" in page
    client.post(settle, {"ids": row.pk, "act": "take_back"})
    row.refresh_from_db()
    assert (row.result, row.decision, row.repair, row.target) == (
        "invalid",
        "",
        "",
        None,
    )
    assert target_of(FIRST).state == "dropped"
    client.post(settle, {"ids": row.pk, "act": "repair", "repair": FIRST})
    assert target_of(FIRST).state == "reported"
    workflow.drop_targets(
        targets=[target_of(FIRST).pk], actor=scenario.officer, reason="正品"
    )
    (result,) = workflow.take_back_rows(rows=[row.pk], actor=scenario.officer)
    assert (result.ok, result.code) == (False, "built-on")


def test_a_row_taken_back_before_it_is_registered_stands_as_it_came(scenario):
    sheet_import = hand_in(scenario, sheet_of(f"{BARE},,删除链接,面霜"), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    row = sheet_import.import_rows.get()
    before = (row.result, row.reason, row.address)
    workflow.settle_rows(rows=[row.pk], actor=scenario.officer, repair=FIRST)
    assert all(
        result.ok
        for result in workflow.take_back_rows(rows=[row.pk], actor=scenario.officer)
    )
    row.refresh_from_db()
    assert (row.result, row.reason, row.address) == before
    assert not Target.objects.exists()


def test_the_pages_and_the_api_tell_of_an_undone_import(client, scenario):
    sheet_import = take_in(scenario, sheet_of(FIRST))
    client.force_login(scenario.officer)
    page = reverse("cases:import", args=[sheet_import.pk])
    assert "已登记 1 个涉案对象" in client.get(page).content.decode()
    undo_page = reverse("cases:import_undo", args=[sheet_import.pk])
    assert "1 个目标不再处理" in client.get(undo_page).content.decode()
    assert (
        client.post(undo_page).headers["Location"]
        == sheet_import.complaint.get_absolute_url()
    )
    answer = client.get(f"/api/v1/imports/{sheet_import.pk}/").json()
    assert (
        answer["state"],
        answer["rows_by_result"]["new"],
        "撤销" in answer["detail"],
    ) == ("undone", 1, True)
    assert "导入已于" in client.get(page).content.decode()
    assert (
        client.get(reverse("cases:import_file", args=[sheet_import.pk])).status_code
        == 200
    )
    complaint_page = client.get(
        sheet_import.complaint.get_absolute_url()
    ).content.decode()
    assert "a.csv" in complaint_page
    assert (
        reverse("cases:complaint_hand_in", args=[sheet_import.complaint.number])
        in complaint_page
    )
    again = client.post(undo_page)
    assert again.status_code == 409


def test_what_was_built_on_an_import_is_shown_with_how_many(client, scenario):
    sheet_import = take_in(scenario, sheet_of(FIRST, SECOND))
    workflow.drop_targets(
        targets=[target_of(FIRST).pk], actor=scenario.officer, reason="正品"
    )
    client.force_login(scenario.officer)
    page = client.get(
        reverse("cases:import_undo", args=[sheet_import.pk])
    ).content.decode()
    assert reverse("cases:target", args=[target_of(FIRST).pk]) in page
    assert "不能撤销" in page


def test_a_sheet_is_taken_up_in_one_act_or_not_at_all(client, scenario):
    sheet_import = hand_in(scenario, sheet_of(FIRST), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    client.force_login(scenario.officer)
    page = reverse("cases:import_take_up", args=[sheet_import.pk])
    wrong = client.post(
        page,
        {"title": "案", "lead": scenario.officer.pk, "second": scenario.officer.pk},
    )
    sheet_import.refresh_from_db()
    assert (wrong.status_code, sheet_import.state, sheet_import.complaint.state) == (
        200,
        "review",
        "received",
    )
    client.post(
        page,
        {"title": "案", "lead": scenario.officer.pk, "second": scenario.officer2.pk},
    )
    workflow.continue_registering(sheet_import.pk)
    target = target_of(FIRST)
    assert (target.case.title, target.case.complaints.get().state) == ("案", "in_case")
    assert User.objects.filter(assignments__case=target.case).count() == 2
    assert str(client.get(page).headers["Location"]) == reverse(
        "cases:import", args=[sheet_import.pk]
    )


def test_rows_of_an_undone_import_are_still_found_and_named_by_the_complaint_that_had_them(
    client, scenario
):
    official = make_official(scenario, "281343518")
    unknown, own = (
        "https://detail.vip.com/detail-1-2.html",
        "https://shop281343518.taobao.com/",
    )
    sheet_import = take_in(
        scenario, sheet_of(FIRST, BARE, unknown, own, header="商品链接")
    )
    bare = sheet_import.import_rows.get(address=BARE)
    workflow.settle_rows(rows=[bare.pk], actor=scenario.officer, repair=SECOND)
    number = sheet_import.complaint.number
    undo(scenario, sheet_import)
    client.force_login(scenario.officer)
    found = client.get(reverse("search"), {"q": FIRST, "kind": "rows"})
    assert (found.status_code, number in found.content.decode()) == (200, True)
    named = labels.name_things([("cases.importrow", bare.pk)])
    assert number in str(named)
    hosts = client.get(reverse("listings:unknown_hosts")).content.decode()
    assert f">{number}</a>" in hosts
    kept_out = client.get(reverse("cases:official_rows", args=[official.pk]))
    assert kept_out.context["page"].rows == []


def test_a_row_taken_back_is_held_where_its_platform_takes_part_no_more(scenario):
    Platform.objects.filter(slug="taobao").update(retired_on=today())
    row = take_in(scenario, sheet_of(FIRST, header="商品链接")).import_rows.get()
    workflow.settle_rows(
        rows=[row.pk],
        actor=scenario.officer,
        repair="https://item.jd.com/100012043978.html",
    )
    assert all(
        result.ok
        for result in workflow.take_back_rows(rows=[row.pk], actor=scenario.officer)
    )
    row.refresh_from_db()
    assert (row.result, row.reason, row.target) == (
        "held",
        "platform-not-registered",
        None,
    )
