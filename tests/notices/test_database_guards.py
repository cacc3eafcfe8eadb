"""What the database refuses by itself, whatever the application would do."""

import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import Sum

from listings.models import Belonging, Listing
from notices.models import LedgerEntry, Notice, NoticeItem
from stores.models import OfficialAccount, Store
from stores.official_account_lock import OFFICIAL_LOCK
from tests.notices.world import World, add_targets, make_world

SESSIONS, SECONDS = 8, 1.5

# What a person made of a claim.
CONFIRMED = {"state": "confirmed", "judged_at": "2026-03-01T00:00Z"}


def draft(world: World) -> Notice:
    return Notice.objects.create(
        number=f"N2026-{Notice.objects.count() + 1:06}",
        case=world.case,
        platform=world.platform,
        drafted_by=world.officer,
        drafted_at=world.case.opened_at,
    )


def name(world: World, *targets) -> None:
    """Draft items that name targets, straight into the table."""
    notice = draft(world)
    NoticeItem.objects.bulk_create(
        NoticeItem(notice=notice, target=target, position=position)
        for position, target in enumerate(targets, 1)
    )


def protect(world: World, canonical_id: str) -> None:
    OfficialAccount.objects.create(
        firm=world.firm,
        platform=world.platform,
        canonical_id=canonical_id,
        site="tmall",
        url="-",
        name="官方旗舰店",
        confirmed_at=world.case.opened_at,
    )


@pytest.mark.django_db
def test_no_item_names_an_official_account_by_its_own_store(world: World):
    [fine, official] = add_targets(world, 2, kind="store")
    protect(world, official.store.canonical_id)
    with pytest.raises(IntegrityError, match="official account"), transaction.atomic():
        name(world, fine, official)
    name(world, fine)


@pytest.mark.django_db
def test_no_item_names_a_listing_that_stands_in_an_official_store(world: World):
    [target] = add_targets(world, 1)
    store = Store.objects.create(
        platform=world.platform, canonical_id="shop77", site="tmall", url="-"
    )
    Listing.objects.filter(pk=target.listing_id).update(store=store)
    protect(world, "shop77")
    with pytest.raises(IntegrityError, match="official account"), transaction.atomic():
        name(world, target)


@pytest.mark.django_db
def test_no_item_names_a_listing_known_to_be_in_an_official_store(world: World):
    [target] = add_targets(world, 1)
    Belonging.objects.create(
        platform=world.platform,
        listing_id=target.listing.canonical_id,
        store_id="shop78",
        **CONFIRMED,
    )
    protect(world, "shop78")
    with pytest.raises(IntegrityError, match="official account"), transaction.atomic():
        name(world, target)


@pytest.mark.django_db
def test_the_same_id_on_another_platform_is_somebody_else(world: World):
    [target] = add_targets(world, 1, platform=world.other_platform, kind="store")
    protect(world, target.store.canonical_id)
    name(world, target)


@pytest.mark.django_db
def test_an_item_drafted_before_its_account_was_registered_is_never_opened(
    world: World,
):
    [target] = add_targets(world, 1, kind="store")
    name(world, target)
    protect(world, target.store.canonical_id)
    with pytest.raises(IntegrityError, match="official account"), transaction.atomic():
        NoticeItem.objects.update(state="open", ground=world.ground)


@pytest.mark.django_db
def test_an_item_cannot_be_turned_to_an_official_account(world: World):
    [fine, official] = add_targets(world, 2, kind="store")
    name(world, fine)
    protect(world, official.store.canonical_id)
    with pytest.raises(IntegrityError, match="official account"), transaction.atomic():
        NoticeItem.objects.update(target=official)


def test_the_guard_and_the_workflow_hold_the_same_lock():
    migration = import_module("notices.migrations.0002_ledger_and_official_guards")
    assert f"x'{OFFICIAL_LOCK:X}'" in migration.REFUSE


def entry(item: NoticeItem, nth: int) -> LedgerEntry:
    target = item.target
    return LedgerEntry(
        target=target,
        item=item,
        nth=nth,
        sign=nth % 2 * 2 - 1,
        kind=LedgerEntry.Kind.LISTING_REMOVED,
        cause=LedgerEntry.Cause.MERGE,
        at=target.reported_at,
        case_id=target.case_id,
        firm_id=target.firm_id,
        platform_id=target.platform_id,
    )


@pytest.fixture
def item(world: World) -> NoticeItem:
    name(world, *add_targets(world, 1))
    return NoticeItem.objects.select_related("target").get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nths", "sign"),
    [([2], -1), ([1, 3], 1), ([1, 1], 1), ([1, 2], 1), ([0], -1), ([1], -1)],
)
def test_ledger_entries_follow_one_another_without_gap_or_double_and_alternate(
    item: NoticeItem, nths: list[int], sign: int
):
    *before, last = nths
    for nth in before:
        entry(item, nth).save()
    last_entry = entry(item, last)
    last_entry.sign = sign
    with pytest.raises(IntegrityError), transaction.atomic():
        last_entry.save()


@pytest.mark.django_db(transaction=True)
def test_eight_sessions_on_one_target_never_make_its_sum_anything_but_0_or_1():
    world = make_world()
    name(world, *add_targets(world, 1))
    item = NoticeItem.objects.select_related("target").get()
    until = time.monotonic() + SECONDS

    def write(_session: int) -> tuple[int, int]:
        """Read the last ledger entry and write the next, as fast as can be; the numbers written and of bad sums."""
        written = bad = 0
        try:
            while time.monotonic() < until:
                last = (
                    LedgerEntry.objects.filter(target=item.target)
                    .order_by("-nth")
                    .values_list("nth", flat=True)
                    .first()
                )
                try:
                    entry(item, (last or 0) + 1).save(force_insert=True)
                    written += 1
                except IntegrityError:
                    pass
                total = (
                    LedgerEntry.objects.filter(target=item.target).aggregate(
                        total=Sum("sign")
                    )["total"]
                    or 0
                )
                bad += total not in (0, 1)
        finally:
            connections.close_all()
        return written, bad

    with ThreadPoolExecutor(SESSIONS) as pool:
        results = list(pool.map(write, range(SESSIONS)))
    written = sum(count for count, _bad in results)
    assert sum(bad for _count, bad in results) == 0
    assert written == LedgerEntry.objects.count() > SESSIONS
