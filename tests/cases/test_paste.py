"""The box for pasted addresses: each line answered, nothing told that one may not see, and handed in as any sheet."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import workflow
from cases.models import Complaint, SheetImport
from cases.pasted import look_up_pasted
from corps.models import AuditEntry
from firms.models import Representative
from listings.sheets import SheetRefused, read_text
from listings.sheets.pasted import read_pasted
from tests.cases.conftest import Scenario, make_official, take_in

LISTING = "https://item.taobao.com/item.htm?id=6550000000"
NAMED, NEW = f"{LISTING}01", f"{LISTING}02"
SHARED = "8.92 复制打开抖音，看看 https://v.douyin.com/k7P74tgF/"
PASTE = "cases:complaint_paste"


@pytest.fixture
def officer(client, scenario: Scenario) -> Client:
    client.force_login(scenario.officer)
    return client


def signed_in_firm(scenario: Scenario, code: str) -> Client:
    user = scenario.officer.__class__.objects.create(
        username=f"firm-{code}", name=code, role="representative"
    )
    Representative.objects.create(user=user, firm=scenario.firms[code])
    client = Client()
    client.force_login(user)
    return client


def told(client: Client, *lines: str, **said: str):
    """The answers to pasted lines."""
    return client.post(reverse(PASTE), {"pasted": "\n".join(lines)} | said).context[
        "answers"
    ]


def test_each_line_is_answered_with_what_it_is_and_what_is_known_of_it(
    officer, scenario
):
    make_official(scenario, "281343518")
    complaint = take_in(scenario, f"商品链接\n{NAMED}".encode()).complaint
    workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
    case = workflow.open_case(
        actor=scenario.officer, complaints=[complaint], title="案"
    )
    lines = [
        NEW,
        NAMED,
        "https://shop281343518.taobao.com/",
        SHARED,
        "1.19E+12",
        f"{NEW}&spm=1",
        "合计",
    ]
    answers = told(officer, *lines)
    assert [
        (line.number, line.kind, line.id, line.result) for line in answers.lines
    ] == [
        (1, "商品", "655000000002", "new"),
        (2, "商品", "655000000001", "repeat"),
        (3, "店铺", "281343518", "official"),
        (4, "短链接", "k7P74tgF", "held"),
        (5, "", "", "invalid"),
        (6, "商品", "655000000002", "repeat"),
        (7, "", "", ""),
    ]
    notes = [str(line.note) for line in answers.lines]
    assert case.number in notes[1]
    assert "官方店" in notes[2]
    assert all(notes[3:])
    assert "第 1 行" in notes[5]


def test_a_case_of_another_unit_is_not_named(scenario, client):
    complaint = take_in(scenario, f"商品链接\n{NAMED}".encode()).complaint
    workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
    case = workflow.open_case(
        actor=scenario.officer, complaints=[complaint], title="案"
    )
    client.force_login(scenario.officer3)
    note = str(told(client, NAMED).lines[0].note)
    assert case.number not in note
    assert "一支队" in note


def test_rows_of_a_spreadsheet_are_split_into_columns_with_or_without_headings(
    officer, scenario
):
    bare = told(
        officer, f"1\t淘宝\t店甲\t{NEW}\t面膜\t12.5", "2\t淘宝\t店乙\t\t面霜\t13"
    )
    assert [line.result for line in bare.lines] == ["new", "invalid"]
    headed = told(
        officer,
        "序号\t平台\t商品链接\t店铺链接\t诉求",
        f"1\t淘宝\t{NEW}\thttps://shop281343519.taobao.com\t关闭店铺",
    )
    assert [(line.result, line.kind) for line in headed.lines] == [
        ("", ""),
        ("new", "店铺"),
    ]


def test_a_firm_learns_nothing_of_what_another_one_named(scenario):
    take_in(scenario, f"商品链接\n{NAMED}".encode(), firm="CXT")
    own, other = signed_in_firm(scenario, "CXT"), signed_in_firm(scenario, "HYS")
    assert (told(other, NAMED).lines[0].result, told(other, NAMED).lines[0].note) == (
        "new",
        "",
    )
    mine = told(own, NAMED).lines[0]
    number = Complaint.objects.get().number
    assert (mine.result, number in str(mine.note)) == ("repeat", True)
    page = other.post(reverse(PASTE), {"pasted": NAMED}).content.decode()
    assert number not in page


def test_a_firm_may_ask_so_many_addresses_and_each_asking_is_written_down(
    scenario, monkeypatch
):
    make_official(scenario, "281343518")
    monkeypatch.setattr(
        "cases.views.paste.allowance", lambda code, key, wanted: min(wanted, 1)
    )
    firm = signed_in_firm(scenario, "CXT")
    answers = told(firm, NEW, "https://shop281343518.taobao.com/")
    assert ([line.result for line in answers.lines], answers.unexamined) == (
        ["new", "new"],
        1,
    )
    asked = AuditEntry.objects.get(verb="import.addresses_asked")
    assert asked.detail == {"addresses": ["655000000002"]}
    assert not told(firm, "1.19E+12").asked


def test_what_was_pasted_is_handed_in_and_read_as_a_sheet(officer, scenario):
    lines = [NEW, SHARED, "1.19E+12", "合计"]
    sent = {
        "pasted": "\n".join(lines),
        "act": "hand_in",
        "firm": scenario.firms["CXT"].pk,
    }
    answer = officer.post(reverse(PASTE), sent)
    sheet_import = SheetImport.objects.get()
    assert answer.headers["Location"] == reverse(
        "cases:import_sheet", args=[sheet_import.pk]
    )
    workflow.read_sheet(sheet_import.pk)
    rows = sheet_import.import_rows.order_by("row").values_list(
        "result", "listing_id", "address"
    )
    assert list(rows) == [
        ("new", "655000000002", NEW),
        ("held", "", SHARED),
        ("invalid", "", "1.19E+12"),
    ]
    assert sheet_import.complaint.sheet_name.endswith(".csv")


def test_the_button_says_how_many_lines_go_in_and_how_many_of_them_can_be_used(
    officer, scenario
):
    page = officer.post(
        reverse(PASTE), {"pasted": "\n".join([NEW, SHARED, "1.19E+12", "合计"])}
    ).content.decode()
    assert "提交 3 条，其中 2 条可用" in page
    assert (
        "提交 2 条"
        in officer.post(reverse(PASTE), {"pasted": f"{NEW}\n{SHARED}"}).content.decode()
    )


def test_a_firm_hands_in_with_one_click_and_what_names_nothing_is_not_handed_in(
    scenario,
):
    firm = signed_in_firm(scenario, "CXT")
    refused = firm.post(reverse(PASTE), {"pasted": "hello", "act": "hand_in"})
    assert refused.context["paste_form"].errors["pasted"]
    assert not Complaint.objects.exists()
    firm.post(reverse(PASTE), {"pasted": NEW, "act": "hand_in"})
    assert Complaint.objects.get().firm == scenario.firms["CXT"]


def test_without_a_firm_or_with_too_much_nothing_is_handed_in(officer, scenario):
    missing = officer.post(reverse(PASTE), {"pasted": NEW, "act": "hand_in"})
    assert missing.context["paste_form"].errors["firm"]
    too_much = officer.post(
        reverse(PASTE), {"pasted": "\n".join(f"{LISTING}{n:03}" for n in range(501))}
    )
    assert "501" in str(too_much.context["paste_form"].errors["pasted"])
    assert not Complaint.objects.exists()


def test_a_fragment_answers_while_one_pastes(officer, scenario):
    fragment = officer.post(
        reverse(PASTE), {"pasted": NEW}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert "655000000002" in fragment


def test_many_lines_cost_as_many_statements_as_one(
    scenario, django_assert_max_num_queries
):
    take_in(
        scenario,
        ("商品链接\n" + "\n".join(f"{LISTING}{n:02}" for n in range(40))).encode(),
    )
    for count in (1, 40):
        text = "\n".join(f"{LISTING}{n:02}" for n in range(count))
        with django_assert_max_num_queries(12):
            assert (
                len(look_up_pasted(text, scenario.officer, lambda wanted: wanted).lines)
                == count
            )


FRAGMENTS = st.sampled_from(
    [
        NEW,
        SHARED,
        "合计",
        "注：以上",
        "示例",
        'hello, "world"',
        "=1+1",
        "1,19",
        "店铺",
        '"',
        "链接地址",
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(FRAGMENTS, min_size=1, max_size=3).map("\t".join),
        min_size=1,
        max_size=6,
    )
)
def test_every_row_that_is_read_is_a_line_that_was_pasted(lines):
    pasted = read_pasted("\n".join(lines))
    try:
        sheet = read_text(pasted.content)
    except SheetRefused:
        return
    read = [pasted.line_of(row.number) for row in sheet.rows]
    left_out = {
        pasted.line_of(record)
        for part in sheet.not_read
        for record in range(part.first, part.last + 1)
    }
    assert len(read) == len(set(read))
    assert {*read, *left_out} <= set(range(1, len(pasted.lines) + 1))
    for row in sheet.rows:
        line = pasted.lines[pasted.line_of(row.number) - 1]
        parts = [
            part
            for _field, text in row.addresses
            for part in text.replace("　", "\n").splitlines()
        ]
        assert all(part.strip() in line for part in parts)
