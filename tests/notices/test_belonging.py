"""A row takes nothing out of a notice; a belonging that a person confirmed does, and asks about what was answered."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import workflow as casework
from cases.models import Target
from cases.tables import answered_for
from cases.workflow import judge_claims
from corps.models import Notification, User
from corps.workflow import store_file
from dashboards.workflow import compare
from firms.models import Firm
from firms.workflow import appoint_representative
from listings.models import Belonging
from notices.models import LedgerEntry, NoticeItem
from notices.workflow import check_items, verify_items, withdraw_items
from notices.workflow.checking import ItemCheck
from stores.models import OfficialAccount
from tests.accounts import register_official_account
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db
SHOP = "104736810"


@pytest.fixture
def account(world: World) -> OfficialAccount:
    return protect(world)


def protect(world: World) -> OfficialAccount:
    other = Firm.objects.create(
        code="HYS", name="皓颐", short_name="皓颐", uscc="91310000MA1FT00192"
    )
    return register_official_account(
        firm=other, platform=world.platform, site="taobao", canonical_id=SHOP,
        url=f"https://shop{SHOP}.taobao.com/", name="官方旗舰店", actor=world.officer,
    )  # fmt: skip


def representative(world: World, code: str = "YCB") -> tuple[User, Firm]:
    firm = Firm.objects.create(
        code=code, name=f"企业{code}", short_name=code, uscc="91319409MA0JN0QQ8X"
    )
    user = User.objects.create(
        username=f"firm-{code}", name=code, role="representative", password="!"
    )
    admin, _new = User.objects.get_or_create(username="admin", role="administrator")
    appoint_representative(firm=firm, user=user, actor=admin)
    return user, firm


def hand_in(user: User, firm: Firm, rows: list[tuple[str, str]]) -> list[str]:
    """Register a firm's sheet of (listing, store), as the API does; the result of each row."""
    lines = [
        f"{f'https://item.taobao.com/item.htm?id={listing}' if listing else ''},"
        f"{f'https://shop{store}.taobao.com/' if store else ''},下架"
        for listing, store in rows
    ]
    _complaint, sheet = casework.submit_complaint(
        actor=user, firm=firm, subject="清单", received_on=date(2026, 3, 1), sheet_name="a.csv", needs_review=False,
        sheet=store_file("\n".join(["商品链接,店铺链接,诉求", *lines]).encode(), "text/csv"),
    )  # fmt: skip
    assert sheet is not None
    casework.read_sheet(sheet.pk)
    casework.continue_registering(sheet.pk)
    return list(sheet.import_rows.order_by("row").values_list("result", flat=True))


def in_every_state(world: World) -> dict[str, Target]:
    """Targets of an issued notice: open, claimed removed, refused, counted."""
    targets = dict(
        zip(
            ("open", "claimed", "refused", "counted"),
            add_targets(world, 4),
            strict=True,
        )
    )
    [notice] = issue(world)
    items = {item.target_id: item.pk for item in notice.items.all()}
    answer(
        world,
        notice,
        items=[items[targets["claimed"].pk], items[targets["counted"].pk]],
    )
    answer(world, notice, "refused", items=[items[targets["refused"].pk]])
    verify_items(
        items=[items[targets["counted"].pk]], actor=world.officer2, seen="gone"
    )
    return targets


def standing() -> list[tuple]:
    """All that no row may change: marks, items, ledger entries."""
    return [
        *Target.objects.order_by("pk")
        .filter(items__isnull=False)
        .values_list("pk", "state", "is_official", "is_counted"),
        *NoticeItem.objects.order_by("pk").values_list("pk", "state", "target"),
        *LedgerEntry.objects.order_by("pk").values_list("pk", "sign"),
    ]


def claim_all(world: World, targets: dict[str, Target]) -> None:
    user, firm = representative(world)
    rows = [(target.listing.canonical_id, SHOP) for target in targets.values()]
    assert hand_in(user, firm, rows) == ["official"] * len(rows)


def confirm(world: World, confirmed: bool = True):
    ids = list(Belonging.objects.waiting().values_list("pk", flat=True))
    return judge_claims(
        claims=ids, actor=world.officer, confirm=confirmed, reason="已查看店铺页面"
    )


def test_no_row_of_any_firm_withdraws_marks_or_uncounts_anything(
    world: World, account: OfficialAccount
):
    targets = in_every_state(world)
    before = standing()
    claim_all(world, targets)
    assert standing() == before
    assert Belonging.objects.in_effect().count() == 4


def test_a_confirmed_belonging_withdraws_open_items_and_asks_about_answered_ones(
    world: World, account
):
    targets = in_every_state(world)
    claim_all(world, targets)
    assert all(result.ok for result in confirm(world))
    states = {item.target_id: item.state for item in NoticeItem.objects.all()}
    assert {name: states[target.pk] for name, target in targets.items()} == {
        "open": "withdrawn",
        "claimed": "claimed",
        "refused": "refused",
        "counted": "verified",
    }
    assert Target.objects.filter(is_official=True).count() == 4
    counted = Target.objects.get(pk=targets["counted"].pk)
    assert (counted.is_counted, counted.restoring_asked_at) == (True, None)
    asked = {target.pk for target in answered_for(world.officer)}
    assert asked == {targets[name].pk for name in ("claimed", "refused", "counted")}
    assert compare() == []


def test_what_was_answered_of_an_official_account_is_not_checked_into_a_number(
    world: World, account
):
    targets = in_every_state(world)
    claim_all(world, targets)
    confirm(world)
    item = NoticeItem.objects.get(target=targets["claimed"])
    [refused] = check_items(
        checks=[ItemCheck(item.pk, "gone", timezone.now())], actor=world.officer2
    )
    assert (refused.ok, refused.code) == (False, "official")
    [done] = withdraw_items(items=[item.pk], actor=world.officer, reason="官方账号")
    assert done.ok
    assert LedgerEntry.objects.count() == 1


def test_refusing_leaves_everything_as_it_is(world: World, account):
    targets = in_every_state(world)
    before = standing()
    claim_all(world, targets)
    confirm(world, False)
    assert standing() == before


def test_registering_another_account_leaves_answered_items_of_this_one_alone(
    world: World, account
):
    targets = in_every_state(world)
    claim_all(world, targets)
    confirm(world)
    register_official_account(
        firm=world.firm, platform=world.platform, site="taobao", canonical_id="999", url="x", name="另一店",
        actor=world.officer,
    )  # fmt: skip
    assert NoticeItem.objects.get(target=targets["claimed"]).state == "claimed"


def test_a_letter_names_no_store_that_is_only_claimed(world: World):
    from notices.letters import store_name_of

    user, firm = representative(world)
    hand_in(user, firm, [("612345678901", "70000001")])
    target = Target.objects.select_related("listing__store", "store").get()
    assert target.listing.claimed_store is not None
    assert not store_name_of(target)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "600000000000", "600000000001", "600000000002"]),
        st.sampled_from(["", SHOP, "7001"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sheets=st.lists(ROWS, min_size=1, max_size=3))
def test_no_sequence_of_rows_changes_marks_open_items_or_counts_without_a_person(
    world: World, sheets
):
    if not OfficialAccount.objects.exists():
        protect(world)
        add_targets(world, 3)
        [notice] = issue(world)
        answer(world, notice, items=[notice.items.order_by("pk")[0].pk])
        representative(world)
        representative_two = User.objects.create(
            username="firm-2", name="2", role="representative", password="!"
        )
        firm = Firm.objects.create(
            code="QRT", name="企业QRT", short_name="QRT", uscc="91319409MA0JN0QQ9X"
        )
        appoint_representative(
            firm=firm, user=representative_two, actor=User.objects.get(username="admin")
        )
    people = list(User.objects.filter(role="representative").order_by("pk"))
    before = standing()
    for number, rows in enumerate(sheets):
        user = people[number % len(people)]
        hand_in(user, user.representative.firm, rows)
    assert standing() == before
    assert not Belonging.objects.confirmed().exists()


def test_officers_of_a_touched_case_are_told_with_the_source(world: World, account):
    targets = add_targets(world, 2)
    world.case.assignments.create(
        officer=world.officer, is_lead=True, since=world.case.opened_at
    )
    claim_all(world, {str(target.pk): target for target in targets})
    [told] = Notification.objects.filter(
        user=world.officer, url__contains=world.case.number
    )
    assert "企业YCB" in told.text


def test_a_correction_stands_in_the_inbox_of_who_may_decide_it(
    world: World, account: OfficialAccount
):
    [target] = add_targets(world, 1)
    casework.propose_belonging(
        listing=target.listing,
        store_id=SHOP,
        actor=world.supervisor,
        reason="打开页面，在旗舰店内",
    )
    pages = {}
    for user in (world.supervisor, world.supervisor2):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("notices:approvals"))
        pages[user] = (
            page.context["waiting"],
            reverse("cases:belonging", args=[target.listing_id])
            in page.content.decode(),
        )
    assert pages == {world.supervisor: (0, False), world.supervisor2: (1, True)}
