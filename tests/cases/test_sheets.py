"""What was understood of a sheet is shown before anything is registered, corrected by people, and remembered."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import workflow
from cases.guessing import guess, is_title, subject_of
from cases.models import Complaint, SheetCorrection, SheetImport, Target
from cases.workflow import Said
from corps.deadlines.clock import today
from corps.errors import TransitionRefused
from corps.models import AuditEntry
from firms.models import Brand, Representative
from tests.cases.conftest import hand_in, take_in
from tests.listings.sheet_files import HEADER, complaint, write_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client, scenario):
    client.force_login(scenario.officer)
    return client


@pytest.fixture
def sheet(tmp_path):
    """Three rows, one below a total and a column nobody can tell on one worksheet; two rows on an older one."""
    data = [[*complaint(number), "急"] for number in (1, 2, 3)]
    rows = [
        ["关于投诉侵权店铺的函"],
        [*HEADER, "内部代号"],
        *data,
        ["合计"],
        ["", "淘宝", "某某店", "", "", "见附图"],
    ]
    other = [
        ["商品链接", "备注"],
        *([complaint(number)[4], "去年"] for number in (8, 9)),
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": rows, "旧表": other})
    with open(path, "rb") as file:
        return file.read()


@pytest.fixture
def understood(scenario, sheet):
    return read(hand_in(scenario, sheet, "CXT-03 澄溪堂清单.xlsx"))


def read(sheet_import):
    workflow.read_sheet(sheet_import.pk)
    sheet_import.refresh_from_db()
    return sheet_import


def address(sheet_import, name="import_sheet"):
    return reverse(f"cases:{name}", args=[sheet_import.pk])


def form_of(client, sheet_import, **changes):
    """What the page would send, with changes."""
    form = client.get(address(sheet_import)).context["form"]
    fields = {
        bound.name: bound.value()
        for bound in form
        if bound.value() not in (None, False)
    }
    fields |= {"worksheet": form.shown, "act": "read"} | changes
    return {name: value for name, value in fields.items() if value is not None}


def correct(client, sheet_import, **changes):
    """Send the page with changes, and read the sheet again; the answer of the page."""
    answer = client.post(
        address(sheet_import, "import_correct"),
        form_of(client, sheet_import, **changes),
    )
    read(sheet_import)
    return answer


def cells(sheet_import, name):
    return list(
        sheet_import.import_rows.order_by("row").values_list(
            f"cells__{name}", flat=True
        )
    )


def test_before_anything_is_registered_the_page_shows_what_was_understood(
    officer, understood
):
    page = officer.get(address(understood))
    text = page.content.decode()
    assert not Target.objects.exists()
    assert [worksheet.name for worksheet in page.context["reading"].worksheets] == [
        "清单",
        "旧表",
    ]
    assert "表头之上的标题：关于投诉侵权店铺的函" in text
    assert "另一个工作表" in text
    assert 'name="take" value="0:below-total"' in " ".join(text.split())
    column = page.context["reading"].columns[-1]
    assert (
        column["letter"],
        column["heading"],
        column["sample"],
        column["filled"],
    ) == ("I", "内部代号", "急", 3)
    assert page.context["reading"].unsure >= 1
    assert 'data-key="d"' in text
    assert "登记 3 行" in text


def test_a_text_file_tells_its_encoding_and_delimiter(officer, scenario):
    content = "商品链接;商品标题\nhttps://item.taobao.com/item.htm?id=600000000001;面膜\n".encode(
        "gb18030"
    )
    sheet_import = read(hand_in(scenario, content, "a.csv"))
    text = officer.get(address(sheet_import)).content.decode()
    assert "GB18030" in text
    assert "分号" in text


def test_a_corrected_column_is_read_again_remembered_and_used_for_the_next_sheet(
    officer, understood, scenario, sheet
):
    correct(officer, understood, column_8="remark")
    assert cells(understood, "remark") == ["急", "急", "急"], (
        "the older worksheet, which could be read now, is not"
    )
    assert understood.state == SheetImport.State.REVIEW
    kept = SheetCorrection.objects.get()
    assert (kept.firm.code, kept.words, kept.meaning, kept.set_by) == (
        "CXT",
        "内部代号",
        "remark",
        scenario.officer,
    )
    told = AuditEntry.objects.about(understood.complaint).get(verb="import.corrected")
    assert told.detail["corrections"] == "内部代号 = remark"

    by_program = take_in(scenario, sheet, "下月.xlsx")
    assert cells(by_program, "remark") == ["急", "急", "急", "去年", "去年"], (
        "a worksheet of the same meaning is read too"
    )
    said = officer.get(f"/api/v1/imports/{by_program.pk}/").json()["detail"]
    assert "以下按此前对该企业清单更正过的读法读取：内部代号。" in said
    other_firm = take_in(scenario, sheet, "别家.xlsx", firm="HYS")
    assert cells(other_firm, "remark") == [None, None, None]


def test_what_was_changed_is_read_before_it_is_registered_and_both_pages_say_so(
    officer, understood
):
    told = "读法已改动，先重新读取；看过结果再登记。"
    sent = form_of(officer, understood, column_8="remark", act="register")
    at_work = officer.post(
        address(understood, "import_correct"), sent, follow=True
    ).content.decode()
    assert told in at_work
    read(understood)
    assert told in officer.get(address(understood)).content.decode(), (
        "the page of progress leaves within a second"
    )
    assert told not in officer.get(address(understood)).content.decode()
    assert not Target.objects.exists()


def test_a_row_of_one_of_several_worksheets_is_named_with_it_in_sentences(
    officer, scenario, tmp_path
):
    worksheets = {
        "甲": [HEADER, complaint(1)],
        "乙": [HEADER, [*complaint(2)[:4], "暂无"]],
    }
    with open(write_xlsx(tmp_path / "a.xlsx", worksheets), "rb") as file:
        sheet_import = read(hand_in(scenario, file.read(), "a.xlsx"))
    row = sheet_import.import_rows.order_by("row").last()
    said = {"act": "repair", "ids": row.pk, "repair": complaint(3)[4]}
    answer = officer.post(
        address(sheet_import, "import_settle"), said, follow=True
    ).content.decode()
    assert "工作表“乙”第 2 行：新目标。" in answer


def test_what_is_remembered_can_be_forgotten(officer, understood):
    correct(officer, understood, column_8="remark")
    kept = SheetCorrection.objects.get()
    page = officer.get(address(understood)).content.decode()
    assert "内部代号" in page
    officer.post(address(understood, "import_forget"), {"ids": kept.pk})
    understood.refresh_from_db()
    assert understood.state == SheetImport.State.READING
    assert not SheetCorrection.objects.exists()
    assert (
        AuditEntry.objects.about(understood.complaint)
        .filter(verb="import.corrections_forgotten")
        .exists()
    )


def test_each_part_that_was_not_read_can_be_taken_in_and_left_again(
    officer, understood
):
    correct(officer, understood, take="0:below-total")
    assert understood.rows == 4
    assert [part.why for part in understood.not_read] == ["total", "left-out"]
    correct(officer, understood, take="1:worksheet")
    assert understood.worksheets == ["清单", "旧表"]
    assert cells(understood, "remark")[-2:] == ["去年", "去年"]
    correct(officer, understood, leave="0:below-total")
    assert understood.rows == 5


def test_a_worksheet_gets_one_platform_and_another_header(officer, scenario, tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", [["甲", "乙"], ["商品", "网址"], ["面膜", complaint(1)[4]]]
    )
    with open(path, "rb") as file:
        sheet_import = read(hand_in(scenario, file.read(), "a.xlsx"))
    correct(officer, sheet_import, platform_0="jd", header_0="2")
    assert (sheet_import.header_row, sheet_import.rows) == (2, 1)
    assert cells(sheet_import, "platform") == ["jd"]
    assert {kept.about for kept in SheetCorrection.objects.all()} == {
        "header",
        "platform",
    }
    correct(officer, sheet_import, platform_0="")
    assert not SheetCorrection.objects.filter(about="platform").exists()


def test_a_sheet_that_cannot_be_read_is_put_right_by_its_reader(officer, scenario):
    sheet_import = read(
        hand_in(
            scenario,
            "编号,甲\n一,600000000001\n二,600000000002\n三,600000000003\n".encode(),
            "a.csv",
        )
    )
    assert sheet_import.state == SheetImport.State.FAILED
    correct(officer, sheet_import, header_0="1")
    assert sheet_import.state == SheetImport.State.FAILED
    correct(officer, sheet_import, column_1="listing_address", platform_0="taobao")
    assert (sheet_import.state, sheet_import.rows, sheet_import.explanation) == (
        SheetImport.State.REVIEW,
        3,
        "",
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "没有改动"),
        ({"read_0": None}, "至少读入一张工作表"),
        ({"column_3": "other", "column_4": "other"}, "没有一列读作"),
        ({"column_1": "remark", "column_8": "remark"}, "每种只选一列"),
        ({"take": "7:hidden"}, "清单没有这一部分"),
        ({"column_8": "nonsense"}, "nonsense"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(officer, understood, changes, told):
    answer = officer.post(
        address(understood, "import_correct"), form_of(officer, understood, **changes)
    )
    understood.refresh_from_db()
    assert told in answer.content.decode()
    assert (understood.state, understood.corrections) == (SheetImport.State.REVIEW, {})
    assert not SheetCorrection.objects.exists()


def test_registering_registers_what_was_seen_and_reads_first_what_was_changed(
    officer, understood
):
    answer = officer.post(
        address(understood, "import_correct"),
        form_of(officer, understood, act="register", column_8="remark"),
    )
    understood.refresh_from_db()
    assert (answer.headers["Location"], understood.state) == (
        address(understood),
        SheetImport.State.READING,
    )
    read(understood)
    answer = officer.post(
        address(understood, "import_correct"),
        form_of(officer, understood, act="register"),
    )
    understood.refresh_from_db()
    assert understood.state == SheetImport.State.REGISTERING
    assert officer.post(address(understood, "import_correct"), {}).status_code == 302


def test_a_representative_corrects_the_own_firms_sheet_and_sees_no_names(
    client, scenario, sheet
):
    user = scenario.officer.__class__.objects.create(
        username="firm-CXT", name="代表", role="representative"
    )
    Representative.objects.create(user=user, firm=scenario.firms["CXT"])
    sheet_import = read(hand_in(scenario, sheet, "a.xlsx", actor=user))
    workflow.correct_reading(
        sheet_import=sheet_import,
        actor=scenario.officer,
        said={"清单": Said(True, 2, {8: "remark"})},
    )
    read(sheet_import)
    client.force_login(user)
    page = client.get(address(sheet_import)).content.decode()
    assert "内部代号" in page
    assert f"{scenario.officer}</" not in page.partition("import_forget")[2]
    other = hand_in(scenario, sheet, "b.xlsx", firm="HYS")
    for name in ("import_sheet", "import_correct", "import_forget"):
        method = client.get if name == "import_sheet" else client.post
        assert method(address(other, name)).status_code == 404


def test_nobody_corrects_what_is_registered(scenario, sheet):
    sheet_import = take_in(scenario, sheet, "a.xlsx")
    with pytest.raises(TransitionRefused, match="not-in-review"):
        workflow.correct_reading(
            sheet_import=sheet_import,
            actor=scenario.officer,
            said={"清单": Said(False)},
        )


def test_the_page_asks_as_often_for_many_columns_as_for_few(officer, scenario):
    def statements(columns):
        heads = ",".join([*HEADER, *(f"甲{number}" for number in range(columns))])
        row = ",".join(
            [*map(str, complaint(columns)), *("x" for _number in range(columns))]
        )
        sheet_import = read(hand_in(scenario, f"{heads}\n{row}\n".encode(), "a.csv"))
        officer.get(address(sheet_import))
        with CaptureQueriesContext(connection) as caught:
            officer.get(address(sheet_import))
        return len(caught)

    assert statements(2) == statements(40)


@pytest.mark.parametrize(
    ("name", "firm", "subject"),
    [
        ("CXT-03 澄溪堂投诉清单 2026-10.xlsx", "CXT", "澄溪堂投诉清单 2026-10"),
        ("CXT03_投诉清单(1).xlsx", "CXT", "投诉清单"),
        ("违规店铺清单-最终版.csv", None, "违规店铺清单"),
        ("CXTRA 清单.xlsx", None, "CXTRA 清单"),
        ("CXT 转 HYS 的清单.xlsx", None, "CXT 转 HYS 的清单"),
        ("某牌子九月.xlsx", "HYS", "某牌子九月"),
        ("2026-10.xlsx", None, ""),
    ],
)
def test_firm_and_subject_are_guessed_from_the_files_name(
    scenario, name, firm, subject
):
    Brand.objects.create(firm=scenario.firms["HYS"], name="某牌子")
    guessed = guess(name, [scenario.firms["CXT"], scenario.firms["HYS"]])
    assert (guessed.firm and guessed.firm.code, guessed.subject) == (firm, subject)


def test_a_title_is_told_from_who_sent_the_sheet():
    assert is_title("请求关闭违规店铺及下架侵权商品的函")
    assert not is_title("填报单位：某某公司")
    assert subject_of("") == ""


def test_the_name_of_a_chosen_file_fills_firm_and_subject_and_leaves_what_was_typed(
    officer, scenario
):
    asked = reverse("cases:complaint_guess")
    page = officer.get(
        asked, {"name": "CXT-03 澄溪堂投诉清单 2026-10.xlsx"}
    ).content.decode()
    assert f'<option value="{scenario.firms["CXT"].pk}" selected>' in page
    assert 'value="澄溪堂投诉清单 2026-10"' in page
    assert "据文件名推测" in page
    typed = {
        "name": "CXT-03 清单甲.xlsx",
        "subject": "我的标题",
        "firm": scenario.firms["HYS"].pk,
    }
    page = officer.get(asked, typed).content.decode()
    assert 'value="我的标题"' in page
    assert f'<option value="{scenario.firms["HYS"].pk}" selected>' in page
    assert "据文件名推测" not in page


def test_a_guessed_subject_gives_way_to_the_title_in_the_sheet_and_can_be_corrected(
    officer, scenario, sheet
):
    upload = SimpleUploadedFile("CXT-03 澄溪堂清单.xlsx", sheet)
    said = {"firm": scenario.firms["CXT"].pk, "received_on": today(), "sheet": upload}
    officer.post(reverse("cases:complaint_new"), said)
    handed_in = Complaint.objects.get()
    assert (handed_in.subject, handed_in.is_subject_guessed) == ("澄溪堂清单", True)
    sheet_import = read(handed_in.sheet_import)
    handed_in.refresh_from_db()
    assert handed_in.subject == "关于投诉侵权店铺的函"
    assert (
        "标题据文件名或表内标题推测"
        in officer.get(address(sheet_import)).content.decode()
    )
    typed = {"firm": scenario.firms["HYS"].pk, "subject": "另一标题"}
    officer.post(reverse("cases:complaint_correct", args=[handed_in.number]), typed)
    handed_in.refresh_from_db()
    read(sheet_import)
    assert (handed_in.firm.code, handed_in.subject, handed_in.is_subject_guessed) == (
        "HYS",
        "另一标题",
        False,
    )
    assert sheet_import.state == SheetImport.State.REVIEW
    told = AuditEntry.objects.about(handed_in).get(verb="complaint.corrected").detail
    assert (told["before"], told["after"]) == (
        "CXT 关于投诉侵权店铺的函",
        "HYS 另一标题",
    )


def test_a_subject_that_was_typed_stays(scenario, sheet):
    sheet_import = read(hand_in(scenario, sheet, "a.xlsx"))
    assert sheet_import.complaint.subject == "网络巡查清单"
    assert json.dumps(sheet_import.understood)
