"""How much may be handed in and asked at once, and that nothing refused stays stored."""

import hashlib
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Complaint
from corps.access import limits
from corps.access.limits import Limit
from corps.models import AuditEntry, StoredFile, User
from corps.ui.csv_export import safe
from firms.models import Representative
from tests.cases.conftest import Scenario, hand_in, sheet_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def representative(scenario: Scenario) -> Client:
    """A browser of somebody who speaks for the firm CXT."""
    person = User.objects.create_user(
        "firm-CXT", "x" * 12, name="代表", role="representative"
    )
    Representative.objects.create(user=person, firm=scenario.firms["CXT"])
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.fixture
def small(monkeypatch):
    """Makes limits that a test reaches."""

    def set_to(
        code: str, most: int, window: timedelta | None = HOUR, answer: int = 429
    ) -> None:
        every = limits.limits() | {code: Limit(code, most, window, HTTPStatus(answer))}
        monkeypatch.setattr(limits, "limits", lambda: every)

    return set_to


def send(client: Client, scenario: Scenario, content: bytes, name: str = "a.csv"):
    said = {
        "firm": scenario.firms["CXT"].pk,
        "subject": "x",
        "received_on": "2026-03-17",
    }
    return client.post(
        reverse("cases:complaint_new"),
        said | {"sheet": SimpleUploadedFile(name, content)},
    )


def test_a_firm_that_hands_in_too_many_sheets_is_told_when_to_come_back(
    representative, scenario, small
):
    small("sheets.firm", 2)
    for number in range(2):
        assert send(
            representative,
            scenario,
            sheet_of(f"https://item.taobao.com/item.htm?id=65500000{number}"),
        ).url
    told = send(
        representative,
        scenario,
        sheet_of("https://item.taobao.com/item.htm?id=655000009"),
    )
    assert told.status_code == 429
    assert 0 < int(told.headers["Retry-After"]) <= 3600
    assert Complaint.objects.count() == 2


def test_more_papers_than_are_kept_of_a_firm_are_refused_and_not_stored(
    representative, scenario, small
):
    small("papers.firm", 100, None, 507)
    content = sheet_of("https://item.taobao.com/item.htm?id=655000001", "x" * 200)
    told = send(representative, scenario, content)
    assert told.status_code == 507
    assert not StoredFile.objects.filter(
        sha256=hashlib.sha256(content).hexdigest()
    ).exists()


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02 random", b"%PDF-1.7", b"\x7fELF" + bytes(9)]
)
def test_what_is_no_sheet_is_refused_beside_its_field_and_not_stored(
    representative, scenario, content
):
    page = send(representative, scenario, content, "网店清单.csv")
    assert page.context["form"].errors["sheet"]
    assert (Complaint.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_complaint_that_is_refused_keeps_no_sheet(representative, scenario):
    said = {
        "firm": scenario.firms["CXT"].pk,
        "subject": "x",
        "received_on": "2999-01-01",
    }
    sheet = SimpleUploadedFile(
        "a.csv", sheet_of("https://item.taobao.com/item.htm?id=655000001")
    )
    page = representative.post(reverse("cases:complaint_new"), said | {"sheet": sheet})
    assert page.context["form"].errors["received_on"]
    assert not StoredFile.objects.exists()


def test_a_firm_that_asks_what_an_address_is_leaves_a_trace_and_is_counted(
    representative, scenario, small
):
    small("addresses.asked", 2)
    sheet_import = hand_in(
        scenario, sheet_of("https://item.taobao.com/item.htm?id=655000001"), "a.csv"
    )
    url = reverse("cases:import_read", args=[sheet_import.pk])
    address = {"repair": "https://item.taobao.com/item.htm?id=655000777"}
    assert [representative.get(url, address).status_code for _turn in range(3)] == [
        200,
        200,
        429,
    ]
    asked = AuditEntry.objects.filter(verb="import.address_asked")
    assert [entry.detail["address"] for entry in asked] == ["655000777"] * 2
    officer = Client()
    officer.force_login(scenario.officer)
    assert officer.get(url, address).status_code == 200
    assert asked.count() == 2


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
)
def test_no_cell_of_an_export_begins_a_formula(sign):
    assert safe(f"{sign}1+1") == f"'{sign}1+1"
    assert safe(-1) == -1


def test_exports_are_counted_for_each_person(scenario, small):
    small("exports", 1)
    sheet_import = hand_in(
        scenario, sheet_of("https://item.taobao.com/item.htm?id=655000001"), "a.csv"
    )
    url = reverse("cases:import_rows", args=[sheet_import.pk])
    client = Client()
    client.force_login(scenario.officer)
    assert [client.get(url).status_code for _turn in range(2)] == [200, 429]
