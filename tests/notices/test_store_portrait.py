"""The page of a store: twelve months that add up, who named it, its cases and letters, and only what one may see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Target
from listings.models import Listing
from notices import workflow
from notices.store_portrait import changes_of
from stores.models import OfficialAccount, Store
from tests.notices.world import World, add_targets, answer, issue

START = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS = st.lists(
    st.tuples(
        st.integers(1, 5), st.integers(1, 300), st.sampled_from(["gone", "live"])
    ),
    max_size=20,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LOOKS)
def test_named_less_removed_and_relisted_is_what_was_not_seen_gone_last(
    looks: list[tuple[int, int, str]],
):
    named = [(pk, START, "reported") for pk in range(1, 6)]
    acts = [
        (pk, START + timedelta(days=day, seconds=place), seen)
        for place, (pk, day, seen) in enumerate(looks)
    ]
    rows = {"reported": 0, "removed": 0, "relisted": 0}
    for _day, row, sign in changes_of([*named, *acts]):
        rows[row] += sign
    last = {pk: seen for pk, _at, seen in sorted(acts, key=lambda act: act[1])}
    assert rows["reported"] - rows["removed"] + rows["relisted"] == sum(
        last.get(pk) != "gone" for pk in range(1, 6)
    )


def test_what_a_correction_takes_back_is_on_sale_again_and_no_relisting():
    acts = [
        (1, START, "reported"),
        (1, START + timedelta(1), "gone"),
        (1, START + timedelta(2), ""),
    ]
    assert [(row, sign) for _day, row, sign in changes_of(acts)] == [
        ("reported", 1),
        ("removed", 1),
        ("removed", -1),
    ]


@pytest.fixture
def store(world: World) -> Store:
    """A store with three listings that were asked about, one verified, one on sale against the platform's word."""
    store = Store.objects.create(
        platform=world.platform,
        canonical_id="baibanecahf",
        site="taobao",
        name="百草小铺",
        url="https://x.tmall.com/",
    )
    targets = add_targets(world, 3)
    Listing.objects.filter(target__in=targets).update(store=store)
    [notice] = issue(world)
    answer(world, notice)
    items = list(notice.items.order_by("position"))
    workflow.verify_items(items=[items[0].pk], seen="gone", actor=world.officer2)
    Target.objects.filter(pk=items[1].target_id).update(seen="live")
    return store


@pytest.mark.django_db
def test_a_store_is_shown_with_its_months_cases_letters_and_contradictions(
    client: Client, world: World, store: Store
):
    client.force_login(world.officer)
    page = client.get(reverse("stores:store", args=[store.pk]))
    portrait, total = page.context["portrait"], page.context["portrait"].totals
    assert (portrait.targets, portrait.contradictions) == (3, 1)
    assert (total.reported, total.removed, total.relisted, total.on_sale) == (
        3,
        1,
        0,
        2,
    )
    assert len(portrait.months) == 12
    assert portrait.months[-1].on_sale == 2
    assert [(case.label, case.count) for case in portrait.cases] == [
        (world.case.number, 3)
    ]
    assert [letter.count for letter in portrait.letters] == [3]
    text = page.content.decode()
    assert "1 个与平台反馈不一致" in text
    assert "不是官方账号" in text
    OfficialAccount.objects.create(
        firm=world.firm, platform=store.platform, canonical_id=store.canonical_id, site="taobao", url=store.url,
        name=store.name, confirmed_at=START,
    )  # fmt: skip
    assert (
        "已登记为"
        in client.get(reverse("stores:store", args=[store.pk])).content.decode()
    )


@pytest.mark.django_db
def test_who_sees_none_of_the_cases_sees_none_of_it_on_the_stores_page(
    client: Client, world: World, store: Store
):
    client.force_login(world.stranger)
    page = client.get(reverse("stores:store", args=[store.pk]))
    portrait = page.context["portrait"]
    assert (portrait.targets, portrait.contradictions, portrait.mentions) == (0, 0, 0)
    assert (portrait.firms, portrait.cases, portrait.letters, portrait.listings) == (
        [],
        [],
        [],
        {},
    )
    assert world.case.number not in page.content.decode()
