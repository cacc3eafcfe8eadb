"""What a struck official account sets free: targets and rows, shown with their places and told to officers."""

import pytest
from django.test import Client
from django.urls import reverse

from cases import workflow
from cases.models import Case, ImportRow, Target
from corps.models import Notification
from stores.models import OfficialAccount
from stores.workflow import propose_revocation, revoke_official_account
from tests.cases.conftest import House, make_official, sheet_of, take_in

pytestmark = pytest.mark.django_db

SHOP, ELSEWHERE = "70000001", "70000002"


def shop(store: str) -> str:
    return f",https://shop{store}.taobao.com/,关闭店铺,精华液"


@pytest.fixture
def case(house: House) -> Case:
    """A sheet that names the store before it is official, in a case of officer and officer2."""
    return open_case(house, shop(SHOP))


@pytest.fixture
def account(house: House, case: Case) -> OfficialAccount:
    return make_official(house, SHOP)


def open_case(house: House, *rows: str) -> Case:
    complaint = take_in(house, sheet_of(*rows), firm="CXT").complaint
    complaint = workflow.accept_complaint(complaint=complaint, actor=house.officer)
    return workflow.open_case(
        complaints=[complaint],
        title="案",
        actor=house.officer,
        lead=house.officer,
        second=house.officer2,
    )


def strike(house: House, account: OfficialAccount) -> OfficialAccount:
    propose_revocation(account=account, actor=house.officer, reason="系第三方店铺")
    return revoke_official_account(
        account=OfficialAccount.objects.get(pk=account.pk), actor=house.chief
    )


def kept_out() -> ImportRow:
    return ImportRow.objects.get(result="official")


@pytest.mark.parametrize("is_struck", [False, True])
def test_whoever_strikes_sees_how_much_is_set_free_with_each_row_linked(
    house, account, is_struck
):
    open_case(house, shop(SHOP), shop(ELSEWHERE))
    account = strike(house, account) if is_struck else account
    client = Client()
    client.force_login(house.officer)
    page = client.get(reverse("listings:official_account", args=[account.pk]))
    assert {one.code: one.count for one in page.context["freed"]} == {
        "targets": 1,
        "rows": 1,
    }
    listed = reverse("cases:official_rows", args=[account.pk])
    assert (listed in page.content.decode()) == is_struck
    row = kept_out()
    text = client.get(listed).content.decode()
    place = f"{reverse('cases:import', args=[row.sheet_import_id])}?show=official&amp;row={row.pk}#r{row.row}"
    assert text.count(place) == 2
    assert client.get(place.replace("&amp;", "&")).status_code == 200


def test_officers_of_the_cases_that_it_touches_are_told_once_with_how_much(
    house, account
):
    open_case(house, shop(SHOP))
    Notification.objects.all().delete()
    account = strike(house, account)
    lines = Notification.objects.filter(event="official_account.struck")
    assert set(lines.values_list("user__username", "count", "url")) == {
        (name, 2, reverse("cases:official_rows", args=[account.pk]))
        for name in ("officer", "officer2")
    }


def test_a_row_that_was_kept_out_is_judged_anew_and_registered(house, account):
    open_case(house, shop(SHOP))
    row = kept_out()
    [before] = workflow.settle_rows(rows=[row.pk], actor=house.officer)
    assert before.code == "official"
    account = strike(house, account)
    [after] = workflow.settle_rows(rows=[row.pk], actor=house.officer)
    assert (after.ok, after.code) == (True, "")
    row.refresh_from_db()
    assert row.target == Target.objects.get(store__canonical_id=SHOP)
    assert not workflow.kept_rows(account).exists()


def test_of_another_unit_is_told_only_how_many(house, account):
    open_case(house, shop(SHOP))
    client = Client()
    client.force_login(house.officer3)
    page = client.get(reverse("cases:official_rows", args=[account.pk]))
    assert (list(page.context["page"]), page.context["elsewhere"]) == ([], 1)
    assert "CXT" not in page.content.decode()
