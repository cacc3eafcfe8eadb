"""The pages of complaints and the review of an import, as each role meets them."""

import csv
import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import workflow
from cases.models import Complaint, ImportRow, SheetImport, Target
from corps.deadlines.clock import now, today
from corps.models import User
from corps.ui.formats import moment
from firms.models import Representative
from tests.cases.conftest import Scenario, hand_in, sheet_of, take_in

GOOD = "https://item.taobao.com/item.htm?id=655000000001,,下架链接,面膜"
SHORT = "https://u.jd.com/mAPvq3d,,下架链接,安瓶"
NUMBER = "商品编号602704628222,,删除链接,面霜"
HEADER = "商品链接,店铺链接,诉求,商品标题"


@pytest.fixture
def officer(client, scenario: Scenario):
    client.force_login(scenario.officer)
    return client


@pytest.fixture
def reviewed(scenario: Scenario) -> SheetImport:
    """A sheet of four rows that waits to be looked at: two good ones, a short link, a bare number."""
    sheet = "平台,商品链接,店铺链接,诉求,商品标题\n" + "\n".join(
        [
            "淘宝网," + GOOD,
            "淘宝网," + GOOD.replace("001", "002"),
            "京东," + SHORT,
            "天猫商城," + NUMBER,
        ]
    )
    sheet_import = hand_in(scenario, sheet.encode(), "巡查.csv")
    workflow.read_sheet(sheet_import.pk)
    sheet_import.refresh_from_db()
    assert sheet_import.state == SheetImport.State.REVIEW
    return sheet_import


def address(sheet_import: SheetImport, name: str = "import") -> str:
    return reverse(f"cases:{name}", args=[sheet_import.pk])


def row_of(sheet_import: SheetImport, number: int) -> ImportRow:
    return sheet_import.import_rows.get(row=number)


def represent(scenario: Scenario, code: str = "CXT"):
    """The account of somebody who speaks for a firm."""
    user = scenario.officer.__class__.objects.create(
        username=f"firm-{code}", name=code, role="representative"
    )
    Representative.objects.create(user=user, firm=scenario.firms[code])
    return user


def test_an_officer_hands_a_sheet_in_and_follows_it(officer, scenario):
    form = {
        "firm": scenario.firms["CXT"].pk,
        "subject": "网络巡查",
        "received_on": today(),
    }
    answer = officer.post(
        reverse("cases:complaint_new"),
        form | {"sheet": SimpleUploadedFile("巡查.csv", sheet_of(GOOD))},
    )
    sheet_import = SheetImport.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        address(sheet_import, "import_sheet"),
    )
    page = officer.get(address(sheet_import)).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "巡查.csv" in page


def test_a_sheet_that_is_too_large_is_refused_at_its_form(officer, scenario, settings):
    settings.SHEET_MAX_BYTES = 10
    form = {"firm": scenario.firms["CXT"].pk, "subject": "x", "received_on": today()}
    answer = officer.post(
        reverse("cases:complaint_new"),
        form | {"sheet": SimpleUploadedFile("a.csv", sheet_of(GOOD))},
    )
    assert answer.status_code == 200
    assert not Complaint.objects.exists()


def test_a_program_is_told_with_413_that_its_sheet_is_too_large(
    officer, scenario, settings
):
    settings.SHEET_MAX_BYTES = 10
    form = {"firm": "CXT", "subject": "x", "received_on": today()}
    answer = officer.post(
        "/api/v1/complaints/",
        form | {"sheet": SimpleUploadedFile("a.csv", sheet_of(GOOD))},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert not Complaint.objects.exists()


def test_progress_is_a_fragment_each_second_and_the_page_is_asked_anew_at_the_end(
    officer, scenario
):
    sheet_import = hand_in(scenario, sheet_of(GOOD), "a.csv")
    fragment = officer.get(address(sheet_import), headers={"HX-Request": "true"})
    assert fragment.content.strip().startswith(b'<div class="work" hx-get=')
    workflow.read_sheet(sheet_import.pk)
    ended = officer.get(address(sheet_import), headers={"HX-Request": "true"})
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (204, "true")


def test_the_review_shows_what_a_person_must_look_at_with_counts_and_reasons(
    officer, reviewed
):
    page = officer.get(address(reviewed))
    context = page.context
    counts, review = context["counts"], context["review"]
    assert (counts.registrable, counts.look, counts.undecided) == (2, 2, 2)
    assert review.shown == "look"
    assert [row.row for row in review.rows] == [4, 5]
    assert {slug: count for slug, _label, count in review.platforms} == {
        "taobao": 2,
        "other": 2,
    }
    assert review.rows[0].at, "the first row that needs a person stands open"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?show=ready", [2, 3]),
        ("?show=new", [2, 3]),
        ("?show=held", [4]),
        ("?show=all", [2, 3, 4, 5]),
        ("?show=look&reason=short-link", [4]),
        ("?show=all&platform=taobao", [2, 3]),
        ("?show=all&platform=other", [4, 5]),
    ],
)
def test_every_count_is_a_filter(officer, reviewed, query, rows):
    review = officer.get(address(reviewed) + query).context["review"]
    assert [row.row for row in review.rows] == rows
    assert review.matching == len(rows)


def test_a_bare_number_is_completed_for_the_platform_the_firm_states(officer, reviewed):
    page = officer.get(f"{address(reviewed)}?row={row_of(reviewed, 5).pk}")
    opened = next(row for row in page.context["review"].rows if row.at)
    assert opened.repair == "https://detail.tmall.com/item.htm?id=602704628222"


def test_what_is_typed_is_read_aloud_and_changes_nothing(officer, reviewed):
    typed = {"repair": "https://item.taobao.com/item.htm?id=655000000009"}
    answer = officer.get(address(reviewed, "import_read"), typed).content.decode()
    assert "655000000009" in answer
    assert "k-blue" in answer
    assert (
        "red"
        in officer.get(
            address(reviewed, "import_read"), {"repair": "no address"}
        ).content.decode()
    )
    assert row_of(reviewed, 4).repair == ""


def test_a_repaired_row_is_settled_and_the_next_one_opens(officer, reviewed):
    row = row_of(reviewed, 4)
    typed = {
        "ids": row.pk,
        "act": "repair",
        "repair": "https://item.jd.com/100012043978.html",
    }
    answer = officer.post(address(reviewed, "import_settle") + "?show=look", typed)
    assert answer.headers["Location"].endswith(f"row={row_of(reviewed, 5).pk}#r5")
    row.refresh_from_db()
    assert (row.result, row.decision, row.repair) == (
        "new",
        "repaired",
        "https://item.jd.com/100012043978.html",
    )


def test_an_address_that_cannot_be_used_stays_typed_with_what_is_wrong_with_it(
    officer, reviewed
):
    row = row_of(reviewed, 4)
    typed = {"ids": row.pk, "act": "repair", "repair": "https://example.com/1"}
    answer = officer.post(address(reviewed, "import_settle") + "?show=look", typed)
    opened = next(row for row in answer.context["review"].rows if row.at)
    assert (answer.status_code, opened.repair) == (200, "https://example.com/1")
    assert str(answer.context["way_back"]) == address(reviewed) + "?show=look"
    assert opened.error


def test_rows_go_back_to_the_firm_one_and_many(officer, reviewed):
    answer = officer.post(
        address(reviewed, "import_settle") + "?show=look",
        {"all_matching": "1", "act": "refuse"},
    )
    assert answer.status_code == 302
    assert set(
        reviewed.import_rows.filter(row__gte=4).values_list("decision", flat=True)
    ) == {"refused"}
    assert officer.get(address(reviewed)).context["counts"].undecided == 0


def test_taking_what_is_proposed_settles_what_is_certain_and_names_the_rest(
    officer, reviewed
):
    answer = officer.post(
        address(reviewed, "import_settle") + "?show=look",
        {"all_matching": "1", "act": "suggested"},
    )
    assert [result.code for result in answer.context["results"]] == [
        "no-suggestion",
        "",
    ]
    assert row_of(reviewed, 5).result == "new"


def of_bare_numbers(scenario: Scenario, platform: str, count: int) -> SheetImport:
    """A sheet that waits to be looked at: a short link, then rows that each certainly propose one address."""
    rows = [f"{platform},65600000{number:04}," for number in range(count)]
    sheet = "平台,商品链接,店铺链接\n" + "\n".join(
        ["京东,https://u.jd.com/mAPvq3d,", *rows]
    )
    sheet_import = hand_in(scenario, sheet.encode(), "编号.csv")
    workflow.read_sheet(sheet_import.pk)
    return sheet_import


def told_after(officer, sheet_import: SheetImport) -> list[str]:
    """What the page says once every certain proposal was to be taken."""
    form = {"all_matching": "1", "act": "proposals"}
    page = officer.post(
        address(sheet_import, "import_settle") + "?show=look", form, follow=True
    )
    return [str(message) for message in page.context["messages"]]


def test_beyond_what_one_press_takes_the_proposals_that_are_left_are_counted(
    officer, scenario, monkeypatch
):
    monkeypatch.setattr("cases.views.imports.proposals.MOST_TAKEN", 3)
    monkeypatch.setattr("cases.views.imports.review.MOST_TAKEN", 3)
    sheet_import = of_bare_numbers(scenario, "天猫商城", 5)
    unclear = "1 行没有确定的建议，留待人工核对。"
    left = "每次采纳前 3 条建议。还有 2 条建议未采纳，请再次点击。"
    first = told_after(officer, sheet_import)
    assert (first[0].startswith("已处理 3 行。"), first[1:]) == (True, [left, unclear])
    assert list(
        sheet_import.import_rows.filter(result="new").values_list("row", flat=True)
    ) == [3, 4, 5]
    second = told_after(officer, sheet_import)
    assert (second[0].startswith("已处理 2 行。"), second[1:]) == (True, [unclear])
    assert told_after(officer, sheet_import) == [unclear]


def test_what_a_person_sent_back_is_not_taken_up_with_all_the_others(officer, scenario):
    sheet_import = of_bare_numbers(scenario, "天猫商城", 2)
    sent_back, *_others = sheet_import.import_rows.filter(row__gte=3)
    workflow.settle_rows(rows=[sent_back.pk], actor=scenario.officer, refuse=True)
    told = told_after(officer, sheet_import)
    assert told[0].startswith("第 4 行：新目标。")
    assert told[-1] == "1 行此前已退回企业，未作改动。"
    sent_back.refresh_from_db()
    assert sent_back.decision == "refused"


def test_selected_rows_beyond_what_one_press_takes_say_so_themselves(
    officer, scenario, monkeypatch
):
    monkeypatch.setattr("cases.views.imports.proposals.MOST_TAKEN", 3)
    sheet_import = of_bare_numbers(scenario, "天猫商城", 4)
    form = {"all_matching": "1", "act": "suggested"}
    answer = officer.post(address(sheet_import, "import_settle") + "?show=look", form)
    assert [result.code for result in answer.context["results"]] == [
        "no-suggestion",
        "proposal-left",
        "",
        "",
        "",
    ]


def test_a_proposed_address_that_cannot_be_taken_is_told_with_its_reason(
    officer, scenario
):
    sheet_import = of_bare_numbers(scenario, "抖音", 2)
    told = told_after(officer, sheet_import)
    assert told[0].startswith("2 行保持不变：建议的网址不能采纳。")
    assert told[1:] == ["1 行没有确定的建议，留待人工核对。"]


def test_rows_of_another_sheet_are_not_settled_here(officer, reviewed, scenario):
    other = hand_in(scenario, sheet_of(SHORT), "b.csv")
    workflow.read_sheet(other.pk)
    row = other.import_rows.get()
    officer.post(address(reviewed, "import_settle"), {"ids": row.pk, "act": "refuse"})
    row.refresh_from_db()
    assert row.decision == ""


def test_registering_from_the_review_makes_targets_and_keeps_what_is_undecided(
    officer, reviewed
):
    assert officer.post(address(reviewed, "import_register")).status_code == 302
    workflow.continue_registering(reviewed.pk)
    page = officer.get(address(reviewed))
    assert Target.objects.count() == 2
    counts, review = page.context["counts"], page.context["review"]
    assert (counts.registrable, counts.undecided, review.may_settle) == (2, 2, True)
    assert review.may_register is False


def test_giving_an_import_up_says_how_much_it_is_and_registers_nothing(
    officer, reviewed
):
    asked = officer.get(address(reviewed, "import_abandon"))
    assert re.search(r"\b4\b", asked.content.decode())
    reviewed.refresh_from_db()
    assert reviewed.state == SheetImport.State.REVIEW
    officer.post(address(reviewed, "import_abandon"))
    reviewed.refresh_from_db()
    assert reviewed.state == SheetImport.State.ABANDONED
    assert not Target.objects.exists()


def test_the_download_holds_every_row_and_nothing_a_spreadsheet_runs(officer, scenario):
    sheet_import = hand_in(scenario, sheet_of(GOOD, "=1+1,,下架,+cmd"), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    answer = officer.get(address(sheet_import, "import_rows"))
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [line[0] for line in lines[1:]] == ["2", "3"]
    assert not [cell for line in lines for cell in line if cell[:1] in "=+-@" and cell]
    problems = officer.get(address(sheet_import, "import_rows") + "?show=look")
    assert len(b"".join(problems.streaming_content).decode().splitlines()) == 2


def test_a_review_costs_the_same_number_of_queries_for_five_rows_and_fifty(
    officer, scenario
):
    counts = []
    for rows in (5, 50):
        sheet_import = hand_in(scenario, sheet_of(*[SHORT] * rows), f"{rows}.csv")
        workflow.read_sheet(sheet_import.pk)
        officer.get(address(sheet_import))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            officer.get(address(sheet_import))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_representative_sees_and_settles_the_own_firms_sheet_alone(
    client, scenario, reviewed
):
    client.force_login(represent(scenario, "CXT"))
    assert client.get(address(reviewed)).status_code == 200
    repair = {
        "ids": row_of(reviewed, 4).pk,
        "act": "repair",
        "repair": "https://item.taobao.com/item.htm?id=655000000003",
    }
    client.post(address(reviewed, "import_settle"), repair)
    assert row_of(reviewed, 4).decision == "repaired"
    client.force_login(represent(scenario, "HYS"))
    for name in ("import", "import_read", "import_rows", "import_abandon"):
        assert client.get(address(reviewed, name)).status_code == 404
    for name in ("import_settle", "import_register", "import_abandon"):
        assert client.post(address(reviewed, name)).status_code == 404
    assert client.get(reviewed.complaint.get_absolute_url()).status_code == 404


OFFICIAL = "砚露官方旗舰店 (CXT)"


def lines_of(answer) -> list[list[str]]:
    """The lines of a downloaded table."""
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("login", "is_told"), [("CXT", True), ("HYS", False), ("officer", True)]
)
def test_an_official_account_is_named_to_the_corps_and_to_its_own_firm_alone(
    client, scenario, login, is_told
):
    rows = sheet_of(",http://xiaoghngn-cn.tmall.com/,关店,面膜")
    sheet_import = hand_in(
        scenario, rows, "a.csv", firm="HYS" if login == "HYS" else "CXT"
    )
    workflow.read_sheet(sheet_import.pk)
    client.force_login(
        scenario.officer if login == "officer" else represent(scenario, login)
    )
    page = client.get(address(sheet_import) + "?show=look").content.decode()
    row = sheet_import.import_rows.get()
    assert (row.result, row.finding) == ("official", OFFICIAL)
    assert (OFFICIAL in page, row.explanation in page) == (is_told, True)
    assert (
        OFFICIAL
        not in client.get(f"/api/v1/imports/{sheet_import.pk}/rows/").content.decode()
    )
    reason = f"{row.explanation} {OFFICIAL}" if is_told else row.explanation
    for show in ("", "?show=look", "?show=official"):
        _heads, line = lines_of(client.get(address(sheet_import, "import_rows") + show))
        assert line[2] == reason
    if not is_told:
        complaint = client.get(
            sheet_import.complaint.get_absolute_url()
        ).content.decode()
        settled = client.post(
            address(sheet_import, "import_settle"),
            {"ids": row.pk, "act": "again"},
            follow=True,
        )
        for text in (complaint, settled.content.decode()):
            assert "砚露" not in text
            assert "CXT" not in text


def test_a_representative_is_offered_only_what_they_may_do(client, scenario):
    sheet_import = hand_in(scenario, sheet_of(SHORT), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    for user, may_refuse in ((scenario.officer, True), (represent(scenario), False)):
        client.force_login(user)
        page = client.get(address(sheet_import)).content.decode()
        assert ('value="refuse"' in page) == may_refuse
        assert 'value="register"' not in page  # nothing could be registered
    refused = {"ids": row_of(sheet_import, 2).pk, "act": "refuse"}
    assert (
        client.post(address(sheet_import, "import_settle"), refused).status_code == 403
    )


def test_the_downloads_are_told_apart_and_the_columns_counted(officer, reviewed):
    page = officer.get(address(reviewed)).content.decode()
    assert "识别 5 列" in page
    names = {
        officer.get(address(reviewed, "import_rows") + show)["Content-Disposition"]
        for show in ("", "?show=look")
    }
    number = reviewed.complaint.number
    assert names == {
        f'attachment; filename="{number}-{what}.csv"' for what in ("rows", "problems")
    }


def test_an_officer_chooses_the_firm_and_a_representative_has_their_own(
    client, scenario
):
    for user, is_open in ((scenario.officer, True), (represent(scenario), False)):
        client.force_login(user)
        first, *others = (
            client.get(reverse("cases:complaint_new"))
            .context["form"]
            .fields["firm"]
            .choices
        )
        assert (first[0] == "", bool(others)) == (is_open, is_open)
        without = client.post(
            reverse("cases:complaint_new"), {"subject": "x", "received_on": today()}
        )
        assert list(without.context["form"].errors) == ["firm"]


def test_a_representative_hands_in_for_the_own_firm_only(client, scenario):
    client.force_login(represent(scenario))
    form = {"subject": "x", "received_on": today()}
    answer = client.post(
        reverse("cases:complaint_new"), form | {"firm": scenario.firms["HYS"].pk}
    )
    assert answer.status_code == 200
    assert not Complaint.objects.exists()
    form |= {
        "firm": scenario.firms["CXT"].pk,
        "sheet": SimpleUploadedFile("a.csv", sheet_of(GOOD)),
    }
    client.post(reverse("cases:complaint_new"), form)
    assert Complaint.objects.get().firm.code == "CXT"


def test_a_representative_cannot_decide_on_a_complaint_but_take_it_back(
    client, scenario
):
    complaint = take_in(scenario, sheet_of(GOOD)).complaint
    client.force_login(represent(scenario))
    page = client.get(complaint.get_absolute_url()).content.decode()
    assert 'value="accept"' not in page
    assert 'value="refuse"' not in page
    decide = reverse("cases:complaint_decide", args=[complaint.number])
    assert client.post(decide, {"act": "accept"}).status_code == 403
    client.post(decide, {"act": "withdraw", "reason": "已自行和解"})
    complaint.refresh_from_db()
    assert complaint.state == "withdrawn"


def test_a_complaint_is_accepted_or_refused_with_a_reason(officer, scenario):
    first, second = (take_in(scenario, sheet_of(GOOD)).complaint for _ in range(2))
    officer.post(
        reverse("cases:complaint_decide", args=[first.number]), {"act": "accept"}
    )
    answer = officer.post(
        reverse("cases:complaint_decide", args=[second.number]), {"act": "refuse"}
    )
    second.refresh_from_db()
    assert second.state == "received"
    assert list(answer.context["form"].errors) == ["reason"]
    officer.post(
        reverse("cases:complaint_decide", args=[second.number]),
        {"act": "refuse", "reason": "材料不全"},
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.reason) == (
        "accepted",
        "refused",
        "材料不全",
    )


def test_the_list_of_complaints_is_filtered_and_costs_no_query_for_each(
    officer, scenario
):
    counts = []
    for number in (1, 8):
        while Complaint.objects.count() < number:
            take_in(
                scenario,
                sheet_of(GOOD),
                firm="CXT" if Complaint.objects.count() % 2 else "HYS",
            )
        officer.get(reverse("cases:complaints"))
        with CaptureQueriesContext(connection) as queries:
            page = officer.get(reverse("cases:complaints"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.context["page"]) == 8
    assert (
        len(officer.get(reverse("cases:complaints") + "?firm=CXT").context["page"]) == 4
    )
    assert (
        len(officer.get(reverse("cases:complaints") + "?state=refused").context["page"])
        == 0
    )


def test_the_day_of_receipt_is_not_ahead(officer, scenario):
    form = {
        "firm": scenario.firms["CXT"].pk,
        "subject": "x",
        "received_on": date(2999, 1, 1),
    }
    answer = officer.post(reverse("cases:complaint_new"), form)
    assert "received_on" in answer.context["form"].errors


def test_prices_line_up_and_only_a_row_with_a_proposal_offers_to_take_it_first(
    officer, scenario
):
    rows = [f"天猫商城,{NUMBER},225", f"京东,{SHORT},￥79起"]
    sheet = "平台,商品链接,店铺链接,诉求,商品标题,售价\n" + "\n".join(rows)
    sheet_import = hand_in(scenario, sheet.encode(), "价格.csv")
    workflow.read_sheet(sheet_import.pk)
    page = officer.get(address(sheet_import))
    assert [(row.price, row.proposed) for row in page.context["review"].rows] == [
        ("225.00", True),
        ("￥79起", False),
    ]


def test_a_reason_that_cannot_be_taken_stays_in_its_field(officer, scenario):
    complaint = take_in(scenario, sheet_of(GOOD)).complaint
    decide = reverse("cases:complaint_decide", args=[complaint.number])
    page = officer.post(decide, {"act": "withdraw", "reason": "长" * 4001})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["reason"])
    assert "长" * 4001 in page.content.decode()


def test_a_settled_row_says_who_settled_it_and_when_and_a_firm_learns_only_when(
    officer, client, scenario, reviewed
):
    row = reviewed.import_rows.get(row=5)
    workflow.settle_rows(rows=[row.pk], actor=scenario.officer2, refuse=True)
    when = moment(now())
    page = officer.get(address(reviewed), {"show": "look"}).content.decode()
    assert f"officer2 {when}"[:-1] in page
    speaker = Representative.objects.create(
        user=User.objects.create(username="r", role="representative"),
        firm=scenario.firms["CXT"],
    )
    client.force_login(speaker.user)
    page = client.get(address(reviewed), {"show": "look"}).content.decode()
    assert when[:-1] in page
    assert "officer2" not in page
