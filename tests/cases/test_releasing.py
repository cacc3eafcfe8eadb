"""What a revoked official account sets free: targets and rows, shown with their places and told to officers."""

import pytest
from django.test import Client
from django.urls import reverse

from cases import workflow
from cases.models import Case, ImportRow, Target
from corps.models import Notification
from stores.models import OfficialAccount
from stores.workflow import propose_revocation, revoke_official_account
from tests.cases.conftest import Scenario, make_official, sheet_of, take_in

pytestmark = pytest.mark.django_db

SHOP, ELSEWHERE = "70000001", "70000002"


def shop(store: str) -> str:
    return f",https://shop{store}.taobao.com/,关闭店铺,精华液"


@pytest.fixture
def case(scenario: Scenario) -> Case:
    """A sheet that names the store before it is official, in a case of officer and officer2."""
    return open_case(scenario, shop(SHOP))


@pytest.fixture
def account(scenario: Scenario, case: Case) -> OfficialAccount:
    return make_official(scenario, SHOP)


def open_case(scenario: Scenario, *rows: str) -> Case:
    complaint = take_in(scenario, sheet_of(*rows), firm="CXT").complaint
    complaint = workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
    return workflow.open_case(
        complaints=[complaint],
        title="案",
        actor=scenario.officer,
        lead=scenario.officer,
        second=scenario.officer2,
    )


def revoke(scenario: Scenario, account: OfficialAccount) -> OfficialAccount:
    propose_revocation(account=account, actor=scenario.officer, reason="系第三方店铺")
    return revoke_official_account(
        account=OfficialAccount.objects.get(pk=account.pk), actor=scenario.chief
    )


def kept_out() -> ImportRow:
    return ImportRow.objects.get(result="official")


@pytest.mark.parametrize("is_revoked", [False, True])
def test_whoever_revokes_sees_how_much_is_set_free_with_each_row_linked(
    scenario, account, is_revoked
):
    open_case(scenario, shop(SHOP), shop(ELSEWHERE))
    account = revoke(scenario, account) if is_revoked else account
    client = Client()
    client.force_login(scenario.officer)
    page = client.get(reverse("listings:official_account", args=[account.pk]))
    assert {one.code: one.count for one in page.context["freed"]} == {
        "targets": 1,
        "rows": 1,
    }
    listed = reverse("cases:official_rows", args=[account.pk])
    assert (listed in page.content.decode()) == is_revoked
    row = kept_out()
    text = client.get(listed).content.decode()
    place = f"{reverse('cases:import', args=[row.sheet_import_id])}?show=official&amp;row={row.pk}#r{row.row}"
    assert text.count(place) == 2
    assert client.get(place.replace("&amp;", "&")).status_code == 200


def test_officers_of_the_cases_that_it_touches_are_told_once_with_how_much(
    scenario, account
):
    open_case(scenario, shop(SHOP))
    Notification.objects.all().delete()
    account = revoke(scenario, account)
    lines = Notification.objects.filter(event="official_account.struck")
    assert set(lines.values_list("user__username", "count", "url")) == {
        (name, 2, reverse("cases:official_rows", args=[account.pk]))
        for name in ("officer", "officer2")
    }


def test_a_row_that_was_kept_out_is_judged_anew_and_registered(scenario, account):
    open_case(scenario, shop(SHOP))
    row = kept_out()
    [before] = workflow.settle_rows(rows=[row.pk], actor=scenario.officer)
    assert before.code == "official"
    account = revoke(scenario, account)
    [after] = workflow.settle_rows(rows=[row.pk], actor=scenario.officer)
    assert (after.ok, after.code) == (True, "")
    row.refresh_from_db()
    assert row.target == Target.objects.get(store__canonical_id=SHOP)
    assert not workflow.kept_rows(account).exists()


def test_of_another_unit_is_told_only_how_many(scenario, account):
    open_case(scenario, shop(SHOP))
    client = Client()
    client.force_login(scenario.officer3)
    page = client.get(reverse("cases:official_rows", args=[account.pk]))
    assert (list(page.context["page"]), page.context["elsewhere"]) == ([], 1)
    assert "CXT" not in page.content.decode()
