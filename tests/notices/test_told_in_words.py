"""What became of many things is told by what people call them, never by a key of the database."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Target
from corps.models import User
from corps.results import Result
from corps.templatetags.components import bulk_result
from listings.models import Listing
from notices.models import Notice, NoticeItem, Objection
from tests.notices.world import World, add_targets, answer, issue, object_to

pytestmark = pytest.mark.django_db
# Keys that no count, date or id on a page could be taken for.
FIRST = {Target: 70700, NoticeItem: 80800, Objection: 90900}
KEYS = re.compile(r"\b(707|808|909)\d\d\b")
NOBODYS = 70799


@pytest.fixture
def notice(world: World) -> Notice:
    """A notice with items, targets and an objection whose keys are known at sight."""
    with connection.cursor() as cursor:
        for model, first in FIRST.items():
            sequence = [f"{model._meta.db_table}_id_seq", first]
            cursor.execute(
                "SELECT max(nextval(%s)) FROM generate_series(1, %s)", sequence
            )
    targets = add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    object_to(world, targets[0], "dismissed")
    return notice


def visible(page: bytes) -> str:
    """The words of a page, without its tags."""
    body = re.sub(r"<(script|style|title).*?</\1>", "", page.decode(), flags=re.S)
    return re.sub(r"<[^>]*>", " ", body)


def acts(world: World, notice: Notice) -> list[tuple[User, str, dict[str, object]]]:
    """Acts on many things of which each is refused, by those who would do them."""
    items = [*notice.items.values_list("pk", flat=True), NOBODYS]
    targets = [*Target.objects.values_list("pk", flat=True), NOBODYS]
    objections = [*Objection.objects.values_list("pk", flat=True), NOBODYS]
    of_case, of_notice = [world.case.number], [notice.number]
    return [
        (world.officer, reverse("notices:judge"), {"ids": items, "seen": "gone"}),
        (world.officer, reverse("notices:judge"), {"ids": items[:1], "seen": "gone"}),
        (
            world.officer,
            reverse("notices:objections_decide"),
            {"ids": objections, "act": "accept"},
        ),
        (
            world.officer,
            reverse("notices:change_items", args=of_notice),
            {"ids": items, "act": "take_out"},
        ),
        (
            world.officer,
            reverse("cases:targets_act", args=of_case),
            {"ids": targets, "act": "drop", "reason": "重复"},
        ),
        (
            world.officer,
            reverse("cases:targets_act", args=of_case),
            {"ids": targets, "ground": "none"},
        ),
    ]


def test_a_page_of_results_calls_nothing_by_its_key(world: World, notice: Notice):
    told = 0
    for person, url, said in acts(world, notice):
        client = Client()
        client.force_login(person)
        page = client.post(url, said, follow=True)
        words = visible(page.content)
        assert not KEYS.search(words), (url, KEYS.search(words), words)
        told += "results" in (page.context or {})
    assert told >= 3


def test_what_has_no_name_is_not_called_by_its_key_either():
    [row] = bulk_result([Result(NOBODYS, False, "gone", "没有了")])["rows"]
    assert row["text"] == "所选的一项"


def test_a_targets_page_says_platform_kind_and_id_in_words(
    world: World, notice: Notice
):
    client = Client()
    client.force_login(world.officer)
    target = Target.objects.first()
    Listing.objects.filter(pk=target.listing_id).update(
        canonical_id="892507113355776c9b"
    )
    page = client.get(reverse("cases:target", args=[target.pk])).content.decode()
    assert '<span title="892507113355776c9b">淘宝天猫 商品 892507…6c9b</span>' in page
    assert "taobao/listing" not in page
