"""What the generator writes is a house that the verbs can go on with."""

import pytest

from cases.models import Target
from demo import generator
from listings.models import Listing
from notices import workflow
from notices.workflow import Reply
from stores.models import Store

pytestmark = pytest.mark.django_db


def test_a_generated_notice_is_answered_and_checked_like_any_other():
    house = generator.make_house()
    notice = generator.make_notice(house, 120)
    items = list(notice.items.order_by("position").values_list("pk", flat=True))
    answered = workflow.answer_items(
        notice=notice, replies=[Reply(pk, "removed", item=pk) for pk in items], actor=house.liaison
    )
    assert all(result.ok for result in answered)
    judged = workflow.verify_items(items=items, seen="gone", actor=house.officer)
    assert all(result.ok for result in judged)
    assert Target.objects.filter(is_counted=True).count() == 120


def test_lots_go_on_where_the_last_one_ended():
    house = generator.make_house()
    first, second = generator.make_listings(house, 100), generator.make_listings(house, 50)
    assert (Listing.objects.count(), Store.objects.count()) == (150, 3)
    assert not set(first) & set(second)
    case, targets = generator.make_case(house, 30)
    composed = workflow.compose_notices(case=case, actor=house.officer, targets=targets)
    assert composed.blocked == []
