"""Drafts of notices: what stands in one, what may leave it, and what is numbered in it."""

import pytest
from django.test import Client
from django.urls import reverse

from cases import workflow as casework
from notices import letters, workflow
from tests.notices.world import World, add_targets

pytestmark = pytest.mark.django_db


def test_a_target_in_a_notice_not_yet_issued_is_not_dropped_and_the_notice_is_named(
    world: World,
):
    inside, outside = add_targets(world, 2)
    [draft] = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[inside.pk]
    ).notices

    def drop() -> list[tuple[bool, str, bool]]:
        ids = [inside.pk, outside.pk]
        results = casework.drop_targets(targets=ids, actor=world.officer, reason="重复")
        return [
            (result.ok, result.code, draft.number in str(result.message))
            for result in results
        ]

    assert drop() == [(False, "in-draft", True), (True, "", False)]
    workflow.submit_notice(notice=draft, actor=world.officer)
    assert drop()[0] == (False, "in-draft", True)
    inside.refresh_from_db()
    assert inside.state == "reported"

    workflow.withdraw_draft(notice=draft, actor=world.officer)
    assert drop()[0] == (True, "", False)


def test_the_composer_stays_with_the_draft_that_was_changed(world: World):
    add_targets(world, 2)
    add_targets(world, 2, platform=world.other_platform)
    first, second = workflow.compose_notices(
        case=world.case, actor=world.officer
    ).notices
    client = Client()
    client.force_login(world.officer)
    item = second.items.order_by("position")[0]
    change = reverse("notices:change", args=[second.number])
    page = client.post(change, {"act": "remove", "ids": item.pk}, follow=True)
    assert page.context["current"] == second
    assert (
        client.post(change, {"act": "withdraw"}, follow=True).context["current"]
        == first
    )


def test_after_items_left_a_draft_its_letter_numbers_the_others_without_gaps(
    world: World,
):
    targets = add_targets(world, 5)
    [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    kept = [0, 2, 4]
    leaving = [draft.items.get(target=targets[n]).pk for n in (1, 3)]
    workflow.remove_items(notice=draft, items=leaving, actor=world.officer)
    items = letters.letter_items(draft)
    assert [item["position"] for item in items] == [1, 2, 3]
    assert [item["canonical_id"] for item in items] == [
        targets[n].listing.canonical_id for n in kept
    ]


def test_any_item_is_taken_out_of_a_notice_not_yet_issued_on_its_page_and_its_target_can_be_dropped(
    world: World,
):
    target, _other = add_targets(world, 2)
    [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    workflow.submit_notice(notice=draft, actor=world.officer)
    client = Client()
    client.force_login(world.officer)
    assert 'value="take_out"' in client.get(draft.get_absolute_url()).content.decode()
    change = reverse("notices:change_items", args=[draft.number])
    assert (
        client.post(
            change, {"act": "take_out", "ids": draft.items.get(target=target).pk}
        ).status_code
        == 302
    )
    draft.refresh_from_db()
    assert (draft.state, draft.items.count()) == ("draft", 1)
    [result] = casework.drop_targets(
        targets=[target.pk], actor=world.officer, reason="重复"
    )
    assert result.ok
