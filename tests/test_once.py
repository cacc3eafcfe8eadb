"""What there is once, the database too keeps once, whichever way somebody writes it."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from cases.models import Target
from corps.models import Approval, Message
from corps.models.installation import Counter
from listings.models import Listing
from notices import workflow
from notices.models import NoticeItem
from stores.models import Store
from tests.notices.world import add_targets, issue, make_world

pytestmark = pytest.mark.django_db

# By constraint: rows of which a copy is one too many, and what of the copy is not the same.
ONCE: dict[str, tuple[QuerySet[Any], dict[str, Any]]] = {
    "a_listing_once_on_a_platform": (
        Listing.objects.all(),
        {"site": "tmall", "url": "https://elsewhere"},
    ),
    "a_store_once_on_a_platform": (
        Store.objects.all(),
        {"site": "tmall", "url": "https://elsewhere"},
    ),
    "cases_target_listing_id": (Target.objects.exclude(listing=None), {}),
    "cases_target_store_id": (Target.objects.exclude(store=None), {}),
    "one_counter_for_series_and_year": (Counter.objects.all(), {"last": 99}),
    "nothing_is_said_twice": (Message.objects.all(), {"title": "x"}),
    "one_open_approval_for_a_subject": (
        Approval.objects.filter(state="open"),
        {"attempt": 9, "version": "0" * 64},
    ),
    "one_unfinished_item_for_a_target": (
        NoticeItem.objects.filter(state="open"),
        {"notice": "draft", "position": 99},
    ),
    "one_draft_item_for_a_target": (
        NoticeItem.objects.filter(state="draft"),
        {"notice": "issued", "position": 99},
    ),
}


@pytest.mark.parametrize("constraint", ONCE)
def test_one_row_too_many_is_refused_by_the_database(constraint: str):
    world = make_world()
    add_targets(world, 1)
    add_targets(world, 1, kind="store")
    [issued] = issue(world)
    add_targets(world, 1)
    draft = workflow.submit_notice(
        notice=workflow.compose_notices(case=world.case, actor=world.officer).notices[
            0
        ],
        actor=world.officer,
    )
    rows, changes = ONCE[constraint]
    row = rows.all()[0]
    for field, value in changes.items():
        setattr(row, field, {"draft": draft, "issued": issued}.get(str(value), value))
    row.pk, row._state.adding = None, True
    with pytest.raises(IntegrityError, match=constraint):
        row.save(force_insert=True)
