"""What a sheet holds besides the rows that are read is told on the page, by the API and in the notification."""

import pytest
from django.test import Client
from django.urls import reverse

from corps.models import Notification
from tests.cases.conftest import hand_in, take_in
from tests.listings.sheet_files import HEADER, complaint, complaints, write_xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(tmp_path):
    """Thirty rows and an example on one worksheet, eight under other headings on another."""
    rows = [
        HEADER,
        ["示例", *complaint(99)[1:]],
        *complaints(30)[1:],
        ["合计", "", "", "", "30条"],
    ]
    other = [
        ["品牌", "发现日期", "商品链接"],
        *(["甲", "2026-03-05", complaint(number)[4]] for number in range(8)),
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": rows, "京东": other})
    with open(path, "rb") as file:
        return file.read()


def test_it_is_told_by_page_api_and_notification(scenario, sheet, client):
    sheet_import = take_in(scenario, sheet, "清单.xlsx")
    client.force_login(scenario.officer)
    for page in (
        f"/cases/imports/{sheet_import.pk}/",
        sheet_import.complaint.get_absolute_url(),
    ):
        text = client.get(page).content.decode()
        assert "读入 30 行；另有 8 行" in text
        assert "工作表“京东”：第 2 至 9 行共 8 行未读：另一个工作表。" in text
        assert "第 2 行未读：填写示例。" in text
        assert "第 33 行未读：合计行。" in text
    said = client.get(f"/api/v1/imports/{sheet_import.pk}/").json()
    assert said["not_read"] == [
        {"worksheet": "清单", "from": 2, "to": 2, "rows": 1, "why": "example"},
        {"worksheet": "清单", "from": 33, "to": 33, "rows": 1, "why": "total"},
        {"worksheet": "京东", "from": 2, "to": 9, "rows": 8, "why": "other-worksheet"},
    ]
    assert (said["rows"], sum(said["rows_by_result"].values())) == (30, 30)
    assert "工作表“京东”：第 2 至 9 行共 8 行未读" in said["detail"]
    rows = client.get(f"/api/v1/imports/{sheet_import.pk}/rows/").json()["results"]
    assert {row["worksheet"] for row in rows} == {"清单"}
    assert "读入 30 行，另有 8 行未读。" in Notification.objects.latest("pk").text


def test_what_nobody_misses_is_told_without_alarm(scenario, client, tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", [HEADER, complaint(1), ["合计", "", "", "", "1条"]]
    )
    with open(path, "rb") as file:
        sheet_import = take_in(scenario, file.read(), "清单.xlsx")
    client.force_login(scenario.officer)
    text = client.get(f"/cases/imports/{sheet_import.pk}/").content.decode()
    assert "第 3 行未读：合计行。" in text
    assert "另有 0 行" not in text
    assert "未读" not in Notification.objects.latest("pk").text


def test_of_a_text_file_no_worksheet_is_named(scenario):
    content = "商品链接\nhttps://item.taobao.com/item.htm?id=600000000001\n合计：1条\n".encode()
    sheet_import = take_in(scenario, content, "清单.csv")
    reader = Client()
    reader.force_login(scenario.officer)
    assert reader.get(f"/api/v1/imports/{sheet_import.pk}/").json()["not_read"] == [
        {"worksheet": None, "from": 3, "to": 3, "rows": 1, "why": "total"}
    ]
    assert (
        reader.get(f"/api/v1/imports/{sheet_import.pk}/rows/").json()["results"][0][
            "worksheet"
        ]
        is None
    )


def test_a_host_that_is_not_known_is_named_beside_its_row(scenario, client):
    content = "商品链接,标题\nhttps://detail.vip.com/detail-1-2.html,某某\n点击查看,某某\n,某某\n".encode()
    sheet_import = hand_in(scenario, content, "清单.csv", needs_review=False)
    sheet_import = take_in(scenario, content, "清单.csv")
    client.force_login(scenario.officer)
    rows = client.get(f"/api/v1/imports/{sheet_import.pk}/rows/").json()["results"]
    assert [row["reason"] for row in rows] == [
        "系统不认识链接的域名 detail.vip.com。",
        "单元格里只有文字，没有链接。",
        "这一行未识别到网址。",
    ]


def test_rows_of_several_worksheets_are_told_apart(scenario, client, tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {
            "淘宝": complaints(3),
            "京东": [HEADER, complaint(7), ["4", "", "", "", "无"]],
        },
    )
    with open(path, "rb") as file:
        sheet_import = take_in(scenario, file.read(), "清单.xlsx")
    client.force_login(scenario.officer)
    rows = client.get(f"/api/v1/imports/{sheet_import.pk}/rows/").json()["results"]
    assert [(row["worksheet"], row["row"]) for row in rows] == [
        ("淘宝", 2), ("淘宝", 3), ("淘宝", 4), ("京东", 2), ("京东", 3),
    ]  # fmt: skip
    page = client.get(f"/cases/imports/{sheet_import.pk}/?show=all").content.decode()
    assert "淘宝、京东" in page
    assert "京东 2" in page
    assert "1048578<" not in page
    export = client.get(
        reverse("cases:import_rows", args=[sheet_import.pk]) + "?show=look"
    )
    assert "京东 3" in b"".join(export.streaming_content).decode("utf-8-sig")


def test_the_same_file_again_is_said(scenario, client):
    content = "商品链接\nhttps://item.taobao.com/item.htm?id=600000000001\n".encode()
    first = take_in(scenario, content, "清单.csv")
    again = take_in(scenario, content, "清单（补）.csv")
    other = take_in(scenario, content + b"\n", "清单.csv")
    client.force_login(scenario.officer)

    def said(sheet_import):
        pages = (
            sheet_import.complaint.get_absolute_url(),
            reverse("cases:import", args=[sheet_import.pk]),
        )
        detail = client.get(f"/api/v1/imports/{sheet_import.pk}/").json()["detail"]
        return [
            client.get(page).content.decode().count("同一文件已") for page in pages
        ], first.complaint.number in detail

    assert said(again) == ([1, 1], True)
    assert said(first) == said(other) == ([0, 0], False)


@pytest.mark.parametrize(
    ("platform", "address", "said"),
    [
        (
            "京东",
            "https://item.taobao.com/item.htm?id=600000000001",
            "企业填写“京东”，链接属于",
        ),
        ("天猫旗舰店", "https://item.taobao.com/item.htm?id=600000000001", None),
        ("各平台", "https://item.taobao.com/item.htm?id=600000000001", None),
        (
            "淘宝",
            "http://https://item.taobao.com/item.htm?id=600000000001%20",
            "重复的 http:// 只读一次。",
        ),
    ],
)
def test_a_row_says_what_was_put_right_and_what_contradicts_it(
    scenario, client, platform, address, said
):
    sheet_import = take_in(
        scenario, f"平台,商品链接\n{platform},{address}\n".encode(), "清单.csv"
    )
    client.force_login(scenario.officer)
    page = client.get(
        reverse("cases:import", args=[sheet_import.pk]) + "?show=all"
    ).content.decode()
    if said:
        assert said in page
    else:
        assert "企业填写" not in page


def test_what_was_done_to_a_spoilt_text_is_said(scenario, client):
    content = "平台,商品链接,诉求\n淘宝,https://item.taobao.com/item.htm?id=600000000001,下架\n".encode()
    sheet_import = take_in(
        scenario, content + content.split(b"\n")[1] + b"\xe4\xb8\n", "清单.csv"
    )
    client.force_login(scenario.officer)
    page = client.get(reverse("cases:import", args=[sheet_import.pk])).content.decode()
    assert sheet_import.remarks
    assert (
        sheet_import.reading_report[0]
        in client.get(f"/api/v1/imports/{sheet_import.pk}/").json()["detail"]
    )
    assert "第" in sheet_import.reading_report[0]
    assert sheet_import.reading_report[0] in page


def test_a_value_that_was_not_understood_is_said_beside_its_row(scenario, client):
    content = "商品链接,售价,发现日期\nhttps://item.taobao.com/item.htm?id=600000000001,99-199,上个月\n".encode()
    sheet_import = take_in(scenario, content, "清单.csv")
    client.force_login(scenario.officer)
    page = client.get(
        reverse("cases:import", args=[sheet_import.pk]) + "?show=all"
    ).content.decode()
    assert "售价未能识别：“99-199”。" in page
    assert "发现日期未能识别：“上个月”。" in page
