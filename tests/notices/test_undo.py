"""Undoing a check of the check queue: back to where it was given."""

import pytest
from django.test import Client
from django.urls import reverse

from corps.models import User
from corps.models.installation import Notification
from notices import workflow
from notices.models import LedgerEntry, PendingCheck
from tests.notices.world import World, add_targets, ago, answer, file_another, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_undo_leads_back_to_the_same_queue_and_item(world: World):
    add_targets(world, 1)
    [oldest] = issue(world)
    answer(world, oldest)
    other = file_another(world, 3)
    [notice] = issue(other)
    answer(other, notice)
    client = client_of(world.officer2)
    query = f"?notice={notice.number}"
    second = list(notice.items.order_by("pk"))[1]
    page = client.post(
        reverse("notices:judge") + query,
        {"ids": second.pk, "seen": "gone"},
        follow=True,
    )
    assert "秒后生效" in page.content.decode()  # not every check counts in the ledger
    undone = client.post(reverse("notices:undo"), {"ids": second.pk}, follow=True)
    assert (undone.context["current"], undone.context["total"]) == (second, 3)
    assert undone.context["query"] == query

    for item in notice.items.all():
        client.post(reverse("notices:judge") + query, {"ids": item.pk, "seen": "gone"})
    undone = client.post(reverse("notices:undo"), {"ids": item.pk}, follow=True)
    assert (undone.context["current"], undone.context["total"]) == (item, 1)


def test_undo_in_the_table_leads_back_to_the_filtered_table(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    client = client_of(world.officer2)
    ids = list(notice.items.values_list("pk", flat=True))
    query = f"?notice={notice.number}"
    client.post(
        reverse("notices:judge") + query, {"ids": ids, "seen": "gone", "from": "list"}
    )
    assert (
        client.post(reverse("notices:undo"), {"ids": ids}).url
        == reverse("notices:checks_list") + query
    )


@pytest.mark.parametrize("act", ["withdrawal", "objection"])
def test_a_check_is_void_where_the_item_is_withdrawn_or_objected_to_in_its_ten_seconds(
    world, act
):
    add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    item = notice.items.get()
    workflow.propose_checks(items=[item.pk], seen="gone", actor=world.officer2)
    if act == "withdrawal":
        workflow.withdraw_items(items=[item.pk], actor=world.supervisor, reason="重复")
    else:
        workflow.lodge_objection(
            target=item.target, actor=world.supervisor, reason="误伤"
        )
    PendingCheck.objects.update(due_at=ago(seconds=1))
    workflow.settle_pending_checks()

    assert not PendingCheck.objects.exists()
    assert not LedgerEntry.objects.exists()
    told = Notification.objects.filter(user=world.officer2).latest("pk").text
    assert "supervisor" in told
    assert {"withdrawal": "已撤回", "objection": "异议"}[act] in told
