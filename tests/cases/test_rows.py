"""What becomes of a row: one result, in the order of precedence; the registry that rows leave behind."""

import pytest
from django.core.exceptions import PermissionDenied

from cases.extensions import official_targets_hooks
from cases.models import Complaint, ImportRow, Target
from corps.audit.origin import audit_origin
from corps.models import AuditEntry
from listings.models import Belonging, Listing
from stores.models import Store
from tests.cases.conftest import make_official, results, sheet_of, take_in
from tests.cases.sheets import ITEM, JD_SHOP, row

pytestmark = pytest.mark.django_db


def test_a_listing_named_twice_is_new_and_then_a_repeat_under_any_form_of_its_address(
    scenario,
):
    assert results(
        scenario,
        row("600000000001"),
        "https://detail.tmall.com/item.htm?skuId=9&id=600000000001,,下架,x",
        "看看这个 http://h5.m.taobao.com/awp/core/detail.htm?id=600000000001 好物,,下架,x",
    ) == ["new", "repeat", "repeat"]
    assert Listing.objects.count() == Target.objects.count() == 1


def test_a_repeat_of_another_firm_is_linked_and_keeps_the_firm_of_the_first(scenario):
    results(scenario, row("600000000001"), firm="CXT")
    assert results(scenario, row("600000000001"), firm="HYS") == ["repeat"]
    target = Target.objects.get()
    assert target.firm.code == "CXT"
    assert {line.sheet_import.complaint.firm.code for line in target.rows.all()} == {
        "CXT",
        "HYS",
    }


def test_asking_for_closure_makes_the_store_the_target_and_registers_both(scenario):
    assert results(scenario, row("600000000001", "70000001", "关闭店铺")) == ["new"]
    target = Target.objects.get()
    assert (target.kind, target.store.canonical_id) == ("store", "70000001")
    assert Listing.objects.get().claimed_store == target.store


def test_a_listing_registered_beside_a_store_is_a_repeat_when_it_becomes_a_target(
    scenario,
):
    assert results(
        scenario, row("600000000001", "70000001", "关闭店铺"), row("600000000001")
    ) == ["new", "repeat"]
    assert Target.objects.filter(kind="listing").count() == 1


def test_a_repeat_registers_the_store_that_it_names_besides(scenario):
    results(scenario, row("600000000001"))
    assert results(scenario, row("600000000001", "70000001")) == ["repeat"]
    assert Listing.objects.get().claimed_store == Store.objects.get()
    assert Target.objects.count() == 1


def test_an_official_store_registers_nothing_and_its_row_is_a_claim_of_where_its_listing_is(
    scenario,
):
    make_official(scenario, "70000001")
    assert results(scenario, row("600000000001", "70000001"), row("600000000001")) == [
        "official",
        "held",
    ]
    assert not Listing.objects.exists()
    assert not Store.objects.exists()
    claim = Belonging.objects.get()
    assert (claim.store_id, claim.state, claim.in_effect) == (
        "70000001",
        "unjudged",
        True,
    )
    assert (claim.firm.code, claim.complaint, claim.row) == (
        "CXT",
        Complaint.objects.get().pk,
        2,
    )
    assert [line.finding for line in ImportRow.objects.order_by("row")] == [
        "官方店 (HYS)"
    ] * 2


def test_the_store_that_a_row_names_beside_a_listing_is_only_claimed(scenario):
    results(scenario, row("600000000001", "70000001"), row("600000000001", "70000002"))
    listing = Listing.objects.get()
    assert (listing.store, listing.claimed_store.canonical_id) == (None, "70000001")


def test_a_registered_listing_that_is_claimed_to_be_official_stays_as_it_is(scenario):
    announced = []

    def announce(targets, **_):
        announced.extend(targets)

    with official_targets_hooks.extended(announce):
        make_official(scenario, "70000001")
        assert results(
            scenario, row("600000000001"), row("600000000001", "70000001")
        ) == [
            "new",
            "official",
        ]
    target = Target.objects.get()
    assert not target.is_official
    assert announced == []


def test_a_row_that_names_only_a_listing_somebody_claims_to_be_official_is_held_whoever_claimed_it(
    scenario,
):
    make_official(scenario, "70000001")
    results(
        scenario,
        row("600000000001", "70000002"),
        row("600000000001", "70000001"),
        firm="HYS",
    )
    assert results(scenario, row("600000000001"), firm="CXT") == ["held"]
    assert ImportRow.objects.get(result="held").explanation


def test_a_claim_holds_no_row_that_names_another_store_nor_one_that_asks_for_that_to_be_shut(
    scenario,
):
    make_official(scenario, "70000001")
    assert results(
        scenario,
        row("600000000001", "70000001"),
        row("600000000001", "70000009"),
        row("600000000001", "70000009", "关店"),
    ) == ["official", "new", "repeat"]
    assert Listing.objects.get().claimed_store.canonical_id == "70000009"


class TestConfirmedAsTheyAreRead:
    """A replay: its rows are confirmed as they are read, so the first that names the two together decides."""

    @pytest.fixture(autouse=True)
    def in_a_replay(self, scenario):
        self.said = {"claims_confirmed_by": scenario.officer}
        with audit_origin(channel="replay", replay="replay-1"):
            yield

    def test_an_official_store_teaches_where_its_listing_is(self, scenario):
        make_official(scenario, "70000001")
        rows = [
            row("600000000001", "70000001"),
            row("600000000001"),
            row("600000000001", "70000009", "关店"),
        ]
        assert results(scenario, *rows, **self.said) == ["official"] * 3
        known = Belonging.objects.get()
        assert (known.store_id, known.state, known.judged_by) == (
            "70000001",
            "confirmed",
            scenario.officer,
        )
        assert not Store.objects.exists()

    def test_the_first_row_to_name_a_listing_and_a_store_decides_where_the_listing_is(
        self, scenario
    ):
        make_official(scenario, "70000001")
        rows = [
            row("600000000001", "70000002"),
            row("600000000001", "70000001"),
            row("600000000001"),
        ]
        assert results(scenario, *rows, **self.said) == ["new", "official", "repeat"]
        listing = Listing.objects.get()
        assert (
            listing.store.canonical_id
            == listing.claimed_store.canonical_id
            == "70000002"
        )
        assert not Target.objects.get().is_official

    def test_a_registered_listing_found_in_an_official_store_is_marked_and_announced(
        self, scenario
    ):
        announced = []

        def announce(targets, **_):
            announced.extend(targets)

        with official_targets_hooks.extended(announce):
            make_official(scenario, "70000001")
            rows = [row("600000000001"), row("600000000001", "70000001")]
            assert results(scenario, *rows, **self.said) == ["new", "official"]
        target = Target.objects.get()
        assert target.is_official
        assert announced == [target.pk]
        assert (
            AuditEntry.objects.about(target)
            .filter(verb="target.found_official")
            .exists()
        )

    def test_an_account_registered_later_marks_its_store_and_the_listings_known_to_be_in_it(
        self, scenario
    ):
        rows = [
            row("600000000001", "70000001"),
            row("", "70000001", "关店"),
            row("600000000002", "70000002"),
        ]
        results(scenario, *rows, **self.said)
        make_official(scenario, "70000001")
        marked = Target.objects.filter(is_official=True)
        assert {target.thing.canonical_id for target in marked} == {
            "600000000001",
            "70000001",
        }


def test_nobody_confirms_rows_as_they_are_read_outside_a_replay(scenario):
    with pytest.raises(PermissionDenied):
        results(
            scenario,
            row("600000000001", "70000001"),
            claims_confirmed_by=scenario.officer,
        )


def test_an_account_registered_later_marks_its_store_and_no_listing_that_is_only_claimed_to_be_in_it(
    scenario,
):
    results(
        scenario,
        row("600000000001", "70000001"),
        row("", "70000001", "关店"),
        row("600000000002", "70000002"),
    )
    make_official(scenario, "70000001")
    marked = Target.objects.filter(is_official=True)
    assert {target.thing.canonical_id for target in marked} == {"70000001"}


def test_taobao_and_tmall_stores_are_one_space(scenario):
    make_official(scenario, "70000001")
    assert results(scenario, ",https://shop70000001.tmall.com/,关店,x") == ["official"]


def test_rows_that_cannot_be_placed_or_used_register_nothing(scenario):
    assert results(
        scenario,
        "https://m.tb.cn/h.abc123,,下架,x",
        f"{ITEM % '600000000001'},{JD_SHOP % '1234567'},下架,x",
        "https://detail.1688.com/offer/600000000001.html,,下架,x",
        "https://item.taobao.com.evil.cn/item.htm?id=600000000001,,下架,x",
        "没有链接,,下架,x",
        f"{ITEM % '600000000001'} {ITEM % '600000000002'},,下架,x",
    ) == ["held", "held", "held", "invalid", "invalid", "invalid"]
    assert not Listing.objects.exists()
    assert all(line.explanation for line in ImportRow.objects.all())


def test_a_target_keeps_what_the_firm_alleged(scenario):
    header = "商品链接,侵权类型,售价,建议零售价,商品标题,品牌"
    content = sheet_of(
        f'{ITEM % "600000000001"},割码销售,"¥1,299.00",199元,精华液,砚露', header=header
    )
    take_in(scenario, content)
    target = Target.objects.get()
    assert (target.alleged, str(target.price), str(target.list_price)) == (
        "割码销售",
        "1299.00",
        "199.00",
    )
    assert (target.listing.title, target.listing.brand) == ("精华液", "砚露")
    assert target.listing.url == "https://item.taobao.com/item.htm?id=600000000001"


def test_signs_that_upset_a_database_are_kept_or_dropped_but_never_fatal(scenario):
    content = sheet_of(row("600000000001").replace("精华液", '"a\\b\tc\x00d\\u0000e"'))
    sheet_import = take_in(scenario, content)
    assert sheet_import.state == "done"
    assert "\x00" not in Listing.objects.get().title
    assert Listing.objects.get().title.startswith("a\\b")


def test_every_target_leaves_an_entry_in_the_thread_of_its_complaint(scenario):
    results(scenario, row("600000000001"), row("600000000002"))
    complaint = Complaint.objects.get()
    verbs = list(
        AuditEntry.objects.in_thread(complaint.thread)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == [
        "complaint.submitted",
        "target.reported",
        "target.reported",
        "import.registered",
    ]
