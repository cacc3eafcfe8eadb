"""Hosts that no rule knows: counted by import and month, shown with the sheets that somebody may see."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases import workflow as imports
from cases.models import SheetImport
from corps.deadlines.clock import today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from listings import workflow
from listings.models import OtherHost, UnknownHost
from listings.workflow import unknown_hosts
from tests.cases.conftest import hand_in, results, sheet_of

pytestmark = pytest.mark.django_db

ROWS = (
    "https://detail.vip.com/detail-1-2.html?token=geheim&id=7#x,,下架,a",
    "看 https://detail.vip.com/detail-1-3.html?token=anders 好物,,下架,b",
    "https://mp.weixin.qq.com/s/AbC?chksm=geheim,,下架,c",
    "https://item.taobao.com/item.htm?id=600000000001,,下架,d",
    "只有文字,,下架,e",
)


@pytest.fixture
def admin() -> User:
    return User.objects.create(
        username="keeper", name="keeper", role="administrator", password="!"
    )


def counted() -> dict[str, tuple[int, str]]:
    return {one.host: (one.rows, one.example) for one in UnknownHost.objects.all()}


@pytest.mark.parametrize("needs_review", [True, False])
def test_an_import_counts_the_hosts_of_rows_that_nobody_can_use_without_what_is_secret(
    scenario, needs_review
):
    sheet_import = hand_in(
        scenario, sheet_of(*ROWS), "a.csv", needs_review=needs_review
    )
    imports.read_sheet(sheet_import.pk)
    assert counted() == {
        "detail.vip.com": (2, "https://detail.vip.com/detail-1-3.html?token=…"),
        "mp.weixin.qq.com": (1, "https://mp.weixin.qq.com/s/AbC?chksm=…"),
    }
    assert {(one.month, one.sheet) for one in UnknownHost.objects.all()} == {
        (today().replace(day=1), SheetImport.objects.get().pk)
    }


def test_the_hosts_of_the_most_rows_are_kept_by_name_and_the_rest_together(
    scenario, monkeypatch
):
    monkeypatch.setattr(unknown_hosts, "MOST_HOSTS", 1)
    results(scenario, *ROWS)
    assert {host: rows for host, (rows, _example) in counted().items()} == {
        "detail.vip.com": 2,
        "": 1,
    }


def test_administrators_see_the_hosts_and_officers_their_sheets_besides(
    scenario, admin, client
):
    results(scenario, *ROWS)
    sheet = f"/cases/imports/{SheetImport.objects.get().pk}/"
    client.force_login(admin)
    page = client.get(
        f"/listings/addresses/hosts/?month={today():%Y-%m}"
    ).content.decode()
    assert "detail.vip.com" in page
    assert "geheim" not in page
    assert sheet not in page
    assert "host=detail.vip.com&amp;example=https" in page
    home_page = client.get("/").content.decode()
    assert "2 个域名没有规则识别" in home_page
    client.force_login(scenario.officer)
    assert sheet in client.get("/listings/addresses/hosts/").content.decode()


def test_a_host_that_is_no_platforms_is_listed_apart_until_that_is_taken_back(
    scenario, admin, client
):
    results(scenario, *ROWS)
    client.force_login(admin)
    client.post(
        "/listings/addresses/hosts/mark/",
        {"host": "detail.vip.com", "remark": "另有渠道"},
    )
    assert (
        "host=detail.vip.com"
        not in client.get("/listings/addresses/hosts/").content.decode()
    )
    assert (
        "另有渠道" in client.get("/listings/addresses/hosts/?marked=1").content.decode()
    )
    assert "1 个域名没有规则识别" in client.get("/").content.decode()
    at = timezone.now()
    with pytest.raises(TransitionRefused, match="host-marked"):
        workflow.mark_host(host="detail.vip.com", remark="", actor=admin, at=at)
    with pytest.raises(PermissionDenied):
        workflow.mark_host(host="x.example", remark="", actor=scenario.officer, at=at)
    client.post(
        "/listings/addresses/hosts/mark/", {"host": "detail.vip.com", "undo": "1"}
    )
    assert not OtherHost.objects.exists()
    with pytest.raises(TransitionRefused, match="host-not-marked"):
        workflow.unmark_host(host="detail.vip.com", actor=admin, at=at)
    assert list(
        AuditEntry.objects.filter(verb__startswith="unknown_host.").values_list(
            "verb", flat=True
        )
    ) == [
        "unknown_host.marked",
        "unknown_host.unmarked",
    ]


def test_a_month_in_which_no_host_was_named_lists_none(scenario, admin, client):
    results(scenario, *ROWS)
    client.force_login(admin)
    page = client.get("/listings/addresses/hosts/?month=2021-01")
    assert (page.context["rows"], page.context["total"]) == ([], 0)
    assert "2021-01" in page.content.decode()
