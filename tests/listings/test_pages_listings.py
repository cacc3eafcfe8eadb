"""The list of listings: its rows, its fragment, and what they cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.states import TargetState
from listings.models import Listing
from stores.models import OfficialAccount, Store
from tests.accounts import register_official_account
from tests.notices.world import World, add_targets, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def officer(world: World, client: Client) -> Client:
    client.force_login(world.officer)
    return client


def test_the_fragment_holds_the_rows_of_the_page_and_nothing_else(world, officer):
    add_targets(world, 3)
    page = officer.get("/listings/").content.decode()
    fragment = officer.get("/listings/", headers={"HX-Request": "true"})
    rows = fragment.content.decode()
    assert rows.startswith("<tr")
    assert rows.count("<tr") == 3
    assert rows in page
    assert "HX-Request" in fragment["Vary"]


def test_what_sellers_write_is_shown_as_text(world, officer):
    [target] = add_targets(world, 1)
    Listing.objects.filter(pk=target.listing_id).update(
        title='<script>alert("1")</script>', brand="A&B"
    )
    body = officer.get("/listings/").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;" in body
    assert "A&amp;B" in body


@pytest.mark.parametrize(
    ("language", "platform"), [("zh-hans", "淘宝天猫"), ("en", "Taobao")]
)
def test_rows_are_in_the_readers_language(world, officer, language, platform):
    world.platform.name_en = "Taobao"
    world.platform.save()
    add_targets(world, 1)
    officer.cookies["django_language"] = language
    body = officer.get("/listings/", headers={"HX-Request": "true"}).content.decode()
    with translation.override(language):
        state = str(TargetState.REPORTED.label)
    assert f">{platform}</td>" in body
    assert f">{state}</span>" in body


def test_the_number_of_statements_does_not_grow_with_the_rows(world, officer):
    counts = []
    for more in (1, 49):
        add_targets(world, more)
        officer.get("/listings/")
        with CaptureQueriesContext(connection) as statements:
            officer.get("/listings/", headers={"HX-Request": "true"})
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_listing_of_another_units_case_shows_its_state_and_no_way_into_the_case(
    world, client
):
    [target] = add_targets(world, 1)
    client.force_login(world.stranger)
    page = client.get(f"/listings/{target.listing_id}/")
    assert page.status_code == 200
    assert page.context["standing"].state == target.state
    assert f"/cases/targets/{target.pk}/" not in page.content.decode()


def test_a_store_shows_what_became_of_each_of_its_listings(world, officer):
    first, second = add_targets(world, 2)
    store = Store.objects.create(
        platform=world.platform, canonical_id="100", site="taobao", name="店", url="x"
    )
    Listing.objects.filter(pk__in=[first.listing_id, second.listing_id]).update(
        store=store
    )
    page = officer.get(f"/stores/{store.pk}/")
    assert [row[1].state for row in page.context["rows"]] == ["reported", "reported"]
    target = officer.get(f"/cases/targets/{first.pk}/")
    assert (
        target.context["in_store"]["total"],
        target.context["in_store"]["verified"],
    ) == (2, 0)
    assert officer.get(target.context["in_store"]["url"]).context["page"].total == 2


def test_an_address_is_found_however_long_it_was_copied(world, officer):
    [target] = add_targets(world, 1)
    number = target.listing.canonical_id
    address = f"https://item.taobao.com/item.htm?spm={'a21n57.1.0.0.' * 60}&id={number}"
    answer = officer.get("/search/", {"q": address})
    assert answer.headers["Location"] == f"/listings/{target.listing_id}/"
    assert officer.get("/listings/", {"q": address}).context["page"].rows
    assert (
        officer.get(world.case.get_absolute_url(), {"q": address}).context["page"].total
        == 1
    )


def test_an_official_account_is_found_as_one(world, officer):
    register_official_account(
        firm=world.case.firm, platform=world.platform, site="taobao", canonical_id="100200300",
        url="https://shop100200300.taobao.com/", name="旗舰店", actor=world.officer,
    )  # fmt: skip
    for text in ("100200300", "旗舰店", "https://shop100200300.taobao.com/?spm=a21n57"):
        answer = officer.get("/search/", {"q": text})
        assert answer.headers["Location"].startswith("/listings/official/"), text


def test_whoever_confirms_an_account_is_told_first_what_it_touches(
    world, officer, client
):
    targets = add_targets(world, 3)
    store = Store.objects.create(
        platform=world.platform,
        canonical_id="100200300",
        site="taobao",
        name="店",
        url="x",
    )
    Listing.objects.filter(target__in=targets).update(store=store)
    said = {
        "firm": world.case.firm.pk,
        "name": "旗舰店",
        "address": "https://shop100200300.taobao.com/",
    }
    answer = officer.post("/listings/official/new/", said)
    account = OfficialAccount.objects.get()
    page = f"/listings/official/{account.pk}/"
    assert (answer.url, account.is_proposed) == (page, True)
    assert officer.post(f"{page}confirm/", {"act": "confirm"}).status_code == 404
    second = Client()
    second.force_login(world.supervisor)
    shown = second.get(page).context
    assert {one.code: one.count for one in shown["touched"] if one.count} == {
        "targets": 3
    }
    add = Listing.objects.filter(target__in=add_targets(world, 1)).update(store=store)
    stale = second.post(
        f"{page}confirm/", {"act": "confirm", "touches": shown["touches"]}
    )
    account.refresh_from_db()
    assert (add, stale.status_code, account.is_proposed) == (1, 302, True)
    second.post(
        f"{page}confirm/",
        {"act": "confirm", "touches": second.get(page).context["touches"]},
    )
    account.refresh_from_db()
    assert account.confirmed_at is not None
